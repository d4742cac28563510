"""The texts of organisers and of the audience that contain a speaker's name; a removal does not change them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from flask import url_for
from flask_babel import LazyString, lazy_gettext as _l
from sqlalchemy import select

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.platform.markdown import plain
from lunchkit.platform.text import normalise
from lunchkit.speakers.models import Appearance, Speaker

PLACES = {
    "event": (_l("Page of the lunch"), "organiser.events.edit", {}),
    "run_item": (_l("Schedule"), "organiser.run_sheet.update", {"item_id": "id"}),
    "poll": (_l("Poll"), "organiser.run_sheet.index", {}),  # one that was opened cannot be changed, but annulled
    "question": (_l("Question from the room"), "organiser.qa.index", {}),
    "appearance": (_l("Another speaker"), "organiser.speakers.update", {"speaker_id": "speaker_id"}),
    "recap_section": (_l("Section of the recap"), "organiser.recap.edit", {"section_id": "id"}),
    "recap": (_l("Published recap: publish a correction"), "organiser.recap.publication.publication", {}),
}
"""By table: its label, the endpoint where it is changed, and the columns of that address."""
AROUND = 40
"""Characters of the text that are shown before and after the name."""


def places_of(event: Event, speaker: Speaker) -> list[tuple[LazyString, str, str]]:
    """Label, address and excerpt of each text about a lunch that contains a speaker's name."""
    name = _named(speaker)
    found = []
    for table, (label, endpoint, parts) in PLACES.items():
        columns = db.metadata.tables[table].c
        of_event = select(*columns).where((columns.id if table == "event" else columns.event_id) == event.id)
        for row in db.session.execute(of_event).mappings():
            excerpt = next(filter(None, (_excerpt(name, text) for text in _texts(dict(row)))), "")
            if excerpt and row.get("speaker_id") != speaker.id:
                address = url_for(endpoint, slug=event.slug, **{part: row[column] for part, column in parts.items()})
                found.append((label, address, excerpt))
    return found


def said_of(speaker: Speaker, talks: Sequence[Appearance]) -> list[tuple[Event, list[str]]]:
    """What the published recap of each of their lunches says beside their name."""
    name, recap = _named(speaker), db.metadata.tables["recap"].c
    found = []
    for event in (talk.event for talk in talks if talk.event.recap_published_at):
        document = db.session.scalar(select(recap.published).where(recap.event_id == event.id))
        if texts := list(dict.fromkeys(_beside(name, document))):
            found.append((event, texts))
    return found


def _beside(name: re.Pattern[str], value: Any) -> Iterator[str]:
    """The texts of each part of a document that names a person in one of them, joined."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    texts = [part for part in parts if isinstance(part, str)]
    if any(name.search(normalise(text)) for text in texts):
        yield " · ".join(plain(text) for text in texts if " " in text)
    for part in parts:
        yield from _beside(name, part)


def _named(speaker: Speaker) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(normalise(speaker.name))}\b")


def _excerpt(name: re.Pattern[str], text: str) -> str:
    at = name.search(normalise(text))
    return text[max(0, at.start() - AROUND) : at.end() + AROUND].strip() if at else ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)

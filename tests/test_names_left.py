"""A speaker is removed: every text that still names them is listed, with the way to where it is changed."""

import re
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.recap.models import Recap
from lunchkit.recap.sections import SectionKind
from lunchkit.room.qa.models import Question
from lunchkit.run_sheet.models import RunItem
from lunchkit.speakers.models import Appearance, Speaker
from tests.conftest import EventMaker, csrf_of
from tests.recaps import add_poll, add_section
from tests.speaking import speak

NAME = "Laura Tocmacov"
LINKS = re.compile(r'<li><a href="([^"]+)">')


def named_everywhere(event: Event) -> set[str]:
    """Write the name into every kind of text, in other capitals and accents too; returns where each is changed."""
    other = speak(event, name="Otto Exemple").speaker
    item = RunItem(event_id=event.id, position=1, minutes=10, title="Débat", who=f"avec {NAME.upper()}")
    add_poll(event, 1, "Que dit Laura Tocmàcov ?", ("Oui", "Non"), {1: 6, 2: 5})
    recap = Recap(event_id=event.id, created_at=clock.now(), published={"sections": [], "press": f"«{NAME}»"})
    event.summary = f"Un lunch. {'Et encore. ' * 40}Puis {NAME}."
    db.session.add_all([item, recap, Question(event_id=event.id, text=f"{NAME}, et après ?", supports=0)])
    db.session.commit()
    section = add_section(event, SectionKind.PRESS, data={"items": [{"quote": "Non", "author": f"de {NAME}"}]})
    talk = db.session.scalars(select(Appearance).where(Appearance.speaker_id == other.id)).one()
    talk.said = f"En réponse à {NAME}."
    db.session.commit()
    base = f"/organiser/e/{event.slug}"
    return {
        f"{base}/edit", f"{base}/run/{item.id}", f"{base}/polls", f"{base}/questions",
        f"{base}/speakers/{other.id}", f"{base}/recap/sections/{section.id}", f"{base}/recap/correction",
    }  # fmt: skip


def removed(client: FlaskClient, event: Event, speaker: Speaker) -> tuple[str, int, str]:
    """What the page says before, and the answer to the button."""
    path = f"/organiser/e/{event.slug}/speakers/{speaker.id}/removal"
    before = client.get(path).text
    answer = client.post(path, data={"csrf_token": csrf_of(client, path)})
    return unescape(before), answer.status_code, unescape(answer.text)


def test_every_place_is_listed_before_and_after(organiser_client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    places = named_everywhere(event)
    before, status, after = removed(organiser_client, event, speaker)
    assert set(LINKS.findall(before)) == places
    assert status == 200 and set(LINKS.findall(after)) == places
    assert f"Puis {NAME}" in before, "the words around the name"
    for place in places:
        assert organiser_client.get(place).status_code == 200, place
    assert db.session.scalar(select(Speaker).where(Speaker.name == NAME)) is None


def test_where_no_text_names_them_the_page_says_so(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event, other = make_event(), make_event()
    speaker = speak(event).speaker
    other.summary = f"Un autre lunch, avec {NAME}."
    event.summary = "Avec Laura Tocmacovski."
    db.session.commit()
    before, status, _after = removed(organiser_client, event, speaker)
    assert LINKS.findall(before) == [] and "Aucun autre texte" in before
    assert status == 303

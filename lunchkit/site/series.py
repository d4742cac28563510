"""The archive of a series: its past events, searched by any word, in a fixed number of queries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from lunchkit.events.models import Event, Series
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.i18n import long_date
from lunchkit.platform.markdown import plain
from lunchkit.platform.text import normalise
from lunchkit.recap.models import Recap
from lunchkit.recap.sections import SectionKind
from lunchkit.speakers.models import Appearance, Organisation, Speaker

PAGE_SIZE = 40
LATEST = 5
"""Past events on the home page; the archive has all."""
MOST_WORDS = 8
"""Words of a query; the rest is ignored."""
SHORTEST, LONGEST = 50, 220
"""Characters of the sentence under an event; a shorter one is joined with the next one."""
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+(?=[^\Wa-z_]|[«\d])")


@dataclass(frozen=True)
class PastLunch:
    """An event of the archive."""

    event: Event
    speakers: Sequence[Speaker]
    sentence: str
    """The first of its recap, or of its summary."""


@dataclass(frozen=True)
class Archive:
    """One page of the past events that were found, the latest first."""

    lunches: list[PastLunch]
    found: int
    page: int
    pages: int

    @property
    def years(self) -> list[tuple[int, list[PastLunch]]]:
        """The lunches of this page by year."""
        by_year = groupby(self.lunches, key=lambda lunch: lunch.event.starts_local.year)
        return [(year, list(lunches)) for year, lunches in by_year]


def series_or_404(slug: str) -> Series:
    """The series of this address. Raises NotFound."""
    series = db.session.scalar(select(Series).where(Series.slug == slug)) if slug.isprintable() else None
    if series is None:
        raise NotFound
    return series


def archive(series: Series, text: str, page: int, now: datetime) -> Archive:
    """The past events in which every word of ``text`` occurs, whatever its case and accents.

    A page beyond the last is the last.
    """
    words = re.findall(r"\w+", normalise(text))[:MOST_WORDS]
    past = select(Event.id).where(*_took_place(series.id, now)).order_by(Event.starts_at.desc(), Event.id.desc())
    ids = list(db.session.scalars(past))
    if words:
        told = _told(series.id, now)
        recaps = _words_in_recaps(series.id, words)
        ids = [one for one in ids if all(word in told.get(one, "") or word in recaps.get(one, ()) for word in words)]
    pages = max(1, -(-len(ids) // PAGE_SIZE))
    page = min(max(1, page), pages)
    lunches = _lunches(ids[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    return Archive(lunches=lunches, found=len(ids), page=page, pages=pages)


def _took_place(series_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Event.series_id == series_id,
        Event.published_at.is_not(None),
        Event.cancelled_at.is_(None),
        or_(Event.over_at <= now, Event.recap_published_at.is_not(None)),
    )


def _told(series_id: int, now: datetime) -> dict[int, str]:
    """The normalised text of each past event: its day, title, theme, summary and speakers."""
    events = select(Event.id, Event.title, Event.theme, Event.summary, Event.starts_at, Event.zone)
    told = {
        event_id: f"{title}\n{theme}\n{summary}\n{long_date(starts_at.astimezone(ZoneInfo(zone)))}"
        for event_id, title, theme, summary, starts_at, zone in db.session.execute(
            events.where(*_took_place(series_id, now))
        )
    }
    people = (
        select(Appearance.event_id, Speaker.name, Speaker.role, Organisation.name)
        .join(Event, Event.id == Appearance.event_id)
        .join(Speaker, Speaker.id == Appearance.speaker_id)
        .outerjoin(Organisation, Organisation.id == Speaker.organisation_id)
        .where(*_took_place(series_id, now))
    )
    for event_id, *names in db.session.execute(people):
        told[event_id] = "\n".join([told.get(event_id, ""), *filter(None, names)])
    return {event_id: normalise(text) for event_id, text in told.items()}


def _words_in_recaps(series_id: int, words: Sequence[str]) -> dict[int, set[str]]:
    """Which of the words are in the published recap of each event; the database searches, since recaps are long."""
    columns = [Recap.words.contains(word, autoescape=True) for word in words]
    public = (Event.series_id == series_id, Event.recap_published_at.is_not(None))
    found = select(Recap.event_id, *columns).join(Event).where(*public)
    return {
        event_id: {word for word, is_there in zip(words, hits, strict=True) if is_there}
        for event_id, *hits in db.session.execute(found)
    }


def _lunches(ids: Sequence[int]) -> list[PastLunch]:
    events = {event.id: event for event in db.session.scalars(select(Event).where(Event.id.in_(ids)))}
    spoke = select(Appearance).where(Appearance.event_id.in_(ids)).order_by(Appearance.position, Appearance.speaker_id)
    speakers: dict[int, list[Speaker]] = {event_id: [] for event_id in ids}
    for appearance in db.session.scalars(
        spoke.options(joinedload(Appearance.speaker).joinedload(Speaker.organisation))
    ):
        speakers[appearance.event_id].append(appearance.speaker)
    recaps = select(Recap.event_id, Recap.published).where(Recap.event_id.in_(ids))
    published = {
        event_id: document for event_id, document in db.session.execute(recaps) if events[event_id].recap_published_at
    }
    return [
        PastLunch(
            events[event_id],
            speakers[event_id],
            first_sentence(_introduction(published.get(event_id)) or events[event_id].summary),
        )
        for event_id in ids
    ]


def _introduction(document: dict[str, Any] | None) -> str:
    sections = (document or {}).get("sections", ())
    texts = (section["data"].get("text", "") for section in sections if section["kind"] == SectionKind.INTRODUCTION)
    return plain(next(texts, ""))


def first_sentence(text: str) -> str:
    """The first sentence, with the next one if it is very short; cut at a word if it is very long."""
    said = ""
    for sentence in _SENTENCE_ENDS.split(" ".join(text.split())):
        said = f"{said} {sentence}".strip()
        if len(said) >= SHORTEST:
            break
    if len(said) <= LONGEST:
        return said
    return said[:LONGEST].rpartition(" ")[0].rstrip(" ,;:–(«") + "…"

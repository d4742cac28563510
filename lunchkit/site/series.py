"""The archive of a series: its past events, searched by any word, in a fixed number of queries."""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from textwrap import shorten
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from lunchkit.events.models import Event, Series
from lunchkit.platform.db import db, page_of
from lunchkit.platform.errors import or_404
from lunchkit.platform.i18n import long_date
from lunchkit.platform.markdown import plain
from lunchkit.platform.text import normalise
from lunchkit.recap.models import Recap
from lunchkit.recap.sections import SectionKind
from lunchkit.speakers.models import Appearance, Speaker

PAGE_SIZE = 40
LATEST = 5
"""Past events on the home page; the archive has all."""
MOST_WORDS = 8
"""Words of a query; the rest is ignored."""
LONGEST = 220
"""Characters of the words under an event."""


class PastLunch(NamedTuple):
    event: Event
    speakers: Sequence[Speaker]
    beginning: str
    """Of its recap, or of its summary."""


class Archive(NamedTuple):
    """One page of the past events that were found, the latest first."""

    years: list[tuple[int, list[PastLunch]]]
    found: int
    page: int
    pages: int


def series_or_404(slug: str) -> Series:
    """The series of this address. Raises NotFound."""
    return or_404(db.session.scalar(select(Series).where(Series.slug == slug)) if slug.isprintable() else None)


def archive(series: Series, text: str, page: int, now: datetime) -> Archive:
    """The past events in which every word of ``text`` occurs, whatever its case and accents.

    A page beyond the last is the last.
    """
    took_place = or_(Event.over_at <= now, Event.recap_published_at.is_not(None))
    past = select(Event).where(Event.series_id == series.id, Event.published_at.is_not(None), took_place)
    latest_first = past.where(Event.cancelled_at.is_(None)).order_by(Event.starts_at.desc(), Event.id.desc())
    events = db.session.scalars(latest_first).all()
    if words := re.findall(r"\w+", normalise(text))[:MOST_WORDS]:
        events = _with_words(events, words)
    page, pages = page_of(len(events), page, PAGE_SIZE)
    lunches = _lunches(events[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    by_year = groupby(lunches, key=lambda lunch: lunch.event.starts_local.year)
    return Archive([(year, list(same)) for year, same in by_year], len(events), page, pages)


def _with_words(events: Sequence[Event], words: Sequence[str]) -> list[Event]:
    """The events with every word in their title, theme, summary, day or speakers, or in their published recap.

    The database searches the recaps, since they are long.
    """
    speakers = _speakers([event.id for event in events])
    columns = [Recap.words.contains(word, autoescape=True) for word in words]
    recaps = {event_id: hits for event_id, *hits in db.session.execute(select(Recap.event_id, *columns))}
    nowhere = [False] * len(words)

    def has_all(event: Event) -> bool:
        text = _text_of(event, speakers[event.id])
        hits = recaps.get(event.id, nowhere) if event.recap_published_at else nowhere
        return all(is_there or word in text for word, is_there in zip(words, hits, strict=True))

    return [event for event in events if has_all(event)]


def _text_of(event: Event, speakers: Sequence[Speaker]) -> str:
    told = [event.title, event.theme, event.summary, long_date(event.starts_local)]
    for speaker in speakers:
        told += [speaker.name, speaker.role, speaker.organisation.name if speaker.organisation else ""]
    return normalise("\n".join(told))


def _speakers(ids: Sequence[int]) -> dict[int, list[Speaker]]:
    spoke = select(Appearance).where(Appearance.event_id.in_(ids)).order_by(Appearance.position, Appearance.speaker_id)
    found: dict[int, list[Speaker]] = {event_id: [] for event_id in ids}
    for one in db.session.scalars(spoke.options(joinedload(Appearance.speaker).joinedload(Speaker.organisation))):
        found[one.event_id].append(one.speaker)
    return found


def _lunches(events: Sequence[Event]) -> list[PastLunch]:
    ids = [event.id for event in events]
    speakers = _speakers(ids)
    found = db.session.execute(select(Recap.event_id, Recap.published).where(Recap.event_id.in_(ids)))
    recaps = {one.event_id: one.published for one in found}

    def beginning(event: Event) -> str:
        recap = recaps.get(event.id) if event.recap_published_at else None
        return shorten(_introduction(recap or {}) or event.summary, LONGEST, placeholder="…")

    return [PastLunch(event, speakers[event.id], beginning(event)) for event in events]


def _introduction(document: dict[str, Any]) -> str:
    sections = document.get("sections", ())
    texts = (section["data"].get("text", "") for section in sections if section["kind"] == SectionKind.INTRODUCTION)
    return plain(next(texts, ""))

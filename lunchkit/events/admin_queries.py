"""Organisers' reads of many lunches. Each needs a fixed number of SQL queries, however many lunches there are."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, not_, select, true

from lunchkit.events.models import Event
from lunchkit.platform.db import db, page_of
from lunchkit.platform.text import normalise

PAGE_SIZE = 40
_LATEST_FIRST = (Event.starts_at.desc(), Event.id.desc())


class EventList(NamedTuple):
    """The organisers' home: coming lunches and drafts, at most ``PAGE_SIZE`` each, and one page of past ones."""

    coming: Sequence[Event]
    drafts: Sequence[Event]
    past: Sequence[Event]
    page: int
    pages: int

    @property
    def all(self) -> list[Event]:
        return [*self.coming, *self.drafts, *self.past]


def event_list(now: datetime, text: str, page: int) -> EventList:
    """The lunches whose title, theme or place contain every word of ``text``, whatever its case and accents.

    A page beyond the last is the last.
    """
    found = _matching(text)
    is_draft = and_(Event.published_at.is_(None), Event.cancelled_at.is_(None))
    is_past = and_(found, not_(is_draft), Event.over_at <= now)
    page, pages = page_of(db.session.scalar(select(func.count()).where(is_past)) or 0, page, PAGE_SIZE)
    coming = select(Event).where(found, not_(is_draft), Event.over_at > now).order_by(Event.starts_at, Event.id)
    drafts = select(Event).where(found, is_draft).order_by(*_LATEST_FIRST)
    past = select(Event).where(is_past).order_by(*_LATEST_FIRST).offset((page - 1) * PAGE_SIZE)
    rows = [db.session.scalars(each.limit(PAGE_SIZE)).all() for each in (coming, drafts, past)]
    return EventList(rows[0], rows[1], rows[2], page, pages)


def latest_events() -> Sequence[Event]:
    return db.session.scalars(select(Event).order_by(*_LATEST_FIRST).limit(PAGE_SIZE)).all()


def _matching(typed: str) -> ColumnElement[bool]:
    """Which lunches contain these words; databases do not ignore accents, so the comparison is done here."""
    words = normalise(typed).split()
    if not words:
        return true()
    columns = select(Event.id, Event.title, Event.theme, Event.venue, Event.town)
    texts = {row.id: normalise(" ".join(row[1:])) for row in db.session.execute(columns)}
    return Event.id.in_([event_id for event_id, text in texts.items() if all(word in text for word in words)])

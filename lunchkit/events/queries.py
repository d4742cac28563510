"""Reads of lunches and series. Public is what was published, also if it was cancelled later."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, not_, select, true

from lunchkit.events.models import CustomField, Event, Series
from lunchkit.platform.db import db, page_of
from lunchkit.platform.errors import NotFound
from lunchkit.platform.text import normalise

PAGE_SIZE = 40
_LATEST_FIRST = (Event.starts_at.desc(), Event.id.desc())

_BY_SLUG = select(Event).where(Event.slug == bindparam("slug"))
_CUSTOM_FIELDS = (
    select(CustomField)
    .where(CustomField.event_id == bindparam("event"))
    .order_by(CustomField.removed_at.is_not(None), CustomField.position, CustomField.id)
)
"""Built once: they run for every registration."""


def event_by_slug_or_404(slug: str) -> Event:
    event = any_event_by_slug_or_404(slug)
    if event.published_at is None:
        raise NotFound
    return event


def any_event_by_slug_or_404(slug: str) -> Event:
    """The lunch with this slug, published or not, for organisers. Raises NotFound."""
    if not slug.isprintable():  # PostgreSQL cannot compare with a NUL
        raise NotFound
    event = db.session.scalar(_BY_SLUG, {"slug": slug})
    if event is None:
        raise NotFound
    return event


def published_events(*conditions: ColumnElement[bool]) -> Sequence[Event]:
    found = select(Event).where(Event.published_at.is_not(None), *conditions)
    return db.session.scalars(found.order_by(Event.starts_at, Event.id)).all()


def coming_events(now: datetime) -> Sequence[Event]:
    """Public lunches that have not begun, cancelled ones included, the next one first."""
    return published_events(Event.starts_at > now)


def running_events(now: datetime) -> Sequence[Event]:
    return published_events(Event.starts_at <= now, Event.over_at > now, Event.cancelled_at.is_(None))


def events_around(since: datetime, until: datetime) -> Sequence[Event]:
    """Public lunches that take place, wholly or in part, between two moments."""
    return published_events(Event.cancelled_at.is_(None), Event.over_at >= since, Event.starts_at <= until)


def past_events(now: datetime) -> Sequence[Event]:
    """Public lunches that took place (none that was cancelled), the latest first."""
    return published_events(Event.over_at <= now, Event.cancelled_at.is_(None))[::-1]


def events_by_id(ids: Collection[int]) -> dict[int, Event]:
    return {event.id: event for event in db.session.scalars(select(Event).where(Event.id.in_(ids)))}


def custom_fields(event_id: int) -> Sequence[CustomField]:
    return [question for question in all_custom_fields(event_id) if question.removed_at is None]


def all_custom_fields(event_id: int) -> Sequence[CustomField]:
    """The questions of a form in order, followed by those that are not asked any more."""
    return db.session.scalars(_CUSTOM_FIELDS, {"event": event_id}).all()


def custom_field_or_404(event_id: int, question_id: int) -> CustomField:
    question = db.session.get(CustomField, question_id)
    if question is None or question.event_id != event_id:
        raise NotFound
    return question


def all_series() -> Sequence[Series]:
    return db.session.scalars(select(Series).order_by(Series.id)).all()


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
    """The lunches whose title, theme or place contain every word of ``text``, whatever its case and accents."""
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

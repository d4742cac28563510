"""Reads of lunches and series. Public is what was published, also if it was cancelled later."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from lunchkit.events.models import CustomField, Event, Series
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound


def event_by_slug_or_404(slug: str) -> Event:
    event = any_event_by_slug_or_404(slug)
    if event.published_at is None:
        raise NotFound
    return event


def any_event_by_slug_or_404(slug: str) -> Event:
    """The lunch with this slug, published or not, for organisers. Raises NotFound."""
    if not slug.isprintable():  # PostgreSQL cannot compare with a NUL
        raise NotFound
    event = db.session.scalar(select(Event).where(Event.slug == slug))
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
    kept = select(CustomField).where(CustomField.event_id == event_id)
    in_order = (CustomField.removed_at.is_not(None), CustomField.position, CustomField.id)
    return db.session.scalars(kept.order_by(*in_order)).all()


def custom_field_or_404(event_id: int, question_id: int) -> CustomField:
    question = db.session.get(CustomField, question_id)
    if question is None or question.event_id != event_id:
        raise NotFound
    return question


def all_series() -> Sequence[Series]:
    return db.session.scalars(select(Series).order_by(Series.id)).all()

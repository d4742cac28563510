"""Operations on lunches for the actions of several packages. They change rows in the caller's transaction."""

import uuid
from urllib.parse import urlsplit

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lunchkit.events.details import EventDetails, apply_details
from lunchkit.events.models import Event, Series
from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.errors import NotFound
from lunchkit.platform.slugs import free_slug, slug_of

RESERVED = {"new", "template"}
"""Slugs that the organisers' addresses use themselves."""
_LOCKED = select(Event).where(Event.id == bindparam("event")).with_for_update()


def draft_event(
    session: Session, details: EventDetails, series: Series | None = None, form_key: str | None = None
) -> Event:
    """Create a draft in the first series if none is given; ``form_key`` is the idempotency key of its form."""
    home = series or _first_series(session)
    now = clock.now()
    lock_slugs(session, home)
    event = Event(
        series=home,
        uid=f"{uuid.uuid4()}@{urlsplit(current_settings().address).hostname}",
        slug=free_slug(slug_of(details.title), taken_slugs(session)),
        form_key=form_key,
        sequence=0,
        title=details.title,
        created_at=now,
        updated_at=now,
    )
    apply_details(event, details)
    event.sequence = 0
    session.add(event)
    session.flush()
    return event


def lock_event(session: Session, event_id: int) -> Event:
    """Read a lunch again and hold it until the end of the transaction: changes of it and its seats wait for each other.

    On SQLite the transaction holds the write lock already; on PostgreSQL the row is locked. Raises NotFound where the
    draft has just been deleted.
    """
    event = session.scalar(_LOCKED, {"event": event_id}, execution_options={"populate_existing": True})
    if event is None:
        raise NotFound
    return event


def made_by_form(session: Session, form_key: str | None) -> Event | None:
    """The lunch that this form has created already; requests with the same form wait for each other."""
    if form_key is None:
        return None
    session.scalars(select(Series.id).order_by(Series.id).limit(1).with_for_update()).all()
    return session.scalar(select(Event).where(Event.form_key == form_key))


def lock_slugs(session: Session, series: Series) -> None:
    if series.id is not None:
        session.scalar(select(Series.id).where(Series.id == series.id).with_for_update())


def taken_slugs(session: Session, event: Event | None = None) -> set[str]:
    """The slugs that a lunch cannot have: those of the others, and the reserved ones."""
    return set(session.scalars(select(Event.slug))) - {event.slug if event else ""} | RESERVED


def proposed_slug(session: Session, event: Event) -> str:
    """The slug that a draft gets at its publication if nobody chooses another one."""
    return event.slug if event.slug_is_own else free_slug(slug_of(event.title), taken_slugs(session, event))


def _first_series(session: Session) -> Series:
    series = session.scalar(select(Series).order_by(Series.id).limit(1))
    if series is None:
        name = current_settings().network_name
        series = Series(slug="lunches", name=name, network=name)
        session.add(series)
        session.flush()
    return series

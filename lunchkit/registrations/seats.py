"""Giving seats: the one function that does so, whoever asks.

Everybody joins the queue, and the queue is then served: each free seat goes to the earliest request that fits
whole into what is free, so a group sits together or waits together, and no seat stays empty while somebody
who fits is waiting. Callers hold the lunch's lock.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lunchkit.errors import NotFound
from lunchkit.events.models import Event
from lunchkit.registrations.models import Registration, Standing
from lunchkit.registrations.queries import count_seats


def lock_event(session: Session, event_id: int) -> Event:
    """Read a lunch afresh and hold it until the end of the transaction, so that seats are given one request at a time.

    On SQLite the transaction holds the write lock already; on PostgreSQL the row is locked.
    """
    event = session.get(Event, event_id, with_for_update=True, populate_existing=True)
    if event is None:
        raise NotFound
    return event


def fill_seats(session: Session, event: Event, now: datetime) -> list[Registration]:
    """Give every free seat to the queue; returns who got one, in order."""
    if not event.gives_seats(now):
        return []
    session.flush()
    free = event.capacity - (session.scalar(count_seats(event.id)) or 0)
    seated: list[Registration] = []
    while free > 0 and (first := _first_that_fits(session, event.id, free)) is not None:
        first.standing = Standing.SEATED
        first.seated_at = now
        first.raise_sequence(event.sequence)
        free -= first.seats
        session.flush()
        seated.append(first)
    return seated


def _first_that_fits(session: Session, event_id: int, free: int) -> Registration | None:
    return session.scalar(
        select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.standing == Standing.WAITING,
            Registration.seats <= free,
        )
        .order_by(Registration.queued_at, Registration.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def would_be(session: Session, event: Event, seats: int) -> tuple[Standing, int | None]:
    """Where a new request of so many seats would stand now, and its place in the queue if it had to wait."""
    free = event.capacity - (session.scalar(count_seats(event.id)) or 0)
    if seats <= free:
        return Standing.SEATED, None
    waiting = select(func.count()).where(Registration.event_id == event.id, Registration.standing == Standing.WAITING)
    return Standing.WAITING, (session.scalar(waiting) or 0) + 1

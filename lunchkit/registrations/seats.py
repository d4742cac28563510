"""Giving seats: the one function that does so.

Each free seat goes to the earliest request in the queue that fits whole into what is free, so a group sits together
or waits together, and no seat stays empty while somebody who fits is waiting. A newcomer is at the end of the
queue. Callers hold the lunch's lock.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.queries import fullness


def fill_seats(
    session: Session, event: Event, now: datetime, newcomers: Sequence[Registration] = (), *, came: bool = False
) -> list[Registration]:
    """Give every free seat to the queue, and what is left to newcomers in turn; returns who got one, in order.

    Newcomers need not be in the database yet. Once the lunch has begun the queue is served no more, but a newcomer may
    still get a seat; once it is over only one who ``came``, as the check-in says.
    """
    if event.cancelled_at is not None or (event.is_over(now) and not came):
        return []
    session.flush()
    full = fullness(event.id)
    free, smallest = event.capacity - full.taken, full.smallest or event.capacity + 1
    serves_queue = event.gives_seats(now)
    seated: list[Registration] = []
    while serves_queue and free >= smallest and (first := _first_that_fits(session, event.id, free)) is not None:
        _seat(first, event, now)
        free -= first.seats
        session.flush()
        seated.append(first)
    for newcomer in newcomers:
        if newcomer.status == Status.WAITING and newcomer.seats <= free:
            _seat(newcomer, event, now)
            free -= newcomer.seats
            seated.append(newcomer)
    return seated


def _seat(registration: Registration, event: Event, now: datetime) -> None:
    registration.status = Status.SEATED
    registration.seated_at = now
    registration.raise_sequence(event.sequence)


def _first_that_fits(session: Session, event_id: int, free: int) -> Registration | None:
    return session.scalar(
        select(Registration)
        .where(Registration.event_id == event_id, Registration.status == Status.WAITING, Registration.seats <= free)
        .order_by(Registration.queued_at, Registration.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def place_of_new_request(event: Event, seats: int) -> tuple[Status, int | None]:
    """The status that a new request for this number of seats would get, and its place in the queue if it waits."""
    full = fullness(event.id)
    if full.taken + seats <= event.capacity:
        return Status.SEATED, None
    return Status.WAITING, full.waiting + 1

"""Steps of what is done at the door, in the caller's transaction and under the lunch's lock."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from lunchkit.events.details import apply_details, details_of
from lunchkit.events.models import Event
from lunchkit.platform.audit.recording import record_facts
from lunchkit.registrations.check_in.queries import counts
from lunchkit.registrations.check_in.view_models import Scan
from lunchkit.registrations.emails import Why, enqueue_email
from lunchkit.registrations.models import CheckIn, Registration, Status
from lunchkit.registrations.operations import cancel_with_email, place_newcomer, serve_queue
from lunchkit.registrations.seats import fill_seats


def seat(
    session: Session, event: Event, registration: Registration, scan: Scan, now: datetime, *, is_new: bool
) -> None:
    """Give a seat at the check-in, if one is free or may be added. Once the event is over no e-mail leaves."""
    _make_room(session, event, registration.seats, scan, now)
    if event.is_over(now):
        fill_seats(session, event, now, [registration], came=event.purged_at is None)
        session.add(registration)
    elif is_new:
        place_newcomer(session, event, now, registration)
    else:
        for seated in fill_seats(session, event, now, [registration]):
            enqueue_email(session, "promotion", seated)
    session.flush()


def _make_room(session: Session, event: Event, seats: int, scan: Scan, now: datetime) -> None:
    """Let the number of seats rise by what a party lacks, so that no seat is given that is not there.

    While the event runs only where a person at the check-in decides so, and never above the number of chairs that an
    organiser counted. Afterwards a person who came did have a chair.
    """
    told = counts(event)
    lacking = seats - (told.capacity - told.expected)
    is_allowed = not scan.let_in and event.purged_at is None
    if not event.is_over(now):
        is_allowed = scan.makes_room and seats <= told.may_add
    if lacking > 0 and is_allowed:
        apply_details(event, replace(details_of(event), capacity=event.capacity + lacking))
        record_facts(session, seats_added=lacking)
        session.flush()  # the guard of the database must find the seats there


def leave(session: Session, event: Event, scan: CheckIn, now: datetime) -> None:
    """A walk-in did not come after all: the seat is free again, or gone where it was added for them."""
    registration = scan.registration
    if event.is_over(now):
        registration.status, registration.cancelled_at = Status.CANCELLED, now
    else:
        cancel_with_email(session, registration, now, Why.ORGANISER)
    session.flush()
    if scan.added_seats:
        apply_details(event, replace(details_of(event), capacity=event.capacity - scan.added_seats))
        scan.added_seats = 0
    serve_queue(session, event, now)

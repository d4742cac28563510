"""Steps that several actions are made of. They change rows in the caller's transaction, under the lunch's lock."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, inspect, or_, select, update
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_event
from lunchkit.platform import links
from lunchkit.platform.db import insert
from lunchkit.platform.erasures import Mark, note
from lunchkit.platform.errors import NotFound
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.outbox import FORGET
from lunchkit.platform.personal import erase_people
from lunchkit.registrations.details import AttendeeDetails, fill_in
from lunchkit.registrations.emails import Why, enqueue_email
from lunchkit.registrations.errors import EventIsCancelled, NotPublished, TooLate
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.queries import IS_ACTIVE, place_in_queue
from lunchkit.registrations.seats import fill_seats

HELD_FOR = timedelta(minutes=30)
"""How long a seat waits for the link in its e-mail to be pressed."""
_KNOWN = select(Registration).where(
    Registration.event_id == bindparam("event"),
    or_(Registration.form_key == bindparam("form"), Registration.email_key == bindparam("email")),
)
"""Built once: it runs for every registration. A form or an address that is not given (NULL) equals none."""


def find_known(
    session: Session, event_id: int, form_key: str | None, email: str | None
) -> tuple[Registration | None, Registration | None]:
    """Who sent this very form, and who holds this address at the lunch."""
    keys = {"event": event_id, "form": form_key, "email": None if email is None else normalise_email(email)}
    found = session.scalars(_KNOWN, keys, execution_options={"populate_existing": True}).all()
    by_form = next((row for row in found if form_key and row.form_key == form_key), None)
    by_email = next((row for row in found if email is not None and row.email_key == keys["email"]), None)
    return by_form, by_email


def find_by_email(session: Session, event_id: int, email: str | None) -> Registration | None:
    return find_known(session, event_id, None, email)[1]


def active_registrations(session: Session, event_id: int) -> list[Registration]:
    active = select(Registration).where(Registration.event_id == event_id, IS_ACTIVE)
    return list(session.scalars(active.order_by(Registration.queued_at, Registration.id)))


def lock(session: Session, registration: Registration) -> tuple[Event, Registration]:
    """Lock the event, then read the registration again. Raises NotFound once it is erased."""
    event = lock_event(session, registration.event_id)
    fresh = session.get(Registration, registration.id, populate_existing=True)
    if fresh is None or fresh.erased_at is not None:
        raise NotFound
    return event, fresh


def require_registrable(event: Event, now: datetime) -> None:
    if event.published_at is None:
        raise NotPublished
    if event.cancelled_at is not None:
        raise EventIsCancelled
    if event.is_over(now):
        raise TooLate


def new_request(
    event: Event, known: Registration | None, details: AttendeeDetails, now: datetime, *, language: str
) -> Registration:
    """A request at the end of the waiting list; ``known``, cancelled before, keeps its links and calendar entry."""
    registration = known or Registration(event=event, event_id=event.id, sequence=0)
    if known is None:
        renew_links(registration)
    fill_in(registration, details)
    registration.status, registration.language = Status.WAITING, language
    registration.registered_at = registration.queued_at = now
    registration.seated_at = registration.cancelled_at = registration.form_key = registration.form_digest = None
    return registration


def renew_links(registration: Registration) -> None:
    """Give a registration new links; earlier ones open nothing any more."""
    registration.nonce = secrets.token_bytes(16)
    tokens = links.personal_tokens(registration.nonce)
    registration.link_hash = links.token_hash(tokens.link)
    registration.ticket_hash = links.token_hash(tokens.ticket)


def serve_queue(session: Session, event: Event, now: datetime) -> list[Registration]:
    """Give what is free to those who wait; each gets an e-mail, once confirmed. Returns who got a seat, in order."""
    return _tell_promoted(session, fill_seats(session, event, now))


def place_newcomer(session: Session, event: Event, now: datetime, newcomer: Registration) -> int | None:
    """The same with a newcomer at the end of the queue; returns their place if they wait."""
    seated = fill_seats(session, event, now, [newcomer])
    if inspect(newcomer).transient:
        insert(session, newcomer, *filter(None, [newcomer.needs]), *newcomer.answers)
    session.flush()
    _tell_promoted(session, [one for one in seated if one is not newcomer])
    position = None if newcomer in seated else place_in_queue(newcomer)
    kind = "hold" if newcomer.held_until else "confirmation" if newcomer in seated else "waiting"
    enqueue_email(session, kind, newcomer, position=position)
    return position


def _tell_promoted(session: Session, seated: list[Registration]) -> list[Registration]:
    for registration in seated:
        if registration.held_until is None:
            enqueue_email(session, "promotion", registration)
    return seated


def release_held(session: Session, event: Event, now: datetime, *, due_at: datetime | None = None) -> int:
    """Cancel what is held, or only what was due at a moment, without an e-mail. Returns the number.

    Where the e-mail that asks has not left yet, the half hour begins again. The caller serves the waiting list.
    """
    held = [Registration.event_id == event.id, Registration.held_until.is_not(None), IS_ACTIVE]
    if due_at is not None:
        held.append(Registration.held_until <= due_at)
        unsent = select(OutboxEmail.subject_id).where(
            OutboxEmail.event_id == event.id, OutboxEmail.kind == "registrations/hold", OutboxEmail.sent_at.is_(None)
        )
        asked_later = update(Registration).where(*held, Registration.id.in_(unsent))
        session.execute(asked_later.values(held_until=now + HELD_FOR))
    released = session.scalars(select(Registration).where(*held), execution_options={"populate_existing": True}).all()
    for registration in released:
        registration.status, registration.cancelled_at, registration.held_until = Status.CANCELLED, now, None
    session.flush()
    return len(released)


def cancel_with_email(session: Session, registration: Registration, now: datetime, why: Why) -> None:
    """Cancel: the seats are free, the calendar entry is superseded, and an e-mail says so, and why."""
    before = registration.status
    registration.status = Status.CANCELLED
    registration.cancelled_at = now
    registration.raise_sequence(registration.event.sequence)
    enqueue_email(session, "cancellation", registration, status=before, why=why)


def erase_attendee(session: Session, registration: Registration, now: datetime) -> None:
    """Erase the person, and every e-mail about them but a cancellation that has not left yet."""
    note(Mark.ERASED, registration.link_hash)
    session.flush()
    about = OutboxEmail.subject_id == registration.id
    last_word = and_(OutboxEmail.kind == "registrations/cancellation", OutboxEmail.sent_at.is_(None))
    session.execute(delete(OutboxEmail).where(about, ~last_word))
    for email in session.scalars(select(OutboxEmail).where(about)):
        email.facts = {**email.facts, FORGET: True}
    erase_people(session, Registration, Registration.id == registration.id, now)
    session.expire(registration)


def detach_old_address(session: Session, registration: Registration) -> None:
    """Renew the links, and delete e-mails to the old address: its reader must not open the page any more."""
    unsent = (OutboxEmail.sent_at.is_(None), OutboxEmail.recipient == registration.email)
    session.execute(delete(OutboxEmail).where(OutboxEmail.subject_id == registration.id, *unsent))
    if registration.email is not None:
        before = registration.link_hash
        renew_links(registration)
        note(Mark.RENEWED, before, since=registration.link_hash)

"""Reminders that fall due, and the erasure of personal data. Safe to run often, and in several processes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from lunchkit.events.models import FOOD_KEPT_FOR, REMINDERS, Event, Reminder
from lunchkit.events.operations import lock_event
from lunchkit.platform import clock
from lunchkit.platform.backup import drop_old_copies
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import transaction
from lunchkit.platform.erasures import Mark, drop_notes, key_of, note, read_notes
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.personal import erase_of_event, erase_people
from lunchkit.platform.vacuum import vacuum_if_marked
from lunchkit.registrations.emails import enqueue_email
from lunchkit.registrations.models import Needs, Registration, Status
from lunchkit.registrations.operations import erase_attendee, lock, release_held, serve_queue
from lunchkit.speakers.models import Speaker
from lunchkit.speakers.operations import erase_speaker
from lunchkit.subscribers.models import Consent, Subscriber
from lunchkit.subscribers.operations import delete_subscribers

REMINDER_WINDOW = timedelta(hours=20)
"""A reminder that is later than this (the server was off) is not sent."""


def enqueue_reminders() -> int:
    """Enqueue the reminders whose hour has come, each once. Returns how many."""
    now = clock.now()
    with transaction() as session:
        is_near = (Event.starts_at > now, Event.starts_at < now + timedelta(days=8))
        events = _locked(session, Event.published_at.is_not(None), Event.cancelled_at.is_(None), *is_near)
        return sum(
            _remind(session, event, reminder)
            for event in events
            for reminder in REMINDERS
            if event.reminds(reminder) and timedelta(0) <= now - due_at(event, reminder) < REMINDER_WINDOW
        )


def due_at(event: Event, reminder: Reminder) -> datetime:
    return clock.wall_moment(event.starts_at, event.zone, days=-reminder.days_before, hour=reminder.hour)


def release_unconfirmed() -> int:
    """Cancel unconfirmed registrations after half an hour; the waiting list gets the seats. Returns how many."""
    now, released = clock.now(), 0
    with transaction() as session:
        unconfirmed = select(Registration.event_id).where(Registration.held_until <= now)
        for event in _locked(session, Event.id.in_(unconfirmed)):
            released += release_held(session, event, now, due_at=now)
            serve_queue(session, event, now)
    return released


def _remind(session: Session, event: Event, reminder: Reminder) -> int:
    seated = select(Registration).where(
        Registration.event_id == event.id,
        Registration.status == Status.SEATED,
        Registration.email.is_not(None),
        Registration.registered_at < due_at(event, reminder),
    )
    return sum(
        enqueue_email(
            session,
            "reminder",
            registration,
            once_key=f"reminder/{reminder.key}/{registration.id}/{event.starts_local.date():%Y%m%d}",
        )
        for registration in session.scalars(seated.order_by(Registration.id)).all()
    )


def erase_needs() -> int:
    """Erase food and access needs on their day after each event. Returns how many were erased."""
    now, erased = clock.now(), 0
    with transaction() as session:
        for event in _locked(session, Event.ends_at < now - FOOD_KEPT_FOR, Event.needs_erased_at.is_(None)):
            if event.needs_kept_until < now:  # read under the lock: its day may just have been corrected
                people = select(Registration.id).where(Registration.event_id == event.id)
                gone = session.execute(delete(Needs).where(Needs.registration_id.in_(people)))
                erased += int(getattr(gone, "rowcount", 0))
                event.needs_erased_at = now
    return erased


def purge_people() -> int:
    """Erase the people of each event on its purge day; counts stay. Returns how many.

    Then vacuums, so that the database's files hold no byte of what was erased since the last time.
    """
    now, erased = clock.now(), 0
    with transaction() as session:
        for event in _locked(session, Event.ends_at < now, Event.purged_at.is_(None)):
            if event.ends_at < now and event.purge_on <= now.astimezone(ZoneInfo(event.zone)).date():
                erased += _purge(session, event, now)
    vacuum_if_marked()
    return erased


def _locked(session: Session, *where: ColumnElement[bool]) -> Iterator[Event]:
    """The events of a condition, each locked in turn; read again under the lock."""
    for event_id in session.scalars(select(Event.id).where(*where).order_by(Event.id)).all():
        yield lock_event(session, event_id)


def _purge(session: Session, event: Event, now: datetime) -> int:
    session.execute(delete(OutboxEmail).where(OutboxEmail.event_id == event.id))
    erase_of_event(session, event.id)
    event.purged_at = event.needs_erased_at = now
    people = Registration.event_id == event.id, Registration.erased_at.is_(None)
    note(Mark.ERASED, *session.scalars(select(Registration.link_hash).where(*people)))
    return erase_people(session, Registration, people[0], now)


def drop_old_notes() -> None:
    """Delete old copies of the database, and the notes of what was erased before the oldest copy left was made."""
    drop_notes(drop_old_copies(current_settings())[:8])


def repeat_erasures() -> int:
    """Erase again the people that a restored copy brought back; returns how many attendees and speakers.

    Refused invitations are refused again too. Only people who get a seat by this are sent an e-mail.
    """
    erased, refused = read_notes()
    now = clock.now()
    if not erased and not refused:
        return 0
    with transaction() as session:
        present = select(Registration).where(Registration.erased_at.is_(None)).order_by(Registration.event_id)
        back = [person for person in session.scalars(present).all() if key_of(person.link_hash) in erased]
        for person in back:
            _erase_again(session, person, now)
        speakers = [one for one in session.scalars(select(Speaker)).all() if key_of(one.erasure_nonce) in erased]
        for speaker in speakers:
            erase_speaker(session, speaker)
        for subscriber in session.scalars(select(Subscriber)).all():
            if key_of(subscriber.link_hash) in erased:
                delete_subscribers(session, [subscriber])
            elif key_of(subscriber.link_hash) in refused and subscriber.consent is Consent.YES:
                subscriber.left_at = now
    return len(back) + len(speakers)


def _erase_again(session: Session, person: Registration, now: datetime) -> None:
    event, person = lock(session, person)
    if person.is_active and event.gives_seats(now):
        person.status, person.cancelled_at = Status.CANCELLED, now
    erase_attendee(session, person, now)
    serve_queue(session, event, now)

"""Reminders that fall due, and the erasure of what was promised to be erased. Safe to run often, and by several."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lunchkit.events.models import FOOD_KEPT_FOR, REMINDERS, Event, Reminder
from lunchkit.platform import clock
from lunchkit.platform.backup import drop_old_copies
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import leave_traces, scrub_traces, transaction
from lunchkit.platform.erasures import Mark, drop_notes, key_of, note, read_notes
from lunchkit.platform.mail.models import OutboxLetter
from lunchkit.platform.personal import erase_of_event, erase_people
from lunchkit.registrations.emails import promise_letter
from lunchkit.registrations.models import Needs, Registration, Standing
from lunchkit.registrations.operations import forget, lock, release_held, serve_queue
from lunchkit.registrations.seats import lock_event
from lunchkit.speakers.models import Speaker
from lunchkit.speakers.operations import erase_speaker
from lunchkit.subscribers.models import Guest, Wish
from lunchkit.subscribers.operations import forget_guests

REMINDER_WINDOW = timedelta(hours=20)
"""A reminder that could not leave for so long (the server was off) is not sent late."""


def promise_reminders() -> int:
    """Promise the reminder letters whose hour has come; each once. Returns how many."""
    now = clock.now()
    promised = 0
    with transaction() as session:
        near = select(Event.id).where(
            Event.published_at.is_not(None),
            Event.cancelled_at.is_(None),
            Event.starts_at > now,
            Event.starts_at < now + timedelta(days=8),
        )
        for event_id in session.scalars(near.order_by(Event.id)).all():
            event = lock_event(session, event_id)
            promised += sum(
                _remind(session, event, reminder) for reminder in REMINDERS if _is_due(event, reminder, now)
            )
    return promised


def due_at(event: Event, reminder: Reminder) -> datetime:
    """When a reminder of a lunch leaves: at its hour on the wall clock of the place."""
    return clock.wall_moment(event.starts_at, event.zone, days=-reminder.days_before, hour=reminder.hour)


def release_unconfirmed() -> int:
    """Cancel what was held for half an hour and not confirmed; the queue gets the seats. Returns how many."""
    now = clock.now()
    released = 0
    with transaction() as session:
        due = select(Registration.event_id).where(Registration.held_until <= now).distinct()
        for event_id in session.scalars(due).all():
            event = lock_event(session, event_id)
            released += release_held(session, event, now, due_at=now)
            serve_queue(session, event, now)
    return released


def _is_due(event: Event, reminder: Reminder, now: datetime) -> bool:
    return event.reminds(reminder) and due_at(event, reminder) <= now < due_at(event, reminder) + REMINDER_WINDOW


def _remind(session: Session, event: Event, reminder: Reminder) -> int:
    seated = select(Registration).where(
        Registration.event_id == event.id,
        Registration.standing == Standing.SEATED,
        Registration.email.is_not(None),
        Registration.registered_at < due_at(event, reminder),
    )
    return sum(
        promise_letter(
            session,
            "reminder",
            registration,
            once_key=f"reminder/{reminder.key}/{registration.id}/{event.starts_local.date():%Y%m%d}",
        )
        for registration in session.scalars(seated.order_by(Registration.id)).all()
    )


def erase_needs() -> int:
    """Erase food and access needs two days after each lunch, or when it says. Returns how many were erased."""
    now = clock.now()
    erased = 0
    with transaction() as session:
        done = select(Event.id).where(Event.ends_at < now - FOOD_KEPT_FOR, Event.needs_erased_at.is_(None))
        for event_id in session.scalars(done.order_by(Event.id)).all():
            event = lock_event(session, event_id)
            if event.needs_kept_until < now:  # read under the lock: its day may just have been mended
                erased += _erase_needs(session, event)
                event.needs_erased_at = now
    return erased


def purge_people() -> int:
    """Forget the people of each lunch on its purge day; what stays is counts. Returns how many were forgotten.

    Then no byte stays in the database's files of them, nor of anything else that was erased since the last time.
    """
    now = clock.now()
    forgotten = 0
    with transaction() as session:
        over = select(Event.id).where(Event.ends_at < now, Event.purged_at.is_(None))
        for event_id in session.scalars(over.order_by(Event.id)).all():
            event = lock_event(session, event_id)
            if event.ends_at < now and event.purge_on <= _today(event, now):
                forgotten += _purge(session, event, now)
    scrub_traces()
    return forgotten


def _today(event: Event, now: datetime) -> date:
    return now.astimezone(ZoneInfo(event.zone)).date()


def _erase_needs(session: Session, event: Event) -> int:
    leave_traces()
    of_this_lunch = select(Registration.id).where(Registration.event_id == event.id)
    erased = session.execute(delete(Needs).where(Needs.registration_id.in_(of_this_lunch)))
    return int(getattr(erased, "rowcount", 0))


def _purge(session: Session, event: Event, now: datetime) -> int:
    leave_traces()
    session.execute(delete(OutboxLetter).where(OutboxLetter.event_id == event.id))
    erase_of_event(session, event.id)
    event.purged_at = event.needs_erased_at = now
    people = Registration.event_id == event.id, Registration.erased_at.is_(None)
    note(Mark.ERASED, *session.scalars(select(Registration.link_hash).where(*people)))
    return erase_people(session, Registration, people[0], now)


def drop_old_notes() -> None:
    """Delete old copies of the database, and the keys of what was erased before the oldest that is left was made."""
    drop_notes(drop_old_copies(current_settings())[:8])


def repeat_erasures() -> int:
    """Erase again who came back with an older copy of the database; returns how many attendees and speakers.

    A no to invitations is a no again too. No letter tells of it, but whoever gets a seat by it has one.
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
        for guest in session.scalars(select(Guest)).all():
            if key_of(guest.link_hash) in erased:
                forget_guests(session, [guest.id], [guest.email])
                leave_traces()
            elif key_of(guest.link_hash) in refused and guest.wish is Wish.YES:
                guest.left_at = now
    return len(back) + len(speakers)


def _erase_again(session: Session, person: Registration, now: datetime) -> None:
    event, person = lock(session, person)
    if person.is_active and event.gives_seats(now):
        person.standing, person.cancelled_at = Standing.CANCELLED, now
    forget(session, person, now)
    leave_traces()
    serve_queue(session, event, now)

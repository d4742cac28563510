"""Changes of an event that attendees hear of. One action, one transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from lunchkit.events.details import EventDetails, apply_details, changes_for_history, details_of, plan_of, plan_with
from lunchkit.events.models import Event
from lunchkit.events.operations import lock_event
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import record_facts
from lunchkit.platform.db import transaction
from lunchkit.platform.versions import require_version
from lunchkit.registrations import errors
from lunchkit.registrations.emails import enqueue_email
from lunchkit.registrations.models import Registration
from lunchkit.registrations.operations import active_registrations, serve_queue
from lunchkit.registrations.queries import place_in_queue


def change_event(
    event: Event,
    details: EventDetails,
    version: int | None = None,
    *,
    tells: bool = True,
    took_place: Callable[[Event], bool] = lambda _event: True,
) -> None:
    """Change an event; attendees are told of a new time or place, and new seats go to the waiting list.

    Without ``tells`` no e-mail leaves, unless names are erased later than before; the calendar's SEQUENCE rises anyway.
    A lower capacity cancels nobody. ``version`` is the one that the details were made from. ``took_place`` says whether
    something has happened that happens only at a lunch; packages above this one know more of that.
    Raises ChangedMeanwhile, EventIsCancelled, ErasurePromised, DateHasPassed, DateIsHistory, PeopleCame.
    """
    now = clock.now()
    with transaction() as session:
        event = lock_event(session, event.id)
        require_version(event, version)
        if event.cancelled_at is not None:
            raise errors.EventIsCancelled
        if (details.starts_at, details.ends_at) != (event.starts_at, event.ends_at):
            _require_movable(session, event, details, now, took_place)
            event.needs_erased_at = event.purged_at = None  # they were of the other day
        if details.purge_days > event.purge_days and _has_people(session, event, Registration.erased_at.is_(None)):
            raise errors.ErasurePromised(event)
        before = plan_of(event)
        record_facts(session, changed=changes_for_history(event, details))
        moved = apply_details(event, details)
        if moved and event.published_at is not None and not event.is_over(now):
            for registration in active_registrations(session, event.id):
                registration.raise_sequence(event.sequence)
                if tells or event.purge_on > before.purge_on:
                    place = place_in_queue(registration)
                    enqueue_email(session, "change", registration, position=place, before=before.facts())
        serve_queue(session, event, now)


def change_capacity(event: Event, capacity: int) -> tuple[int, int]:
    """Set the number of seats; new ones go to the waiting list, a lower number cancels nobody.

    Returns the number of seats that were given, and of e-mails that say so. Raises EventIsCancelled.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        if event.cancelled_at is not None:
            raise errors.EventIsCancelled
        details = replace(details_of(event), capacity=capacity)
        record_facts(session, changed=changes_for_history(event, details))
        apply_details(event, details)
        seated = serve_queue(session, event, clock.now())
        return sum(one.seats for one in seated), sum(one.email is not None for one in seated)


def cancel_event(event: Event) -> int:
    """Cancel an event, and tell every attendee; returns the number of e-mails. Idempotent. Raises IsADraft."""
    now = clock.now()
    with transaction() as session:
        event = lock_event(session, event.id)
        if event.cancelled_at is not None or (event.is_over(now) and event.published_at is not None):
            return 0
        if event.published_at is None:
            raise errors.IsADraft
        event.cancelled_at = event.updated_at = now
        event.sequence += 1
        told = active_registrations(session, event.id)
        for registration in told:
            registration.raise_sequence(event.sequence)
            enqueue_email(session, "event_cancellation", registration)
        return sum(registration.email is not None for registration in told)


def _require_movable(
    session: Session, event: Event, details: EventDetails, now: datetime, took_place: Callable[[Event], bool]
) -> None:
    """A public event that is over can be moved while nothing took place or was erased: its day was a mistake."""
    is_public = event.published_at is not None
    if details.ends_at <= now:
        raise errors.DateHasPassed
    if is_public and event.is_over(now):
        if (event.needs_erased_at is not None and _has_people(session, event)) or took_place(event):
            raise errors.DateIsHistory
    elif is_public and event.starts_at <= now:
        is_another_day = plan_of(event).starts_local.date() != plan_with(event, details).starts_local.date()
        if is_another_day and took_place(event):
            raise errors.PeopleCame


def _has_people(session: Session, event: Event, *conditions: ColumnElement[bool]) -> bool:
    known = select(Registration.id).where(Registration.event_id == event.id, *conditions)
    return session.scalar(known.limit(1)) is not None

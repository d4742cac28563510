"""What attendees and organisers do with registrations. One action, one transaction."""

from dataclasses import dataclass

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_event
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import AuditEvent, record, record_facts
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import TooMany
from lunchkit.platform.limits import Window
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.platform.mail.outbox import emails_lately
from lunchkit.registrations import errors, operations
from lunchkit.registrations.details import AttendeeDetails, fill_in
from lunchkit.registrations.emails import Why, enqueue_email, enqueue_recap_email
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.queries import place_in_queue, seats_left
from lunchkit.registrations.seats import place_of_new_request
from lunchkit.subscribers.operations import delete_subscriber, request_consent
from lunchkit.team.models import Organiser

EMAILS_AN_HOUR = 3
"""To one address, on the demand of a form that anybody can send."""
arrivals = Window("arrivals", most=300, seconds=60)
"""Registrations for one event in a minute, or four times its seats: any room at once, but not a machine for ever."""
unconfirmed = Window("unconfirmed", most=10, seconds=600)
"""Registrations for one event in ten minutes, or a quarter of its seats, of which no confirmation is asked."""
LONGEST_QUEUE = 100
"""Requests that wait for one event, or three times its seats."""


@dataclass(frozen=True)
class Placed:
    """The status of a request: what the thanks page says."""

    status: Status
    position: int | None
    is_held: bool = False  # to be confirmed by the link in the e-mail


def note_export(event: Event, by: Organiser) -> None:
    with transaction() as session:
        record(session, AuditEvent("registrations.export", by.id, by.name, event_id=event.id, title=event.title))


def register_attendee(
    event: Event, details: AttendeeDetails, *, form_key: str, language: str, members: str = ""
) -> Placed:
    """Give the attendee a seat, or the next place in the waiting list; ``members`` is the secret of the members' link.

    Idempotent by ``form_key``. An address that is registered already gets the answer of a newcomer, and an e-mail that
    tells the rest. Beyond the usual rate, requests are held until the link in their e-mail is pressed; members are not.
    Raises RegistrationClosed, FormUsedAlready, TooMany or WaitingListFull.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        now = clock.now()  # read under the lock: places in the list follow it
        sent_before, known = operations.find_known(session, event.id, form_key, details.email)
        if sent_before is not None and sent_before.is_active:
            if sent_before.form_digest != details.digest():
                raise errors.FormUsedAlready
            is_held = sent_before.held_until is not None
            return Placed(Status(sent_before.status), place_in_queue(sent_before), is_held)
        of_members = event.is_members_link(members)
        if not event.takes_registrations(now, of_members=of_members):
            raise errors.RegistrationClosed
        is_held = _is_crowded(event) and not of_members
        if details.wants_invitations and details.email:
            request_consent(session, details.email, language, now)
        if known is not None and known.is_active:
            if emails_lately(session, known.email or "", now) < EMAILS_AN_HOUR:
                kind, place = "repeat" if known.held_until is None else "hold", place_in_queue(known)
                enqueue_email(session, kind, known, position=place, once_key=f"repeat/{form_key}")
            return _placed(event, *place_of_new_request(event, details.seats), is_held)
        if sent_before is not None and sent_before is not known:
            sent_before.form_key = None  # cancelled since; the form is of another address now
            session.flush()
        registration = operations.new_request(event, known, details, now, language=language)
        registration.form_key, registration.form_digest = form_key, details.digest()
        registration.held_until = now + operations.HELD_FOR if is_held else None
        position = operations.place_newcomer(session, event, now, registration)
        return _placed(event, Status(registration.status), position, is_held)


def _placed(event: Event, status: Status, position: int | None, is_held: bool) -> Placed:
    if (position or 0) > max(LONGEST_QUEUE, 3 * event.capacity):
        raise errors.WaitingListFull
    return Placed(status, position, is_held)


def _is_crowded(event: Event) -> bool:
    """Whether a seat must be confirmed, since many people register. Raises TooMany above any size of room."""
    if not arrivals.allows(event.id, max(arrivals.most, 4 * event.capacity)):
        raise TooMany
    return not unconfirmed.allows(event.id, max(unconfirmed.most, event.capacity // 4))


def confirm_registration(registration: Registration) -> None:
    """Keep a seat, or a place in the waiting list, that was held: its e-mail was read. Idempotent."""
    with transaction() as session:
        _event, registration = operations.lock(session, registration)
        if registration.held_until is None or not registration.is_active:
            return
        registration.held_until = None
        kind = "confirmation" if registration.status == Status.SEATED else "waiting"
        enqueue_email(session, kind, registration, position=place_in_queue(registration))


def cancel_unconfirmed(event: Event) -> int:
    """Cancel every registration that is still held; the waiting list gets the seats. Returns the number."""
    with transaction() as session:
        event, now = lock_event(session, event.id), clock.now()
        cancelled = operations.release_held(session, event, now)
        operations.serve_queue(session, event, now)
        record_facts(session, cancelled=cancelled)
    return cancelled


def register_by_hand(
    event: Event, details: AttendeeDetails, *, language: str, cancelled: Registration | None = None
) -> Registration:
    """Register a person for whom an organiser types, or restore a ``cancelled`` one; the address may be missing.

    Possible before registration opens and after it closes; seats are given by the same rule. While the event runs a
    person gets a free seat or none: nobody waits any more.
    Raises NotPublished, EventIsCancelled, TooLate, AddressTaken or NoFreeSeat.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        now = clock.now()
        operations.require_registrable(event, now)
        known = operations.find_by_email(session, event.id, details.email)
        if cancelled is not None:
            known = operations.lock(session, cancelled)[1]
        if known is not None and known.is_active:
            raise errors.AddressTaken
        registration = operations.new_request(event, known, details, now, language=language)
        operations.place_newcomer(session, event, now, registration)
        if event.is_running(now) and registration.status != Status.SEATED:
            raise errors.NoFreeSeat
    return registration


def update_registration(registration: Registration, details: AttendeeDetails) -> None:
    """Change what an attendee said; the address stays unless the details bring one.

    More companions need free seats, fewer give seats back at once. A new address gets the e-mail with link and ticket.
    Raises NoSeatForCompanions, AddressTaken or TooLate.
    """
    now = clock.now()
    with transaction() as session:
        event, registration = operations.lock(session, registration)
        if not registration.may_change(now):
            raise errors.TooLate
        new_address = details.email is not None and normalise_email(details.email) != registration.email_key
        if new_address and operations.find_by_email(session, event.id, details.email) is not None:
            raise errors.AddressTaken
        if registration.status == Status.SEATED and details.seats > registration.seats + seats_left(event):
            raise errors.NoSeatForCompanions
        if new_address:
            operations.detach_old_address(session, registration)
        fill_in(registration, details)
        if new_address:
            enqueue_email(session, "ticket", registration, position=place_in_queue(registration))
        operations.serve_queue(session, event, now)


def set_recap_consent(registration: Registration, wants_recap: bool) -> None:
    """Say whether an attendee wants the recap: at any time, also after the lunch. Idempotent.

    An e-mail that has not left yet is not sent to a person who said no; one who says yes after the recap was published
    gets it now, unless they had it.
    """
    with transaction() as session:
        event, registration = operations.lock(session, registration)
        registration.wants_recap = wants_recap
        if wants_recap and event.recap_published_at is not None:
            enqueue_recap_email(session, registration)


def cancel_registration(registration: Registration, why: Why = Why.ATTENDEE) -> list[int]:
    """Cancel a registration; returns who of the waiting list got a seat. Idempotent. Raises TooLate after the lunch."""
    with transaction() as session:
        event, registration = operations.lock(session, registration)
        now = clock.now()
        if not registration.is_active:
            return []
        if event.is_over(now):
            raise errors.TooLate
        operations.cancel_with_email(session, registration, now, why)
        return [one.id for one in operations.serve_queue(session, event, now)]


def write_note(registration: Registration, text: str) -> None:
    with transaction() as session:
        operations.lock(session, registration)[1].note = text


def repeat_email(registration: Registration) -> None:
    with transaction() as session:
        event, registration = operations.lock(session, registration)
        if event.cancelled_at is not None:
            raise errors.EventIsCancelled
        if registration.is_active:
            enqueue_email(session, "ticket", registration, position=place_in_queue(registration))


def erase_registration(registration: Registration) -> None:
    """Cancel what is still to come, then erase the person, invitations included; only a count stays."""
    now = clock.now()
    with transaction() as session:
        event, registration = operations.lock(session, registration)
        if registration.is_active and event.gives_seats(now):
            operations.cancel_with_email(session, registration, now, Why.ATTENDEE)
        delete_subscriber(session, registration.email)
        operations.erase_attendee(session, registration, now)
        operations.serve_queue(session, event, now)

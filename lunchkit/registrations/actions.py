"""What attendees and organisers do with registrations. One action, one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lunchkit.events.details import EventDetails, apply_details, changes_for_history, details_of, plan_of
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import Act, record, tell
from lunchkit.platform.db import leave_traces, transaction
from lunchkit.platform.erasures import Mark, note
from lunchkit.platform.errors import NotFound, TooMany
from lunchkit.platform.limits import Window
from lunchkit.platform.mail.addresses import fold_email
from lunchkit.platform.mail.models import OutboxLetter
from lunchkit.platform.mail.outbox import letters_lately
from lunchkit.platform.versions import require_version
from lunchkit.registrations.details import AttendeeDetails, details_of_registration, fill_in
from lunchkit.registrations.emails import Why, promise_letter, promise_recap_letter
from lunchkit.registrations.errors import (
    AddressTaken,
    FormUsedAlready,
    IsADraft,
    LunchCalledOff,
    NoSeatAtTheDoor,
    NoSeatForCompanions,
    RegistrationClosed,
    TooLate,
    WaitingListFull,
)
from lunchkit.registrations.models import Registration, Standing
from lunchkit.registrations.operations import (
    HELD_FOR,
    active_registrations,
    find_by_email,
    find_known,
    forget,
    give_back,
    join_queue,
    lock,
    new_registration,
    place_newcomer,
    release_held,
    renew_links,
    require_earlier_erasure,
    require_movable,
    require_open_by_hand,
    serve_queue,
)
from lunchkit.registrations.queries import count_seats, place_in_queue
from lunchkit.registrations.seats import lock_event, would_be
from lunchkit.subscribers.operations import ask_guest, forget_guest
from lunchkit.team.models import Organiser

LETTERS_AN_HOUR = 3
"""To one address, on the demand of a form that anybody can send."""
arrivals = Window(most=300, seconds=60)
"""Registrations for one event in a minute, or four times its seats: any room at once, but not a machine for ever."""
unconfirmed = Window(most=10, seconds=600)
"""Registrations for one event in ten minutes, or a quarter of its seats, of which no confirmation is asked."""
LONGEST_QUEUE = 100
"""Requests that wait for one event, or three times its seats."""


@dataclass(frozen=True)
class Placed:
    """Where a request stands: what the thanks page says."""

    standing: Standing
    position: int | None
    is_held: bool = False
    """Whether it has to be confirmed by the link in the e-mail."""


def note_export(event: Event, by: Organiser | None) -> None:
    """Have it stand in the history that somebody took the list of people away."""
    if by is not None:
        with transaction() as session:
            record(session, Act("registrations.export", by.id, by.name, event_id=event.id, title=event.title))


def register_attendee(
    event: Event, details: AttendeeDetails, *, form_key: str, language: str, members: str = ""
) -> Placed:
    """Give the attendee a seat, or the next place in the queue; ``members`` is the secret of the link they came by.

    The same form sent again changes nothing and gets the same answer. An address that is registered already gets the
    answer of a newcomer, and a letter that tells the rest. Where many come at once, or a machine, those beyond the
    usual rate are held until the link in their e-mail is pressed; members, who come by a secret address, are not.
    Raises RegistrationClosed, FormUsedAlready, TooMany or WaitingListFull.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        now = clock.now()  # read under the lock: nobody slips in before a place that somebody was told
        sent_before, known = find_known(session, event.id, form_key, details.email)
        if sent_before is not None and sent_before.is_active:
            if sent_before.form_digest != details.digest():
                raise FormUsedAlready
            return Placed(
                Standing(sent_before.standing), place_in_queue(sent_before), sent_before.held_until is not None
            )
        of_members = event.is_members_link(members)
        if not event.takes_registrations(now, of_members=of_members):
            raise RegistrationClosed
        is_held = _is_crowded(event) and not of_members
        if details.wants_invitations and details.email:
            ask_guest(session, details.email, language, now)
        if known is not None and known.is_active:
            _repeat_quietly(session, known, form_key, now)
            standing, position = would_be(session, event, details.seats)
            _require_place(event, position)
            return Placed(standing, position, is_held)
        if sent_before is not None and sent_before is not known:
            sent_before.form_key = None  # cancelled since; the form now speaks for somebody else
            session.flush()
        registration = known or new_registration(event)
        fill_in(registration, details)
        join_queue(registration, now, form_key=form_key, digest=details.digest(), language=language)
        registration.held_until = now + HELD_FOR if is_held else None
        position = place_newcomer(session, event, now, registration)
        _require_place(event, position)
        return Placed(Standing(registration.standing), position, is_held)


def _is_crowded(event: Event) -> bool:
    """Whether so many come that a seat must be confirmed. Raises TooMany where no room is so large."""
    if not arrivals.allows(event.id, max(arrivals.most, 4 * event.capacity)):
        raise TooMany
    return not unconfirmed.allows(event.id, max(unconfirmed.most, event.capacity // 4))


def _require_place(event: Event, position: int | None) -> None:
    if (position or 0) > max(LONGEST_QUEUE, 3 * event.capacity):
        raise WaitingListFull


def confirm_registration(registration: Registration) -> None:
    """Keep a seat, or a place in the queue, that was held: its e-mail was read. Idempotent."""
    with transaction() as session:
        _event, registration = lock(session, registration)
        if registration.held_until is None or not registration.is_active:
            return
        registration.held_until = None
        kind = "confirmation" if registration.standing == Standing.SEATED else "waiting"
        promise_letter(session, kind, registration, position=place_in_queue(registration))


def cancel_unconfirmed(event: Event) -> int:
    """Cancel every registration that is still held; the queue gets the seats. Returns how many there were."""
    with transaction() as session:
        event, now = lock_event(session, event.id), clock.now()
        cancelled = release_held(session, event, now)
        serve_queue(session, event, now)
        tell(session, cancelled=cancelled)
    return cancelled


def register_by_hand(event: Event, details: AttendeeDetails, *, language: str) -> Registration:
    """Register somebody who asked by other means; the e-mail address may be missing.

    Organisers may do so before registration opens and after it closes, but seats are given by the same rule. While the
    lunch runs, whoever stands at the door gets a free seat or none: the queue is over.
    Raises NotPublished, LunchCalledOff, TooLate, AddressTaken or NoSeatAtTheDoor.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        now = clock.now()
        require_open_by_hand(event, now)
        known = find_by_email(session, event.id, details.email)
        if known is not None and known.is_active:
            raise AddressTaken
        registration = known or new_registration(event)
        fill_in(registration, details)
        join_queue(registration, now, language=language)
        place_newcomer(session, event, now, registration)
        if event.is_running(now) and registration.standing != Standing.SEATED:
            raise NoSeatAtTheDoor
    return registration


def update_registration(registration: Registration, details: AttendeeDetails) -> None:
    """Change what an attendee said; the address stays unless the details bring one.

    More companions need free seats, fewer give seats back at once. A new address gets the letter with link and ticket.
    Raises NoSeatForCompanions, AddressTaken or TooLate.
    """
    now = clock.now()
    with transaction() as session:
        event, registration = lock(session, registration)
        if not registration.may_change(now):
            raise TooLate
        new_address = bool(details.email) and fold_email(details.email or "") != registration.email_key
        if new_address and find_by_email(session, event.id, details.email) is not None:
            raise AddressTaken
        more = details.seats - registration.seats
        if more > 0 and registration.standing == Standing.SEATED:
            if event.capacity - (session.scalar(count_seats(event.id)) or 0) < more:
                raise NoSeatForCompanions
        if new_address:
            _leave_address(session, registration)
        fill_in(registration, details)
        if new_address:
            promise_letter(session, "ticket", registration, position=place_in_queue(registration))
        serve_queue(session, event, now)


def wish_for_recap(registration: Registration, wants_recap: bool) -> None:
    """Take the tick «send me the recap» away, or put it back: at any time, also long after the lunch. Twice is once.

    A letter that has not left yet stays at home if the tick is away when its turn comes. Whoever puts it back after
    the recap was published gets the letter now, unless they had it.
    """
    with transaction() as session:
        event, registration = lock(session, registration)
        registration.wants_recap = wants_recap
        if wants_recap and event.recap_published_at is not None:
            promise_recap_letter(session, registration)


def cancel_registration(registration: Registration, why: Why = Why.ATTENDEE) -> list[int]:
    """Give the seats back; the queue gets them in the same transaction. Twice is once.

    Returns the numbers of the registrations that got a seat by it.
    """
    now = clock.now()
    with transaction() as session:
        event, registration = lock(session, registration)
        if not registration.is_active:
            return []
        if event.is_over(now):
            raise TooLate
        give_back(session, registration, now, why)
        return [one.id for one in serve_queue(session, event, now)]


def move_to_head_of_queue(registration: Registration) -> None:
    """Let a waiting request be the next to get a seat, by the organiser's decision."""
    now = clock.now()
    with transaction() as session:
        event, registration = lock(session, registration)
        first = session.scalar(
            select(func.min(Registration.queued_at)).where(
                Registration.event_id == event.id, Registration.standing == Standing.WAITING
            )
        )
        if registration.standing == Standing.WAITING and first is not None:
            registration.queued_at = first - timedelta(microseconds=1)
            serve_queue(session, event, now)


def move_to_event(registration: Registration, other: Event) -> Registration:
    """Move an attendee to another lunch: cancelled here, registered there, or nothing at all.

    Raises AddressTaken where the address is registered there already, TooLate where that lunch is over.
    """
    with transaction() as session:
        for event_id in sorted((registration.event_id, other.id)):
            lock_event(session, event_id)
        now = clock.now()
        event, registration = lock(session, registration)
        other = lock_event(session, other.id)
        if not registration.is_active or other.id == event.id or not other.gives_seats(now):
            raise TooLate
        said = _as_asked_by(other, details_of_registration(registration))
        moved = find_by_email(session, other.id, registration.email)
        if moved is not None and moved.is_active:
            raise AddressTaken
        moved = moved or new_registration(other)
        fill_in(moved, said)
        join_queue(moved, now, language=registration.language)
        give_back(session, registration, now, Why.MOVED)
        serve_queue(session, event, now)
        place_newcomer(session, other, now, moved)
    return moved


def repeat_letter(registration: Registration) -> None:
    """Send the attendee the letter with ticket and link once more."""
    with transaction() as session:
        event, registration = lock(session, registration)
        if event.cancelled_at is not None:
            raise LunchCalledOff
        if registration.is_active:
            promise_letter(session, "ticket", registration, position=place_in_queue(registration))


def erase_registration(registration: Registration) -> None:
    """Cancel what is still to come, then forget the person, invitations included; a count is all that stays."""
    now = clock.now()
    with transaction() as session:
        event, registration = lock(session, registration)
        if registration.is_active and event.gives_seats(now):
            give_back(session, registration, now, Why.ATTENDEE)
        forget_guest(session, registration.email)
        forget(session, registration, now)
        leave_traces()
        serve_queue(session, event, now)


def _perhaps(_event: Event) -> bool:
    """That a lunch took place is assumed where nobody says otherwise."""
    return True


def change_event(
    event: Event,
    details: EventDetails,
    version: int | None = None,
    *,
    tells: bool = True,
    took_place: Callable[[Event], bool] = _perhaps,
) -> None:
    """Change a lunch; those who come are told of a new time or place, and new seats go to the queue.

    Without ``tells`` no letter leaves, unless names are erased later then; the calendar's SEQUENCE rises all the same.
    A lower capacity never throws anybody out. ``version`` is the one of the lunch that the details were made from.
    ``took_place`` says of the lunch, once it is held, whether anything has happened that happens only at a lunch:
    this floor does not see it all.
    Raises ChangedMeanwhile, LunchCalledOff, ErasurePromised, DateHasPassed, DateIsHistory, PeopleAreHere.
    """
    now = clock.now()
    with transaction() as session:
        event = lock_event(session, event.id)
        if event.discarded_at is not None:
            raise NotFound
        require_version(event, version)
        if event.cancelled_at is not None:
            raise LunchCalledOff
        if (details.starts_at, details.ends_at) != (event.starts_at, event.ends_at):
            require_movable(session, event, details, now, took_place)
            event.needs_erased_at = event.purged_at = None  # of a day on which nobody was there
        require_earlier_erasure(session, event, details)
        before = plan_of(event)
        tell(session, changed=changes_for_history(event, details))
        moved = apply_details(event, details)
        if moved and event.published_at is not None and not event.is_over(now):
            for registration in active_registrations(session, event.id):
                registration.raise_sequence(event.sequence)
                if tells or event.purge_on > before.purge_on:
                    place = place_in_queue(registration)
                    promise_letter(session, "change", registration, position=place, before=before.facts())
        serve_queue(session, event, now)


def change_capacity(event: Event, capacity: int) -> tuple[int, int]:
    """Set the number of seats and nothing else; new ones go to the queue, fewer throw nobody out.

    Returns how many seats the queue got, and how many letters say so. Raises LunchCalledOff.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        if event.cancelled_at is not None:
            raise LunchCalledOff
        details = replace(details_of(event), capacity=capacity)
        tell(session, changed=changes_for_history(event, details))
        apply_details(event, details)
        seated = serve_queue(session, event, clock.now())
        return sum(one.seats for one in seated), sum(one.email is not None for one in seated)


def cancel_event(event: Event) -> int:
    """Call a lunch off: it stays in the calendars as cancelled, and everybody gets a letter. Twice is once.

    Returns how many letters leave. Raises IsADraft.
    """
    now = clock.now()
    with transaction() as session:
        event = lock_event(session, event.id)
        if event.cancelled_at is not None or (event.is_over(now) and event.published_at is not None):
            return 0
        if event.published_at is None:
            raise IsADraft
        event.cancelled_at = event.updated_at = now
        event.sequence += 1
        told = active_registrations(session, event.id)
        for registration in told:
            registration.raise_sequence(event.sequence)
            promise_letter(session, "event_cancellation", registration)
        return sum(registration.email is not None for registration in told)


def _leave_address(session: Session, registration: Registration) -> None:
    """Whoever reads the old mailbox must not hold the key of a page that is not theirs."""
    unsent = (OutboxLetter.sent_at.is_(None), OutboxLetter.recipient == registration.email)
    session.execute(delete(OutboxLetter).where(OutboxLetter.subject_id == registration.id, *unsent))
    if registration.email is not None:
        before = registration.link_hash
        renew_links(registration)
        note(Mark.RENEWED, before, since=registration.link_hash)


def _as_asked_by(event: Event, details: AttendeeDetails) -> AttendeeDetails:
    """The details without what this lunch does not ask; questions of one's own are those of one lunch."""
    details = replace(details, answers=())
    if not event.asks_food:
        details = replace(details, diets=(), allergies="")
    return details if event.asks_access else replace(details, access="")


def _repeat_quietly(session: Session, known: Registration, form_key: str, now: datetime) -> None:
    if known.email and letters_lately(session, known.email, now) < LETTERS_AN_HOUR:
        position = place_in_queue(known)
        kind = "repeat" if known.held_until is None else "hold"
        promise_letter(session, kind, known, position=position, once_key=f"repeat/{form_key}")

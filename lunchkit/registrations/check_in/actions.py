"""What is done at the check-in. One action, one transaction, under the lunch's lock: of two entrances one is first."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from lunchkit.events.details import apply_details, details_of
from lunchkit.events.models import Event
from lunchkit.events.operations import lock_event
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import record_facts
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import NotFound
from lunchkit.platform.i18n import language
from lunchkit.registrations.check_in.queries import answer_about, counts, find_registration, first_of, scan_by_nonce
from lunchkit.registrations.check_in.view_models import Answer, Scan, Word, short_name
from lunchkit.registrations.emails import Why, enqueue_email
from lunchkit.registrations.errors import EventIsCancelled, NoFreeSeat, NotPublished
from lunchkit.registrations.models import CheckIn, Registration, Status
from lunchkit.registrations.operations import cancel_with_email, find_by_email, new_request, place_newcomer, serve_queue
from lunchkit.registrations.seats import fill_seats


def take_scan(event: Event, scan: Scan) -> Answer:
    """Let a party in, or say why not; or correct an earlier scan. Idempotent by the nonce of the scan.

    The first scan of a ticket admits; a later one is told when, and at which entrance. A phone that let a person in
    without asking (``scan.let_in``) is believed; a person whom the server would have stopped is flagged.
    Raises NotPublished, EventIsCancelled, or NoFreeSeat for a walk-in.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        if event.published_at is None:
            raise NotPublished
        if event.cancelled_at is not None:
            raise EventIsCancelled
        now = clock.now()
        known = scan_by_nonce(scan.nonce)
        if known is not None:
            return _tell_again(event, known, scan, now)
        if scan.undoes:
            return _undo(session, event, scan.undoes, now)
        if scan.corrects:
            return _count_party(session, event, scan, now)
        return _let_in(session, event, scan, now)


def settle_conflict(event: Event, scan_id: int) -> None:
    """Mark a flagged scan as looked into. Idempotent. Raises NotFound where the event has no such scan."""
    with transaction() as session:
        lock_event(session, event.id)
        scan = session.get(CheckIn, scan_id, populate_existing=True)
        if scan is None or scan.event_id != event.id:
            raise NotFound
        scan.settled_at = scan.settled_at or clock.now()


def _tell_again(event: Event, known: CheckIn, scan: Scan, now: datetime) -> Answer:
    """Answer a scan that is sent again. Meanwhile the phone may have let the party in without asking."""
    if known.event_id != event.id:
        return Answer(Word.UNKNOWN)
    if scan.let_in and known.admitted_at is None and known.undone_at is None and scan.corrects is None:
        known.flagged_at = known.flagged_at or now
    if known.undone_at is not None:
        return Answer(Word.UNDONE, known.registration_id)
    return answer_about(known.registration, is_first=known.admitted_at is not None or scan.corrects is not None)


def _undo(session: Session, event: Event, nonce: str, now: datetime) -> Answer:
    row = scan_by_nonce(nonce)
    if row is None or row.event_id != event.id:
        return Answer(Word.UNDONE)
    if row.undone_at is None:
        row.undone_at = now
        if row.admitted_at is not None:
            row.registration.arrived, row.registration.arrived_at = 0, None
        if row.is_walk_in and row.registration.is_active:
            _leave(session, event, row, now)
    return Answer(Word.UNDONE, row.registration_id, short_name(row.registration.name))


def _count_party(session: Session, event: Event, scan: Scan, now: datetime) -> Answer:
    """Correct how many of a party came. The correction is a row of its own, so that it is done once."""
    row = scan_by_nonce(scan.corrects or "")
    if row is None or row.event_id != event.id:
        return Answer(Word.UNKNOWN)
    first = first_of(row.registration_id)
    trace = _row(event, row.registration, scan, now)
    session.add(trace)
    if first is None:
        return Answer(Word.UNDONE, row.registration_id, short_name(row.registration.name))
    first.people = row.registration.arrived = trace.people
    session.flush()
    return answer_about(row.registration, is_first=True)


def _let_in(session: Session, event: Event, scan: Scan, now: datetime) -> Answer:
    capacity, is_new = event.capacity, False
    if scan.walk_in is None:
        registration = find_registration(scan)
    else:
        registration = find_by_email(session, event.id, scan.walk_in.email)
        if is_new := registration is None or not registration.is_active:
            registration = new_request(event, registration, scan.walk_in, now, language=language())
            _give_seat(session, event, registration, scan, now, is_new=True)
            if registration.status != Status.SEATED and not scan.let_in:
                raise NoFreeSeat
    if registration is None or (registration.event_id != event.id and scan.ticket_hash is None):
        return Answer(Word.UNKNOWN)  # only a ticket is told its event, no number
    if registration.event_id != event.id:
        return Answer(Word.OTHER, lunch=registration.event.title, at=registration.event.starts_at)
    if scan.walk_in is not None and not is_new and not scan.let_in:
        return replace(answer_about(registration, is_first=False), word=Word.KNOWN)
    if scan.gives_seat and registration.status == Status.WAITING:
        _give_seat(session, event, registration, scan, now, is_new=False)
    admits = registration.status == Status.SEATED and first_of(registration.id) is None
    if admits or scan.let_in or registration.arrived:
        row = _row(event, registration, scan, now, is_walk_in=is_new)
        row.admitted_at = now if admits else None
        row.flagged_at = now if scan.let_in and not admits else None
        row.added_seats = event.capacity - capacity
        session.add(row)
        if admits:
            registration.arrived, registration.arrived_at = row.people, row.scanned_at
        session.flush()
    answer = answer_about(registration, is_first=admits)
    return replace(answer, word=Word.FULL) if answer.word is Word.WAITING and scan.gives_seat else answer


def _row(event: Event, registration: Registration, scan: Scan, now: datetime, *, is_walk_in: bool = False) -> CheckIn:
    return CheckIn(
        event_id=event.id,
        registration=registration,
        nonce=scan.nonce,
        door=scan.door,
        people=min(scan.people or registration.seats, registration.seats),
        is_walk_in=is_walk_in,
        scanned_at=scan.scanned_at,
        received_at=now,
        organiser_id=scan.organiser_id,
    )


def _give_seat(
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


def _leave(session: Session, event: Event, scan: CheckIn, now: datetime) -> None:
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

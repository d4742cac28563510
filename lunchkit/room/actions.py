"""Actions on a room, and on the lunch that takes place in it."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_event
from lunchkit.platform import clock
from lunchkit.platform.codes import SLIP_LENGTH, new_code
from lunchkit.platform.db import db, transaction
from lunchkit.platform.errors import user_error
from lunchkit.room.ballot_store import NewBallot, OpenPoll
from lunchkit.room.devices import Device, slip_hash, voter_hash
from lunchkit.room.errors import NotKnownYet, PollClosed, SlipMissing
from lunchkit.room.models import Room, VotingSlip
from lunchkit.room.operations import room_in, touch
from lunchkit.room.queries import batches, slips_of

MOST_SLIPS = 500
NotTakingPlace = user_error(
    "NotTakingPlace", _l("This lunch does not take place: it is not public, or it was cancelled.")
)
NotBegun = user_error(
    "NotBegun", _l("The lunch has not begun yet: you can end it once it has. If it does not take place, cancel it.")
)
CannotGoOn = user_error(
    "CannotGoOn",
    _l("A lunch can go on from half an hour before its end until half an hour after it, and for three hours at most."),
)


def room_of(event: Event) -> Room:
    """The room of a lunch, made with a code of its own if there is none."""
    with transaction() as session:
        lock_event(session, event.id)
        return room_in(session, event.id)


def make_slips(event: Event, number: int, seen: str) -> list[str]:
    """Make voting slips, without which no phone votes from then on; with 0, phones vote without again.

    Returns their codes, which are stored nowhere. Earlier slips become void, used or not; unless they are not those
    that the organiser saw (``seen``, see ``slips_of``): then nothing is made.
    """
    room_of(event)
    with transaction() as session:
        session.get_one(Room, event.id, with_for_update=True)
        if slips_of(event.id)[2] != seen:
            return []
        session.execute(delete(VotingSlip).where(VotingSlip.event_id == event.id))
        codes = [new_code(SLIP_LENGTH) for _ in range(min(max(number, 0), MOST_SLIPS))]
        hashes = sorted(slip_hash(event.id, "code", code.encode()) for code in codes)  # their order tells nothing
        session.add_all(VotingSlip(event_id=event.id, code_hash=one) for one in hashes)
    return codes


def use_slip(room: Room, code: str, device: Device) -> None:
    """Use a voting slip up for a phone; again with the same phone changes nothing. Raises SlipMissing."""
    mine, known = slip_hash(room.event_id, "phone", device), slip_hash(room.event_id, "code", code.encode())
    free = or_(VotingSlip.used_by.is_(None), VotingSlip.used_by == mine)
    chosen = update(VotingSlip).where(VotingSlip.event_id == room.event_id, VotingSlip.code_hash == known, free)
    with transaction() as session:
        if not getattr(session.execute(chosen.values(used_by=mine)), "rowcount", 0):
            raise SlipMissing


def end_lunch(event: Event) -> None:
    """End a lunch now. No e-mail is sent, calendars keep what was announced.

    Idempotent. Raises NotTakingPlace, NotBegun.
    """
    with transaction() as session:
        event = _lock(session, event)
        now = clock.now()  # read while the row is locked
        if event.is_over(now):
            return
        if not event.can_be_ended(now):
            raise NotBegun
        event.actual_end_at = now
        touch(session, event.id)


def let_lunch_go_on(event: Event, seen: str) -> None:
    """Undo an early end, or extend a lunch that runs over by a quarter of an hour. No e-mail is sent.

    ``seen`` is the end that the organiser saw (``over_at``, ISO 8601): of two who press at once, one counts.
    Raises NotTakingPlace, CannotGoOn.
    """
    with transaction() as session:
        event = _lock(session, event)
        if event.over_at.isoformat() != seen:
            return
        later = event.extended_end(clock.now())
        if later is None:
            raise CannotGoOn
        event.actual_end_at = None if later == event.ends_at else later
        touch(session, event.id)


def _lock(session: Session, event: Event) -> Event:
    event = session.get_one(Event, event.id, with_for_update=True, populate_existing=True)
    if event.published_at is None or event.cancelled_at is not None:
        raise NotTakingPlace
    return event


def submit_ballot(opened: OpenPoll, key: bytes, device: Device, answer: str, turn: int | None) -> None:
    """Keep the answer of a phone; the latest one counts. Returns after it is on the disk.

    Raises PollClosed; NotKnownYet where the disk does not keep up: then the phone sends it again, and it counts once.
    """
    ballot = NewBallot(opened.id, voter_hash(key, opened.key_name, device), answer, turn)
    db.session.commit()  # gives the connection back: a room that waits with all of the pool waits for ever
    try:
        is_counted = batches().submit(ballot)
    except TimeoutError as error:
        raise NotKnownYet from error
    if not is_counted:
        raise PollClosed

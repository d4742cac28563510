"""Actions on polls: to write them, to open, close and show them, and to take an answer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import AuditEvent, record
from lunchkit.platform.db import db, transaction
from lunchkit.platform.limits import Newcomers
from lunchkit.room.actions import room_of, submit_ballot
from lunchkit.room.ballot_store import OpenPoll
from lunchkit.room.devices import Device
from lunchkit.room.errors import KeyIsLost, ManyNewPhones, PollClosed, SlipMissing
from lunchkit.room.keys import GIVEN_UP
from lunchkit.room.models import Room, Slide
from lunchkit.room.operations import destroy, end_rooms, room_in, touch
from lunchkit.room.polls import errors, operations
from lunchkit.room.polls.answers import Ballot, Spec, read_answer
from lunchkit.room.polls.forms import PollDetails
from lunchkit.room.polls.models import HandCount, Poll, Stage, WrittenAnswer
from lunchkit.room.polls.order import rewrite_poll
from lunchkit.room.polls.queries import answers_to_judge, asked_again_as, is_altered, is_open, is_short
from lunchkit.room.queries import ballot_store, keys, lacks_slip, seats_at
from lunchkit.room.sealed_store import SealedStore

NEW_PHONES_A_MINUTE = 10  # in a room in which each seat has one already
newcomers = Newcomers(NEW_PHONES_A_MINUTE)


def change_poll(poll: Poll, details: PollDetails) -> None:
    """Change a question and its choices. Raises PollIsFrozen once people have seen it."""
    with _changed(poll) as session:
        rewrite_poll(session, poll, details)


@contextmanager
def _changed(poll: Poll) -> Iterator[Session]:
    with transaction() as session:
        operations.lock_poll(session, poll)
        yield session
        touch(session, poll.event_id)


def open_poll(poll: Poll) -> None:
    """Let the phones in the room answer. Raises AnotherPollIsOpen, AlreadyClosed."""
    room_of(db.session.get_one(Event, poll.event_id))
    with transaction() as session:
        operations.lock_poll(session, poll)
        room = session.get_one(Room, poll.event_id)
        if poll.stage is Stage.OPEN:
            return
        if poll.stage not in (Stage.PLANNED, Stage.VOID):
            raise errors.AlreadyClosed
        if session.scalar(select(Poll.id).where(Poll.event_id == poll.event_id, is_open())) is not None:
            raise errors.AnotherPollIsOpen
        operations.delete_results(session, poll)
        poll.opened_at = clock.now()
        poll.in_rehearsal = room.rehearsing_since is not None
        operations.destroy_unmatched(poll.before)
        keys().ensure(operations.key_name(poll))
        ballot_store().open(operations.opened_as(poll, room))
        keys().ensure(operations.key_name(poll))  # the end of an earlier opening may have destroyed it meanwhile
        _show(session, room, poll)


def _show(session: Session, room: Room, poll: Poll) -> None:
    room.slide, room.poll_id, room.is_blank = Slide.POLL, poll.id, False
    touch(session, room.event_id)


def close_poll(poll: Poll, *, even_few: bool = True) -> None:
    """Count the ballots, keep the counts, destroy the ballots. Each step may be done again: see ``finish_closings``.

    Raises NotOpen; FewHaveAnswered where so few did that the result could not be shown, unless ``even_few``.
    """
    with transaction() as session:
        operations.lock_poll(session, poll)
        if poll.stage in (Stage.PLANNED, Stage.VOID):
            raise errors.NotOpen
        if poll.stage is Stage.OPEN:
            if not even_few and is_short(poll):
                raise errors.FewHaveAnswered
            ballot_store().stop(poll.id)
            operations.freeze(session, poll, ballot_store().answers(poll.id), operations.compare(poll), clock.now())
    destroy_ballots(poll)


def destroy_ballots(poll: Poll) -> None:
    """Destroy the ballots that are not needed any more, and note of which polls nothing is left."""
    cleared = operations.clear_ballots(poll)
    with transaction() as session:
        over = or_(Poll.closed_at.is_not(None), Poll.annulled_at.is_not(None))
        for done in session.scalars(select(Poll).where(Poll.id.in_(cleared), over, Poll.cleared_at.is_(None))):
            done.cleared_at = clock.now()


def reveal_poll(poll: Poll) -> None:
    """Show the result to the room, and to everybody. Raises NothingToReveal."""
    with transaction() as session:
        operations.lock_poll(session, poll)
        if poll.stage not in (Stage.CLOSED, Stage.REVEALED):
            raise errors.NothingToReveal
        poll.revealed_at = clock.now()
        _show(session, room_in(session, poll.event_id), poll)


def hide_poll(poll: Poll) -> None:
    with _changed(poll):
        poll.revealed_at = None


def annul_poll(poll: Poll) -> None:
    """Delete all that came out of a poll, ballots and counts; it may be opened again. Raises NotOpen."""
    with _changed(poll) as session:
        if not poll.is_frozen:
            raise errors.NotOpen
        ballot_store().stop(poll.id)
        operations.delete_results(session, poll)
        poll.annulled_at = clock.now()
        after = asked_again_as(poll.id)
        if after is not None and after.movement is not None:
            is_intact = not is_altered(after)
            after.movement = None
            operations.write_record(session, after, is_intact=is_intact)
    destroy_ballots(poll)


def enter_hand_counts(
    poll: Poll, counts: Mapping[int, int], people: int | None = None, note: str | None = None
) -> None:
    """Keep what was counted on paper or by raised hands; ``people`` where one of them may have chosen several.

    ``note`` is the remark that shows beside the result; it stays where none is given.
    """
    with _changed(poll) as session:
        if not poll.is_frozen:
            raise errors.NotOpen
        is_intact = not is_altered(poll)
        for position, count in counts.items():
            row = session.get(HandCount, {"poll_id": poll.id, "position": position})
            if count or row is not None:  # a remark alone leaves the closing record as it is
                session.merge(HandCount(poll_id=poll.id, position=position, count=count))
        poll.hand_ballots = sum(counts.values()) if people is None else people
        poll.note = poll.note if note is None else note
        operations.write_record(session, poll, is_intact=is_intact)


def judge_answers(poll: Poll, verdict: str, *normalised: str) -> None:
    """Approve or refuse words or texts, or undo that (``undo``).

    What is approved shows as it is written now: a later spelling of the same word changes nothing.
    """
    with _changed(poll) as session:
        for answer in answers_to_judge(poll):
            if answer.normalised in normalised:
                key = {"poll_id": poll.id, "normalised": answer.normalised}
                row = session.get(WrittenAnswer, key) or WrittenAnswer(**key, count=0)
                row.text = answer.text
                row.approved_at = clock.now() if verdict == "approve" else None
                row.refused_at = clock.now() if verdict == "refuse" else None
                session.add(row)


def finish_closings(*, by_hours: bool = True) -> int:
    """Close what is due, and finish every closing that was interrupted. Safe to run often. Returns how many.

    Where the clock is not believed nothing is due by its hour (``by_hours``).
    """
    now = clock.now() if by_hours else None
    with transaction() as session:
        due = [poll for poll in session.scalars(select(Poll).where(is_open())) if operations.must_close(poll, now)]
        ended = or_(Poll.closed_at.is_not(None), Poll.annulled_at.is_not(None))
        ended_polls = session.scalars(select(Poll).where(ended, Poll.cleared_at.is_(None))).all()
        uncleared = [poll for poll in ended_polls if not operations.waits_for_after(poll, now)]
        orphans = operations.stop_orphans(session)
        end_rooms(session)
    for poll in due:
        _close_due(poll)
    for poll in uncleared:
        destroy_ballots(poll)
    for opened in orphans:
        destroy([opened.id], opened.key_name)
    return len(due) + len(uncleared) + len(orphans)


def _close_due(poll: Poll) -> None:
    """Close a poll, or annul it where nobody can count its ballots any more."""
    try:
        record(db.session(), AuditEvent("polls.closing", name="lunchkit", event_id=poll.event_id))
        close_poll(poll)
    except KeyIsLost:
        if keys().lost_for(operations.key_name(poll)) >= GIVEN_UP:
            record(db.session(), AuditEvent("polls.annul", name="lunchkit", event_id=poll.event_id))
            annul_poll(poll)


def close_lost_polls() -> None:
    """Where several machines share the keys: see those of all that is open, and close what has lost its own."""
    store = ballot_store()
    if isinstance(store, SealedStore) and store.follow_keys():
        finish_closings(by_hours=False)


def save_ballot(code: str, device: Device, ballot: Ballot) -> OpenPoll:
    """Keep the answer of a phone: see ``submit_ballot``.

    Raises PollClosed, BallotUnreadable, NotKnownYet; ManyNewPhones where new phones are more than seats, SlipMissing
    where the room votes with slips.
    """
    opened = ballot_store().opened_for(code)
    if opened is None or (ballot.poll is not None and ballot.poll != opened.position):
        raise PollClosed
    spec = Spec.loads(opened.spec)
    if spec.by_slip and lacks_slip(opened.event_id, device):
        raise SlipMissing
    answer = read_answer(spec, ballot.form)
    key = keys().get(opened.key_name)
    if key is None:
        raise PollClosed
    if not spec.by_slip and not newcomers.lets_in(code, device, lambda: seats_at(opened.event_id)):
        raise ManyNewPhones
    submit_ballot(opened, key, device, answer, ballot.turn)
    return opened

"""Verbs of polls: to write them, to open, close and show them, and to take an answer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_existing_event
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import AuditEvent, record, record_facts
from lunchkit.platform.db import db, transaction
from lunchkit.platform.errors import NotFound
from lunchkit.platform.limits import Newcomers
from lunchkit.platform.ordered import lock_rows, move
from lunchkit.room.actions import room_of
from lunchkit.room.ballot_store import NewBallot, OpenPoll
from lunchkit.room.devices import Device, voter_hash
from lunchkit.room.errors import ManyNewPhones, NotKnownYet, PollClosed, SlipMissing
from lunchkit.room.models import Room, Slide, VotingSlip
from lunchkit.room.operations import touch
from lunchkit.room.polls.answers import Ballot, Spec, read_answer, spec_of
from lunchkit.room.polls.closing import (
    CLOSES_AFTER,
    clear_ballots,
    compare,
    destroy,
    destroy_unmatched,
    key_name,
    must_close,
    waits_for_after,
)
from lunchkit.room.polls.errors import (
    AlreadyClosed,
    AnotherPollIsOpen,
    FewHaveAnswered,
    KeepsItsPlace,
    NothingToReveal,
    NotOpen,
)
from lunchkit.room.polls.forms import PollDetails
from lunchkit.room.polls.models import HandCount, Poll, Stage, WrittenAnswer
from lunchkit.room.polls.operations import delete_results, freeze, write_record
from lunchkit.room.polls.order import delete_poll, place_poll, rewrite_poll
from lunchkit.room.polls.queries import answers_to_judge, asked_again_as, is_altered, is_open, is_short
from lunchkit.room.queries import ballot_store, batches, keys, lacks_slip, seats_at, slips_of

NEW_PHONES_A_MINUTE = 10
"""So many phones more may begin to vote in a room in which each seat has one already."""
newcomers = Newcomers(NEW_PHONES_A_MINUTE)
HEARD_WITHIN = timedelta(minutes=3)
"""So long after the end of a lunch its phones are told so: upkeep runs once a minute."""


def add_poll(event: Event, details: PollDetails) -> Poll:
    """Put one more question on the programme of a lunch, after those that are there."""
    with transaction() as session:
        lock_existing_event(session, event.id)
        record_facts(session, what=details.question)
        poll = place_poll(session, event, details)
    room_of(event)
    return poll


def change_poll(poll: Poll, details: PollDetails) -> None:
    """Change a question and its choices. Raises PollIsFrozen once people have seen it."""
    with transaction() as session:
        _lock(session, poll)
        rewrite_poll(session, poll, details)
        touch(session, poll.event_id)


def remove_poll(poll: Poll, *, with_second: bool = False) -> None:
    """Take a question off the programme; ``with_second`` also the one that asks it again after the debate.

    Raises PollIsFrozen once people have seen either, AskedAgain where a second one stands that was not meant.
    """
    with transaction() as session:
        _lock(session, poll)
        delete_poll(session, poll, with_second=with_second)


def _lock(session: Session, poll: Poll) -> None:
    """Read a question again and hold it: first its room, then itself, so that no two wait for each other.

    Raises NotFound where somebody has taken it off the programme.
    """
    session.get(Room, poll.event_id, with_for_update=True, populate_existing=True)
    try:
        session.refresh(poll, with_for_update=True)
    except InvalidRequestError as error:
        raise NotFound from error


def move_poll(poll: Poll, direction: str) -> None:
    """Let a question change places with its neighbour. Raises KeepsItsPlace."""
    with transaction() as session:
        lock_existing_event(session, poll.event_id)
        if not move(session, lock_rows(session, poll), poll, direction):
            raise KeepsItsPlace


def open_poll(poll: Poll) -> None:
    """Let the phones in the room answer. Raises AnotherPollIsOpen, AlreadyClosed."""
    room_of(db.session.get_one(Event, poll.event_id))
    with transaction() as session:
        _lock(session, poll)
        room = session.get_one(Room, poll.event_id)
        if poll.stage is Stage.OPEN:
            return
        if poll.stage not in (Stage.PLANNED, Stage.VOID):
            raise AlreadyClosed
        if session.scalar(select(Poll.id).where(Poll.event_id == poll.event_id, is_open())) is not None:
            raise AnotherPollIsOpen
        delete_results(session, poll)
        poll.opened_at = clock.now()
        poll.in_rehearsal = room.rehearsing_since is not None
        destroy_unmatched(poll.before)
        keys().ensure(key_name(poll))
        ballot_store().open(_opened(poll, room))
        keys().ensure(key_name(poll))  # whoever was still clearing up after an earlier opening may have destroyed it
        _show(session, room, Slide.POLL, poll)


def close_poll(poll: Poll, *, even_few: bool = True) -> None:
    """Count the ballots, keep the counts, destroy the ballots. Each step may be done again: see ``finish_closings``.

    Raises NotOpen; FewHaveAnswered where so few did that the result could not be shown, unless ``even_few``.
    """
    with transaction() as session:
        _lock(session, poll)
        if poll.stage in (Stage.PLANNED, Stage.VOID):
            raise NotOpen
        if poll.stage is Stage.OPEN:
            if not even_few and is_short(poll):
                raise FewHaveAnswered
            ballot_store().stop(poll.id)
            freeze(session, poll, ballot_store().answers(poll.id), compare(poll), clock.now())
    _destroy(poll)


def _destroy(poll: Poll) -> None:
    cleared = clear_ballots(poll)
    if not cleared:
        return
    with transaction() as session:
        over = or_(Poll.closed_at.is_not(None), Poll.annulled_at.is_not(None))
        for done in session.scalars(select(Poll).where(Poll.id.in_(cleared), over, Poll.cleared_at.is_(None))):
            done.cleared_at = clock.now()


def reveal_poll(poll: Poll) -> None:
    """Show the result to the room, and to everybody. Raises NothingToReveal."""
    with transaction() as session:
        _lock(session, poll)
        if poll.stage not in (Stage.CLOSED, Stage.REVEALED):
            raise NothingToReveal
        poll.revealed_at = clock.now()
        _show(session, session.get_one(Room, poll.event_id), Slide.POLL, poll)


def hide_poll(poll: Poll) -> None:
    """Take a result back from every page."""
    with transaction() as session:
        _lock(session, poll)
        poll.revealed_at = None
        touch(session, poll.event_id)


def annul_poll(poll: Poll) -> None:
    """Throw away all that came out of a poll, ballots and counts; it may be opened again. Raises NotOpen."""
    with transaction() as session:
        _lock(session, poll)
        if not poll.is_frozen:
            raise NotOpen
        ballot_store().stop(poll.id)
        delete_results(session, poll)
        poll.annulled_at = clock.now()
        after = asked_again_as(poll.id)
        if after is not None and after.movement is not None:
            is_intact = not is_altered(after)
            after.movement = None
            write_record(session, after, is_intact=is_intact)
        touch(session, poll.event_id)
    _destroy(poll)


def enter_hand_counts(poll: Poll, counts: Mapping[int, int], people: int | None = None) -> None:
    """Keep what was counted on paper or by raised hands; ``people`` where one of them may have chosen several."""
    with transaction() as session:
        _lock(session, poll)
        if not poll.is_frozen:
            raise NotOpen
        is_intact = not is_altered(poll)
        for position, count in counts.items():
            session.merge(HandCount(poll_id=poll.id, position=position, count=count))
        poll.hand_ballots = sum(counts.values()) if people is None else people
        write_record(session, poll, is_intact=is_intact)
        touch(session, poll.event_id)


def annotate_poll(poll: Poll, note: str) -> None:
    """Put a remark beside the result, wherever it shows; an empty one takes it away."""
    with transaction() as session:
        _lock(session, poll)
        poll.note = note
        touch(session, poll.event_id)


def judge_answer(poll: Poll, normalised: str, verdict: str) -> None:
    """Approve or refuse a word or text, or take that back (``undo``).

    What is approved shows as it is written now: whoever writes the same word in another way later changes nothing.
    """
    with transaction() as session:
        _lock(session, poll)
        answer = next((answer for answer in answers_to_judge(poll) if answer.normalised == normalised), None)
        if answer is None:
            return
        row = session.get(WrittenAnswer, (poll.id, normalised))
        if row is None:
            row = WrittenAnswer(poll_id=poll.id, normalised=normalised, text=answer.text, count=0)
            session.add(row)
        row.text = answer.text
        row.approved_at = clock.now() if verdict == "approve" else None
        row.refused_at = clock.now() if verdict == "refuse" else None
        touch(session, poll.event_id)


def start_rehearsal(event: Event) -> None:
    """From now on polls are opened for practice. Raises AnotherPollIsOpen."""
    room_of(event)
    with transaction() as session:
        room = session.get_one(Room, event.id, with_for_update=True)
        if session.scalar(select(Poll.id).where(Poll.event_id == event.id, is_open())) is not None:
            raise AnotherPollIsOpen
        room.rehearsing_since = room.rehearsing_since or clock.now()
        touch(session, event.id)


def end_rehearsal(event: Event) -> None:
    """Forget all that was practised: the polls of the rehearsal are as if they had never been opened."""
    with transaction() as session:
        room = session.get_one(Room, event.id, with_for_update=True)
        practised = session.scalars(select(Poll).where(Poll.event_id == event.id, Poll.in_rehearsal)).all()
        for poll in practised:
            ballot_store().stop(poll.id)
            delete_results(session, poll)
        room.rehearsing_since = None
        room.slide, room.poll_id = Slide.WELCOME, None
        touch(session, event.id)
    for poll in practised:
        _destroy(poll)


def finish_closings(*, by_hours: bool = True) -> int:
    """Close what is due, and finish every closing that was interrupted. Safe to run often. Returns how many.

    Where the clock is not believed nothing is due by its hour (``by_hours``).
    """
    now = clock.now() if by_hours else None
    with transaction() as session:
        due = [poll for poll in session.scalars(select(Poll).where(is_open())) if must_close(poll, now)]
        ended = or_(Poll.closed_at.is_not(None), Poll.annulled_at.is_not(None))
        uncleared = session.scalars(select(Poll).where(ended, Poll.cleared_at.is_(None))).all()
        uncleared = [poll for poll in uncleared if not waits_for_after(poll, now)]
        orphans = _orphans(session)
        _tell_who_is_done(session)
        past = select(Event.id).where(Event.over_at <= clock.now() - CLOSES_AFTER)
        session.execute(delete(VotingSlip).where(VotingSlip.event_id.in_(past)))
    for poll in due:
        record(db.session(), AuditEvent("polls.closing", name="lunchkit", event_id=poll.event_id))
        close_poll(poll)
    for poll in uncleared:
        _destroy(poll)
    for opened in orphans:
        destroy([opened.id], opened.key_name)
    return len(due) + len(uncleared) + len(orphans)


def _tell_who_is_done(session: Session) -> None:
    """Let the phones of a lunch that has just ended hear that it is over: nothing else of the room may change."""
    now = clock.now()
    lately = Event.over_at.between(now - HEARD_WITHIN, now)
    for event_id in session.scalars(select(Room.event_id).join(Event, Event.id == Room.event_id).where(lately)).all():
        touch(session, event_id)


def _orphans(session: Session) -> list[OpenPoll]:
    """Ballots whose poll is as if it had never been opened: a rehearsal's end was interrupted.

    The rooms are locked meanwhile, or else a poll that is being opened would look like one.
    """
    events = {opened.event_id for opened in ballot_store().opened_polls()}
    if not events:
        return []
    session.scalars(select(Room).where(Room.event_id.in_(events)).with_for_update()).all()
    known = set(session.scalars(select(Poll.id).where(or_(is_open(), Poll.closed_at.is_not(None)))))
    found = [opened for opened in ballot_store().opened_polls() if opened.event_id in events and opened.id not in known]
    for opened in found:
        ballot_store().stop(opened.id)
    return found


def save_ballot(code: str, device: Device, ballot: Ballot) -> OpenPoll:
    """Keep the answer of a phone; the latest one holds. Returns after it is on the disk.

    Raises PollClosed where it comes too late or too early, BallotUnreadable where it is none, ManyNewPhones where new
    phones are more than seats, SlipMissing where the room votes with slips, NotKnownYet where the disk does not keep
    up: then the phone sends it again, and it counts once.
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
    new = NewBallot(opened.id, voter_hash(key, opened.scope, device), answer, ballot.turn)
    try:
        is_counted = batches().submit(new)
    except TimeoutError as error:
        raise NotKnownYet from error
    if not is_counted:
        raise PollClosed
    return opened


def _opened(poll: Poll, room: Room) -> OpenPoll:
    return OpenPoll(
        id=poll.id,
        event_id=poll.event_id,
        code=room.code,
        position=poll.position,
        key_name=key_name(poll),
        scope=key_name(poll),
        spec=replace(spec_of(poll), by_slip=slips_of(room.event_id)[0] > 0).dumps(),
        is_live=poll.is_live,
    )


def _show(session: Session, room: Room, slide: Slide, poll: Poll) -> None:
    room.slide, room.poll_id, room.is_blank = slide, poll.id, False
    touch(session, room.event_id)

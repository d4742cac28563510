"""Parts of actions on polls: what opens one, and what becomes of its ballots when it is closed.

In this order, each step safe to repeat, so that a closing that is interrupted ends the same when it is run again:
take no more answers, count, keep the counts, destroy the ballots, write the file again, destroy the key. A key that
cannot be destroyed keeps no ballots: it is told in the log and by the doctor.
A poll that is asked again after the debate keeps its ballots until the second one is closed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import record_facts
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.room.ballot_store import Answers, OpenPoll
from lunchkit.room.keys import LOST
from lunchkit.room.models import Room
from lunchkit.room.operations import CLOSES_AFTER, destroy, touch
from lunchkit.room.polls.answers import spec_of, tally
from lunchkit.room.polls.models import NO_OPINION, HandCount, Kind, Poll, Stage, Tally, WrittenAnswer
from lunchkit.room.polls.movement import publishable
from lunchkit.room.polls.queries import asked_again_as, digest_of, is_open
from lunchkit.room.polls.written_answers import gather
from lunchkit.room.queries import ballot_store, keys, people_at, slips_of

Pairs = Mapping[tuple[str | None, str | None], int]


def key_name(poll: Poll) -> str:
    """The name of the key that a poll's voter hashes are made with: a before and its after share one."""
    return str(poll.before_id or poll.id)


def opened_as(poll: Poll, room: Room) -> OpenPoll:
    return OpenPoll(
        id=poll.id,
        event_id=poll.event_id,
        code=room.code,
        position=poll.position,
        key_name=key_name(poll),
        spec=replace(spec_of(poll), by_slip=slips_of(room.event_id)[0] > 0).dumps(),
        is_live=poll.is_live,
    )


def destroy_unmatched(before: Poll | None) -> None:
    """Where the key of a first poll was lost with a restart of the machine, its ballots say nothing any more."""
    if before is not None and keys().get(key_name(before)) is None:
        destroy([before.id], key_name(before))


def must_close(poll: Poll, now: datetime | None) -> bool:
    """Whether an open poll cannot go on: its closing was begun, its key is lost, or the lunch is long over.

    ``now`` is None where the clock is not believed, here and below.
    """
    opened = ballot_store().opened(poll.id)
    return opened is None or opened.is_closing or keys().lost_for(opened.key_name) >= LOST or _is_past(poll, now)


def _is_past(poll: Poll, now: datetime | None) -> bool:
    """Whether the lunch is so long over, or called off, that nothing more will be asked."""
    event = db.session.get_one(Event, poll.event_id)
    return event.cancelled_at is not None or (now is not None and event.over_at + CLOSES_AFTER <= now)


def waits_for_after(poll: Poll, now: datetime | None) -> bool:
    """Whether ballots must be kept to be compared with those of a poll that is not closed yet."""
    after = asked_again_as(poll.id)
    counted = poll.stage in (Stage.CLOSED, Stage.REVEALED)
    if after is None or not counted or _is_past(poll, now):
        return False
    return after.closed_at is None or (after.in_rehearsal and not poll.in_rehearsal)


def compare(poll: Poll) -> dict[str, Any] | None:
    """What may be published of how opinions moved since the first time; None where the first ballots are gone.

    The caller holds the room, which every change of either poll needs, and has read both again.
    """
    before = poll.before
    if before is None or before.closed_at is None or before.in_rehearsal != poll.in_rehearsal:
        return None
    if ballot_store().count(before.id) == 0:
        return None
    return movement_between(before, poll, ballot_store().pairs(before.id, poll.id))


def movement_between(before: Poll, after: Poll, pairs: Pairs) -> dict[str, Any]:
    flows: Counter[tuple[int, int]] = Counter()
    before_only: Counter[int] = Counter()
    after_only: Counter[int] = Counter()
    for (was, now), count in pairs.items():
        if was is not None and now is not None:
            flows[int(was), int(now)] += count
        elif was is not None:
            before_only[int(was)] += count
        elif now is not None:
            after_only[int(now)] += count
    positions = [choice.position for choice in after.choices]
    positions += [NO_OPINION] if before.allows_none or after.allows_none else []
    return publishable(flows, before_only, after_only, positions, k=after.protects)


def freeze(session: Session, poll: Poll, answers: Answers, movement: dict[str, Any] | None, now: datetime) -> None:
    """Keep what the ballots say, without the ballots."""
    poll.closed_at = now
    poll.ballots = sum(answers.values())
    poll.people = people_at(poll.event_id)
    poll.movement = movement
    poll.movement = poll.told_movement  # what is not told is not kept either
    for (position, grade), count in tally(poll.kind, answers).items():
        session.add(Tally(poll_id=poll.id, position=position, grade=grade, count=count))
    if Kind(poll.kind).is_written:
        _freeze_written(session, poll, answers)
    write_record(session, poll)
    touch(session, poll.event_id)


def write_record(session: Session, poll: Poll, *, is_intact: bool = True) -> None:
    """Write the closing record, here and into the history; again after each action that changes a number later.

    Not where a number was changed otherwise before (``is_intact``): that stays visible.
    """
    if poll.closed_at is not None and is_intact:
        poll.record = digest_of(poll)
        record_facts(session, poll=poll.id, what=poll.question, record=poll.record)


def _freeze_written(session: Session, poll: Poll, answers: Answers) -> None:
    rows = session.scalars(select(WrittenAnswer).where(WrittenAnswer.poll_id == poll.id))
    known = {row.normalised: row for row in rows}
    for item in gather(poll.kind, answers):
        row = known.pop(item.normalised, None)
        if row is None:
            session.add(WrittenAnswer(poll_id=poll.id, normalised=item.normalised, text=item.text, count=item.count))
        else:
            row.count = item.count
            row.text = row.text if row.verdict else item.text  # what was read stays as it was
    for gone in known.values():  # its author changed it after it had been read
        session.delete(gone)


def clear_ballots(poll: Poll) -> list[int]:
    """Destroy the ballots that are not needed any more, with their key. Returns the ids of polls with nothing left."""
    now = clock.now()
    if waits_for_after(poll, now):
        return []
    cleared = [poll.id]
    if poll.before is not None and not waits_for_after(poll.before, now):
        cleared.append(poll.before.id)
    return cleared if destroy(cleared, key_name(poll)) else []


def delete_results(session: Session, poll: Poll) -> None:
    for table in (Tally, HandCount, WrittenAnswer):
        session.execute(delete(table).where(table.poll_id == poll.id))
    poll.opened_at = poll.closed_at = poll.revealed_at = poll.annulled_at = poll.cleared_at = None
    poll.ballots = poll.people = poll.movement = poll.record = None
    poll.hand_ballots = 0
    poll.in_rehearsal = False


def stop_orphans(session: Session) -> list[OpenPoll]:
    """Stop and return ballots whose poll is as if it had never been opened: a rehearsal's end was interrupted."""
    events = {opened.event_id for opened in ballot_store().opened_polls()}
    if not events:
        return []
    # locked, or else a poll that is being opened would look like one
    session.scalars(select(Room).where(Room.event_id.in_(events)).with_for_update()).all()
    known = set(session.scalars(select(Poll.id).where(or_(is_open(), Poll.closed_at.is_not(None)))))
    found = [opened for opened in ballot_store().opened_polls() if opened.event_id in events and opened.id not in known]
    for opened in found:
        ballot_store().stop(opened.id)
    return found


def lock_poll(session: Session, poll: Poll) -> None:
    """Lock a room, and a poll with the other one of its pair. Raises NotFound where the poll is gone."""
    session.get(Room, poll.event_id, with_for_update=True, populate_existing=True)  # before the poll: no deadlock
    pair = or_(Poll.id == poll.id, Poll.id == poll.before_id, Poll.before_id == poll.id)
    locked = select(Poll).where(pair).order_by(Poll.position).with_for_update()
    if poll not in session.scalars(locked.execution_options(populate_existing=True)).all():
        raise NotFound

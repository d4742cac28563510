"""Parts of actions: freezing what the ballots say, and wiping it."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lunchkit.platform.audit.recording import record_facts
from lunchkit.room.ballot_store import Answers
from lunchkit.room.operations import touch
from lunchkit.room.polls.answers import tally
from lunchkit.room.polls.models import NO_OPINION, HandCount, Kind, Poll, Tally, WrittenAnswer
from lunchkit.room.polls.movement import publishable
from lunchkit.room.polls.queries import digest_of
from lunchkit.room.polls.written_answers import gather
from lunchkit.room.queries import people_at

Pairs = Mapping[tuple[str | None, str | None], int]


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
    known = {
        row.normalised: row for row in session.scalars(select(WrittenAnswer).where(WrittenAnswer.poll_id == poll.id))
    }
    for item in gather(poll.kind, answers):
        row = known.pop(item.normalised, None)
        if row is None:
            session.add(WrittenAnswer(poll_id=poll.id, normalised=item.normalised, text=item.text, count=item.count))
        else:
            row.count = item.count
            row.text = row.text if row.approved_at or row.refused_at else item.text  # what was read stays as it was
    for gone in known.values():  # somebody changed their mind after it had been read
        session.delete(gone)


def movement_between(before: Poll, after: Poll, pairs: Pairs) -> dict[str, Any]:
    """What may be published of how opinions moved."""
    flows: Counter[tuple[int, int]] = Counter()
    before_only: Counter[int] = Counter()
    after_only: Counter[int] = Counter()
    for (was_answer, now_answer), count in pairs.items():
        was, now = (None if answer is None else int(answer) for answer in (was_answer, now_answer))
        if was is not None and now is not None:
            flows[was, now] += count
        elif was is not None:
            before_only[was] += count
        elif now is not None:
            after_only[now] += count
    positions = [choice.position for choice in after.choices]
    positions += [NO_OPINION] if before.allows_none or after.allows_none else []
    return publishable(flows, before_only, after_only, positions, k=after.protects)


def delete_results(session: Session, poll: Poll) -> None:
    """Forget all that came out of a poll."""
    for table in (Tally, HandCount, WrittenAnswer):
        session.execute(delete(table).where(table.poll_id == poll.id))
    poll.opened_at = poll.closed_at = poll.revealed_at = poll.annulled_at = poll.cleared_at = None
    poll.ballots = poll.people = poll.movement = poll.record = None
    poll.hand_ballots = 0
    poll.in_rehearsal = False

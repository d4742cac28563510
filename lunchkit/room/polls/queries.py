"""Reads of polls, named after the question that they answer."""

import hashlib
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import selectinload

from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.room.polls.answers import tally
from lunchkit.room.polls.kinds import SHAPES
from lunchkit.room.polls.models import NO_OPINION, HandCount, Kind, Poll, Stage, Tally, WrittenAnswer, may_show
from lunchkit.room.polls.results import Result, Row, Written
from lunchkit.room.polls.view_models import PollView, poll_view
from lunchkit.room.polls.word_folding import normalise
from lunchkit.room.polls.written_answers import Gathered, gather
from lunchkit.room.queries import ballot_store, people_at


def polls_of(event_id: int) -> Sequence[Poll]:
    """The questions of a lunch in order, each with its choices; in two queries."""
    return db.session.scalars(
        select(Poll).where(Poll.event_id == event_id).options(selectinload(Poll.choices)).order_by(Poll.position)
    ).all()


def poll_or_404(event_id: int, poll_id: int) -> Poll:
    """A question of this lunch. Raises NotFound, for one of another lunch too."""
    poll = db.session.scalar(select(Poll).where(Poll.id == poll_id, Poll.event_id == event_id))
    if poll is None:
        raise NotFound
    return poll


def poll_at(event_id: int, position: int) -> Poll | None:
    return db.session.scalar(select(Poll).where(Poll.event_id == event_id, Poll.position == position))


def public_poll_or_404(event_id: int, position: int) -> Poll:
    """A question whose result may be read by everybody. Raises NotFound."""
    poll = poll_at(event_id, position)
    if poll is None or not poll.is_public:
        raise NotFound
    return poll


def is_open() -> ColumnElement[bool]:
    """Whether a poll takes answers, as the database sees it."""
    return and_(Poll.opened_at.is_not(None), Poll.closed_at.is_(None), Poll.annulled_at.is_(None))


def asked_again_as(poll_id: int) -> Poll | None:
    """The poll that asks this one again after the debate."""
    return db.session.scalar(select(Poll).where(Poll.before_id == poll_id))


def other_of_pair(poll: Poll) -> Poll | None:
    """The other one of the two that ask the same, before and after the debate."""
    return poll.before or asked_again_as(poll.id)


def other_asking(poll: Poll) -> Poll | None:
    """The other one of a pair, if everybody may read its result."""
    other = other_of_pair(poll)
    return other if other is not None and other.is_public else None


def ballots_of(poll: Poll) -> int:
    """How many phones answered: counted now while the poll is open, frozen afterwards."""
    return poll.ballots if poll.ballots is not None else ballot_store().count(poll.id)


def is_short(poll: Poll) -> bool:
    """Whether an open poll has so few answers that, closed now, its result could not be shown; not in a rehearsal."""
    return not poll.in_rehearsal and not may_show(ballots_of(poll), poll.hand_ballots, is_practice=False)


def result_of(poll: Poll, language: str) -> Result:
    """The result of a closed poll, with what was counted by hand."""
    rows = db.session.scalars(select(Tally).where(Tally.poll_id == poll.id))
    counts = {(row.position, row.grade): row.count for row in rows}
    written = [Written(row.text, row.count) for row in _approved(poll)]
    return _result(poll, language, poll.ballots or 0, counts, written)


def _approved(poll: Poll) -> Sequence[WrittenAnswer]:
    approved = WrittenAnswer.approved_at.is_not(None)
    return db.session.scalars(select(WrittenAnswer).where(WrittenAnswer.poll_id == poll.id, approved)).all()


def digest_of(poll: Poll) -> str:
    """What tells whether a number was changed: the SHA-256 of all that was asked and counted, in one order.

    Not what organisers may do later without changing a number: to show, to let words through, to remark on a result.
    """
    tables: tuple[tuple[Any, ...], ...] = (
        (Tally.poll_id, Tally.position, Tally.grade, Tally.count),
        (HandCount.poll_id, HandCount.position, HandCount.count),
        (WrittenAnswer.poll_id, WrittenAnswer.normalised, WrittenAnswer.count),
    )
    found = (db.session.execute(select(*columns).where(columns[0] == poll.id)) for columns in tables)
    counted = [sorted(list(row) for row in rows) for rows in found]
    choices = [[choice.position, choice.label] for choice in poll.choices]
    told = [poll.id, poll.question, choices, poll.people, poll.ballots, poll.hand_ballots, poll.movement, counted]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def is_altered(poll: Poll) -> bool:
    """Whether a number is not what was counted at the close, or rightly entered since."""
    return poll.record is not None and poll.record != digest_of(poll)


def lacks_words(poll: Poll) -> bool:
    """Whether people answered in words of which the team let none through: then there is no result to show."""
    return Kind(poll.kind).is_written and result_of(poll, "fr").is_bare


def _live_result(poll: Poll, language: str) -> Result:
    ballots, answers = ballot_store().shown_answers(poll.id)
    texts = {row.normalised: row.text for row in _approved(poll)}
    gathered = gather(poll.kind, answers) if Kind(poll.kind).is_written else []
    written = [Written(texts[item.normalised], item.count) for item in gathered if item.normalised in texts]
    return _result(poll, language, ballots, tally(poll.kind, answers), written)


def _result(
    poll: Poll, language: str, ballots: int, counts: Mapping[tuple[int, int], int], written: list[Written]
) -> Result:
    hands = db.session.scalars(select(HandCount).where(HandCount.poll_id == poll.id))
    by_hand, counted = Counter({row.position: row.count for row in hands}), Counter(counts)
    grades = SHAPES[Kind(poll.kind)].grades(len(poll.choices)).values()
    rows = []
    for choice in poll.choices:
        of_grades = tuple(counted[choice.position, grade] for grade in grades)
        label, phones = choice.label_in(language), counted[choice.position, 0]
        rows.append(Row(choice.position, label, phones, by_hand[choice.position], of_grades))
    if poll.allows_none:
        rows.append(Row(NO_OPINION, _("No opinion"), counted[NO_OPINION, 0], by_hand[NO_OPINION]))
    return Result(
        kind=Kind(poll.kind),
        question=poll.question_in(language),
        n=ballots + poll.hand_ballots,
        by_hand=poll.hand_ballots,
        rows=tuple(rows),
        written=_in_order(poll, written),
        ends=poll.ends_in(language),
        is_practice=poll.in_rehearsal,
        exceeds=poll.exceeds,
    )


def _in_order(poll: Poll, written: list[Written]) -> tuple[Written, ...]:
    """Words by how many wrote them; texts in an order that says nothing of who came first, the same at each look."""
    if poll.kind == Kind.WORDS:
        return tuple(sorted(written, key=lambda item: (-item.count, normalise(item.text))))
    shuffled = sorted(written, key=lambda item: item.text)
    random.Random(poll.id).shuffle(shuffled)  # noqa: S311
    return tuple(shuffled)


def public_view(poll: Poll, language: str) -> PollView:
    """A question with what everybody may see of its answers: all of it once revealed, nothing before."""
    is_shown = poll.stage is Stage.REVEALED
    is_told = is_shown and poll.movement and poll.before is not None and poll.before.stage is Stage.REVEALED
    before = poll.before if is_told else None
    return poll_view(
        poll,
        language,
        is_before=asked_again_as(poll.id) is not None,
        result=result_of(poll, language) if is_shown else None,
        before=result_of(before, language) if before is not None else None,
    )


def screen_poll_view(poll: Poll, language: str) -> PollView:
    """A question as the projector shows it: also how many phones answered, and the counts of a live poll."""
    if poll.stage is Stage.OPEN:
        live, ballots = _live_result(poll, language) if poll.is_live else None, ballots_of(poll)
        view = poll_view(poll, language, is_before=asked_again_as(poll.id) is not None, result=live, ballots=ballots)
        return replace(view, exceeds=poll.exceeded(ballots, people_at(poll.event_id)))
    return replace(public_view(poll, language), ballots=poll.ballots)


def answers_to_judge(poll: Poll) -> list[Gathered]:
    """All that was written, what nobody has read yet first."""
    rows = db.session.scalars(select(WrittenAnswer).where(WrittenAnswer.poll_id == poll.id)).all()
    gathered = [Gathered(row.normalised, row.text, row.count) for row in rows]
    if poll.closed_at is None:
        shown = dict.fromkeys(ballot_store().shown_answers(poll.id)[1], 0)  # even if its author wrote another since
        gathered = gather(poll.kind, shown | ballot_store().answers(poll.id))
    verdicts = {row.normalised: row.verdict for row in rows}
    answers = [replace(item, verdict=verdicts.get(item.normalised, "")) for item in gathered]
    return sorted(answers, key=lambda answer: (answer.verdict != "", -answer.count, answer.normalised))


def count_unread(poll: Poll) -> int:
    return sum(answer.verdict == "" for answer in answers_to_judge(poll)) if Kind(poll.kind).is_written else 0

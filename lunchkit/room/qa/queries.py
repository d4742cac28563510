"""Reads of questions from the room, named after what they answer. Supports are counted, never remembered."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.room.devices import Device, supporter_hash
from lunchkit.room.qa.models import Question, Support, Turn


class RoomQuestion(NamedTuple):
    """A question as phones show it: without a count, so that none leads."""

    id: int
    text: str
    off_record: bool
    is_supported: bool | None
    """By this phone; None where the same words go to all phones."""


class RankedQuestion(NamedTuple):
    """A question as the projector shows it."""

    text: str
    supports: int
    off_record: bool


class JudgedQuestion(NamedTuple):
    """A question before an organiser."""

    question: Question
    supports: int


class PublicQuestion(NamedTuple):
    """A question that may leave the room."""

    text: str
    supports: int
    is_answered: bool


def question_or_404(event_id: int, question_id: int) -> Question:
    """A question of this lunch. Raises NotFound, for one of another lunch too."""
    question = db.session.scalar(select(Question).where(Question.id == question_id, Question.event_id == event_id))
    if question is None:
        raise NotFound
    return question


def is_shown() -> ColumnElement[bool]:
    """Whether phones and the projector show a question; one off the record no longer than the lunch."""
    stays = or_(Question.off_record.is_(False), Question.key.is_not(None))
    return and_(
        Question.approved_at.is_not(None), Question.answered_at.is_(None), Question.set_aside_at.is_(None), stays
    )


def count_of_supports() -> ColumnElement[int]:
    """How many phones support a question: counted row by row, or as it was frozen after the lunch."""
    rows = select(func.count()).where(Support.question_id == Question.id).correlate(Question).scalar_subquery()
    return Question.supports + rows


WAITS = and_(Question.approved_at.is_(None), Question.answered_at.is_(None), Question.set_aside_at.is_(None))
"""Whether no organiser has judged a question yet."""
MOST_LISTED = 20  # on a phone: more would not be read, and must fit into one message


def approved_questions(event_id: int, device: Device | None = None) -> tuple[RoomQuestion, ...]:
    """What phones may support, in the order in which it was asked; with a device, which of it that phone supports."""
    rows = db.session.execute(
        select(Question.id, Question.text, Question.off_record)
        .where(Question.event_id == event_id, is_shown())
        .order_by(Question.id)
        .limit(MOST_LISTED)
    ).all()
    if device is None:
        return tuple(RoomQuestion(*row, is_supported=None) for row in rows)
    hashes = [supporter_hash(device, row.id) for row in rows]
    mine = set(db.session.scalars(select(Support.question_id).where(Support.tag.in_(hashes)))) if rows else set()
    return tuple(RoomQuestion(*row, is_supported=row.id in mine) for row in rows)


def ranked_questions(event_id: int) -> tuple[RankedQuestion, ...]:
    """What the projector shows: approved and not answered yet, the most supported first."""
    supports = count_of_supports()
    rows = db.session.execute(
        select(Question.text, supports, Question.off_record)
        .where(Question.event_id == event_id, is_shown())
        .order_by(supports.desc(), Question.id)
    )
    return tuple(RankedQuestion(*row) for row in rows)


def questions_to_judge(event_id: int) -> dict[Turn, list[JudgedQuestion]]:
    """All questions of a lunch by turn: the longest waiting and the most supported first, then the latest first."""
    rows = db.session.execute(
        select(Question, count_of_supports()).where(Question.event_id == event_id).order_by(Question.id)
    )
    found = [JudgedQuestion(question, supports) for question, supports in rows]
    by_turn = {turn: [each for each in found if each.question.turn is turn] for turn in Turn}
    by_turn[Turn.APPROVED].sort(key=lambda each: -each.supports)
    for turn in (Turn.ANSWERED, Turn.SET_ASIDE):
        by_turn[turn].reverse()
    return by_turn


def set_aside_last(questions: Sequence[JudgedQuestion]) -> list[Question]:
    """The questions of the latest setting aside: one, or all that waited."""
    latest = max((each.question.set_aside_at for each in questions if each.question.set_aside_at), default=None)
    return [each.question for each in questions if each.question.set_aside_at == latest]


def count_waiting(event_id: int) -> int:
    """How many questions wait for an organiser."""
    return db.session.scalar(select(func.count()).where(Question.event_id == event_id, WAITS)) or 0


def public_questions(event_id: int) -> tuple[PublicQuestion, ...]:
    """What may leave the room: nothing off the record, nothing unread or set aside, nothing of a rehearsal."""
    supports = count_of_supports()
    rows = db.session.execute(
        select(Question.text, supports, Question.answered_at.is_not(None))
        .where(Question.event_id == event_id, or_(Question.approved_at.is_not(None), Question.answered_at.is_not(None)))
        .where(Question.set_aside_at.is_(None), Question.off_record.is_(False), Question.in_rehearsal.is_(False))
        .order_by(supports.desc(), Question.id)
    )
    return tuple(PublicQuestion(text, count, bool(answered)) for text, count, answered in rows)

"""Reads of questions from the room, named after what they answer. Supports are counted, never remembered."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Label, and_, func, or_, select

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


def count_of_supports() -> Label[int]:
    """How many phones support a question: counted row by row, or as it was frozen after the lunch."""
    rows = select(func.count()).where(Support.question_id == Question.id).correlate(Question).scalar_subquery()
    return (Question.supports + rows).label("supports")


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


def ranked_questions(event_id: int) -> Sequence[Any]:
    """What the projector shows, the most supported first, each as (text, supports, off_record)."""
    supports = count_of_supports()
    return db.session.execute(
        select(Question.text, supports, Question.off_record)
        .where(Question.event_id == event_id, is_shown())
        .order_by(supports.desc(), Question.id)
    ).all()


def questions_to_judge(event_id: int) -> dict[Turn, list[Any]]:
    """All questions of a lunch by turn: the longest waiting and the most supported first, then the latest first.

    Each as (Question, supports).
    """
    found = db.session.execute(
        select(Question, count_of_supports()).where(Question.event_id == event_id).order_by(Question.id)
    ).all()
    by_turn = {turn: [each for each in found if each.Question.turn is turn] for turn in Turn}
    by_turn[Turn.APPROVED].sort(key=lambda each: -each.supports)
    for turn in (Turn.ANSWERED, Turn.SET_ASIDE):
        by_turn[turn].reverse()
    return by_turn


def set_aside_last(rows: Sequence[Any]) -> list[Question]:
    """The questions of the latest setting aside: one, or all that waited."""
    latest = max((row.Question.set_aside_at for row in rows), default=None)
    return [row.Question for row in rows if row.Question.set_aside_at == latest]


def count_waiting(event_id: int) -> int:
    return db.session.scalar(select(func.count()).where(Question.event_id == event_id, WAITS)) or 0


def public_questions(event_id: int) -> Sequence[Any]:
    """What may leave the room: nothing off the record, nothing unread or set aside, nothing of a rehearsal.

    Each as (text, supports, is_answered).
    """
    supports = count_of_supports()
    return db.session.execute(
        select(Question.text, supports, Question.answered_at.is_not(None).label("is_answered"))
        .where(Question.event_id == event_id, or_(Question.approved_at.is_not(None), Question.answered_at.is_not(None)))
        .where(Question.set_aside_at.is_(None), Question.off_record.is_(False), Question.in_rehearsal.is_(False))
        .order_by(supports.desc(), Question.id)
    ).all()

"""Actions on audience questions: to ask and support them on a phone, and to judge them."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.errors import NotFound
from lunchkit.platform.limits import Window
from lunchkit.platform.vacuum import mark_for_vacuum, vacuum_if_marked
from lunchkit.room.devices import Device, supporter_hash
from lunchkit.room.models import Room
from lunchkit.room.operations import CLOSES_AFTER, touch, touch_counts
from lunchkit.room.qa.errors import AskedOffRecord, QuestionsClosed, SupportClosed, TooManyQuestions, TooManyWaiting
from lunchkit.room.qa.models import Question, Support, Turn
from lunchkit.room.qa.queries import WAITS, count_waiting

MOST_WAITING = 2_000
asking = Window("asking", 10, 3600)
"""Questions of one phone within an hour; nothing is counted by address: a whole room shares one."""
arriving = Window("arriving", 30, 60)
"""Questions of one room within a minute: a script may have as many cookies as it likes."""


def ask_question(room: Room, device: Device, text: str, *, off_record: bool = False, key: str = "") -> Question:
    """Keep a question until an organiser has read it. The same copy of the form (``key``) sent twice is one question.

    Raises QuestionsClosed, TooManyQuestions, TooManyWaiting.
    """
    key = _stored_key(key, text)
    with transaction() as session:
        room = session.get_one(Room, room.event_id, with_for_update=True)
        known = session.scalar(select(Question).where(Question.event_id == room.event_id, Question.key == key))
        if known is not None:
            if off_record and not known.asked_off_record:
                known.off_record = known.asked_off_record = True
                touch(session, known.event_id)
            return known
        _let_in(session, room, device)
        question = Question(
            event_id=room.event_id,
            key=key,
            text=text,
            off_record=off_record,
            asked_off_record=off_record,
            in_rehearsal=room.rehearsing_since is not None,
        )
        session.add(question)
        touch_counts(session, room.event_id)
    return question


def _stored_key(key: str, text: str) -> str:
    # other words in the same copy of the form are another question
    digest = hashlib.sha256(f"{key or secrets.token_urlsafe(16)}\n{text}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def _let_in(session: Session, room: Room, device: Device) -> None:
    event = session.get_one(Event, room.event_id)
    if not room.takes_questions or clock.now() >= event.over_at + CLOSES_AFTER:
        raise QuestionsClosed
    if count_waiting(room.event_id) >= MOST_WAITING or not arriving.allows(room.code):
        raise TooManyWaiting
    if not asking.allows(device):
        raise TooManyQuestions


def support_question(room: Room, device: Device, question_id: int, *, is_on: bool = True) -> None:
    """Let a phone support a question, once, or no longer. Raises NotFound, SupportClosed."""
    with transaction() as session:
        question = _supportable(session, room, question_id)
        supporter = supporter_hash(device, question.id)
        known = session.get(Support, (question.id, supporter))
        if is_on and known is None:
            session.add(Support(question_id=question.id, tag=supporter))
        elif not is_on and known is not None:
            session.delete(known)
        else:
            return
        touch_counts(session, question.event_id)


def _supportable(session: Session, room: Room, question_id: int) -> Question:
    question = session.get(Question, question_id, with_for_update=True)
    if question is None or question.event_id != room.event_id or question.approved_at is None:
        raise NotFound
    if question.turn is not Turn.APPROVED or question.is_frozen:
        raise SupportClosed
    return question


@contextmanager
def _judging(question: Question) -> Iterator[Session]:
    with transaction() as session:
        session.refresh(question, with_for_update=True)
        yield session
        touch(session, question.event_id)


def approve_question(question: Question) -> None:
    with _judging(question):
        question.approved_at = question.approved_at or clock.now()
        question.set_aside_at = None


def answer_question(question: Question) -> None:
    """Mark a question as answered: it leaves the screens."""
    with _judging(question):
        question.answered_at = question.answered_at or clock.now()
        question.set_aside_at = None


def set_aside_question(question: Question) -> None:
    """Hide a question; nothing is lost."""
    with _judging(question):
        question.set_aside_at = question.set_aside_at or clock.now()


def set_aside_waiting(last: Question) -> None:
    """Hide all questions that wait, up to this one: what came later nobody has seen yet."""
    with _judging(last) as session:
        unread = update(Question).where(Question.event_id == last.event_id, Question.id <= last.id, WAITS)
        session.execute(unread.values(set_aside_at=clock.now()))


def restore_question(question: Question, from_turn: Turn | None = None) -> None:
    """Undo the last step. With ``from_turn`` only that one, so that a button tapped twice undoes once."""
    with _judging(question):
        if from_turn is not None and question.turn is not from_turn:
            return
        if question.turn is Turn.SET_ASIDE:
            question.set_aside_at = None
        elif question.turn is Turn.ANSWERED:
            question.answered_at = None
        else:
            question.approved_at = None


def restore_set_aside_with(question: Question) -> None:
    """Restore all questions that were set aside in the same step as this one; nothing if it is restored already."""
    with _judging(question) as session:
        if question.set_aside_at is not None:
            same_step = Question.set_aside_at == question.set_aside_at
            together = update(Question).where(Question.event_id == question.event_id, same_step)
            session.execute(together.values(set_aside_at=None))


def mark_off_record(question: Question, off_record: bool) -> None:
    """Keep a question off the record, or not. Raises AskedOffRecord where the person who asked wished it so."""
    with _judging(question):
        if question.asked_off_record and not off_record:
            raise AskedOffRecord
        question.off_record = off_record


def freeze_supports() -> int:
    """Count the supports of lunches that are past, and destroy what they were counted from. Safe to run often.

    Returns how many questions were frozen.
    """
    with transaction() as session:
        due = session.scalars(
            select(Question)
            .join(Event, Event.id == Question.event_id)
            .where(Question.key.is_not(None), _is_past())
            .order_by(Question.id)
            .with_for_update(of=Question)
            .execution_options(populate_existing=True)
        ).all()
        ids = [question.id for question in due]
        counted = select(Support.question_id, func.count()).where(Support.question_id.in_(ids))
        counts = {row[0]: row[1] for row in session.execute(counted.group_by(Support.question_id))}
        for question in due:
            question.supports, question.key = counts.get(question.id, 0), None
        session.execute(delete(Support).where(Support.question_id.in_(ids)))
        if counts:
            mark_for_vacuum(db.engine)  # their hashes are declared nobody's data
    vacuum_if_marked()
    return len(ids)


def _is_past() -> ColumnElement[bool]:
    return or_(Event.over_at <= clock.now() - CLOSES_AFTER, Event.cancelled_at.is_not(None))

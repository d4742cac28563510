"""The organiser's doors to the questions from the room."""

from collections.abc import Callable

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.room.answers_to_phones import after, wants_json
from lunchkit.room.qa.actions import (
    answer_question,
    approve_question,
    mark_off_record,
    restore_question,
    restore_set_aside_with,
    set_aside_question,
    set_aside_waiting,
)
from lunchkit.room.qa.forms import is_set, turn_named
from lunchkit.room.qa.models import Question
from lunchkit.room.qa.queries import count_waiting, question_or_404, questions_to_judge
from lunchkit.room.queries import room_of_event

bp = Blueprint("qa", __name__)
ONE = "/e/<slug>/questions/<int(max=2147483647):question_id>"


@bp.get("/e/<slug>/questions")
def index(slug: str) -> ResponseReturnValue:
    """All questions, those that nobody has read yet first; a script is told how many these are."""
    event = any_event_by_slug_or_404(slug)
    if wants_json():
        return jsonify(waiting=count_waiting(event.id))
    room = room_of_event(event.id)
    return render_template(
        "admin/qa/index.html",
        event=event,
        groups=questions_to_judge(event.id),
        is_asking=room is not None and room.takes_questions,
        only=turn_named(request.args),
    )


@bp.post(f"{ONE}/approval")
def approve(slug: str, question_id: int) -> ResponseReturnValue:
    """Show it."""
    return _judge(slug, question_id, approve_question)


@bp.post(f"{ONE}/answer")
def answer(slug: str, question_id: int) -> ResponseReturnValue:
    """It was answered."""
    return _judge(slug, question_id, answer_question)


@bp.post(f"{ONE}/setting-aside")
def set_aside(slug: str, question_id: int) -> ResponseReturnValue:
    """It does not show."""
    return _judge(slug, question_id, set_aside_question)


@bp.post(f"{ONE}/setting-aside/all")
def set_aside_all(slug: str, question_id: int) -> ResponseReturnValue:
    """None shows of those that wait, up to this one."""
    return _judge(slug, question_id, set_aside_waiting)


@bp.post(f"{ONE}/restoration")
def restore(slug: str, question_id: int) -> ResponseReturnValue:
    """One step back."""
    turn = turn_named(request.form)
    return _judge(slug, question_id, lambda question: restore_question(question, turn))


@bp.post(f"{ONE}/restoration/all")
def restore_all(slug: str, question_id: int) -> ResponseReturnValue:
    """Restore what was set aside together with this question."""
    return _judge(slug, question_id, restore_set_aside_with)


@bp.post(f"{ONE}/record")
def record(slug: str, question_id: int) -> ResponseReturnValue:
    """Off the record, or on it."""
    off_record = is_set(request.form, "off")
    return _judge(slug, question_id, lambda question: mark_off_record(question, off_record))


def _judge(slug: str, question_id: int, verb: Callable[[Question], None]) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    question = question_or_404(event.id, question_id)
    back = url_for(".index", slug=slug, _anchor=question.turn)  # where the person was reading
    return after(event, lambda: verb(question), back)

"""The organiser's views of audience questions."""

from collections.abc import Callable, Mapping

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.room.answers_to_phones import after
from lunchkit.room.qa import actions
from lunchkit.room.qa.forms import is_set
from lunchkit.room.qa.models import Question, Turn
from lunchkit.room.qa.queries import question_or_404, questions_to_judge, set_aside_last
from lunchkit.room.queries import room_of_event

bp = Blueprint("qa", __name__)
ONE = "/e/<slug>/questions/<int(max=2147483647):question_id>"


@bp.get("/e/<slug>/questions")
def index(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    room, groups = room_of_event(event.id), questions_to_judge(event.id)
    return render_template(
        "admin/qa/index.html",
        event=event,
        groups=groups,
        is_empty=not any(groups.values()),
        undo=set_aside_last(groups[Turn.SET_ASIDE]),
        is_asking=room is not None and room.takes_questions,
        only=_turn_in(request.args),
    )


@bp.post(f"{ONE}/restoration")
def restore(slug: str, question_id: int) -> ResponseReturnValue:
    turn = _turn_in(request.form)
    return _judge(slug, question_id, lambda question: actions.restore_question(question, turn))


@bp.post(f"{ONE}/record")
def record(slug: str, question_id: int) -> ResponseReturnValue:
    off_record = is_set(request.form, "off")
    return _judge(slug, question_id, lambda question: actions.mark_off_record(question, off_record))


def _turn_in(data: Mapping[str, str]) -> Turn | None:
    name = data.get("turn")
    return Turn(name) if name in set(Turn) else None


def _judge(slug: str, question_id: int, action: Callable[[Question], None]) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    question = question_or_404(event.id, question_id)
    back = url_for(".index", slug=slug, _anchor=question.turn)  # where the person was reading
    return after(event, lambda: action(question), back)


def _judging(action: Callable[[Question], None]) -> Callable[[str, int], ResponseReturnValue]:
    return lambda slug, question_id: _judge(slug, question_id, action)


bp.post(f"{ONE}/approval", endpoint="approve")(_judging(actions.approve_question))
bp.post(f"{ONE}/answer", endpoint="answer")(_judging(actions.answer_question))
bp.post(f"{ONE}/setting-aside", endpoint="set_aside")(_judging(actions.set_aside_question))
bp.post(f"{ONE}/setting-aside/all", endpoint="set_aside_all")(_judging(actions.set_aside_waiting))
bp.post(f"{ONE}/restoration/all", endpoint="restore_all")(_judging(actions.restore_set_aside_with))

"""The organiser's doors to the questions of a lunch: the programme before it, the verbs and the counting during it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform.errors import USER_ERRORS, show_on_form
from lunchkit.platform.i18n import language
from lunchkit.platform.ordered import back_to_list, requested_direction
from lunchkit.room.answers_to_phones import after, done, refused, wants_json
from lunchkit.room.polls import actions
from lunchkit.room.polls.errors import FewHaveAnswered, NotOpen, PollIsFrozen
from lunchkit.room.polls.forms import HandForm, PollForm, details_of, hand_form, note_form, poll_form
from lunchkit.room.polls.kinds import SHAPES
from lunchkit.room.polls.models import Kind, Poll
from lunchkit.room.polls.order import programme_rows, stays
from lunchkit.room.polls.queries import (
    WaitingAnswer,
    answers_to_judge,
    asked_again_as,
    ballots_of,
    poll_or_404,
    polls_of,
    result_of,
)

ANSWERS_A_PAGE = 40
VERDICTS = ("approve", "refuse", "undo")
bp = Blueprint("polls", __name__)


@bp.get("/e/<slug>/polls")
def index(slug: str) -> ResponseReturnValue:
    """The questions, and the form for one more."""
    return _page(any_event_by_slug_or_404(slug), poll_form())


@bp.post("/e/<slug>/polls")
def create(slug: str) -> ResponseReturnValue:
    """One more question."""
    event = any_event_by_slug_or_404(slug)
    form = poll_form(data=request.form)
    if not form.validate():
        return _page(event, form), 422
    actions.add_poll(event, form.details())
    return _to_index(slug, "added")


@bp.get("/e/<slug>/polls/<int(max=2147483647):poll_id>")
def edit(slug: str, poll_id: int) -> ResponseReturnValue:
    """The form of one question; one that people have seen stays as it is."""
    event, poll = _both(slug, poll_id)
    if stays(poll, _other(poll)):
        return refused(event, PollIsFrozen(), url_for(".index", slug=slug))
    return _edit_page(event, poll, poll_form(poll))


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>")
def update(slug: str, poll_id: int) -> ResponseReturnValue:
    """A question reworded; whatever is wrong, the form comes back with all that was typed."""
    event, poll = _both(slug, poll_id)
    form = poll_form(poll, request.form)
    if not form.validate():
        return _edit_page(event, poll, form), 422
    try:
        actions.change_poll(poll, form.details())
    except USER_ERRORS as error:
        return show_on_form(error, partial(_edit_page, event, poll, form))
    return _to_index(slug, "changed")


@bp.get("/e/<slug>/polls/<int(max=2147483647):poll_id>/removal")
def removal(slug: str, poll_id: int) -> ResponseReturnValue:
    """Asks once more."""
    event, poll = _both(slug, poll_id)
    return render_template("admin/polls/removal.html", event=event, poll=poll, second=asked_again_as(poll.id))


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/removal")
def remove(slug: str, poll_id: int) -> ResponseReturnValue:
    """One question fewer."""
    event, poll = _both(slug, poll_id)
    return _arrange(event, "removed", lambda: actions.remove_poll(poll, with_second="second" in request.form))


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/again")
def again(slug: str, poll_id: int) -> ResponseReturnValue:
    """The same question once more, after the debate."""
    event, poll = _both(slug, poll_id)
    return _arrange(event, "again", lambda: actions.add_poll(event, details_of(poll, before_id=poll.id)))


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/order")
def order(slug: str, poll_id: int) -> ResponseReturnValue:
    """One place up or down."""
    event, poll = _both(slug, poll_id)
    direction = requested_direction()
    try:
        actions.move_poll(poll, direction)
    except USER_ERRORS as error:
        return refused(event, error, url_for(".index", slug=slug))
    return back_to_list(slug, poll)


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/opening")
def opening(slug: str, poll_id: int) -> ResponseReturnValue:
    """Phones may answer; whoever comes from the schedule goes back to it."""
    event, poll = _both(slug, poll_id)
    back = url_for("organiser.run_sheet.now", slug=slug) if request.form.get("back") == "run" else _room(slug)
    return after(event, lambda: actions.open_poll(poll), back)


@bp.get("/e/<slug>/polls/<int(max=2147483647):poll_id>/closing")
def ask_to_close(slug: str, poll_id: int) -> ResponseReturnValue:
    """Asks once more, where the result could not be shown."""
    event, poll = _both(slug, poll_id)
    return render_template("admin/polls/closing.html", event=event, poll=poll, ballots=ballots_of(poll))


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/closing")
def closing(slug: str, poll_id: int) -> ResponseReturnValue:
    """No more answers; where there are few, it asks first."""
    event, poll = _both(slug, poll_id)
    even_few = "few" in request.form
    return closing_reply(event, poll, lambda: actions.close_poll(poll, even_few=even_few))


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/reveal")
def reveal(slug: str, poll_id: int) -> ResponseReturnValue:
    """The result is shown."""
    return _act(slug, poll_id, actions.reveal_poll)


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/hiding")
def hiding(slug: str, poll_id: int) -> ResponseReturnValue:
    """The result is taken back."""
    return _act(slug, poll_id, actions.hide_poll)


@bp.get("/e/<slug>/polls/<int(max=2147483647):poll_id>/annulment")
def annulment(slug: str, poll_id: int) -> ResponseReturnValue:
    """Asks once more, and says what is lost."""
    event, poll = _both(slug, poll_id)
    people = ballots_of(poll) + poll.hand_ballots
    return render_template("admin/polls/annulment.html", event=event, poll=poll, people=people)


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/annulment")
def annul(slug: str, poll_id: int) -> ResponseReturnValue:
    """All that came out of it is thrown away."""
    return _act(slug, poll_id, actions.annul_poll)


@bp.get("/e/<slug>/polls/<int(max=2147483647):poll_id>/hands")
def hands(slug: str, poll_id: int) -> ResponseReturnValue:
    """The form for what was counted by hand."""
    event, poll = _counted_by_hand(slug, poll_id)
    return _hands_page(event, poll, hand_form(result_of(poll, language())))


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/hands")
def enter_hands(slug: str, poll_id: int) -> ResponseReturnValue:
    """What was counted by hand is kept; whatever is wrong, the form comes back with all that was typed."""
    event, poll = _counted_by_hand(slug, poll_id)
    form = hand_form(result_of(poll, language()), request.form)
    if not form.validate():
        return _hands_page(event, poll, form), 422
    counted = form.details()
    try:
        actions.enter_hand_counts(poll, counted.counts, counted.people)
    except USER_ERRORS as error:
        return show_on_form(error, partial(_hands_page, event, poll, form))
    return redirect(url_for("organiser.presenter.remote", slug=slug, done="hands"), code=303)


@bp.get("/e/<slug>/polls/<int(max=2147483647):poll_id>/note")
def note(slug: str, poll_id: int) -> ResponseReturnValue:
    """The form for a remark on the result."""
    event, poll = _both(slug, poll_id)
    return render_template("admin/polls/note.html", event=event, poll=poll, form=note_form(poll))


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/note")
def annotate(slug: str, poll_id: int) -> ResponseReturnValue:
    """The remark shows beside the result."""
    event, poll = _both(slug, poll_id)
    form = note_form(poll, request.form)
    if not form.validate():
        return render_template("admin/polls/note.html", event=event, poll=poll, form=form), 422
    return _arrange(event, "noted", lambda: actions.annotate_poll(poll, form.note.data or ""), poll)


@bp.get("/e/<slug>/polls/<int(max=2147483647):poll_id>/answers")
def answers(slug: str, poll_id: int) -> ResponseReturnValue:
    """What people wrote, what nobody has read yet first."""
    event, poll = _written(slug, poll_id)
    page = _answer_page(answers_to_judge(poll), request.args.get("page", 1, type=int))
    return render_template("admin/polls/answers.html", event=event, poll=poll, page=page)


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/verdict")
def verdict(slug: str, poll_id: int) -> ResponseReturnValue:
    """One word or text is approved or refused, or waits again; the list comes back where it was."""
    event, poll = _written(slug, poll_id)
    chosen = request.form.get("verdict", "")
    if chosen not in VERDICTS:
        abort(400)
    back = url_for(".answers", slug=slug, poll_id=poll_id, page=request.args.get("page", type=int))
    return after(event, lambda: actions.judge_answer(poll, request.form.get("answer", ""), chosen), back)


def closing_reply(event: Event, poll: Poll | None, action: Callable[[], object]) -> ResponseReturnValue:
    """Do what may close a question; where few have answered, a browser without a script is led to who asks first."""
    try:
        action()
    except FewHaveAnswered as error:
        if poll is None or wants_json():
            return refused(event, error, _room(event.slug))
        return redirect(url_for("organiser.polls.ask_to_close", slug=event.slug, poll_id=poll.id), code=303)
    except USER_ERRORS as error:
        return refused(event, error, _room(event.slug))
    return done(event.id, _room(event.slug))


def _both(slug: str, poll_id: int) -> tuple[Event, Poll]:
    event = any_event_by_slug_or_404(slug)
    return event, poll_or_404(event.id, poll_id)


def _counted_by_hand(slug: str, poll_id: int) -> tuple[Event, Poll]:
    event, poll = _both(slug, poll_id)
    if not SHAPES[Kind(poll.kind)].by_hand:
        abort(404)
    if not poll.is_frozen:
        raise NotOpen
    return event, poll


def _written(slug: str, poll_id: int) -> tuple[Event, Poll]:
    event, poll = _both(slug, poll_id)
    if not Kind(poll.kind).is_written:
        abort(404)
    return event, poll


def _act(slug: str, poll_id: int, action: Callable[[Poll], None]) -> ResponseReturnValue:
    event, poll = _both(slug, poll_id)
    return after(event, lambda: action(poll), _room(slug))


def _arrange(event: Event, told: str, action: Callable[[], object], poll: Poll | None = None) -> ResponseReturnValue:
    """Do it, and show the programme; or say why not, and lead back to it."""
    try:
        action()
    except USER_ERRORS as error:
        return refused(event, error, url_for(".index", slug=event.slug))
    return _to_index(event.slug, told, poll)


def _room(slug: str) -> str:
    return url_for("organiser.presenter.remote", slug=slug)


def _to_index(slug: str, told: str, poll: Poll | None = None) -> ResponseReturnValue:
    anchor = f"poll-{poll.id}" if poll else None
    return redirect(url_for(".index", slug=slug, done=told, _anchor=anchor), code=303)


def _page(event: Event, form: PollForm) -> str:
    return render_template(
        "admin/polls/index.html",
        event=event,
        rows=programme_rows(polls_of(event.id)),
        form=form,
        shapes=SHAPES,
    )


def _edit_page(event: Event, poll: Poll, form: PollForm, notice: str | None = None) -> str:
    is_pair = _other(poll) is not None
    return render_template("admin/polls/edit.html", event=event, poll=poll, form=form, notice=notice, is_pair=is_pair)


def _other(poll: Poll) -> Poll | None:
    """The other question of a pair."""
    return poll.before or asked_again_as(poll.id)


def _hands_page(event: Event, poll: Poll, form: HandForm, notice: str | None = None) -> str:
    return render_template("admin/polls/hands.html", event=event, poll=poll, form=form, notice=notice)


@dataclass(frozen=True)
class AnswerPage:
    """One page of what people wrote."""

    answers: list[WaitingAnswer]
    unread: int
    total: int
    page: int
    pages: int


def _answer_page(found: list[WaitingAnswer], page: int) -> AnswerPage:
    pages = max(1, -(-len(found) // ANSWERS_A_PAGE))
    page = min(max(1, page), pages)
    return AnswerPage(
        answers=found[(page - 1) * ANSWERS_A_PAGE : page * ANSWERS_A_PAGE],
        unread=sum(answer.verdict == "" for answer in found),
        total=len(found),
        page=page,
        pages=pages,
    )

"""The organiser's views of the polls of a lunch: writing them before it, running and counting them during it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform.db import page_of
from lunchkit.platform.errors import USER_ERRORS, carry_out
from lunchkit.platform.i18n import language
from lunchkit.room.answers_to_phones import after, done, refused, wants_json
from lunchkit.room.polls import actions, queries
from lunchkit.room.polls.errors import FewHaveAnswered, NotOpen, PollIsFrozen
from lunchkit.room.polls.forms import PollForm, poll_form
from lunchkit.room.polls.hand_counts import HandForm, hand_form
from lunchkit.room.polls.models import Kind, Poll
from lunchkit.room.polls.order import stays

ANSWERS_A_PAGE = 40
bp = Blueprint("polls", __name__)
ONE = "/e/<slug>/polls/<int(max=2147483647):poll_id>"


@bp.get(ONE)
def edit(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _both(slug, poll_id)
    if stays(poll, queries.other_of_pair(poll)):
        return refused(event, PollIsFrozen(), _schedule(slug))
    return _edit_page(event, poll, poll_form(poll))


@bp.post(ONE)
def update(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _both(slug, poll_id)
    form = poll_form(poll, request.form)
    if not form.validate():
        return _edit_page(event, poll, form), 422
    change = partial(actions.change_poll, poll, form.details())
    return carry_out(change, partial(_edit_page, event, poll, form), _schedule(slug, done="changed"))


@bp.post(f"{ONE}/opening")
def opening(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _both(slug, poll_id)
    return after(event, lambda: actions.open_poll(poll), _room(slug))


@bp.get(f"{ONE}/closing")
def ask_to_close(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _both(slug, poll_id)
    return render_template("admin/polls/closing.html", event=event, poll=poll, ballots=queries.ballots_of(poll))


@bp.post(f"{ONE}/closing")
def closing(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _both(slug, poll_id)
    return closing_reply(event, poll, lambda: actions.close_poll(poll, even_few="few" in request.form))


@bp.get(f"{ONE}/annulment")
def annulment(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _both(slug, poll_id)
    people = queries.ballots_of(poll) + poll.hand_ballots
    return render_template("admin/polls/annulment.html", event=event, poll=poll, people=people)


@bp.get(f"{ONE}/hands")
def hands(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _asked(slug, poll_id)
    return _hands_page(event, poll, hand_form(poll, queries.result_of(poll, language())))


@bp.post(f"{ONE}/hands")
def enter_hands(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _asked(slug, poll_id)
    form = hand_form(poll, queries.result_of(poll, language()), request.form)
    if not form.validate():
        return _hands_page(event, poll, form), 422
    enter = partial(actions.enter_hand_counts, poll, *form.details())
    remote = url_for("organiser.presenter.remote", slug=slug, done="hands")
    return carry_out(enter, partial(_hands_page, event, poll, form), remote)


@bp.get(f"{ONE}/answers")
def answers(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _written(slug, poll_id)
    found = queries.answers_to_judge(poll)
    page, pages = page_of(len(found), request.args.get("page", 1, type=int), ANSWERS_A_PAGE)
    start, unread = (page - 1) * ANSWERS_A_PAGE, sum(answer.verdict == "" for answer in found)
    about = {"answers": found[start : start + ANSWERS_A_PAGE], "page": {"page": page, "pages": pages}}
    return render_template("admin/polls/answers.html", event=event, poll=poll, unread=unread, **about)


@bp.post(f"{ONE}/verdict")
def verdict(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _written(slug, poll_id)
    chosen = request.form.get("verdict", "")
    if chosen not in ("approve", "refuse", "undo"):
        abort(400)
    answers, page = request.form.getlist("answer"), request.args.get("page", type=int)
    back = _room(slug) if len(answers) > 1 else url_for(".answers", slug=slug, poll_id=poll_id, page=page)
    return after(event, lambda: actions.judge_answers(poll, chosen, *answers), back)


def closing_reply(event: Event, poll: Poll | None, action: Callable[[], object]) -> ResponseReturnValue:
    """Do what may close a poll; where few have answered, a browser without a script is led to a page that asks."""
    try:
        action()
    except USER_ERRORS as error:
        if isinstance(error, FewHaveAnswered) and poll is not None and not wants_json():
            return redirect(url_for("organiser.polls.ask_to_close", slug=event.slug, poll_id=poll.id), code=303)
        return refused(event, error, _room(event.slug))
    return done(event.id, _room(event.slug))


def _both(slug: str, poll_id: int) -> tuple[Event, Poll]:
    event = any_event_by_slug_or_404(slug)
    return event, queries.poll_or_404(event.id, poll_id)


def _asked(slug: str, poll_id: int) -> tuple[Event, Poll]:
    event, poll = _both(slug, poll_id)
    if not poll.is_frozen:
        raise NotOpen
    return event, poll


def _written(slug: str, poll_id: int) -> tuple[Event, Poll]:
    event, poll = _both(slug, poll_id)
    if not Kind(poll.kind).is_written:
        abort(404)
    return event, poll


def _acting(action: Callable[[Poll], None]) -> Callable[[str, int], ResponseReturnValue]:
    def view(slug: str, poll_id: int) -> ResponseReturnValue:
        event, poll = _both(slug, poll_id)
        return after(event, lambda: action(poll), _room(slug))

    return view


bp.post(f"{ONE}/reveal", endpoint="reveal")(_acting(actions.reveal_poll))
bp.post(f"{ONE}/hiding", endpoint="hiding")(_acting(actions.hide_poll))
bp.post(f"{ONE}/annulment", endpoint="annul")(_acting(actions.annul_poll))


def _room(slug: str) -> str:
    return url_for("organiser.presenter.remote", slug=slug)


def _schedule(slug: str, **more: Any) -> str:
    return url_for("organiser.run_sheet.index", slug=slug, **more)


def _edit_page(event: Event, poll: Poll, form: PollForm, notice: str | None = None) -> str:
    about = {"notice": notice, "is_pair": queries.other_of_pair(poll) is not None}
    return render_template("admin/polls/edit.html", event=event, poll=poll, form=form, **about)


def _hands_page(event: Event, poll: Poll, form: HandForm, notice: str | None = None) -> str:
    return render_template("admin/polls/hands.html", event=event, poll=poll, form=form, notice=notice)

"""The organisers' pages of the schedule: its rows and the polls in them, written before the lunch."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform.errors import USER_ERRORS, carry_out
from lunchkit.platform.ordered import back_to_list, requested_direction
from lunchkit.platform.versions import save
from lunchkit.room.answers_to_phones import after, refused
from lunchkit.room.polls.forms import PollForm, details_of
from lunchkit.room.polls.kinds import SHAPES
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.order import programme_rows
from lunchkit.room.polls.queries import asked_again_as, poll_or_404, polls_of
from lunchkit.run_sheet import actions
from lunchkit.run_sheet.forms import RunItemForm
from lunchkit.run_sheet.models import RunItem
from lunchkit.run_sheet.queries import run_item_or_404, run_sheet_of

ALL = "/e/<slug>/run"
ONE = f"{ALL}/<int(max=2147483647):item_id>"
POLLS = f"{ALL}/polls"
POLL = f"{POLLS}/<int(max=2147483647):poll_id>"
bp = Blueprint("run_sheet", __name__)


@bp.get(ALL)
def index(slug: str) -> ResponseReturnValue:
    return _index_page(any_event_by_slug_or_404(slug), RunItemForm(formdata=None))


@bp.post(ALL)
def create(slug: str) -> ResponseReturnValue:
    event, form = any_event_by_slug_or_404(slug), RunItemForm(formdata=request.form)
    return _save(event, form, _index_page, lambda: actions.add_run_item(event, form.details()), "added")


@bp.route(ONE, methods=["GET", "POST"])
def update(slug: str, item_id: int) -> ResponseReturnValue:
    event, item = _both(slug, item_id)
    form, page = RunItemForm(formdata=request.form or None, obj=item), partial(_edit_page, item)
    if request.method != "POST":
        return page(event, form)
    return _save(event, form, page, lambda: actions.change_run_item(item, form.details()), "changed")


@bp.route(f"{ONE}/removal", methods=["GET", "POST"])
def remove(slug: str, item_id: int) -> ResponseReturnValue:
    event, item = _both(slug, item_id)
    if request.method != "POST":
        return render_template("admin/run_sheet/removal.html", event=event, item=item)
    return _do(event, "removed", lambda: actions.remove_run_item(item))


@bp.post(f"{ONE}/order")
def order(slug: str, item_id: int) -> ResponseReturnValue:
    event, item = _both(slug, item_id)
    try:
        actions.move_run_item(item, requested_direction())
    except USER_ERRORS as error:
        return refused(event, error, url_for(".index", slug=slug))
    return back_to_list(slug, item)


@bp.post(f"{ONE}/<any(beginning, return):step>")
def follow(slug: str, item_id: int, step: str) -> ResponseReturnValue:
    event, item = _both(slug, item_id)
    remote = url_for("organiser.presenter.remote", slug=slug)
    return after(event, lambda: actions.set_begun(item, has_begun=step == "beginning"), remote)


@bp.route(POLLS, methods=["GET", "POST"])
def create_poll(slug: str) -> ResponseReturnValue:
    event, form = any_event_by_slug_or_404(slug), PollForm(formdata=request.form or None)
    if request.method != "POST" or not form.validate():
        return _poll_page(event, form), 422 if form.errors else 200
    add = partial(actions.add_poll, event, form.details())
    return carry_out(add, partial(_poll_page, event, form), url_for(".index", slug=slug, done="added"))


@bp.post(f"{POLL}/again")
def ask_again(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _event_and_poll(slug, poll_id)
    return _do(event, "again", lambda: actions.add_poll(event, details_of(poll, before_id=poll.id)))


@bp.route(f"{POLL}/removal", methods=["GET", "POST"])
def remove_poll(slug: str, poll_id: int) -> ResponseReturnValue:
    event, poll = _event_and_poll(slug, poll_id)
    if request.method != "POST":
        return render_template("admin/polls/removal.html", event=event, poll=poll, second=asked_again_as(poll.id))
    return _do(event, "removed", lambda: actions.remove_poll(poll))


def _both(slug: str, item_id: int) -> tuple[Event, RunItem]:
    event = any_event_by_slug_or_404(slug)
    return event, run_item_or_404(event.id, item_id)


def _event_and_poll(slug: str, poll_id: int) -> tuple[Event, Poll]:
    event = any_event_by_slug_or_404(slug)
    return event, poll_or_404(event.id, poll_id)


def _save(
    event: Event, form: RunItemForm, page: Callable[..., str], action: Callable[[], object], done: str
) -> ResponseReturnValue:
    return save(form, action, partial(page, event), lambda: form, url_for(".index", slug=event.slug, done=done))


def _do(event: Event, done: str, action: Callable[[], object]) -> ResponseReturnValue:
    back = url_for(".index", slug=event.slug)
    try:
        action()
    except USER_ERRORS as error:
        return refused(event, error, back)
    return redirect(f"{back}?done={done}", code=303)


def _index_page(event: Event, form: RunItemForm) -> str:
    run, polls = run_sheet_of(event), {row["poll"].id: row for row in programme_rows(polls_of(event.id))}
    scheduled = {row.item.poll_id for row in run.rows}
    return render_template(
        "admin/run_sheet/index.html",
        event=event,
        run=run,
        polls=polls,
        unscheduled=[row for poll_id, row in polls.items() if poll_id not in scheduled],
        shapes=SHAPES,
        form=form,
    )


def _edit_page(item: RunItem, event: Event, form: RunItemForm) -> str:
    return render_template("admin/run_sheet/edit.html", event=event, item=item, form=form)


def _poll_page(event: Event, form: PollForm, notice: str | None = None) -> str:
    return render_template("admin/polls/edit.html", event=event, form=form, notice=notice)

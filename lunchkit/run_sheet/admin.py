"""The organisers' pages of the schedule: written before the lunch, followed on a phone while it runs."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock
from lunchkit.platform.ordered import back_to_list, requested_direction
from lunchkit.platform.versions import save
from lunchkit.room.polls.models import Stage
from lunchkit.room.polls.queries import polls_of
from lunchkit.run_sheet import actions
from lunchkit.run_sheet.forms import RunItemForm, run_item_form
from lunchkit.run_sheet.models import RunItem
from lunchkit.run_sheet.queries import run_item_or_404, run_progress, run_sheet_of

ONE = "/e/<slug>/run/<int(max=2147483647):item_id>"
bp = Blueprint("run_sheet", __name__)


@bp.get("/e/<slug>/run")
def index(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    return _index_page(event, run_item_form(polls_of(event.id)))


@bp.post("/e/<slug>/run")
def create(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    form = run_item_form(polls_of(event.id), data=request.form)
    return _save(event, form, _index_page, lambda: actions.add_run_item(event, form.details()), "added")


@bp.get(ONE)
def edit(slug: str, item_id: int) -> ResponseReturnValue:
    event, item = _both(slug, item_id)
    return _edit_page(event, run_item_form(polls_of(event.id), item))


@bp.post(ONE)
def update(slug: str, item_id: int) -> ResponseReturnValue:
    event, item = _both(slug, item_id)
    form = run_item_form(polls_of(event.id), item, request.form)
    return _save(event, form, _edit_page, lambda: actions.change_run_item(item, form.details()), "changed")


@bp.get(f"{ONE}/removal")
def removal(slug: str, item_id: int) -> ResponseReturnValue:
    event, item = _both(slug, item_id)
    return render_template("admin/run_sheet/removal.html", event=event, item=item)


@bp.post(f"{ONE}/removal")
def remove(slug: str, item_id: int) -> ResponseReturnValue:
    _event, item = _both(slug, item_id)
    actions.remove_run_item(item)
    return redirect(url_for(".index", slug=slug, done="removed"), code=303)


@bp.post(f"{ONE}/order")
def order(slug: str, item_id: int) -> ResponseReturnValue:
    _event, item = _both(slug, item_id)
    actions.move_run_item(item, requested_direction())
    return back_to_list(slug, item)


@bp.get("/e/<slug>/run/now")
def now(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    run, moment = run_sheet_of(event), clock.now()
    open_poll = next((poll for poll in polls_of(event.id) if poll.stage is Stage.OPEN), None)
    at = run_progress(run, moment)
    return render_template(
        "admin/run_sheet/now.html",
        event=event,
        run=run,
        at=at,
        seconds=(at.ends_at - moment) // timedelta(seconds=1) if at.ends_at else 0,
        late=round(at.late / timedelta(minutes=1)),
        open_poll=open_poll,
    )


@bp.post(f"{ONE}/beginning")
def begin(slug: str, item_id: int) -> ResponseReturnValue:
    _event, item = _both(slug, item_id)
    actions.begin_run_item(item)
    return redirect(url_for(".now", slug=slug), code=303)


@bp.post(f"{ONE}/return")
def take_back(slug: str, item_id: int) -> ResponseReturnValue:
    _event, item = _both(slug, item_id)
    actions.take_back_run_item(item)
    return redirect(url_for(".now", slug=slug), code=303)


def _both(slug: str, item_id: int) -> tuple[Event, RunItem]:
    event = any_event_by_slug_or_404(slug)
    return event, run_item_or_404(event.id, item_id)


def _save(
    event: Event, form: RunItemForm, page: Callable[..., str], action: Callable[[], object], done: str
) -> ResponseReturnValue:
    return save(form, action, partial(page, event), lambda: form, url_for(".index", slug=event.slug, done=done))


def _index_page(event: Event, form: RunItemForm) -> str:
    return render_template("admin/run_sheet/run.html", event=event, run=run_sheet_of(event), form=form)


def _edit_page(event: Event, form: RunItemForm) -> str:
    return render_template("admin/run_sheet/edit.html", event=event, form=form)

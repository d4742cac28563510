"""The organiser's doors to the questions of a lunch."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.polls.actions import add_poll, change_poll, remove_poll
from lunchkit.polls.forms import PollForm, poll_form
from lunchkit.polls.models import Poll
from lunchkit.polls.queries import poll_or_404, polls_of

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
    add_poll(event, form.details())
    return redirect(url_for(".index", slug=slug, done="added"), code=303)


@bp.get("/e/<slug>/polls/<int(max=2147483647):poll_id>")
def edit(slug: str, poll_id: int) -> ResponseReturnValue:
    """The form of one question."""
    event = any_event_by_slug_or_404(slug)
    poll = poll_or_404(event.id, poll_id)
    return _edit_page(event, poll, poll_form(poll))


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>")
def update(slug: str, poll_id: int) -> ResponseReturnValue:
    """A question reworded."""
    event = any_event_by_slug_or_404(slug)
    poll = poll_or_404(event.id, poll_id)
    form = poll_form(poll, request.form)
    if not form.validate():
        return _edit_page(event, poll, form), 422
    change_poll(poll, form.details())
    return redirect(url_for(".index", slug=slug, done="changed"), code=303)


@bp.get("/e/<slug>/polls/<int(max=2147483647):poll_id>/removal")
def removal(slug: str, poll_id: int) -> ResponseReturnValue:
    """Asks once more."""
    event = any_event_by_slug_or_404(slug)
    return render_template("organiser/polls/removal.html", event=event, poll=poll_or_404(event.id, poll_id))


@bp.post("/e/<slug>/polls/<int(max=2147483647):poll_id>/removal")
def remove(slug: str, poll_id: int) -> ResponseReturnValue:
    """One question fewer."""
    event = any_event_by_slug_or_404(slug)
    remove_poll(poll_or_404(event.id, poll_id))
    return redirect(url_for(".index", slug=slug, done="removed"), code=303)


def _page(event: Event, form: PollForm) -> str:
    return render_template("organiser/polls/index.html", event=event, polls=polls_of(event.id), form=form)


def _edit_page(event: Event, poll: Poll, form: PollForm) -> str:
    return render_template("organiser/polls/edit.html", event=event, poll=poll, form=form)

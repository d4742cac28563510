"""The remote control of the room."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock
from lunchkit.platform.i18n import language
from lunchkit.platform.links import public
from lunchkit.platform.previews import preview
from lunchkit.room.actions import room_of
from lunchkit.room.answers_to_phones import after
from lunchkit.room.models import Slide
from lunchkit.room.polls.admin import closing_reply
from lunchkit.room.polls.forms import PollForm, poll_form
from lunchkit.room.polls.models import FEWEST_SHOWN, Poll, Stage
from lunchkit.room.polls.order import write_poll
from lunchkit.room.polls.queries import count_unread, is_short, poll_or_404, polls_of, screen_poll_view
from lunchkit.room.polls.view_models import poll_view
from lunchkit.room.qa.queries import count_waiting
from lunchkit.room.queries import OwnAnswer, room_of_event
from lunchkit.room.survey.queries import glance
from lunchkit.run_sheet.queries import run_progress, run_sheet_of
from lunchkit.site.presenter import actions
from lunchkit.site.presenter.feeds import addresses_of
from lunchkit.site.presenter.queries import ballot_view, current_poll, next_step, shown_slide

LARGEST_ID = 2_147_483_647
bp = Blueprint("presenter", __name__)


@bp.get("/e/<slug>/room")
def remote(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    room = room_of_event(event.id)
    if room is None or event.published_at is None:
        make = url_for(".slide", slug=slug)
        return render_template("admin/printouts/no_code.html", event=event, heading=_("In the room"), make=make)
    polls = polls_of(event.id)
    step, target = next_step(room, polls)
    current, heard = current_poll(room, polls), glance(event)
    asked_again = {poll.before_id for poll in polls}
    views = {
        poll.id: poll_view(poll, language(), is_before=poll.id in asked_again, ballots=poll.ballots) for poll in polls
    }
    if current is not None:
        views[current.id] = screen_poll_view(current, language())
    now = clock.now()
    return render_template(
        "admin/presenter/remote.html",
        event=event,
        room=room,
        polls=list(views.values()),
        questions=count_waiting(event.id),
        unread={poll.id: count_unread(poll) for poll in polls},
        current=views[current.id] if current else None,
        slide=shown_slide(room, current),
        is_short=current is not None and current.stage is Stage.OPEN and is_short(current),
        fewest=FEWEST_SHOWN,
        feedback=heard.stage,
        can_be_ended=event.can_be_ended(now),
        extended_end=event.extended_end(now),
        next_step=step,
        minutes_left=ceil((room.timer_ends_at - now) / timedelta(minutes=1)) if room.timer_ends_at else 0,
        next_poll=views[target.id] if target else None,
        ballots=(views[current.id].ballots or 0) if current else 0,
        screen_url=public("presenter.screen", code=room.code),
        phone_url=public("presenter.phone", code=room.code),
        **_schedule(event, now),
        **addresses_of("screen", room.code, language()),
    )


def _schedule(event: Event, now: datetime) -> dict[str, Any]:
    """How far the schedule is: the seconds that its row has left, and the minutes that the room is late."""
    at = run_progress(run_sheet_of(event), now)
    seconds = (at.ends_at - now) // timedelta(seconds=1) if at.ends_at else 0
    return {"at": at, "seconds": seconds, "late": round(at.late / timedelta(minutes=1))}


@bp.post("/e/<slug>/polls/preview")
@bp.post(f"/e/<slug>/polls/<int(max={LARGEST_ID}):poll_id>/preview")
def live_preview(slug: str, poll_id: int | None = None) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    poll = poll_or_404(event.id, poll_id) if poll_id is not None else None
    form = poll_form(poll, request.form)

    def page(form: PollForm) -> str:
        return render_template("admin/polls/edit.html", event=event, poll=poll, form=form)

    def render() -> str:
        shown = Poll(before_id=poll.before_id if poll else None)
        write_poll(shown, form.details())
        phone = ballot_view(event, poll_view(shown, language()))
        return render_template("presenter/phone.html", event=event, phone=phone, mine=OwnAnswer(), slip=None)

    return preview(form, page, render)


@bp.post("/e/<slug>/room/step")
def step(slug: str) -> ResponseReturnValue:
    event, wanted, poll_id = any_event_by_slug_or_404(slug), request.form.get("step"), _poll_id()
    even_few = "few" in request.form
    shown = current_poll(room_of(event), polls_of(event.id))
    return closing_reply(event, shown, lambda: actions.go_on(event, wanted, poll_id, even_few=even_few))


@bp.post("/e/<slug>/room/slide")
def slide(slug: str) -> ResponseReturnValue:
    wanted = request.form.get("slide", "")
    chosen, poll_id = Slide(wanted) if wanted in list(Slide) else Slide.WELCOME, _poll_id()
    return _do(
        slug, lambda event: actions.show_slide(event, chosen, poll_or_404(event.id, poll_id) if poll_id else None)
    )


@bp.post("/e/<slug>/room/blank")
def blank(slug: str) -> ResponseReturnValue:
    is_blank = {"1": True, "0": False}.get(request.form.get("on", ""))
    return _do(slug, lambda event: actions.blank_screen(event, is_blank=is_blank))


@bp.post("/e/<slug>/room/timer")
def timer(slug: str) -> ResponseReturnValue:
    return _do(slug, lambda event: actions.start_timer(event, request.form.get("minutes", 0, type=int)))


@bp.post("/e/<slug>/room/rehearsal")
def rehearsal(slug: str) -> ResponseReturnValue:
    return _do(slug, actions.start_rehearsal if _is_on() else actions.end_rehearsal)


@bp.post("/e/<slug>/room/questions")
def questions(slug: str) -> ResponseReturnValue:
    return _do(slug, lambda event: actions.take_questions(event, takes=_is_on()))


def _poll_id() -> int | None:
    number = request.form.get("poll", type=int)
    return number if number is not None and 0 < number <= LARGEST_ID else None


def _is_on() -> bool:
    return request.form.get("on") == "1"


def _do(slug: str, action: Callable[[Event], None]) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    return after(event, lambda: action(event), url_for(".remote", slug=slug))

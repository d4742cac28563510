"""The organiser's views of the survey: what came out of it, its early close, and the erasure of a remark."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform.links import public
from lunchkit.room.answers_to_phones import after
from lunchkit.room.queries import room_of_event
from lunchkit.room.survey.actions import close_feedback, erase_remark
from lunchkit.room.survey.queries import outcome, remarks_page

bp = Blueprint("survey", __name__)


@bp.get("/e/<slug>/feedback")
def index(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    room, remarks = room_of_event(event.id), remarks_page(event.id, request.args.get("page", 1, type=int))
    phone_url = public("presenter.phone", code=room.code) if room else None
    about = {"outcome": outcome(event), "remarks": remarks, "phone_url": phone_url}
    return render_template("admin/survey/index.html", event=event, **about)


@bp.post("/e/<slug>/feedback/closing")
def close(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    return after(event, lambda: close_feedback(event), url_for(".index", slug=slug, done="closed"))


@bp.post("/e/<slug>/feedback/erasure")
def erase(slug: str) -> ResponseReturnValue:
    erase_remark(any_event_by_slug_or_404(slug).id, request.form.get("remark", ""))
    return redirect(url_for(".index", slug=slug, done="erased", _anchor="remarks"), code=303)

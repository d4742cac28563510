"""Public views of polls: the ballot that a phone sends, and results as page, picture and data."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.events.queries import event_by_slug_or_404
from lunchkit.platform.codes import clean_code
from lunchkit.platform.errors import USER_ERRORS
from lunchkit.platform.i18n import language
from lunchkit.platform.links import public
from lunchkit.room.actions import use_slip
from lunchkit.room.answers_to_phones import refused_phone, wants_json
from lunchkit.room.devices import sending_device
from lunchkit.room.errors import RoomRefused
from lunchkit.room.polls.actions import save_ballot
from lunchkit.room.polls.answers import ballot_of
from lunchkit.room.polls.exports import result_csv, result_json
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.queries import is_altered, other_asking, public_poll_or_404, public_view
from lunchkit.room.polls.view_models import PollView
from lunchkit.room.queries import known_revision, room_by_code_or_404

bp = Blueprint("polls", __name__)


@bp.post("/v/<code>")
def vote(code: str) -> ResponseReturnValue:
    """Take the answer of a phone. Every answer to it has the same length, whatever was chosen."""
    try:
        opened = save_ballot(clean_code(code), sending_device(request), ballot_of(request.form))
    except USER_ERRORS as error:
        return refused_phone(error, code)
    if wants_json():
        revision = known_revision(opened.code, opened.event_id)
        return Response(b'{"rev":%d}\n' % revision, content_type="application/json")
    return redirect(url_for("presenter.phone", code=code), code=303)


@bp.post("/v/<code>/slip")
def exchange(code: str) -> ResponseReturnValue:
    room, note = room_by_code_or_404(code), None
    try:
        use_slip(room, clean_code(request.form.get("slip", "")), sending_device(request))
    except RoomRefused as error:
        note = error.state
    return redirect(url_for("presenter.phone", code=room.code, note=note), code=303)


@bp.get("/e/<slug>/polls/<int(max=2147483647):number>")
def result(slug: str, number: int) -> ResponseReturnValue:
    event, poll, view = _told(slug, number)
    beside = {"record": poll.record, "is_altered": is_altered(poll), "other": other_asking(poll)}
    return render_template("polls/result.html", event=event, poll=view, address=_address(event, number), **beside)


@bp.get("/e/<slug>/polls/<int(max=2147483647):number>.csv")
def result_table(slug: str, number: int) -> ResponseReturnValue:
    event, _poll, view = _told(slug, number)
    response = Response(result_csv(view), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{event.slug}-{number}.csv")
    return response


@bp.get("/e/<slug>/polls/<int(max=2147483647):number>.json")
def result_data(slug: str, number: int) -> ResponseReturnValue:
    """The numbers for a program: ``result_json``, and what holds at this moment.

    ``ballots`` "destroyed", or "kept" for the second vote, until that is closed, two hours after the lunch at the
    latest · ``other`` the address of the other vote of two, or null · ``record`` the closing record, or null ·
    ``altered`` whether numbers were changed since.
    """
    event, poll, view = _told(slug, number)
    other = other_asking(poll)
    now = {
        "ballots": "kept" if view.keeps_ballots else "destroyed",
        "other": _address(event, other.position) if other else None,
        "record": poll.record,
        "altered": is_altered(poll),
    }
    return jsonify(result_json(view, _address(event, number)) | now)


@bp.get("/e/<slug>/polls/<int(max=2147483647):number>.svg")
def result_image(slug: str, number: int) -> ResponseReturnValue:
    event, _poll, view = _told(slug, number)
    picture = render_template("polls/result.svg", event=event, poll=view, address=_address(event, number))
    response = Response(picture, content_type="image/svg+xml; charset=utf-8")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _told(slug: str, number: int) -> tuple[Event, Poll, PollView]:
    event = event_by_slug_or_404(slug)
    poll = public_poll_or_404(event.id, number)
    return event, poll, public_view(poll, language())


def _address(event: Event, number: int) -> str:
    return public("polls.result", slug=event.slug, number=number)

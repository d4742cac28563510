"""The phone at the table, and the projector."""

from collections.abc import Callable

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.platform.codes import clean_code
from lunchkit.platform.config import LANGUAGES
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.i18n import language
from lunchkit.platform.live.hub import Channel, Feed
from lunchkit.platform.live.streams import channel_of, state, stream
from lunchkit.platform.static_files import compress
from lunchkit.platform.web import POLICY
from lunchkit.room.devices import device_of, new_device, remember
from lunchkit.room.errors import BallotUnreadable, ManyNewPhones, NoCookie, NotKnownYet, PollClosed, SlipMissing
from lunchkit.room.queries import OwnAnswer, lacks_slip, phones_key, room_by_code_or_404
from lunchkit.room.survey.queries import given_by
from lunchkit.site.presenter import feeds
from lunchkit.site.presenter.fitting import cloud_size, fit, in_parts, plan_choices
from lunchkit.site.presenter.queries import own_answer_of, phone_view, screen_view
from lunchkit.team.policies import may

REFUSALS = {
    error.state: error.message
    for error in (PollClosed, BallotUnreadable, NotKnownYet, NoCookie, ManyNewPhones, SlipMissing)
}
"""What a phone without a script is told, by the ``note`` of its address."""
POLICY_WITH_EMPTY_ICON = POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""The phone's page saves the request for an icon with a `data:` address."""
bp = Blueprint("presenter", __name__)
bp.add_app_template_global(fit, "fit_text")
bp.add_app_template_global(plan_choices, "plan_choices")
bp.add_app_template_global(cloud_size, "cloud_size")
bp.add_app_template_filter(in_parts, "in_parts")


@bp.get("/v")
def join() -> ResponseReturnValue:
    code = clean_code(request.args.get("code", ""))
    if not code:
        return render_template("presenter/join.html", code="")
    try:
        room = room_by_code_or_404(code)
    except NotFound:
        return render_template("presenter/join.html", code=code), 404
    return redirect(url_for(".phone", code=room.code), code=303)


@bp.get("/v/<code>")
@bp.get("/V/<code>", endpoint="phone_in_capitals")
def phone(code: str) -> ResponseReturnValue:
    try:
        room = room_by_code_or_404(code)
    except NotFound:
        return render_template("presenter/join.html", code=clean_code(code)), 404
    known = device_of(request)
    device = known or new_device()
    note = request.args.get("note", "")
    mine = own_answer_of(room, device)
    view = phone_view(room, language(), device)
    given = given_by(room.event_id, known) if view.state == "feedback" else OwnAnswer()
    page = render_template(
        "presenter/phone.html",
        phone=view,
        mine=mine,
        given=given,
        event=room.event,
        note="asked" if "asked" in request.args else note,
        refusal=REFUSALS.get(note, ""),
        slip=clean_code(request.args.get("slip", "")) if lacks_slip(room.event_id, device) else None,
        **feeds.addresses_of("phone", room.code, language()),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = POLICY_WITH_EMPTY_ICON
    if known is None:
        remember(response, device)
    has_answered = mine.is_kept or given.is_kept
    return response if has_answered else compress(response)  # the length must not tell the answer


@bp.get("/v/<code>/stream")
def phone_stream(code: str) -> Response:
    return stream(request, _phones(code))


@bp.get("/v/<code>/state.json")
def phone_state(code: str) -> Response:
    return state(request, _phones(code))


@bp.get("/screen/<code>")
def screen(code: str) -> ResponseReturnValue:
    room = room_by_code_or_404(code)
    can_steer = may("organiser.presenter.step")
    page = render_template(
        "presenter/screen.html",
        screen=screen_view(room, language()),
        event=room.event,
        can_steer=can_steer,
        **feeds.addresses_of("screen", room.code, language()),
    )
    return page if can_steer else compress(make_response(page))


@bp.get("/screen/<code>/stream")
def screen_stream(code: str) -> Response:
    return stream(request, _screens(code))


@bp.get("/screen/<code>/state.json")
def screen_state(code: str) -> Response:
    return state(request, _screens(code))


def _phones(typed: str) -> Channel:
    code, spoken = clean_code(typed), _language_asked_for()
    return _channel(phones_key(code, spoken), lambda: feeds.phone_feed(room_by_code_or_404(code), spoken))


def _screens(typed: str) -> Channel:
    code, spoken = clean_code(typed), _language_asked_for()
    return _channel(feeds.screens_key(code, spoken), lambda: feeds.screen_feed(room_by_code_or_404(code), spoken))


def _channel(key: tuple[str, ...], make: Callable[[], Feed]) -> Channel:
    channel = channel_of(key, make)
    db.session.remove()  # the state needs a connection of its own
    return channel


def _language_asked_for() -> str:
    asked = request.args.get("say")
    return asked if asked in LANGUAGES else language()

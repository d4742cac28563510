"""How the views of a room answer: a script with the room's revision, a form with a page."""

from collections.abc import Callable

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.platform.errors import USER_ERRORS, as_user_error, retry_header
from lunchkit.room.errors import RoomRefused
from lunchkit.room.queries import revision_of


def wants_json() -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def done(event_id: int, address: str) -> ResponseReturnValue:
    """It is done: the revision from which on everybody sees it, or the next page."""
    return jsonify(rev=revision_of(event_id)) if wants_json() else redirect(address, code=303)


def not_done(message: str, error: Exception) -> ResponseReturnValue:
    """The no for a script."""
    refusal = as_user_error(error)
    answer = {"error": message, "state": getattr(refusal, "state", "later")}
    return jsonify(answer), refusal.status, retry_header(refusal)


def after(event: Event, action: Callable[[], object], back: str) -> ResponseReturnValue:
    """Do what an organiser asked for, and say so; or say why not, with the way back."""
    try:
        action()
    except USER_ERRORS as error:
        return refused(event, error, back)
    return done(event.id, back)


def refused(event: Event, error: Exception, back: str) -> ResponseReturnValue:
    refusal = as_user_error(error)
    db.session.rollback()
    message = str(refusal.message)
    if wants_json():
        return not_done(message, error)
    page = render_template("admin/refused.html", event=event, message=message, back=back)
    return page, refusal.status, retry_header(refusal)


def refused_phone(error: Exception, code: str) -> ResponseReturnValue:
    """The refusal of an answer, as data or as a note on the phone's page; what a phone cannot be told is raised."""
    refusal = as_user_error(error)
    if wants_json():
        return not_done(str(refusal.message), error)
    if not isinstance(refusal, RoomRefused):
        raise error
    return redirect(url_for("presenter.phone", code=code, note=refusal.state), code=303)

"""The doors where somebody shows that it is them: after the sign-in link, or again before they change their account.

They stand before the lock of the organisers' area, since a session that waits for the passkey opens nothing behind it.
"""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from lunchkit.platform.errors import USER_ERRORS, Refusal, as_user_error, retry_header
from lunchkit.team.admin import SignInNeeded, show_sign_in_needed
from lunchkit.team.forms import return_path
from lunchkit.team.models import LINK_LIFE, OrganiserSession
from lunchkit.team.passkeys import actions
from lunchkit.team.passkeys.forms import CodeForm, code_form
from lunchkit.team.passkeys.queries import means_of, session_to_confirm
from lunchkit.team.queries import NEXT, current_session, owner
from lunchkit.team.views import ask_by_letter, go_in, keep_secret

bp = Blueprint("confirmation", __name__, url_prefix="/organiser/confirmation")
bp.after_request(keep_secret)
bp.register_error_handler(SignInNeeded, show_sign_in_needed)


@bp.before_request
def require_link() -> ResponseReturnValue | None:
    """Nobody is asked for a second factor before the first."""
    if session_to_confirm() is not None:
        return None
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("sign_in.ask", next=request.path))
    raise SignInNeeded


@bp.get("")
def show() -> ResponseReturnValue:
    """The passkey, or a code in its place; a letter for whoever has neither."""
    return _page(code_form())


@bp.post("/challenge")
def challenge() -> Response:
    """What the device is asked, as JSON for the page's script."""
    return jsonify(actions.ask_for_passkey(_row()))


@bp.post("")
def by_passkey() -> ResponseReturnValue:
    """What the device answered."""
    try:
        opened, onward = actions.confirm_by_passkey(_row(), request.form.get("answer", "")), _onward()
    except USER_ERRORS as error:
        return _refused(code_form(), as_user_error(error))
    return go_in(opened, onward)


@bp.post("/code")
def by_code() -> ResponseReturnValue:
    """A recovery code: the way without a device, or without JavaScript."""
    form = code_form(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        opened, onward = actions.confirm_by_code(_row(), form.code.data or ""), _onward()
    except USER_ERRORS as error:
        return _refused(form, as_user_error(error))
    return go_in(opened, onward)


@bp.post("/letter")
def by_letter() -> ResponseReturnValue:
    """A sign-in letter once more, for whoever is in without a passkey: its link opens a fresh session."""
    row = _row()
    if means_of(row.organiser).has_passkeys:
        return redirect(url_for(".show"), code=303)
    return ask_by_letter(row.organiser.email, _onward())


def _row() -> OrganiserSession:
    row = session_to_confirm()
    if row is None:
        raise SignInNeeded
    return row


def _onward() -> str | None:
    """Where to go then: where this page was asked for from, where the sign-in was begun, or one's account."""
    asked = return_path(request.values.get("next")) or return_path(cookie.get(NEXT))
    return asked or (url_for("organiser.sessions") if current_session() else None)


def _page(form: CodeForm, notice: str = "") -> str:
    row = _row()
    return render_template(
        "passkeys/confirm.html",
        form=form,
        notice=notice,
        organiser=row.organiser,
        is_half_open=row.confirmed_at is None,
        means=means_of(row.organiser),
        owner=owner(),
        next=return_path(request.values.get("next")) or "",
        minutes=int(LINK_LIFE.total_seconds() // 60),
    )


def _refused(form: CodeForm, refusal: Refusal) -> ResponseReturnValue:
    return _page(form, str(refusal.message)), refusal.status, retry_header(refusal)

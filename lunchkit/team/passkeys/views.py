"""Pages where a person confirms that it is them: after the sign-in link, or again before a dangerous action.

They are outside the organisers' area, since a half-open session opens nothing in it.
"""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, jsonify, redirect, render_template, request, session as cookie, url_for
from flask.typing import ResponseReturnValue

from lunchkit.platform.errors import USER_ERRORS, show_on_form
from lunchkit.platform.web import SAFE_METHODS, keep_address_secret
from lunchkit.team.admin import show_sign_in_needed
from lunchkit.team.errors import SignInNeeded
from lunchkit.team.forms import RecoveryCodeForm, return_path
from lunchkit.team.models import LINK_LIFE, OrganiserSession
from lunchkit.team.operations import OpenedSession
from lunchkit.team.passkeys import actions
from lunchkit.team.passkeys.authenticators import passkey_host, passkey_obstacle
from lunchkit.team.queries import current_session, half_open_session, owner, passkeys_of
from lunchkit.team.sign_in.queries import NEXT
from lunchkit.team.sign_in.views import go_in, request_email

bp = Blueprint("confirmation", __name__, url_prefix="/organiser/confirmation")
bp.after_request(keep_address_secret)
bp.register_error_handler(SignInNeeded, show_sign_in_needed)


@bp.before_request
def require_session() -> ResponseReturnValue | None:
    """The second factor comes after the first."""
    if request.method in SAFE_METHODS and not (current_session() or half_open_session()):
        return redirect(url_for("sign_in.ask", next=request.path))
    _session()
    return None


def _session() -> OrganiserSession:
    row = current_session() or half_open_session()
    if row is None:
        raise SignInNeeded
    return row


@bp.route("", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    form = RecoveryCodeForm(formdata=None)
    if request.method != "POST":
        return _page(form)
    return _confirm(form, lambda: actions.confirm_by_passkey(_session(), request.form.get("answer", "")))


@bp.post("/challenge")
def challenge() -> Response:
    return jsonify(actions.ask_for_passkey(_session()))


@bp.post("/code")
def by_code() -> ResponseReturnValue:
    form = RecoveryCodeForm()
    if not form.validate():
        return _page(form), 422
    return _confirm(form, lambda: actions.confirm_by_code(_session(), form.code.data or ""))


def _confirm(form: RecoveryCodeForm, action: Callable[[], OpenedSession]) -> ResponseReturnValue:
    onward = _onward()
    try:
        return go_in(action(), onward)
    except USER_ERRORS as error:
        return show_on_form(error, partial(_page, form))


@bp.post("/letter")
def by_email_link() -> ResponseReturnValue:
    """A sign-in e-mail, for a person without a passkey: its link opens a fresh session."""
    organiser = _session().organiser
    if passkeys_of(organiser):
        return redirect(url_for(".show"), code=303)
    return request_email(organiser.email, _onward())


def _onward() -> str | None:
    then = return_path(request.values.get("next")) or return_path(cookie.get(NEXT))
    return then or (url_for("organiser.sessions") if current_session() else None)


def _page(form: RecoveryCodeForm, notice: str = "") -> str:
    row, here = _session(), passkey_host()
    hosts = {passkey.rp_id for passkey in passkeys_of(row.organiser)}
    return render_template(
        "passkeys/confirm.html",
        form=form,
        notice=notice,
        organiser=row.organiser,
        is_half_open=row.confirmed_at is None,
        has_passkeys=bool(hosts),
        works=here in hosts and not passkey_obstacle(),
        obstacle=passkey_obstacle(),
        other_hosts=", ".join(sorted(hosts - {here})),
        owner=owner(),
        next=return_path(request.values.get("next")) or "",
        minutes=LINK_LIFE.seconds // 60,
    )

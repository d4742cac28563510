"""The organisers' area: the check before every route in it, and one's own account."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session as cookie, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lunchkit.platform import clock, qr
from lunchkit.platform.addresses import is_local_address
from lunchkit.platform.audit.recording import AuditEvent, begin
from lunchkit.platform.config import current_settings
from lunchkit.platform.errors import STORAGE_ERRORS, UserError
from lunchkit.platform.links import public
from lunchkit.platform.web import SAFE_METHODS
from lunchkit.team.actions import change_account
from lunchkit.team.errors import NotAllowed, NotFresh, SignInNeeded
from lunchkit.team.forms import AccountForm, return_path
from lunchkit.team.models import HANDED_LIFE, OrganiserSession
from lunchkit.team.policies import least_role, page_after_confirmation
from lunchkit.team.queries import (
    SESSION,
    codes_left,
    current_session,
    half_open_session,
    is_off_the_team,
    open_sessions,
    owner,
    passkeys_of,
    required_session,
)
from lunchkit.team.sign_in import actions
from lunchkit.team.sign_in.queries import BROWSER, KNOWN

UNSENT = "lunchkit-owed-"
"""Prefix of the cookie in which the check-in page says that scans wait on this phone."""
CLEAR = '"cache", "storage"'
"""What browsers delete on signing out: the list of the check-in page, and the page itself."""
area = Blueprint("organiser", __name__, url_prefix="/organiser")
"""Every route of the organisers is in a blueprint nested in this one, and thereby checked."""


def refuse_strangers() -> None:
    """Refuse a request body from a browser without a session, before it is read."""
    if request.method not in SAFE_METHODS and area.name in request.blueprints and SESSION not in cookie:
        raise SignInNeeded


@area.before_request
def require_organiser() -> ResponseReturnValue | None:
    """Require a session, the role of the route, and where needed a fresh confirmation; begin the history's entry."""
    row = current_session()
    if row is None and request.method in SAFE_METHODS:
        endpoint = "sign_in.ask" if half_open_session() is None else "confirmation.show"
        return redirect(url_for(endpoint, next=request.path))
    if row is None:
        raise SignInNeeded
    if not row.organiser.may(least_role(request.endpoint or "")):
        raise NotAllowed
    if page_after_confirmation() and not row.is_fresh(clock.now()):
        raise NotFresh
    with suppress(*STORAGE_ERRORS):  # reading goes on where nothing can be written
        actions.note_seen(row)
    if request.method not in SAFE_METHODS:
        _begin_entry(row)
    return None


def _begin_entry(row: OrganiserSession) -> None:
    values: dict[str, Any] = request.view_args or {}
    numbers = {name.removesuffix("_id"): value for name, value in values.items() if isinstance(value, int)}
    action = (request.endpoint or "").removeprefix("organiser.")
    begin(AuditEvent(action, row.organiser.id, row.organiser.name, numbers), values.get("slug"))


@area.after_request
def keep_no_copy(response: Response) -> Response:
    """Organisers' pages are never cached; a browser of a former member deletes what it has."""
    response.headers["Cache-Control"] = "no-store"
    if current_session() is None and not _has_unsent_scans() and is_off_the_team():
        response.headers["Clear-Site-Data"] = CLEAR
    return response


@area.errorhandler(SignInNeeded)
def show_sign_in_needed(refusal: UserError) -> ResponseReturnValue:
    return render_template("team/sign_in_needed.html"), refusal.status


@area.errorhandler(NotFresh)
def ask_to_confirm(refusal: UserError) -> ResponseReturnValue:
    """Redirect to the confirmation. What was typed waits on a page meanwhile, to be sent again."""
    address = url_for("confirmation.show", next=page_after_confirmation())
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    if not typed:
        return redirect(address, code=303)
    return render_template("team/confirm_first.html", address=address, typed=typed), refusal.status


@area.errorhandler(NotAllowed)
def show_not_allowed(refusal: UserError) -> ResponseReturnValue:
    row = current_session()
    page = render_template("team/not_allowed.html", organiser=row.organiser if row else None, owner=owner())
    return page, refusal.status


@area.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    row = required_session()
    if _has_unsent_scans() and "anyway" not in request.form:
        return render_template("team/unsent_scans.html"), 409
    actions.sign_out(row)
    # kept: what lets the person send an open form after signing in again, and the count of tries
    kept = {key: cookie[key] for key in (KNOWN, BROWSER) if key in cookie}
    cookie.clear()
    cookie.update(kept)
    answer = redirect(url_for("sign_in.ask", signed_out=1), code=303)
    answer.headers["Clear-Site-Data"] = CLEAR
    for name in filter(lambda name: name.startswith(UNSENT), request.cookies):
        answer.delete_cookie(name, "/organiser")
    return answer


def _has_unsent_scans() -> bool:
    return any(name.startswith(UNSENT) for name in request.cookies)


@area.route("/sessions", methods=["GET", "POST"])
def sessions() -> ResponseReturnValue:
    row = required_session()
    form = AccountForm(obj=row.organiser)
    if form.validate_on_submit():
        change_account(row.organiser, form.name.data or "", form.language.data)
        return redirect(url_for(".sessions", done="saved"), code=303)
    page = render_template(
        "team/sessions.html",
        form=form,
        sessions=open_sessions(row.organiser),
        current=row,
        organiser=row.organiser,
        passkeys=passkeys_of(row.organiser),
        codes_left=codes_left(row.organiser),
    )
    return page, 422 if form.errors else 200


@area.post("/sessions/others/end")
def end_other_sessions() -> ResponseReturnValue:
    row = required_session()
    actions.sign_out_everywhere(row.organiser, but=row.id)
    return redirect(url_for(".sessions"), code=303)


@area.route("/phone", methods=["GET", "POST"])
def phone() -> ResponseReturnValue:
    token = actions.hand_to_phone(required_session()) if request.method == "POST" else ""
    then = return_path(request.values.get("next"))
    address = public("sign_in.confirm", token=token, **({"next": then} if then else {})) if token else ""
    return render_template(
        "team/phone.html",
        next=then,
        address=address,
        code=qr.svg(address, str(_("Code that signs you in on your phone"))) if token else "",
        is_local_address=is_local_address(current_settings().address),
        minutes=HANDED_LIFE.seconds // 60,
    )

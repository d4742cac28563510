"""The organisers' area: one lock for all that hangs under it, and everybody's own account."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lunchkit.platform import qr
from lunchkit.platform.addresses import is_local_address
from lunchkit.platform.audit.recording import Act, begin
from lunchkit.platform.config import current_settings
from lunchkit.platform.errors import STORAGE_ERRORS, Refusal
from lunchkit.platform.links import public
from lunchkit.platform.web import SAFE_METHODS
from lunchkit.team import actions
from lunchkit.team.errors import NotFresh
from lunchkit.team.forms import AccountForm, account_form, return_path
from lunchkit.team.models import HANDED_LIFE, Organiser, OrganiserSession
from lunchkit.team.policies import least_role, must_confirm, page_to_come_back_to
from lunchkit.team.queries import (
    BROWSER,
    KNOWN,
    SESSION,
    codes_left,
    current_session,
    half_open_session,
    is_off_the_team,
    open_sessions,
    owner,
    passkeys_of,
)

OWED = "lunchkit-owed-"
FORGET = '"cache", "storage"'
"""What a browser lets go: the list of the check-in page, and the page itself."""
area = Blueprint("organiser", __name__, url_prefix="/organiser")
"""Every door of the organisers is a blueprint nested in this one, and thereby locked."""


class SignInNeeded(Refusal):
    """Nobody is signed in in this browser, or no longer."""

    message = _l("You are no longer signed in, and nothing was saved.")
    status = 401


class NotYourDoor(Refusal):
    """Whoever is signed in has not the role for this door."""

    message = _l("You may not open this page.")
    status = 403


def refuse_strangers() -> None:
    """Who brings no session sends nothing: it would be read before the database is asked whether a session lasts."""
    if request.method not in SAFE_METHODS and area.name in request.blueprints and SESSION not in cookie:
        raise SignInNeeded


@area.before_request
def require_organiser() -> ResponseReturnValue | None:
    """Nobody passes without a session, nor without the role that the door's policy asks for.

    Who wants to look is shown to the sign-in page, who wants to act is refused; what they then do is noted.
    """
    row = current_session()
    if row is not None:
        if not row.organiser.may(least_role(request.endpoint or "")):
            raise NotYourDoor
        if _page_to_come_back_to() and must_confirm(row):
            raise NotFresh
        with suppress(*STORAGE_ERRORS):  # who only reads may go on where nothing can be written
            actions.note_seen(row)
        if request.method not in SAFE_METHODS:
            _note_act(row.organiser, request.view_args or {})
        return None
    if request.method in ("GET", "HEAD"):
        if half_open_session() is not None:
            return redirect(url_for("confirmation.show", next=request.path))
        return redirect(url_for("sign_in.ask", next=request.path))
    raise SignInNeeded


def _page_to_come_back_to() -> str | None:
    return page_to_come_back_to(request.endpoint or "", request.view_args or {})


def _note_act(organiser: Organiser, named: dict[str, Any]) -> None:
    numbers = {name.removesuffix("_id"): value for name, value in named.items() if isinstance(value, int)}
    verb = (request.endpoint or "").removeprefix("organiser.")
    begin(Act(verb, organiser.id, organiser.name, numbers), named.get("slug"))


@area.after_request
def keep_no_copy(response: Response) -> Response:
    """What organisers see stays in no cache, whatever a door below may say; those who are off the team keep nothing."""
    response.headers["Cache-Control"] = "no-store"
    if current_session() is None and not _owes() and is_off_the_team():
        response.headers["Clear-Site-Data"] = FORGET
    return response


@area.errorhandler(SignInNeeded)
def show_sign_in_needed(refusal: SignInNeeded) -> ResponseReturnValue:
    """The way back in."""
    return render_template("team/sign_in_needed.html"), refusal.status


@area.errorhandler(NotFresh)
def ask_to_confirm(refusal: NotFresh) -> ResponseReturnValue:
    """To where one shows that it is oneself. What was typed waits on a page meanwhile, to be sent again."""
    address = url_for("confirmation.show", next=_page_to_come_back_to())
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    if not typed:
        return redirect(address, code=303)
    return render_template("team/confirm_first.html", address=address, typed=typed), refusal.status


@area.errorhandler(NotYourDoor)
def show_not_your_door(refusal: NotYourDoor) -> ResponseReturnValue:
    """What one may do instead, and where."""
    row = current_session()
    page = render_template("team/not_yours.html", organiser=row.organiser if row else None, owner=owner())
    return page, refusal.status


@area.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session, here and in the database."""
    row, organiser = _inside()
    if _owes() and "anyway" not in request.form:
        return _owing_page()
    actions.end_session(organiser, row.id)
    return _go_out()


def _owes() -> bool:
    """Whether scans wait on this phone that no server has heard of: its check-in page says so in a cookie."""
    return any(name.startswith(OWED) for name in request.cookies)


def _owing_page() -> ResponseReturnValue:
    return render_template("team/owing.html"), 409


@area.get("/sessions")
def sessions() -> ResponseReturnValue:
    """Oneself, and where one is signed in."""
    _row, organiser = _inside()
    return _account_page(account_form(organiser))


@area.post("/sessions")
def update_account() -> ResponseReturnValue:
    """One's own name and language; whatever is wrong, the form comes back with all that was typed."""
    _row, organiser = _inside()
    form = account_form(organiser, request.form)
    if not form.validate():
        return _account_page(form), 422
    actions.change_account(organiser, form.name.data or "", form.language.data)
    return redirect(url_for(".sessions", done="saved"), code=303)


def _account_page(form: AccountForm) -> str:
    row, organiser = _inside()
    return render_template(
        "team/sessions.html",
        form=form,
        sessions=open_sessions(organiser),
        current=row,
        organiser=organiser,
        passkeys=passkeys_of(organiser),
        codes_left=codes_left(organiser),
    )


@area.post("/sessions/<int(max=2147483647):session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign out one of one's own browsers, this one included."""
    row, organiser = _inside()
    if session_id == row.id and _owes():
        return _owing_page()
    actions.end_session(organiser, session_id)
    return _go_out() if session_id == row.id else redirect(url_for(".sessions"), code=303)


@area.post("/sessions/others/end")
def end_other_sessions() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    row, organiser = _inside()
    actions.end_other_sessions(organiser, row.id)
    return redirect(url_for(".sessions"), code=303)


@area.get("/phone")
def phone() -> ResponseReturnValue:
    """Open lunchkit on one's phone: what that means, and a button."""
    return _phone_page()


@area.post("/phone")
def open_on_phone() -> ResponseReturnValue:
    """The QR code that opens this session on another device, once."""
    row, _organiser = _inside()
    return _phone_page(actions.hand_to_phone(row))


def _phone_page(token: str = "") -> str:
    then = return_path(request.values.get("next"))
    address = public("sign_in.confirm", token=token, **({"next": then} if then else {})) if token else ""
    return render_template(
        "team/phone.html",
        next=then,
        address=address,
        code=qr.svg(address, str(_("Code that signs you in on your phone"))) if token else "",
        is_local_address=is_local_address(current_settings().address),
        minutes=int(HANDED_LIFE.total_seconds() // 60),
    )


def _inside() -> tuple[OrganiserSession, Organiser]:
    row = current_session()
    if row is None:
        raise SignInNeeded
    return row, row.organiser


def _go_out() -> ResponseReturnValue:
    """The browser stays known: it keeps an allowance of sign-in letters that no outsider can use up."""
    kept = {place: cookie[place] for place in (KNOWN, BROWSER) if place in cookie}
    cookie.clear()
    cookie.update(kept)
    answer = redirect(url_for("sign_in.ask", signed_out=1), code=303)
    answer.headers["Clear-Site-Data"] = FORGET
    for name in filter(lambda name: name.startswith(OWED), request.cookies):
        answer.delete_cookie(name, "/organiser")
    return answer

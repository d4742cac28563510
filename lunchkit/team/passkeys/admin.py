"""The doors to one's own passkeys and recovery codes, and the owner's to those of a colleague.

Whatever changes how somebody signs in asks first that they show again that it is them, if that was not just now.
"""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.platform import clock
from lunchkit.platform.errors import USER_ERRORS, NotFound, as_user_error, retry_header
from lunchkit.team.admin import SignInNeeded
from lunchkit.team.browsers import browser_name
from lunchkit.team.errors import NotFresh
from lunchkit.team.models import OrganiserSession
from lunchkit.team.passkeys import actions
from lunchkit.team.passkeys.forms import PasskeyForm, passkey_form
from lunchkit.team.passkeys.queries import passkey_obstacle, passkey_or_404
from lunchkit.team.queries import codes_left, colleague_or_404, current_session, passkeys_of

bp = Blueprint("passkeys", __name__)
ONE = "/passkeys/<int(max=2147483647):passkey_id>/removal"
COLLEAGUE = "/team/<int(max=2147483647):organiser_id>/passkeys"


@bp.errorhandler(NotFresh)
def ask_to_confirm(_refusal: NotFresh) -> ResponseReturnValue:
    """To where one shows that it is oneself, and back to the page that asks what is to be done."""
    adds = request.endpoint in ("organiser.passkeys.create", "organiser.passkeys.prepare")
    return redirect(url_for("confirmation.show", next=url_for(".new") if adds else request.path), code=303)


@bp.get("/passkeys/new")
def new() -> ResponseReturnValue:
    """What a passkey is, and a button."""
    _fresh_row()
    return _new_page(passkey_form(browser_name(request.user_agent.string)))


@bp.post("/passkeys/challenge")
def prepare() -> Response:
    """What the device is asked, as JSON for the page's script."""
    return jsonify(actions.ask_for_new_passkey(_row()))


@bp.post("/passkeys")
def create() -> ResponseReturnValue:
    """The passkey is kept; with the first one the recovery codes are shown, this once."""
    form = passkey_form("", request.form)
    if not form.validate():
        return _new_page(form), 422
    try:
        codes = actions.add_passkey(_row(), form.name.data or "", form.answer.data or "")
    except NotFresh:
        raise
    except USER_ERRORS as error:
        no = as_user_error(error)
        return _new_page(form, str(no.message)), no.status, retry_header(no)
    if not codes:
        return redirect(url_for("organiser.sessions", done="passkey"), code=303)
    return render_template("passkeys/codes.html", codes=codes, is_first=True, organiser=_row().organiser)


@bp.get(ONE)
def removal(passkey_id: int) -> ResponseReturnValue:
    """Asks once more."""
    organiser = _fresh_row().organiser
    passkey = passkey_or_404(organiser, passkey_id)
    return render_template("passkeys/removal.html", passkey=passkey, is_last=len(passkeys_of(organiser)) == 1)


@bp.post(ONE)
def remove(passkey_id: int) -> ResponseReturnValue:
    """The passkey is forgotten."""
    actions.remove_passkey(_row(), passkey_id)
    return redirect(url_for("organiser.sessions", done="removed"), code=303)


@bp.get("/passkeys/codes")
def codes() -> ResponseReturnValue:
    """Asks once more: the codes of before are then good for nothing."""
    organiser = _fresh_row().organiser
    if not passkeys_of(organiser):
        raise NotFound
    return render_template("passkeys/renewal.html", left=codes_left(organiser))


@bp.post("/passkeys/codes")
def renew_codes() -> ResponseReturnValue:
    """New codes, shown this once."""
    new_codes = actions.make_codes(_row())
    return render_template("passkeys/codes.html", codes=new_codes, is_first=False, organiser=_row().organiser)


@bp.get(COLLEAGUE)
def resetting(organiser_id: int) -> ResponseReturnValue:
    """Asks once more."""
    _fresh_row()
    person = colleague_or_404(organiser_id)
    return render_template("passkeys/reset.html", person=person, has_passkeys=bool(passkeys_of(person)))


@bp.post(COLLEAGUE)
def reset(organiser_id: int) -> ResponseReturnValue:
    """A colleague's passkeys and codes are gone, and the letter alone lets them in."""
    actions.reset_passkeys(colleague_or_404(organiser_id), by=_row())
    return redirect(url_for("organiser.team.index", done="reset"), code=303)


def _row() -> OrganiserSession:
    row = current_session()
    if row is None:  # the lock of the area lets nobody come so far
        raise SignInNeeded
    return row


def _fresh_row() -> OrganiserSession:
    row = _row()
    if not row.is_fresh(clock.now()):
        raise NotFresh
    return row


def _new_page(form: PasskeyForm, notice: str = "") -> str:
    count = len(passkeys_of(_row().organiser))
    return render_template(
        "passkeys/new.html",
        form=form,
        notice=notice,
        obstacle=passkey_obstacle(),
        is_first=not count,
        is_full=count >= actions.MOST_PASSKEYS,
    )

"""The organisers' pages of one's own passkeys and recovery codes, and the owner's to reset those of a member."""

from functools import partial

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.platform.errors import USER_ERRORS, NotFound, show_on_form
from lunchkit.team.forms import PasskeyForm
from lunchkit.team.passkeys import actions
from lunchkit.team.passkeys.authenticators import passkey_obstacle
from lunchkit.team.queries import member_or_404, passkeys_of, required_session
from lunchkit.team.sign_in.views import browser_name

bp = Blueprint("passkeys", __name__)


@bp.get("/passkeys/new")
def new() -> ResponseReturnValue:
    return _new_page(PasskeyForm(name=browser_name()))


@bp.post("/passkeys/challenge")
def prepare() -> Response:
    return jsonify(actions.ask_for_new_passkey(required_session()))


@bp.post("/passkeys")
def create() -> ResponseReturnValue:
    form = PasskeyForm()
    if not form.validate():
        return _new_page(form), 422
    try:
        codes = actions.add_passkey(required_session(), form.name.data or "", form.answer.data or "")
    except USER_ERRORS as error:
        return show_on_form(error, partial(_new_page, form))
    if not codes:
        return redirect(url_for("organiser.sessions", done="passkey"), code=303)
    return render_template("passkeys/codes.html", codes=codes, organiser=required_session().organiser)


@bp.route("/passkeys/<int(max=2147483647):passkey_id>/removal", methods=["GET", "POST"])
def remove(passkey_id: int) -> ResponseReturnValue:
    if request.method == "POST":
        actions.remove_passkey(required_session(), passkey_id)
        return redirect(url_for("organiser.sessions", done="removed"), code=303)
    known = {passkey.id: passkey for passkey in passkeys_of(required_session().organiser)}
    if passkey_id not in known:
        raise NotFound
    return render_template("passkeys/removal.html", passkey=known[passkey_id], is_last=len(known) == 1)


@bp.route("/team/<int(max=2147483647):organiser_id>/passkeys", methods=["GET", "POST"])
def reset(organiser_id: int) -> ResponseReturnValue:
    person = member_or_404(organiser_id)
    if request.method != "POST":
        return render_template("passkeys/reset.html", person=person, has_passkeys=bool(passkeys_of(person)))
    actions.reset_passkeys(person, by=required_session().organiser.name)
    return redirect(url_for("organiser.team.index", done="reset"), code=303)


def _new_page(form: PasskeyForm, notice: str = "") -> str:
    count = len(passkeys_of(required_session().organiser))
    return render_template(
        "passkeys/new.html",
        form=form,
        notice=notice,
        obstacle=passkey_obstacle(),
        is_first=not count,
        is_full=count >= actions.MOST_PASSKEYS,
    )

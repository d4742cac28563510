"""Pages to sign in: request an e-mail, open its link and press the button, or type its code.

Opening a link changes nothing, since mail scanners open links too: only the button does.
"""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, session as cookie, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from lunchkit.platform import clock
from lunchkit.platform.csrf import StaleForm
from lunchkit.platform.errors import USER_ERRORS, UserError, as_user_error, retry_header
from lunchkit.platform.i18n import language
from lunchkit.platform.links import random_token
from lunchkit.platform.web import keep_address_secret, show_error
from lunchkit.team.errors import InvalidLink, OtherBrowser
from lunchkit.team.forms import OrganiserForm, SignInCodeForm, SignInForm, return_path
from lunchkit.team.models import LINK_LIFE
from lunchkit.team.operations import Browser, OpenedSession
from lunchkit.team.queries import SESSION, current_organiser
from lunchkit.team.sign_in import actions
from lunchkit.team.sign_in.queries import BROWSER, KNOWN, NEXT, REQUESTED, address_hash, valid_link, valid_setup_link

FORM_TOKEN = "csrf_token"  # noqa: S105 – where Flask-WTF keeps it in the cookie
BROWSERS = {
    "Firefox/": "Firefox", "FxiOS/": "Firefox", "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser/": "Samsung",
    "CriOS/": "Chrome", "Chrome/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "CrOS": "ChromeOS", "Windows": "Windows",
    "Mac OS X": "Mac", "Linux": "Linux",
}  # fmt: skip
"""Names by a part of the user agent; the first that fits applies, since browsers imitate each other."""
bp = Blueprint("sign_in", __name__, url_prefix="/organiser")
bp.after_request(keep_address_secret)


@bp.route("/sign-in", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Request an e-mail. The answer is the same for a known address and an unknown one.

    A person who is signed in is redirected; with ``again`` they may begin a new session before this one ends.
    """
    form = SignInForm()
    if form.validate_on_submit():
        return request_email(form.email.data or "", return_path(form.next.data))
    if request.method == "GET":
        form.next.data = return_path(request.args.get("next")) or ""
        if current_organiser() and "again" not in request.args:
            return redirect(form.next.data or url_for("organiser.home.home"))
    page = render_template("team/ask.html", form=form, signed_out="signed_out" in request.args)
    return page, 422 if form.errors else 200


def request_email(email: str, then: str | None) -> ResponseReturnValue:
    """Enqueue the e-mail where one may be sent, and store in the cookie for which address, and when."""
    cookie.setdefault(BROWSER, random_token())
    cookie[REQUESTED] = [address_hash(email), int(clock.now().timestamp())]
    cookie[NEXT] = then
    actions.request_sign_in(email)
    return redirect(url_for("sign_in.asked"), code=303)


@bp.get("/sign-in/asked")
def asked() -> ResponseReturnValue:
    return _asked_page(SignInCodeForm(formdata=None))


def _asked_page(form: SignInCodeForm) -> str:
    # only what the browser itself has done: a known address gets the same page as any other
    _address, requested_at = cookie.get(REQUESTED) or (None, clock.now().timestamp())
    since = datetime.fromtimestamp(requested_at, UTC) - LINK_LIFE
    return render_template("team/asked.html", form=form, since=since, minutes=LINK_LIFE.seconds // 60)


@bp.post("/sign-in/code")
def by_code() -> ResponseReturnValue:
    form = SignInCodeForm()
    if not form.validate():
        return _asked_page(form), 422
    try:
        opened = actions.sign_in_by_code(form.code.data or "", _browser())
    except USER_ERRORS as error:
        refusal = as_user_error(error)
        form.code.errors = [str(refusal.message)]
        return _asked_page(form), refusal.status, retry_header(refusal)
    return go_in(opened, return_path(cookie.get(NEXT)))


@bp.route("/sign-in/<token>", methods=["GET", "POST"])
def confirm(token: str) -> ResponseReturnValue:
    _, organiser = valid_link(token, cookie.get(REQUESTED))  # a guess does not wait for the right to write
    then = return_path(request.values.get("next"))
    if request.method == "POST":
        return go_in(actions.sign_in(token, _browser()), then or return_path(cookie.get(NEXT)))
    return render_template("team/confirm.html", token=token, organiser=organiser, next=then or "")


@bp.route("/set-up/<token>", methods=["GET", "POST"])
def set_up(token: str) -> ResponseReturnValue:
    valid_setup_link(token)
    form = OrganiserForm()
    if form.validate_on_submit():
        opened = actions.set_up(token, form.name.data or "", form.email.data or "", language(), _browser())
        return go_in(opened, url_for("organiser.settings.index"))
    return render_template("team/set_up.html", token=token, form=form), 422 if form.errors else 200


def _browser() -> Browser:
    return Browser(browser_name(), cookie.get(SESSION), cookie.get(REQUESTED), cookie.get(BROWSER, ""))


def browser_name() -> str:
    """«Firefox, Android», for lists; empty if unknown. Nothing else of a user agent is stored."""
    agent = request.user_agent.string
    found = [next((name for sign, name in names.items() if sign in agent), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found))


def go_in(opened: OpenedSession, path: str | None) -> ResponseReturnValue:
    """Put the session into the cookie, and clear everything else but the token of the person's own open forms.

    A person who comes back after two hours can still send what they had typed. For a half-open session the browser
    keeps its cookie, and is redirected to the passkey.
    """
    if opened.is_half_open:
        cookie.update({SESSION: opened.token, NEXT: path})
        return redirect(url_for("confirmation.show"), code=303)
    came_back = cookie.get(KNOWN) == opened.organiser_id
    kept = {FORM_TOKEN: cookie[FORM_TOKEN]} if came_back and FORM_TOKEN in cookie else {}
    cookie.clear()
    cookie.update({SESSION: opened.token, KNOWN: opened.organiser_id, BROWSER: random_token(), **kept})
    return redirect(path or url_for("organiser.home.home"), code=303)


@bp.errorhandler(InvalidLink)
@bp.errorhandler(OtherBrowser)
def show_useless_link(refusal: UserError) -> ResponseReturnValue:
    name = "other_browser" if isinstance(refusal, OtherBrowser) else "invalid_link"
    is_setup, is_in = request.endpoint == "sign_in.set_up", current_organiser() is not None
    return render_template(f"team/{name}.html", is_setup=is_setup, is_in=is_in), refusal.status


@bp.app_errorhandler(CSRFError)
def show_stale_form(_error: CSRFError) -> ResponseReturnValue:
    return show_error(StaleForm())

"""The doors to the organisers' area: ask for a link, open it, press the button.

Opening a link changes nothing, since mail scanners open links too: only the button does.
"""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from lunchkit.accounts import actions
from lunchkit.accounts.browsers import browser_name
from lunchkit.accounts.forms import NameForm, OrganiserForm, SignInForm, name_form, return_path
from lunchkit.accounts.models import LINK_LIFE
from lunchkit.accounts.queries import (
    BROWSER,
    KNOWN,
    NEXT,
    SESSION,
    InvitationSpent,
    LinkSpent,
    OtherBrowser,
    current_organiser,
    invitation_or_refuse,
    setup_link_or_refuse,
    sign_in_link_or_refuse,
)
from lunchkit.accounts.refusals import AddressTaken
from lunchkit.accounts.steps import OpenedSession
from lunchkit.csrf import StaleForm
from lunchkit.i18n import language
from lunchkit.links import random_token
from lunchkit.web import show_error

FORM_TOKEN = "csrf_token"  # noqa: S105 – where Flask-WTF keeps it in the cookie
bp = Blueprint("sign_in", __name__, url_prefix="/organiser")


@bp.after_request
def keep_secret(response: Response) -> Response:
    """The address of these pages may be a secret: nobody keeps a copy, and no other page hears of it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.route("/sign-in", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """Ask for a link. The answer is the same for a known address and an unknown one.

    Whoever is signed in is led on; with ``again`` they may begin a new session before this one ends.
    """
    form = SignInForm()
    if form.validate_on_submit():
        wish = form.wish()
        cookie.setdefault(BROWSER, random_token())
        cookie[NEXT] = wish.return_to
        actions.ask_for_link(wish.email, browser=cookie[BROWSER], known_as=cookie.get(KNOWN))
        return redirect(url_for(".asked"), code=303)
    if request.method == "GET":
        form.next.data = return_path(request.args.get("next")) or ""
        if current_organiser() and "again" not in request.args:
            return redirect(form.next.data or url_for("organiser.pages.home"))
    page = render_template("accounts/ask.html", form=form, signed_out="signed_out" in request.args)
    return page, 422 if form.errors else 200


@bp.get("/sign-in/asked")
def asked() -> ResponseReturnValue:
    """What happens now, whoever asked."""
    return render_template("accounts/asked.html", minutes=int(LINK_LIFE.total_seconds() // 60))


@bp.get("/sign-in/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """A page with one button."""
    _, organiser = sign_in_link_or_refuse(token, cookie.get(BROWSER))
    return render_template("accounts/confirm.html", token=token, organiser=organiser)


@bp.post("/sign-in/<token>")
def enter(token: str) -> ResponseReturnValue:
    """Sign in. A guess is refused before anything waits for the right to write."""
    sign_in_link_or_refuse(token, cookie.get(BROWSER))
    opened = actions.sign_in(
        token, browser=cookie.get(BROWSER), earlier_session=cookie.get(SESSION), browser_name=_browser()
    )
    return go_in(opened, return_path(cookie.get(NEXT)))


@bp.get("/set-up/<token>")
def set_up(token: str) -> ResponseReturnValue:
    """The form of the first organiser."""
    setup_link_or_refuse(token)
    return render_template("accounts/set_up.html", token=token, form=OrganiserForm())


@bp.post("/set-up/<token>")
def found(token: str) -> ResponseReturnValue:
    """Make the first organiser's account, and sign them in. A form with a slip in it leaves the link good."""
    setup_link_or_refuse(token)
    form = OrganiserForm()
    if not form.validate():
        return render_template("accounts/set_up.html", token=token, form=form), 422
    opened = actions.set_up(token, form.details(), language(), browser_name=_browser())
    return go_in(opened, url_for("organiser.house.start"))


@bp.get("/invitation/<token>")
def invitation(token: str) -> ResponseReturnValue:
    """Who asks whom into the team, and one button."""
    return _invitation_page(token, name_form(invitation_or_refuse(token).name))


@bp.post("/invitation/<token>")
def join(token: str) -> ResponseReturnValue:
    """Join the team, in whatever browser. A form with a slip in it leaves the link good."""
    form = name_form(invitation_or_refuse(token).name, request.form)
    if not form.validate():
        return _invitation_page(token, form), 422
    opened = actions.accept_invitation(
        token, form.name.data or "", language(), earlier_session=cookie.get(SESSION), browser_name=_browser()
    )
    return go_in(opened, url_for("organiser.welcome.show"))


def _invitation_page(token: str, form: NameForm) -> str:
    return render_template("accounts/invitation.html", token=token, form=form, invitation=invitation_or_refuse(token))


def _browser() -> str:
    return browser_name(request.user_agent.string)


def go_in(opened: OpenedSession, path: str | None) -> ResponseReturnValue:
    """Nothing that was in the cookie is worth anything afterwards, but for the tokens of one's own open forms.

    Whoever comes back after two hours can still send what they had typed. Where the passkey is still to come, the
    browser keeps what it had until then, and is taken to where it is asked for.
    """
    if opened.is_half_open:
        cookie.update({SESSION: opened.token, NEXT: path})
        return redirect(url_for("confirmation.show"), code=303)
    came_back = cookie.get(KNOWN) == opened.organiser_id
    kept = {FORM_TOKEN: cookie[FORM_TOKEN]} if came_back and FORM_TOKEN in cookie else {}
    cookie.clear()
    cookie.update({SESSION: opened.token, KNOWN: opened.organiser_id, BROWSER: random_token(), **kept})
    return redirect(path or url_for("organiser.pages.home"), code=303)


@bp.errorhandler(LinkSpent)
def show_spent(refusal: LinkSpent) -> ResponseReturnValue:
    """What to do with a link that is no longer good."""
    page = render_template(
        "accounts/spent.html",
        is_setup=request.endpoint in ("sign_in.set_up", "sign_in.found"),
        is_in=current_organiser() is not None,
    )
    return page, refusal.status


@bp.errorhandler(InvitationSpent)
def show_invitation_spent(refusal: InvitationSpent) -> ResponseReturnValue:
    """What to do with an invitation that is no longer good."""
    return render_template("accounts/invitation_spent.html", is_in=False), refusal.status


@bp.errorhandler(AddressTaken)
def show_in_already(refusal: AddressTaken) -> ResponseReturnValue:
    """Somebody was added by other means before they pressed."""
    return render_template("accounts/invitation_spent.html", is_in=True), refusal.status


@bp.errorhandler(OtherBrowser)
def show_other_browser(refusal: OtherBrowser) -> ResponseReturnValue:
    """What to do with a link that was asked for in another browser."""
    return render_template("accounts/other_browser.html"), refusal.status


@bp.app_errorhandler(CSRFError)
def show_stale_form(_error: CSRFError) -> ResponseReturnValue:
    """A form whose token is missing, anywhere in the organisers' area."""
    return show_error(StaleForm())

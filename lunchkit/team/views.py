"""The doors to the organisers' area: ask for an e-mail, open its link and press the button, or type its code.

Opening a link changes nothing, since mail scanners open links too: only the button does.
"""

from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from lunchkit.platform import clock
from lunchkit.platform.csrf import StaleForm
from lunchkit.platform.errors import USER_ERRORS, as_user_error, retry_header
from lunchkit.platform.i18n import language
from lunchkit.platform.links import random_token
from lunchkit.platform.web import show_error
from lunchkit.team import actions
from lunchkit.team.browsers import browser_name
from lunchkit.team.errors import AddressTaken
from lunchkit.team.forms import (
    NameForm,
    OrganiserForm,
    SignInCodeForm,
    SignInForm,
    name_form,
    return_path,
    sign_in_code_form,
)
from lunchkit.team.models import KNOWN_LIFE, LINK_LIFE
from lunchkit.team.operations import OpenedSession
from lunchkit.team.queries import (
    ASKED,
    BROWSER,
    KNOWN,
    NEXT,
    SESSION,
    InvitationSpent,
    LinkSpent,
    OtherBrowser,
    asked_here,
    asked_tag,
    colleague_or_404,
    current_organiser,
    invitation_or_refuse,
    known_token,
    setup_link_or_refuse,
    sign_in_link_or_refuse,
)

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
        return ask_by_letter(wish.email, wish.return_to)
    if request.method == "GET":
        form.next.data = return_path(request.args.get("next")) or ""
        if current_organiser() and "again" not in request.args:
            return redirect(form.next.data or url_for("organiser.home.home"))
    page = render_template("team/ask.html", form=form, signed_out="signed_out" in request.args)
    return page, 422 if form.errors else 200


def ask_by_letter(email: str, then: str | None) -> ResponseReturnValue:
    """Have the e-mail written where one may be, and remember for whom, and when, this browser asked."""
    now, tag, before = int(clock.now().timestamp()), asked_tag(email), cookie.get(ASKED) or [None, 0]
    is_again = asked_here(before) == tag and now < before[1] + LINK_LIFE.total_seconds()
    cookie.setdefault(BROWSER, random_token())
    cookie[ASKED] = [tag, before[1] if is_again else now, now, is_again]
    cookie[NEXT] = then
    actions.ask_for_link(email, request.cookies.get(_known_cookie()[0]))
    return redirect(url_for("sign_in.asked"), code=303)


@bp.get("/sign-in/asked")
def asked() -> ResponseReturnValue:
    """What happens now, whoever asked, and the field for the code."""
    return _asked_page(sign_in_code_form())


def _asked_page(form: SignInCodeForm) -> str:
    """Says only what the browser itself has done: an address that is known gets the same page as any other."""
    now = clock.now().timestamp()
    _tag, first, last, is_again = cookie.get(ASKED) or (None, now, now, False)
    moments = {"first": datetime.fromtimestamp(first, UTC), "since": datetime.fromtimestamp(last, UTC) - LINK_LIFE}
    minutes = int(LINK_LIFE.total_seconds() // 60)
    return render_template("team/asked.html", form=form, is_again=is_again, minutes=minutes, **moments)


@bp.post("/sign-in/code")
def by_code() -> ResponseReturnValue:
    """Sign in by the code of the e-mail, which may be open on another device."""
    form = sign_in_code_form(request.form)
    if not form.validate():
        return _asked_page(form), 422
    try:
        opened = actions.sign_in_by_code(
            form.code.data or "",
            asked=cookie.get(ASKED),
            browser=cookie.get(BROWSER, ""),
            earlier_session=cookie.get(SESSION),
            browser_name=_browser(),
        )
    except USER_ERRORS as error:
        refusal = as_user_error(error)
        form.code.errors = [str(refusal.message)]
        return _asked_page(form), refusal.status, retry_header(refusal)
    return go_in(opened, return_path(cookie.get(NEXT)))


@bp.get("/sign-in/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """A page with one button."""
    _, organiser = sign_in_link_or_refuse(token, cookie.get(ASKED))
    then = return_path(request.args.get("next")) or ""
    return render_template("team/confirm.html", token=token, organiser=organiser, next=then)


@bp.post("/sign-in/<token>")
def enter(token: str) -> ResponseReturnValue:
    """Sign in. A guess is refused before anything waits for the right to write."""
    sign_in_link_or_refuse(token, cookie.get(ASKED))
    opened = actions.sign_in(
        token, asked=cookie.get(ASKED), earlier_session=cookie.get(SESSION), browser_name=_browser()
    )
    return go_in(opened, return_path(request.form.get("next")) or return_path(cookie.get(NEXT)))


@bp.get("/set-up/<token>")
def set_up(token: str) -> ResponseReturnValue:
    """The form of the first organiser."""
    setup_link_or_refuse(token)
    return render_template("team/set_up.html", token=token, form=OrganiserForm())


@bp.post("/set-up/<token>")
def found(token: str) -> ResponseReturnValue:
    """Make the first organiser's account, and sign them in. A form with a slip in it leaves the link good."""
    setup_link_or_refuse(token)
    form = OrganiserForm()
    if not form.validate():
        return render_template("team/set_up.html", token=token, form=form), 422
    opened = actions.set_up(token, form.details(), language(), browser_name=_browser())
    return go_in(opened, url_for("organiser.settings.start"))


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
    return render_template("team/invitation.html", token=token, form=form, invitation=invitation_or_refuse(token))


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
    answer = redirect(path or url_for("organiser.home.home"), code=303)
    name, is_secure = _known_cookie()
    token = known_token(colleague_or_404(opened.organiser_id))
    answer.set_cookie(name, token, KNOWN_LIFE, secure=is_secure, httponly=True, samesite="Lax")
    return answer


def _known_cookie() -> tuple[str, bool]:
    """What the cookie is called by which a browser is known for a year, and whether it travels over TLS only."""
    is_secure = current_app.session_interface.get_cookie_secure(current_app)
    return f"{'__Host-' if is_secure else ''}lunchkit-known", is_secure


@bp.errorhandler(LinkSpent)
def show_spent(refusal: LinkSpent) -> ResponseReturnValue:
    """What to do with a link that is no longer good."""
    page = render_template(
        "team/spent.html",
        is_setup=request.endpoint in ("sign_in.set_up", "sign_in.found"),
        is_in=current_organiser() is not None,
    )
    return page, refusal.status


@bp.errorhandler(InvitationSpent)
def show_invitation_spent(refusal: InvitationSpent) -> ResponseReturnValue:
    """What to do with an invitation that is no longer good."""
    return render_template("team/invitation_spent.html", is_in=False), refusal.status


@bp.errorhandler(AddressTaken)
def show_in_already(refusal: AddressTaken) -> ResponseReturnValue:
    """Somebody was added by other means before they pressed."""
    return render_template("team/invitation_spent.html", is_in=True), refusal.status


@bp.errorhandler(OtherBrowser)
def show_other_browser(refusal: OtherBrowser) -> ResponseReturnValue:
    """What to do with a link that was asked for in another browser."""
    return render_template("team/other_browser.html"), refusal.status


@bp.app_errorhandler(CSRFError)
def show_stale_form(_error: CSRFError) -> ResponseReturnValue:
    """A form whose token is missing, anywhere in the organisers' area."""
    return show_error(StaleForm())

"""Doors for guests: one link, one page, and its buttons. Whoever opens the link changes nothing."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lunchkit.guests import actions
from lunchkit.guests.models import Guest
from lunchkit.guests.queries import guest_by_link
from lunchkit.guests.words import PROMISE
from lunchkit.i18n import language

bp = Blueprint("guests", __name__)


@bp.after_request
def keep_address_secret(response: Response) -> Response:
    """No page that one goes to next hears of the link."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/invitations/<token>")
def show(token: str) -> ResponseReturnValue:
    """Asks whether to invite, or says what holds; letters are passed on, so it names nobody."""
    return _page(guest_by_link(token), token)


@bp.post("/invitations/<token>")
def leave(token: str) -> ResponseReturnValue:
    """No more invitations: the button of the page, or a mail provider on behalf of its reader (RFC 8058).

    Answers with a page and not with a redirect, which RFC 8058 forbids.
    """
    return _page(actions.say_no(guest_by_link(token)), token)


@bp.post("/invitations/<token>/confirmation")
def confirm(token: str) -> ResponseReturnValue:
    """The second yes, which makes the first one count; or back again after a no."""
    actions.say_yes(guest_by_link(token), language())
    return redirect(url_for(".show", token=token), code=303)


def _page(guest: Guest, token: str) -> str:
    return render_template("guests/show.html", wish=guest.wish, token=token, promise=PROMISE)

"""The organisers' list of subscribers, and the erasure of one."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from lunchkit.platform.text import clean_line
from lunchkit.subscribers.actions import erase_subscriber
from lunchkit.subscribers.models import Consent
from lunchkit.subscribers.queries import subscriber_or_404, subscribers_page

CONSENTS = {Consent.YES: _l("Said yes"), Consent.ASKED: _l("To be confirmed"), Consent.NO: _l("Said no")}
LAST_PAGE = 100_000
bp = Blueprint("subscribers", __name__, url_prefix="/subscribers")


@bp.get("")
def index() -> ResponseReturnValue:
    text = clean_line(request.args.get("q"))[:100]
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    return render_template(
        "admin/subscribers/index.html", subscribers=subscribers_page(text, page), consents=CONSENTS, q=text
    )


@bp.route("/<int(max=2147483647):subscriber_id>/erasure", methods=["GET", "POST"])
def erase(subscriber_id: int) -> ResponseReturnValue:
    subscriber = subscriber_or_404(subscriber_id)
    if request.method != "POST":
        return render_template("admin/subscribers/erasure.html", subscriber=subscriber)
    erase_subscriber(subscriber)
    return redirect(url_for(".index", done="erased"), code=303)

"""The organisers' list of subscribers: who said yes, when and to which words; and to erase somebody."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from lunchkit.platform.text import clean_line
from lunchkit.subscribers.actions import erase_subscriber
from lunchkit.subscribers.models import Consent
from lunchkit.subscribers.queries import subscriber_or_404, subscribers_page

WISHES = {Consent.YES: _l("Said yes"), Consent.ASKED: _l("To be confirmed"), Consent.NO: _l("Said no")}
LAST_PAGE = 100_000
bp = Blueprint("subscribers", __name__, url_prefix="/subscribers")
ONE = "/<int(max=2147483647):guest_id>/erasure"


@bp.get("")
def index() -> ResponseReturnValue:
    """Forty a page, all or searched by address."""
    text = clean_line(request.args.get("q"))[:100]
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    return render_template("admin/subscribers/index.html", guests=subscribers_page(text, page), wishes=WISHES, q=text)


@bp.get(ONE)
def erasure(guest_id: int) -> ResponseReturnValue:
    """Asks again: what is erased does not come back."""
    return render_template("admin/subscribers/erasure.html", guest=subscriber_or_404(guest_id))


@bp.post(ONE)
def erase(guest_id: int) -> ResponseReturnValue:
    """Erase an address."""
    erase_subscriber(subscriber_or_404(guest_id))
    return redirect(url_for(".index", done="erased"), code=303)

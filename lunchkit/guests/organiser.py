"""The organiser's doors to the list of guests: who said yes, when and to which words; and to forget somebody."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from lunchkit.guests.actions import erase_guest
from lunchkit.guests.models import Wish
from lunchkit.guests.queries import guest_or_404, guests_page
from lunchkit.text import clean_line

WISHES = {Wish.YES: _l("Said yes"), Wish.ASKED: _l("To be confirmed"), Wish.NO: _l("Said no")}
bp = Blueprint("guests", __name__, url_prefix="/guests")
ONE = "/<int(max=2147483647):guest_id>/erasure"


@bp.get("")
def index() -> ResponseReturnValue:
    """Forty a page, all or with one wish, searched by address."""
    text = clean_line(request.args.get("q"))[:100]
    wish = next((wish for wish in Wish if wish == request.args.get("wish")), None)
    return render_template(
        "organiser/guests/index.html",
        guests=guests_page(text, wish, request.args.get("page", 1, type=int)),
        wishes=WISHES,
        wish=wish,
        q=text,
    )


@bp.get(ONE)
def erasure(guest_id: int) -> ResponseReturnValue:
    """Asks once more: what is erased does not come back."""
    return render_template("organiser/guests/erasure.html", guest=guest_or_404(guest_id))


@bp.post(ONE)
def erase(guest_id: int) -> ResponseReturnValue:
    """Forget an address."""
    erase_guest(guest_or_404(guest_id))
    return redirect(url_for(".index", done="erased"), code=303)

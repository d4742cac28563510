"""What is printed for an event: attendance list, badges, table cards, voting slips. A page is its own preview."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import qr
from lunchkit.platform.errors import NotFound
from lunchkit.platform.links import public
from lunchkit.registrations.admin_queries import all_rows, order_by_name
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.queries import fullness
from lunchkit.room import actions
from lunchkit.room.actions import MOST_SLIPS, room_of
from lunchkit.room.queries import room_of_event, slips_of
from lunchkit.site.presenter.fitting import fits
from lunchkit.site.presenter.queries import phone_address

bp = Blueprint("printouts", __name__)
ALL = "/e/<slug>/paper"
BADGES_A_SHEET, CARDS_A_SHEET, BLANK_LINES = 8, 4, 8
"""The attendance list has blank lines for people who come without having registered."""
SIZES = (12.0, 9.5, 7.5, 6.0, 5.0)
"""Type sizes of a name on a badge, in millimetres."""
WIDTH, HEIGHT = 77, 29
"""Millimetres of a badge for the name."""


@bp.get(f"{ALL}/attendance")
def attendance(slug: str) -> ResponseReturnValue:
    event, order = any_event_by_slug_or_404(slug), order_by_name(request.args.get("order"))
    rows = [row for row in all_rows(event.id, order) if row.registration.is_active]
    return render_template(
        "admin/printouts/attendance.html",
        event=event,
        seated=[row.registration for row in rows if row.place is None],
        waiting=[row for row in rows if row.place is not None],
        blank=BLANK_LINES,
        order=order,
    )


@bp.get(f"{ALL}/badges")
def badges(slug: str) -> ResponseReturnValue:
    event, order = any_event_by_slug_or_404(slug), order_by_name(request.args.get("order"))
    seated = [row.registration for row in all_rows(event.id, order) if row.registration.status == Status.SEATED]
    made = [badge for registration in seated for badge in badges_of(registration)]
    return render_template("admin/printouts/badges.html", event=event, badges=made, a_sheet=BADGES_A_SHEET, order=order)


@bp.get(f"{ALL}/certificates")
def certificates(slug: str) -> ResponseReturnValue:
    event, one = any_event_by_slug_or_404(slug), request.args.get("of", type=int)
    people = [row.registration for row in all_rows(event.id) if row.registration.arrived]
    people = [person for person in people if one in (None, person.id)]
    return render_template("registrations/certificate.html", event=event, people=people)


@bp.get(f"{ALL}/cards")
def cards(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    room = room_of_event(event.id)
    if room is None:
        return render_template("admin/printouts/no_code.html", event=event)
    return render_template(
        "admin/printouts/cards.html",
        event=event,
        code=room.code,
        short_address=public("presenter.join").partition("://")[2],
        qr=qr.svg(phone_address(room.code), _("QR code of this room")),
        cards=range(CARDS_A_SHEET),
    )


@bp.post(f"{ALL}/cards")
def make_code(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    if event.published_at is None or event.cancelled_at is not None:
        raise NotFound
    room_of(event)
    return redirect(url_for(".cards", slug=slug), code=303)


@bp.get(f"{ALL}/slips")
def slips(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    made, used, mark = slips_of(event.id)
    seats = min(fullness(event.id).taken or event.capacity, MOST_SLIPS)
    return render_template("admin/printouts/slips.html", event=event, made=made, used=used, mark=mark, seats=seats)


@bp.post(f"{ALL}/slips")
def make_slips(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    codes = actions.make_slips(event, request.form.get("number", 0, type=int), request.form.get("seen", ""))
    if not codes:
        return redirect(url_for(".slips", slug=slug), code=303)
    code = room_of(event).code
    return render_template("admin/printouts/slips_sheet.html", event=event, slips=codes, code=code, qr=qr.svg)


def badges_of(registration: Registration) -> list[tuple[str, str, int]]:
    """Name, organisation and type size of each badge; that of a guest has no name, but a line to write it on."""
    own = (registration.name, registration.organisation, badge_size(registration.name))
    return [own, *[("", registration.name, 1)] * (registration.seats - 1)]


def badge_size(name: str) -> int:
    """The largest type size at which a name fits on a badge: a step from 1 to 5. Generous, so that no name is cut."""
    steps = (step for step, size in enumerate(SIZES, 1) if fits(name, size, WIDTH, HEIGHT, character=0.6, line=1.05))
    return next(steps, len(SIZES))

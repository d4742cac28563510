"""The organiser's pages that look into every feature: the list of lunches, and one lunch at a glance."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lunchkit import clock, links, qr
from lunchkit.accounts.policies import may
from lunchkit.doctor.queries import troubles
from lunchkit.events.forms import CapacityForm, capacity_form
from lunchkit.events.models import Event
from lunchkit.events.queries import all_events, any_event_by_slug_or_404
from lunchkit.house.queries import the_house, to_do
from lunchkit.pages.overview import overview
from lunchkit.registrations.queries import seats_taken_by_event
from lunchkit.speakers.queries import waiting_pages

bp = Blueprint("pages", __name__)
PAST_A_PAGE = 15


@bp.get("/")
def home() -> ResponseReturnValue:
    """All lunches: those that come, drafts, and those that were. Helpers go on to the doors."""
    if not may("organiser.pages.event"):
        return redirect(url_for("organiser.doors.index"))
    now = clock.now()
    lunches = list(all_events())
    drafts = [event for event in lunches if event.published_at is None and event.cancelled_at is None]
    past = [event for event in lunches if event not in drafts and event.is_over(now)]
    coming = [event for event in reversed(lunches) if event not in drafts and event not in past]
    pages = max(1, -(-len(past) // PAST_A_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    shown = [*coming, *drafts, *past[(page - 1) * PAST_A_PAGE : page * PAST_A_PAGE]]
    taken = seats_taken_by_event([event.id for event in shown])
    states = {event.id: event.state(now, event.capacity - taken[event.id]) for event in shown}
    house = the_house()
    past_shown = [event for event in shown if event in past]
    return render_template(
        "organiser/home.html",
        sections=[(_("Coming"), coming), (_("Drafts"), drafts), (_("Past lunches"), past_shown)],
        taken=taken,
        states=states,
        waiting_pages=waiting_pages([event.id for event in shown]),
        pager={"page": page, "pages": pages},
        first_run=house.first_run_ended_at is None and not lunches,
        to_do=to_do(house),
        troubles=troubles(house),
    )


@bp.get("/e/<slug>")
def event(slug: str) -> ResponseReturnValue:
    """One lunch at a glance."""
    event = any_event_by_slug_or_404(slug)
    return lunch_page(event, capacity_form(event))


def lunch_page(event: Event, form: CapacityForm) -> str:
    """The page of one lunch, with the form of its seats."""
    address = links.public("pages.event", slug=event.slug)
    return render_template(
        "organiser/event.html",
        event=event,
        view=overview(event),
        form=form,
        address=address,
        short_address=address.partition("://")[2],
        qr=qr.svg(address, _("QR code of the public page")) if event.published_at else None,
    )

"""The organisers' home, and the page of one event."""

from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lunchkit.admin.event_rows import rows_of_phase
from lunchkit.admin.overview import Overview
from lunchkit.admin.phases import Phase, next_act
from lunchkit.admin.system_status.checks import run_checks
from lunchkit.events.forms import CapacityForm
from lunchkit.events.models import Event
from lunchkit.events.operations import proposed_slug
from lunchkit.events.queries import any_event_by_slug_or_404, event_list
from lunchkit.platform import clock, links, qr
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.platform.text import clean_line
from lunchkit.registrations.admin_queries import people_of_all_lunches
from lunchkit.registrations.queries import seats_taken_by_event
from lunchkit.run_sheet.queries import latest_event, run_sheet_of
from lunchkit.settings.queries import current_site, to_do
from lunchkit.speakers.admin_queries import state_of
from lunchkit.speakers.queries import speakers_named, waiting_pages
from lunchkit.team.policies import may

bp = Blueprint("home", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    if not may("organiser.home.event"):
        return redirect(url_for("organiser.helper_home.index"))
    now, text = clock.now(), clean_line(request.args.get("q"))[:100]
    lunches = event_list(now, text, request.args.get("page", 1, type=int))
    ids = [event.id for event in lunches.all]
    taken = seats_taken_by_event(ids)
    last = latest_event()
    people, speakers = (people_of_all_lunches(text), speakers_named(text)) if text else ([], [])
    return render_template(
        "admin/home.html",
        sections=[
            (_("Today"), [event for event in lunches.coming if event.is_today(now)]),
            (_("Coming"), [event for event in lunches.coming if not event.is_today(now)]),
            (_("Drafts"), lunches.drafts),
            (_("Past lunches"), lunches.past),
        ],
        next_act=partial(next_act, now=now),
        taken=taken,
        states={event.id: event.state(now, event.capacity - taken[event.id]) for event in lunches.all},
        waiting_pages=waiting_pages(ids),
        pager=lunches,
        people=people,
        speakers=speakers,
        last=last,
        q=text,
        to_do=to_do(current_site()),
        problems=sum(not problem.setting for problem in run_checks(current_settings()))
        if may("organiser.system_status.show")
        else 0,  # what has a setting is in to_do already
    )


@bp.get("/e/<slug>")
@bp.get(f"/e/<slug>/<any({', '.join(Phase)}):phase>")
def event(slug: str, phase: str | None = None) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    return lunch_page(event, CapacityForm(obj=event), Phase(phase) if phase else None)


def lunch_page(event: Event, form: CapacityForm, phase: Phase | None = None) -> str:
    """The page of one event at a phase, that of the moment if none is given, with the form of its seats."""
    slug = event.slug if event.published_at else proposed_slug(db.session(), event)
    address, view = links.public("site.event", slug=slug), Overview(event)
    phase = phase or view.phase
    return render_template(
        f"admin/phases/{phase}.html",
        event=event,
        view=view,
        phase=phase,
        rows=rows_of_phase(view, phase),
        run=run_sheet_of(event) if phase is Phase.PREPARE else None,
        state_of=state_of,
        has_passed=event.is_over(clock.now()),
        form=form,
        address=address,
        short_address=address.partition("://")[2],
        qr=qr.svg(address, _("QR code of the public page")) if event.published_at else None,
    )

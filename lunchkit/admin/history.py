"""The history: who did what, the latest first, searched by words, person and event."""

from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from lunchkit.admin.history_messages import MESSAGES, actions_with
from lunchkit.events.forms import EventForm
from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404, events_by_id
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.audit.queries import acts_page
from lunchkit.platform.audit.recording import CHANGED
from lunchkit.platform.config import current_settings
from lunchkit.platform.i18n import moment
from lunchkit.platform.text import clean_line
from lunchkit.team.forms import ROLE_NAMES

LAST_PAGE = 100_000
SCANS = "check_in.scan"
ROWS = {
    "registration": ("organiser.registrations.show", "registration_id"),
    "speaker": ("organiser.speakers.update", "speaker_id"),
    "poll": ("organiser.polls.edit", "poll_id"),
    "section": ("organiser.recap.edit", "section_id"),
}
"""Facts that are the number of a row: the endpoint of its page below the event's, and the name of its argument."""
HOURS = dict.fromkeys(("starts_at", "ends_at", "zone"), _l("Day and hours"))
"""Columns of an event that its form asks for in other fields."""
bp = Blueprint("history", __name__, url_prefix="/log")


@bp.get("")
def index() -> ResponseReturnValue:
    text = clean_line(request.args.get("q"))[:100]
    slug = request.args.get("lunch")
    lunch = any_event_by_slug_or_404(slug) if slug else None
    page = min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
    acts = acts_page(text, actions_with, event_id=lunch.id if lunch else None, page=page)
    lunches = events_by_id({entry.event_id for entry in acts.items if entry.event_id})
    lines = [_line(entry, lunches.get(entry.event_id or 0)) for entry in acts.items]
    return render_template(
        "admin/history.html",
        acts=acts,
        days=[(day, list(same)) for day, same in groupby(lines, key=lambda line: line["at"].date())],
        q=text,
        lunch=lunch,
    )


def _line(entry: AuditEntry, lunch: Event | None) -> dict[str, Any]:
    return {
        "entry": entry,
        "at": entry.last_at.astimezone(ZoneInfo(current_settings().timezone)),
        "message": MESSAGES.get(entry.action, entry.action),
        "lunch": lunch,
        "changed": _changed_parts(entry.facts[CHANGED], lunch.zone) if lunch and CHANGED in entry.facts else [],
        "role": ROLE_NAMES.get(entry.facts.get("role", "")),
        "times": 1 if entry.action == SCANS else entry.times,  # a request of a phone holds the scans of several people
        "seats_added": entry.facts.get("seats_added", 0) * entry.times,
        "row": _row(entry, lunch),
    }


def _changed_parts(changed: dict[str, list[Any]], zone: str) -> list[str]:
    """The label of each changed field once; of seats and start with their values before and after."""
    labels = {field.name: field.label.text for field in EventForm(formdata=None)} | HOURS
    parts = {str(labels.get(name, name)): "" for name in changed}
    for name in ("capacity", "starts_at"):
        values = [
            moment(datetime.fromisoformat(value), zone) if isinstance(value, str) else str(value)
            for value in changed.get(name, ())
        ]
        if values:
            parts[str(labels[name])] = " → ".join(values)
    return [_("%(part)s: %(values)s", part=part, values=values) if values else part for part, values in parts.items()]


def _row(entry: AuditEntry, lunch: Event | None) -> tuple[int, str] | None:
    for fact, (endpoint, name) in ROWS.items():
        if lunch is not None and fact in entry.facts:
            return entry.facts[fact], url_for(endpoint, slug=lunch.slug, **{name: entry.facts[fact]})
    return None

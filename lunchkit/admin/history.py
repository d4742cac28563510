"""The history: who did what, the latest first, searched by words, person, event and kind."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString

from lunchkit.admin.changes import parts_told
from lunchkit.admin.history_messages import KINDS, MESSAGES, actions_with
from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404, events_by_id
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.audit.queries import acts_page, organisers_in_log
from lunchkit.platform.audit.recording import CHANGED
from lunchkit.platform.config import current_settings
from lunchkit.platform.text import clean_line
from lunchkit.team.forms import ROLE_NAMES
from lunchkit.team.queries import people_by_id

LAST_PAGE = 100_000
CONSOLE = 0
SCANS = "check_in.scan"
ROWS = {
    "registration": ("organiser.registrations.show", "registration_id"),
    "speaker": ("organiser.speakers.show", "speaker_id"),
    "poll": ("organiser.polls.edit", "poll_id"),
    "section": ("organiser.recap.writing.edit", "section_id"),
}
"""Facts that are the number of a row: the endpoint of its page below the event's, and the name of its argument."""
bp = Blueprint("history", __name__, url_prefix="/log")


@dataclass(frozen=True)
class Line:
    """One audit entry as it is shown."""

    entry: AuditEntry
    at: datetime
    """When it was done last, in the time zone of the installation."""
    deed: LazyString | str
    lunch: Event | None
    what: str
    """Title of the poll or row that it was about, at that time."""
    changed: list[str]
    whom: str
    role: LazyString | None
    times: int
    """How often it was done; 1 for scans, since one request of a phone may hold those of many people."""
    added: int
    """Seats added at check-in."""
    row: tuple[int, str] | None
    """Number and address of the row that it was about."""


@bp.get("")
def index() -> ResponseReturnValue:
    text = clean_line(request.args.get("q"))[:100]
    slug = request.args.get("lunch")
    lunch = any_event_by_slug_or_404(slug) if slug else None
    kind = next((kind for kind in KINDS if kind == request.args.get("kind")), None)
    people = _people()
    who = next((number for number in people if str(number) == request.args.get("who")), None)
    acts = acts_page(
        text,
        actions_with,
        organiser_id=who,
        event_id=lunch.id if lunch else None,
        kind=kind,
        page=min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE),
    )
    lunches = events_by_id({entry.event_id for entry in acts.items if entry.event_id})
    lines = [_line(entry, lunches) for entry in acts.items]
    return render_template(
        "admin/history.html",
        acts=acts,
        days=[(day, list(same)) for day, same in groupby(lines, key=lambda line: line.at.date())],
        people=people,
        kinds=KINDS,
        q=text,
        who=who,
        kind=kind,
        lunch=lunch,
    )


def _people() -> dict[int, str]:
    """Names by number; 0 without a name is the command line."""
    numbers = organisers_in_log()
    names = people_by_id([number for number in numbers if number is not None])
    return names | ({CONSOLE: ""} if None in numbers else {})


def _line(entry: AuditEntry, lunches: dict[int, Event]) -> Line:
    lunch = lunches.get(entry.event_id or 0)
    return Line(
        entry=entry,
        at=entry.last_at.astimezone(ZoneInfo(current_settings().timezone)),
        deed=MESSAGES.get(entry.action, entry.action),
        lunch=lunch,
        what=str(entry.facts.get("what", "")),
        changed=parts_told(entry.facts.get(CHANGED, {}), lunch.zone) if lunch else [],
        whom=str(entry.facts.get("who", "")),
        role=ROLE_NAMES.get(entry.facts.get("role", "")),
        times=1 if entry.action == SCANS else entry.times,
        added=entry.facts.get("seats_added", 0) * entry.times,
        row=_row(entry, lunch),
    )


def _row(entry: AuditEntry, lunch: Event | None) -> tuple[int, str] | None:
    for fact, (endpoint, name) in ROWS.items():
        if lunch is not None and lunch.discarded_at is None and fact in entry.facts:
            return entry.facts[fact], url_for(endpoint, slug=lunch.slug, **{name: entry.facts[fact]})
    return None

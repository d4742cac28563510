"""Reads about imports: the draft of this browser, and who is registered at its lunch already."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.events.queries import custom_fields
from lunchkit.platform import clock
from lunchkit.platform.db import db, page_of
from lunchkit.registrations.admin_queries import PAGE_SIZE
from lunchkit.registrations.imports.columns import COLUMNS, speaks_of_access, speaks_of_food
from lunchkit.registrations.imports.entries import Entry, read_entries
from lunchkit.registrations.imports.errors import ImportExpired
from lunchkit.registrations.imports.form_answers import column_of
from lunchkit.registrations.imports.models import ImportDraft, is_expired
from lunchkit.registrations.imports.preview import KnownPeople, check_entries, name_key, preview_seats
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.queries import seats_left

FIRST_ROWS = 12
"""Shown as they would be registered."""


def draft_or_expired(event_id: int, draft_id: int, session_id: int) -> ImportDraft:
    """The draft of one's own browser. Raises ImportExpired for any other."""
    asked = select(ImportDraft).where(
        ImportDraft.id == draft_id,
        ImportDraft.event_id == event_id,
        ImportDraft.session_id == session_id,
        not_(is_expired(clock.now())),
    )
    draft = db.session.scalar(asked, execution_options={"populate_existing": True})
    if draft is None:
        raise ImportExpired
    return draft


def unasked_columns(event: Event) -> frozenset[str]:
    """The columns for which a lunch has no use."""
    unasked = () if event.asks_food else ("diet", "allergies")
    return frozenset(unasked if event.asks_access else (*unasked, "access"))


def column_labels(event: Event, draft: ImportDraft) -> dict[str, str]:
    """What a column of a file may hold at this lunch, or holds: a field of the form, or a question of its own."""
    fields = {name: str(column.label) for name, column in COLUMNS.items() if name not in unasked_columns(event)}
    held = {name: str(COLUMNS[name].label) for name in draft.columns if name in COLUMNS}
    return fields | held | {column_of(question): question.label for question in custom_fields(event.id)}


def known_people(session: Session, event_id: int) -> KnownPeople:
    """Who is registered and comes, or waits."""
    active = select(Registration.email_key, Registration.name).where(
        Registration.event_id == event_id,
        Registration.status != Status.CANCELLED,
        Registration.erased_at.is_(None),
    )
    rows = session.execute(active).all()
    return KnownPeople(
        addresses=frozenset(key for key, _name in rows if key is not None),
        names=frozenset(name_key(name) for key, name in rows if key is None),
    )


def entries_of(draft: ImportDraft, event: Event) -> list[Entry]:
    """The rows of a file, each with what was done with it, or would be done now."""
    if draft.outcome is not None:
        return [Entry(**kept) for kept in draft.outcome]
    entries = read_entries(draft.headings, draft.columns, draft.cells)
    coming = check_entries(entries, known_people(db.session(), event.id), event, custom_fields(event.id))
    preview_seats(coming, seats_left(event), runs=event.is_running(clock.now()))
    return entries


def columns_about(draft: ImportDraft, event: Event) -> dict[str, list[int]]:
    """The columns that are left, though cells in them speak of food or access; none of what this lunch does not ask."""
    if draft.imported_at is not None:
        return {}
    left = [place for place, field in enumerate(draft.columns) if field is None]
    topics = {"allergies": speaks_of_food, "access": speaks_of_access}
    found = {
        field: [place for place in left if any(speaks(cells[place]) for _number, cells in draft.cells)]
        for field, speaks in topics.items()
        if field not in unasked_columns(event)
    }
    return {field: places for field, places in found.items() if places}


@dataclass(frozen=True)
class Preview:
    """One page of what is to be said of a file."""

    coming: Sequence[Entry]
    notable: Sequence[Entry]
    """Entries that are left out or have remarks, in the order of the file."""
    rows: Sequence[Entry]
    """Of those, the forty of this page."""
    page: int
    pages: int
    first: Sequence[Entry]
    """The first of those who come."""
    without_address: Sequence[str]
    """The names of those who come and whom no e-mail can reach."""
    seated: int
    has_food: bool
    """Whether one of the first has a diet or an allergy."""

    @property
    def waiting(self) -> int:
        return len(self.coming) - self.seated

    @property
    def left_out(self) -> int:
        return sum(bool(entry.why) for entry in self.notable)

    @property
    def more(self) -> int:
        return len(self.coming) - len(self.first)

    @property
    def reachable(self) -> int:
        return len(self.coming) - len(self.without_address)


def preview_of(entries: Sequence[Entry], page: int) -> Preview:
    """What a page shows of the rows of a file. A page beyond the last is the last."""
    coming = [entry for entry in entries if not entry.why]
    notable = [entry for entry in entries if entry.why or entry.remarks]
    page, pages = page_of(len(notable), page, PAGE_SIZE)
    first = coming[:FIRST_ROWS]
    return Preview(
        coming=coming,
        notable=notable,
        rows=notable[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        page=page,
        pages=pages,
        first=first,
        without_address=[entry.name for entry in coming if not entry.email],
        seated=sum(entry.has_seat for entry in coming),
        has_food=any(entry.diet or entry.allergies for entry in first),
    )


def left_out_rows(draft: ImportDraft, entries: Sequence[Entry]) -> list[list[str]]:
    """The rows that were, or would be, left out: headings, then number, reason and every cell as it came."""
    out = [
        [str(number), entry.why, *cells]
        for entry, (number, cells) in zip(entries, draft.cells, strict=True)
        if entry.why
    ]
    return [[_("Row"), _("Why"), *draft.headings], *out]

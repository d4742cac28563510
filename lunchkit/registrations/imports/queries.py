"""Reads about imports: the draft of this browser, and who is registered at its lunch already."""

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.events.queries import custom_fields
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.imports.columns import COLUMNS, speaks_of_food
from lunchkit.registrations.imports.entries import Entry, read_entries
from lunchkit.registrations.imports.errors import ImportExpired
from lunchkit.registrations.imports.form_answers import column_of
from lunchkit.registrations.imports.models import ImportDraft, is_expired
from lunchkit.registrations.imports.preview import Key, check_entries, person_key, preview_seats
from lunchkit.registrations.models import Registration
from lunchkit.registrations.queries import IS_ACTIVE, seats_left


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


def column_labels(event: Event) -> dict[str, str]:
    """What a column of a file may hold at this lunch: a field of the form, or a custom field."""
    unasked = {"diet", "allergies"} if not event.asks_food else set()
    unasked |= {"access"} if not event.asks_access else set()
    fields = {name: str(column.label) for name, column in COLUMNS.items() if name not in unasked}
    return fields | {column_of(question): question.label for question in custom_fields(event.id)}


def untaken_food(draft: ImportDraft, event: Event) -> list[int]:
    """The columns that are left out though a cell speaks of food: the kitchen would not hear of it."""
    if draft.imported_at is not None or not event.asks_food:
        return []
    left = [place for place, field in enumerate(draft.columns) if field is None]
    return [place for place in left if any(speaks_of_food(cells[place]) for _number, cells in draft.cells)]


def known_people(session: Session, event_id: int) -> set[Key]:
    """Who is registered and comes, or waits."""
    active = select(Registration.name, Registration.email_key).where(
        Registration.event_id == event_id, IS_ACTIVE, Registration.erased_at.is_(None)
    )
    return {person_key(name, email) for name, email in session.execute(active)}


def entries_of(draft: ImportDraft, event: Event) -> list[Entry]:
    """The rows of a file, each with what was done with it, or would be done now."""
    if draft.outcome is not None:
        return [Entry(**kept | {"details": AttendeeDetails(**kept["details"])}) for kept in draft.outcome]
    entries = read_entries(draft.headings, draft.columns, draft.cells)
    coming = check_entries(entries, known_people(db.session(), event.id), event, custom_fields(event.id))
    preview_seats(coming, seats_left(event), runs=event.is_running(clock.now()))
    return entries

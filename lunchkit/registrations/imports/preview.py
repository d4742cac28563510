"""Who of a file is left out, and why; who gets a seat, and who waits: for the preview, and under the lock."""

from collections.abc import Collection, Iterable
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from sqlalchemy import not_, select

from lunchkit.events.models import Event
from lunchkit.events.queries import custom_fields
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.errors import user_error
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.platform.text import normalise
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.imports.columns import COLUMNS, OWN, speaks_of_food
from lunchkit.registrations.imports.entries import Entry, read_entries
from lunchkit.registrations.imports.models import ImportDraft, is_expired
from lunchkit.registrations.models import Registration
from lunchkit.registrations.queries import IS_ACTIVE, seats_left

ImportExpired = user_error(
    "ImportExpired",
    _l("This import has expired: a file is kept for an hour, for the browser that sent it. Choose it again."),
    410,
)
Key = str | tuple[str, ...]
"""By what a person is known at a lunch: the normalised address, or the sorted words of the name without one."""


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
    unasked = {"diet", "allergies"} if not event.asks_food else set()
    unasked |= {"access"} if not event.asks_access else set()
    fields = {name: str(column.label) for name, column in COLUMNS.items() if name not in unasked}
    return fields | {f"{OWN}{question.id}": question.label for question in custom_fields(event.id)}


def untaken_food(draft: ImportDraft, event: Event) -> list[int]:
    """The columns that are left out though a cell speaks of food: the kitchen would not hear of it."""
    if draft.imported_at is not None or not event.asks_food:
        return []
    left = [place for place, field in enumerate(draft.columns) if field is None]
    return [place for place in left if any(speaks_of_food(cells[place]) for _number, cells in draft.cells)]


def entries_of(draft: ImportDraft, event: Event) -> list[Entry]:
    if draft.outcome is not None:
        return [Entry(**kept | {"details": AttendeeDetails(**kept["details"])}) for kept in draft.outcome]
    entries = read_entries(draft.headings, draft.columns, draft.cells, custom_fields(event.id))
    coming = check_entries(entries, known_people(event.id), event)
    preview_seats(coming, seats_left(event), runs=event.is_running(clock.now()))
    return entries


def known_people(event_id: int) -> set[Key]:
    active = select(Registration.name, Registration.email_key).where(
        Registration.event_id == event_id, IS_ACTIVE, Registration.erased_at.is_(None)
    )
    return {person_key(name, email) for name, email in db.session.execute(active)}


def person_key(name: str, email: str | None) -> Key:
    """The key of a person: «POIREAU Camille» is «Camille Poireau»."""
    return normalise_email(email) if email else tuple(sorted(normalise(name).split()))


def check_entries(entries: Iterable[Entry], known: Collection[Key], event: Event) -> list[Entry]:
    """Leave out whom this lunch cannot take, or knows already; returns the others, in the order of the file."""
    unasked: dict[str, Any] = {} if event.asks_food else {"diets": (), "allergies": ""}
    unasked |= {} if event.asks_access else {"access": ""}
    found: dict[Key, Entry] = {}
    for entry in entries:
        entry.amend(**unasked)
        if entry.details.companions > event.companions_allowed:
            entry.leave_out(_("More seats than one registration may have at this lunch."))
        if not entry.why:
            _find_duplicate(entry, found, known)
    return [entry for entry in found.values() if not entry.why]


def _find_duplicate(entry: Entry, found: dict[Key, Entry], known: Collection[Key]) -> None:
    """Leave out a person who is registered, or twice in the file; of several with one address the first keeps it."""
    name = entry.details.name
    first = found.get(person_key(name, entry.details.email))
    if first is not None and person_key(first.details.name, None) != person_key(name, None):
        entry.amend(email=None)
        entry.remarks.append(_("The address is that of row %(row)s: registered without one.", row=first.number))
        first = found.get(person_key(name, None))
    key = person_key(name, entry.details.email)
    if first is not None:
        entry.leave_out(_("The same person is in row %(row)s.", row=first.number))
    elif key in known:
        entry.leave_out(_("This person is registered already."))
    found.setdefault(key, entry)


def preview_seats(coming: Iterable[Entry], free: int, *, runs: bool) -> None:
    """Set who would get one of the ``free`` seats, by the rule of ``seats.fill_seats`` for newcomers."""
    for entry in coming:
        set_seat(entry, has_seat=entry.details.seats <= free, runs=runs)
        free -= entry.details.seats if entry.has_seat else 0


def set_seat(entry: Entry, *, has_seat: bool, runs: bool) -> None:
    """Set whether an entry has a seat; while the event ``runs``, one without a seat is left out."""
    entry.has_seat = has_seat
    if runs and not has_seat:
        entry.leave_out(_("Every seat is taken, and the lunch is being served."))

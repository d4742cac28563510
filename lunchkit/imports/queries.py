"""Reads about imports: the draft of this browser, and who is registered at its lunch already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import not_, select
from sqlalchemy.orm import Session, undefer

from lunchkit import clock
from lunchkit.carrying.models import is_forgotten
from lunchkit.db import db
from lunchkit.events.models import Event, FormQuestion
from lunchkit.events.queries import form_questions
from lunchkit.imports.columns import Field, speaks_of_access, speaks_of_food
from lunchkit.imports.entries import entry_of, in_slices
from lunchkit.imports.models import ImportDraft
from lunchkit.imports.planning import Fate, Known, Line, Plan, carried_out, make_plan, name_key
from lunchkit.imports.refusals import ImportForgotten
from lunchkit.registrations.listing import PAGE_SIZE
from lunchkit.registrations.models import Registration, Standing
from lunchkit.registrations.queries import count_seats

FIRST_ROWS = 12
"""Shown as they would be registered."""


def draft_or_gone(
    event_id: int, draft_id: int, session_id: int, *, people: bool = True, whole: bool = False
) -> ImportDraft:
    """The draft of one's own browser; with ``whole``, its table too; without ``people`` what is read in no time.

    Raises ImportForgotten for any other.
    """
    asked = select(ImportDraft).where(
        ImportDraft.id == draft_id,
        ImportDraft.event_id == event_id,
        ImportDraft.session_id == session_id,
        not_(is_forgotten(ImportDraft, clock.now())),
    )
    more = [undefer(ImportDraft.people), undefer(ImportDraft.outcome)] if people else []
    more += [undefer(ImportDraft.cells)] if whole else []
    draft = db.session.scalar(asked.options(*more), execution_options={"populate_existing": True})
    if draft is None:
        raise ImportForgotten
    return draft


def known_people(session: Session, event_id: int) -> Known:
    """Who is registered and comes, or waits."""
    active = select(Registration.email_key, Registration.name).where(
        Registration.event_id == event_id,
        Registration.standing != Standing.CANCELLED,
        Registration.erased_at.is_(None),
    )
    rows = session.execute(active).all()
    return Known(
        addresses=frozenset(key for key, _name in rows if key is not None),
        names=frozenset(name_key(name) for key, name in rows if key is None),
    )


def plan_of(session: Session, draft: ImportDraft, event: Event, now: datetime) -> Plan:
    """What was done with a file, or would be done with it now."""
    entries = [entry_of(kept) for kept in in_slices(draft.people)]
    if draft.outcome is not None:
        return carried_out(entries, draft.outcome)
    free = max(0, event.capacity - (session.scalar(count_seats(event.id)) or 0))
    known, questions = known_people(session, event.id), form_questions(event.id)
    return make_plan(in_slices(entries), known, event, free, runs=event.is_running(now), questions=questions)


def columns_about(draft: ImportDraft, event: Event) -> dict[Field, list[int]]:
    """The columns that are left, though cells in them speak of food or access; none of what this lunch does not ask."""
    left = [place for place, field in enumerate(draft.columns) if field is None]
    asked = [(Field.ALLERGIES, event.asks_food, speaks_of_food), (Field.ACCESS, event.asks_access, speaks_of_access)]
    topics = {field: speaks for field, asks, speaks in asked if asks}
    found: dict[Field, set[int]] = {field: set() for field in topics}
    if left and draft.imported_at is None:
        for _number, cells in in_slices(draft.cells):
            for field, speaks in topics.items():
                found[field] |= {place for place in left if place not in found[field] and speaks(cells[place])}
    return {field: sorted(places) for field, places in found.items() if places}


@dataclass(frozen=True)
class Preview:
    """One page of what is to be said of a file: the first rows as they are registered, and forty that need a look."""

    plan: Plan
    first: list[Line]
    rows: list[Line]
    found: int
    page: int
    pages: int
    taken: list[tuple[str, str]]
    """The columns that are read, each with its heading: a Field, or a question of the lunch's own (``asked``)."""
    left: list[str]
    """The headings of those that are not."""
    questions: Sequence[FormQuestion]
    """The lunch's own, by which columns are called."""
    about: dict[Field, list[int]]
    """Columns not read in which somebody speaks of food or access, by the field that they may be."""
    no_address: int
    """How many of those who come have no address, so that no letter can reach them."""
    unreachable: list[str]
    """The names of the first of them."""

    @property
    def says_food(self) -> bool:
        """Whether any of the first rows says what somebody eats."""
        return any(line.entry.diet or line.entry.allergies for line in self.first)

    @property
    def more(self) -> int:
        """How many come beside the first."""
        return self.plan.counts[Fate.SEAT] + self.plan.counts[Fate.WAIT] - len(self.first)

    @property
    def with_address(self) -> int:
        """How many of those who come a letter can reach."""
        return self.more + len(self.first) - self.no_address

    def count(self, fate: Fate) -> int:
        """How many rows have this fate."""
        return self.plan.counts[fate]


def preview_of(draft: ImportDraft, plan: Plan, event: Event, page: int) -> Preview:
    """What a page shows of a plan. A page beyond the last is the last."""
    notable, coming = plan.notable, plan.coming
    pages = max(1, -(-len(notable) // PAGE_SIZE))
    page = min(max(1, page), pages)
    columns = list(zip(draft.columns, draft.headings, strict=True))
    return Preview(
        plan=plan,
        first=coming[:FIRST_ROWS],
        rows=notable[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        found=len(notable),
        page=page,
        pages=pages,
        taken=[(field, heading) for field, heading in columns if field],
        left=[heading for field, heading in columns if not field and heading],
        questions=form_questions(draft.event_id),
        about=columns_about(draft, event),
        no_address=sum(not line.entry.email for line in coming),
        unreachable=[line.entry.name for line in coming if not line.entry.email][:FIRST_ROWS],
    )

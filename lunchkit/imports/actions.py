"""A file kept, assigned, imported, undone, forgotten. An import is one transaction: all of it happened, or nothing."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, undefer

from lunchkit import clock
from lunchkit.carrying.actions import begun, carry_on
from lunchkit.carrying.models import is_forgotten
from lunchkit.db import db, leave_traces, transaction
from lunchkit.erasures import Mark, note
from lunchkit.errors import Refusal
from lunchkit.events.models import Event
from lunchkit.events.queries import form_questions
from lunchkit.imports.asked import with_own_questions
from lunchkit.imports.columns import Field, recognised, source_of
from lunchkit.imports.entries import breathe, read_entries
from lunchkit.imports.models import ImportDraft
from lunchkit.imports.planning import Wishes
from lunchkit.imports.reading import Table
from lunchkit.imports.refusals import ImportForgotten
from lunchkit.imports.steps import (
    Breath,
    Ready,
    hold_breath,
    is_stale,
    make_ready,
    prints_of,
    register,
    untouched,
)
from lunchkit.mail.models import OutboxLetter
from lunchkit.registrations.letters import Why
from lunchkit.registrations.many import parts
from lunchkit.registrations.models import CheckIn, Registration, Standing
from lunchkit.registrations.refusals import TooLate
from lunchkit.registrations.seats import lock_event
from lunchkit.registrations.steps import give_back_many, require_open_by_hand, serve_queue
from lunchkit.text import clean_line

AT_ONCE = 500
"""Rows that are imported while whoever pressed waits; longer lists show how far they are."""
TRIES = 3
"""So often a list is made ready while others change the lunch; then nobody may, for as long as it takes."""


def keep_draft(event: Event, table: Table, *, session_id: int, filename: str) -> ImportDraft:
    """Keep a file for an hour, its columns taken for what their headings say. Nobody is registered yet."""
    spare = frozenset(() if event.asks_food else (Field.DIET, Field.ALLERGIES))
    spare |= frozenset(() if event.asks_access else (Field.ACCESS,))
    fields = with_own_questions(table.headings, recognised(table.headings), form_questions(event.id), spare)
    entries = read_entries(table.headings, fields, zip(table.numbers, table.rows, strict=True))
    draft = ImportDraft(
        event_id=event.id,
        session_id=session_id,
        key=secrets.token_hex(16),
        created_at=clock.now(),
        filename=clean_line(filename)[:200],
        source=source_of(table.headings),
        headings=table.headings,
        columns=list(fields),
        cells=[[number, cells] for number, cells in zip(table.numbers, table.rows, strict=True)],
        people=[entry.as_json() for entry in entries],
        total=len(entries),
    )
    with transaction() as session:
        session.add(draft)
    return draft


def assign_columns(draft: ImportDraft, fields: Sequence[str | None]) -> None:
    """Take the columns of a file for what an organiser says they are; what was imported already stays."""
    entries = read_entries(draft.headings, fields, draft.cells)
    with transaction() as session:
        fresh = _reread(session, draft, whole=False)
        if fresh.imported_at is None and not fresh.is_running:
            fresh.columns = list(fields)
            fresh.people = [entry.as_json() for entry in entries]


def begin_import(draft: ImportDraft, wishes: Wishes) -> None:
    """Have a long list imported beside the other requests; whoever pressed looks on. Twice is once.

    Raises NotPublished, LunchCalledOff, TooLate or ImportForgotten.
    """
    with transaction() as session:
        event = lock_event(session, draft.event_id)
        fresh = _reread(session, draft, whole=False)
        if fresh.imported_at is not None or fresh.is_running:
            return
        require_open_by_hand(event, clock.now())
        fresh.started_at, fresh.wishes = clock.now(), asdict(wishes)
        fresh.worked_at = fresh.failed_at = None
        fresh.done, fresh.attempts, fresh.failure = 0, 0, ""
    begun.set()


def import_people(draft: ImportDraft, wishes: Wishes, report: Breath = breathe) -> None:
    """Register the people of a file, by the rule by which seats are given to everybody. Twice is once.

    The list is made ready while nothing is locked; ``report`` is called between two slices of it. If meanwhile the
    lunch has changed, or somebody of the list has registered, it is made ready again, at last under the lunch's lock.
    All of them are registered in one transaction, or nobody.
    Raises NotPublished, LunchCalledOff, TooLate or ImportForgotten.
    """
    for _attempt in range(TRIES):
        session = db.session()
        fresh = _reread(session, draft)
        event = session.get_one(Event, draft.event_id, populate_existing=True)
        if fresh.imported_at is not None:
            return
        require_open_by_hand(event, clock.now())
        try:
            _import(draft, wishes, make_ready(session, fresh, event, wishes, report))
        except _PlanIsStale:
            continue
        return
    _import(draft, wishes, None)


class _PlanIsStale(Exception):
    """Something has changed since the list was made ready."""


def _import(draft: ImportDraft, wishes: Wishes, ready: Ready | None) -> None:
    """The one transaction. Without a list that is ready, it is made ready under the lock: nothing changes there."""
    with transaction() as session:
        event = lock_event(session, draft.event_id)
        now = clock.now()
        fresh = _reread(session, draft, whole=ready is None)
        if fresh.imported_at is not None:
            return
        require_open_by_hand(event, now)
        serve_queue(session, event, now)
        if ready is None:
            ready = make_ready(session, fresh, event, wishes, hold_breath)
        elif is_stale(session, event, ready):
            raise _PlanIsStale
        register(session, event, fresh, ready, wishes, now, hold_breath if _is_one_writer(session) else breathe)
        fresh.imported_at, fresh.wishes = now, asdict(wishes)


def _is_one_writer(session: Session) -> bool:
    """Whether others who write would wait inside SQLite, and with them the whole process."""
    return session.get_bind().dialect.name == "sqlite"


def carry_on_imports() -> int:
    """Import what was begun, if no other process works on it. Returns how many lists were finished."""
    return carry_on(ImportDraft, lambda draft, report: import_people(draft, _wishes(draft), report), _name_of)


def _wishes(draft: ImportDraft) -> Wishes:
    return Wishes(**(draft.wishes or {}))


def _name_of(refusal: Refusal, _draft: ImportDraft) -> str:
    return type(refusal).__name__


def undo_import(draft: ImportDraft) -> None:
    """Take back what an import did, but for whom somebody has changed since, or who came to the door. Twice is once.

    Whoever was told of a seat gets a letter that it is gone; of the others nothing stays. Who has changed is found out
    while nothing is locked; under the lock only those are looked at again who say something else now.
    Raises TooLate or ImportForgotten.
    """
    before = untouched(prints_of(db.session(), draft), {}, breathe)
    with transaction() as session:
        event = lock_event(session, draft.event_id)
        now = clock.now()
        draft = _reread(session, draft, whole=False)
        if draft.imported_at is None or draft.undone_at is not None:
            return
        if event.is_over(now):
            raise TooLate
        made = untouched(prints_of(session, draft), before, hold_breath)
        at_the_door = set(session.scalars(select(CheckIn.registration_id).where(CheckIn.event_id == event.id)))
        gone = {one.id for one, is_same in made.items() if is_same and one.id not in at_the_door}
        draft.kept += len(made) - len(gone)
        _take_back(session, event, draft, gone, now)
        draft.undone_at = now
        leave_traces()
        serve_queue(session, event, now)


def _take_back(session: Session, event: Event, draft: ImportDraft, gone: set[int], now: datetime) -> None:
    """Cancel those who were told, or had been cancelled before; of the others no row stays."""
    letters = session.scalars(select(OutboxLetter.subject_id).where(OutboxLetter.event_id == event.id))
    told = {number for number in letters if number is not None and number in gone}
    back = (gone & set(draft.revived)) - told
    for part in parts(sorted(gone - told - back)):
        note(Mark.ERASED, *session.scalars(select(Registration.link_hash).where(Registration.id.in_(part))))
        session.execute(delete(Registration).where(Registration.id.in_(part)))
    for part in parts(sorted(back)):
        cancelled = update(Registration).where(Registration.id.in_(part))
        session.execute(cancelled.values(standing=Standing.CANCELLED, cancelled_at=now))
    for part in parts(sorted(told)):
        people = select(Registration).where(Registration.id.in_(part)).order_by(Registration.id)
        fresh = session.scalars(people, execution_options={"populate_existing": True}).all()
        give_back_many(session, event, fresh, now, Why.ORGANISER)


def forget_imports() -> int:
    """Erase the files of an hour ago and earlier, but none that is being imported. Returns how many there were."""
    with transaction() as session:
        old = session.execute(delete(ImportDraft).where(is_forgotten(ImportDraft, clock.now())))
        forgotten = int(getattr(old, "rowcount", 0))
        if forgotten:
            leave_traces()
    return forgotten


def _reread(session: Session, draft: ImportDraft, *, whole: bool = True) -> ImportDraft:
    """The draft as it is now; ``whole`` with its people and what became of them, which takes a while to read."""
    more = (undefer(ImportDraft.people), undefer(ImportDraft.outcome)) if whole else ()
    fresh = session.scalar(
        select(ImportDraft).where(ImportDraft.id == draft.id).options(*more),
        execution_options={"populate_existing": True},
    )
    if fresh is None:
        raise ImportForgotten
    return fresh

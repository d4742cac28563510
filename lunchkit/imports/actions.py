"""A file kept, assigned, imported, undone, forgotten. An import is one transaction: all of it happened, or nothing."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload, undefer

from lunchkit import clock
from lunchkit.db import leave_traces, transaction
from lunchkit.events.models import Event
from lunchkit.events.queries import form_questions
from lunchkit.imports.asked import with_own_questions
from lunchkit.imports.columns import Field, recognised, source_of
from lunchkit.imports.entries import read_entries
from lunchkit.imports.models import KEPT_FOR, ImportDraft
from lunchkit.imports.planning import Line, Wishes, details_of_entry, kept_fates
from lunchkit.imports.queries import plan_of
from lunchkit.imports.reading import Table
from lunchkit.imports.refusals import ImportForgotten
from lunchkit.mail.addresses import fold_email
from lunchkit.mail.models import OutboxLetter
from lunchkit.registrations.forms import AttendeeDetails
from lunchkit.registrations.letters import Why, promise_letter
from lunchkit.registrations.models import CheckIn, Registration, Standing
from lunchkit.registrations.queries import queue_length
from lunchkit.registrations.refusals import TooLate
from lunchkit.registrations.seats import fill_seats, lock_event
from lunchkit.registrations.steps import (
    details_of_registration,
    fill_in,
    give_back,
    join_queue,
    new_registration,
    require_open_by_hand,
    serve_queue,
)
from lunchkit.text import clean_line


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
    )
    with transaction() as session:
        session.add(draft)
    return draft


def assign_columns(draft: ImportDraft, fields: Sequence[str | None]) -> None:
    """Take the columns of a file for what an organiser says they are; what was imported already stays."""
    entries = read_entries(draft.headings, fields, draft.cells)
    with transaction() as session:
        fresh = _reread(session, draft)
        if fresh.imported_at is None:
            fresh.columns = list(fields)
            fresh.people = [entry.as_json() for entry in entries]


def import_people(draft: ImportDraft, wishes: Wishes) -> None:
    """Register the people of a file, by the rule by which seats are given to everybody. Twice is once.

    The plan is made anew under the lunch's lock: whoever registered since the preview keeps their seat.
    Raises NotPublished, LunchCalledOff, TooLate or ImportForgotten.
    """
    with transaction() as session:
        event = lock_event(session, draft.event_id)
        now = clock.now()
        draft = _reread(session, draft)
        if draft.imported_at is not None:
            return
        require_open_by_hand(event, now)
        serve_queue(session, event, now)
        plan = plan_of(session, draft, event, now)
        _register(session, event, draft, plan.coming, wishes, now)
        draft.outcome, draft.imported_at = kept_fates(plan.lines), now


def undo_import(draft: ImportDraft) -> None:
    """Take back what an import did, but for whom somebody has changed since, or who came to the door. Twice is once.

    Whoever was told of a seat gets a letter that it is gone; of the others nothing stays. Raises TooLate or
    ImportForgotten.
    """
    with transaction() as session:
        event = lock_event(session, draft.event_id)
        now = clock.now()
        draft = _reread(session, draft)
        if draft.imported_at is None or draft.undone_at is not None:
            return
        if event.is_over(now):
            raise TooLate
        made = _made_by(session, draft)
        told = set(session.scalars(select(OutboxLetter.subject_id).where(OutboxLetter.event_id == event.id)))
        at_the_door = set(session.scalars(select(CheckIn.registration_id).where(CheckIn.event_id == event.id)))
        for registration in made:
            is_changed = _as_it_stands(registration).digest() != registration.form_digest
            if is_changed or registration.id in at_the_door:
                draft.kept += 1
            elif registration.id in told:
                give_back(session, registration, now, Why.ORGANISER)
            elif registration.id in draft.revived:
                registration.standing, registration.cancelled_at = Standing.CANCELLED, now
            else:
                session.delete(registration)
        draft.undone_at = now
        leave_traces()
        serve_queue(session, event, now)


def forget_imports() -> int:
    """Erase the files of an hour ago and earlier. Returns how many there were."""
    with transaction() as session:
        old = session.execute(delete(ImportDraft).where(ImportDraft.created_at <= clock.now() - KEPT_FOR))
        forgotten = int(getattr(old, "rowcount", 0))
        if forgotten:
            leave_traces()
    return forgotten


def _reread(session: Session, draft: ImportDraft) -> ImportDraft:
    whole = (undefer(ImportDraft.people), undefer(ImportDraft.outcome))
    fresh = session.scalar(
        select(ImportDraft).where(ImportDraft.id == draft.id).options(*whole),
        execution_options={"populate_existing": True},
    )
    if fresh is None:
        raise ImportForgotten
    return fresh


def _register(
    session: Session, event: Event, draft: ImportDraft, lines: Sequence[Line], wishes: Wishes, now: datetime
) -> None:
    """Write the people of a plan, in its order behind all who wait, and give them what seats there are."""
    cancelled = _cancelled(session, event)
    waiting = queue_length(event.id)
    newcomers = []
    for place, line in enumerate(lines):
        details = details_of_entry(line.entry, wishes)
        registration = cancelled.get(fold_email(details.email or "")) or new_registration(event)
        fill_in(registration, details)
        join_queue(
            registration,
            now + timedelta(microseconds=place),
            form_key=f"{draft.key}/{line.entry.number}",
            digest=(_as_it_stands(registration) if registration.id else details).digest(),
            language=line.entry.language or wishes.language,
        )
        newcomers.append(registration)
    draft.revived = [registration.id for registration in newcomers if registration in session]
    if draft.revived:
        session.add_all(newcomers)  # those who come back wait in the database: let nobody of the file stand behind them
    fill_seats(session, event, now, newcomers)
    session.add_all(newcomers)
    session.flush()
    if wishes.sends_letters:
        _promise_letters(session, newcomers, waiting)


def _promise_letters(session: Session, newcomers: Sequence[Registration], ahead: int) -> None:
    """To each the letter of a newcomer, with the place in the queue of those who wait behind so many others."""
    for registration in newcomers:
        if registration.standing == Standing.SEATED:
            promise_letter(session, "confirmation", registration)
        else:
            ahead += 1
            promise_letter(session, "waiting", registration, position=ahead)


def _cancelled(session: Session, event: Event) -> dict[str, Registration]:
    """Who gave a seat back, by folded address: whoever comes back keeps one row, and one calendar entry."""
    gone = select(Registration).where(
        Registration.event_id == event.id,
        Registration.standing == Standing.CANCELLED,
        Registration.email_key.is_not(None),
    )
    whole = gone.options(selectinload(Registration.needs), selectinload(Registration.answers))
    found = session.scalars(whole).all()
    return {registration.email_key: registration for registration in found if registration.email_key}


def _as_it_stands(registration: Registration) -> AttendeeDetails:
    """What a registration says now, its answers in the order in which an import keeps them."""
    answers = sorted((answer.question_id, answer.value) for answer in registration.answers)
    return replace(details_of_registration(registration), answers=tuple(answers))


def _made_by(session: Session, draft: ImportDraft) -> Sequence[Registration]:
    """The registrations that an import made, and that still stand."""
    made = select(Registration).where(
        Registration.event_id == draft.event_id,
        Registration.form_key.startswith(f"{draft.key}/"),
        Registration.standing != Standing.CANCELLED,
    )
    whole = made.options(selectinload(Registration.needs), selectinload(Registration.answers))
    fresh = whole.execution_options(populate_existing=True)
    return session.scalars(fresh.order_by(Registration.id)).all()

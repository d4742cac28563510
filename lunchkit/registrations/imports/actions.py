"""What is done with the file of an import. Each action is one transaction: all of it happened, or nothing."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session, selectinload

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_event
from lunchkit.events.queries import custom_fields
from lunchkit.platform import clock
from lunchkit.platform.db import transaction
from lunchkit.platform.erasures import Mark, note
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.text import clean_line
from lunchkit.registrations.details import details_of_registration
from lunchkit.registrations.emails import Why, enqueue_email
from lunchkit.registrations.errors import TooLate
from lunchkit.registrations.imports.columns import assign_custom_fields, recognised
from lunchkit.registrations.imports.entries import Entry, read_entries
from lunchkit.registrations.imports.models import ImportDraft, is_expired
from lunchkit.registrations.imports.preview import ImportExpired, check_entries, column_labels, known_people, set_seat
from lunchkit.registrations.imports.reading import Table
from lunchkit.registrations.models import CheckIn, Registration, Status
from lunchkit.registrations.operations import cancel_with_email, new_request, require_registrable, serve_queue
from lunchkit.registrations.queries import IS_ACTIVE, fullness
from lunchkit.registrations.seats import fill_seats


def keep_draft(event: Event, table: Table, *, session_id: int, filename: str) -> ImportDraft:
    """Store a file for an hour, with its columns by their headings. Registers nobody."""
    labels = column_labels(event)
    fields = [field if field in labels else None for field in recognised(table.headings)]
    draft = ImportDraft(
        event_id=event.id,
        session_id=session_id,
        key=secrets.token_hex(16),
        created_at=clock.now(),
        filename=clean_line(filename)[:200],
        headings=table.headings,
        columns=assign_custom_fields(table.headings, fields, custom_fields(event.id)),
        cells=table.rows,
    )
    with transaction() as session:
        session.add(draft)
    return draft


def assign_columns(draft: ImportDraft, fields: Sequence[str | None]) -> None:
    """Set what the columns of a file hold; nothing changes once it is imported."""
    with transaction() as session:
        draft = _reread(session, draft)
        if draft.imported_at is None:
            draft.columns = list(fields)


def import_attendees(draft: ImportDraft, options: Mapping[str, Any]) -> None:
    """Register the people of a file; seats are given by the same rule as to everybody. Idempotent.

    ``options``: the data of an OptionsForm, ``sends_letters`` and ``language``.
    Raises NotPublished, EventIsCancelled, TooLate or ImportExpired.
    """
    entries = read_entries(draft.headings, draft.columns, draft.cells, custom_fields(draft.event_id))
    with transaction() as session:
        event = lock_event(session, draft.event_id)
        draft, now = _reread(session, draft), clock.now()
        if draft.imported_at is not None:
            return
        require_registrable(event, now)
        serve_queue(session, event, now)
        _register(session, event, draft, entries, options, now)
        draft.imported_at, draft.options = now, dict(options)
        draft.outcome = [asdict(entry) for entry in entries]


def _register(
    session: Session, event: Event, draft: ImportDraft, entries: list[Entry], options: Mapping[str, Any], now: datetime
) -> None:
    coming = check_entries(entries, known_people(event.id), event)
    back = _cancelled(session, event)
    newcomers = []
    for place, entry in enumerate(coming):
        known = back.get(normalise_email(entry.details.email or ""))
        moment = now + timedelta(microseconds=place)
        newcomer = new_request(event, known, entry.details, moment, language=entry.language or options["language"])
        newcomer.form_key = f"{draft.key}/{entry.number}"
        newcomer.form_digest = details_of_registration(newcomer).digest()
        newcomers.append(newcomer)
    fill_seats(session, event, now, newcomers)
    for entry, newcomer in zip(coming, newcomers, strict=True):
        set_seat(entry, has_seat=newcomer.status == Status.SEATED, runs=event.is_running(now))
    registered = [one for entry, one in zip(coming, newcomers, strict=True) if not entry.why]
    ahead = fullness(event.id).waiting
    session.add_all(registered)
    session.flush()
    for newcomer in registered if options["sends_letters"] else ():
        if newcomer.status == Status.SEATED:
            enqueue_email(session, "confirmation", newcomer)
        else:
            ahead += 1
            enqueue_email(session, "waiting", newcomer, position=ahead)


def _cancelled(session: Session, event: Event) -> dict[str | None, Registration]:
    """Cancelled registrations by address: a person who comes back keeps one row, and one calendar entry.

    They are in no session, as other newcomers are: or else they would be served as if they had waited already.
    """
    found = _registrations(
        session, event.id, Registration.status == Status.CANCELLED, Registration.email_key.is_not(None)
    )
    for registration in found:
        session.expunge(registration)
    return {registration.email_key: registration for registration in found}


def _registrations(session: Session, event_id: int, *wanted: ColumnElement[bool]) -> Sequence[Registration]:
    chosen = select(Registration).where(Registration.event_id == event_id, *wanted)
    whole = chosen.options(selectinload(Registration.needs), selectinload(Registration.answers))
    return session.scalars(whole, execution_options={"populate_existing": True}).all()


def undo_import(draft: ImportDraft) -> None:
    """Undo an import, except for people who were changed since, or checked in; those who got an e-mail get another.

    Idempotent. Raises TooLate or ImportExpired.
    """
    with transaction() as session:
        event = lock_event(session, draft.event_id)
        draft, now = _reread(session, draft), clock.now()
        if draft.imported_at is None or draft.undone_at is not None:
            return
        if event.is_over(now):
            raise TooLate
        checked_in = select(CheckIn.registration_id).where(CheckIn.event_id == event.id)
        of_draft = Registration.form_key.startswith(f"{draft.key}/")
        made = _registrations(session, event.id, of_draft, IS_ACTIVE)
        came = set(session.scalars(checked_in))
        gone = [one for one in made if one.id not in came and details_of_registration(one).digest() == one.form_digest]
        draft.kept, draft.undone_at = len(made) - len(gone), now
        _remove(session, draft, gone, now)
        serve_queue(session, event, now)


def _remove(session: Session, draft: ImportDraft, gone: Sequence[Registration], now: datetime) -> None:
    """Cancel those who were told of this seat or an earlier one; delete the rows of the others."""
    told = set(session.scalars(select(OutboxEmail.subject_id).where(OutboxEmail.event_id == draft.event_id)))
    for registration in gone:
        if registration.id in told:
            cancel_with_email(session, registration, now, Why.ORGANISER)
        else:
            note(Mark.ERASED, registration.link_hash)
            session.delete(registration)


def delete_expired_imports() -> int:
    with transaction() as session:
        gone = session.execute(delete(ImportDraft).where(is_expired(clock.now())))
    return int(getattr(gone, "rowcount", 0))


def _reread(session: Session, draft: ImportDraft) -> ImportDraft:
    fresh = session.get(ImportDraft, draft.id, populate_existing=True)
    if fresh is None:
        raise ImportExpired
    return fresh

"""Reads of the door, named after the question that they answer. Each in a fixed number of queries."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, true
from sqlalchemy.orm import aliased, joinedload

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.admin_queries import Order, Page, by_name, page_of_list, words_in
from lunchkit.registrations.check_in.view_models import Answer, Conflict, Counts, Scan, short_name
from lunchkit.registrations.keys import read_spoken_code, spoken_code
from lunchkit.registrations.models import CheckIn, Registration, Status

KEY_BYTES = 12
"""So much of a ticket's hash does a phone keep: enough to tell tickets apart, nothing to make one from."""


class Whom(StrEnum):
    """Which people of a lunch the list shows."""

    ABSENT = "absent"
    PRESENT = "present"
    WAITING = "waiting"


def find_registration(scan: Scan) -> Registration | None:
    """The registration that a scan names; its ticket may be one of another event. None if unknown."""
    if scan.ticket_hash is None and scan.registration_id is None:
        return None
    is_it = Registration.id == scan.registration_id
    if scan.ticket_hash is not None:
        is_it = Registration.ticket_hash == scan.ticket_hash
    chosen = select(Registration).where(is_it, Registration.erased_at.is_(None))
    return db.session.scalar(chosen, execution_options={"populate_existing": True})


def scan_by_nonce(nonce: str) -> CheckIn | None:
    """The scan of this nonce, and whose it is, as they stand now."""
    chosen = select(CheckIn).where(CheckIn.nonce == nonce).options(joinedload(CheckIn.registration))
    return db.session.scalar(chosen.execution_options(populate_existing=True))


def first_of(registration_id: int) -> CheckIn | None:
    """The scan that let a party in; None before."""
    chosen = select(CheckIn).where(CheckIn.registration_id == registration_id, *_is_first(CheckIn))
    return db.session.scalar(chosen.execution_options(populate_existing=True))


def _is_first(scan: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return scan.admitted_at.is_not(None), scan.undone_at.is_(None)


def counts(event: Event) -> Counts:
    """How full the room is."""
    seated, waiting = Registration.status == Status.SEATED, Registration.status == Status.WAITING
    expected, present, queue = db.session.execute(
        select(
            func.coalesce(func.sum(case((seated, Registration.seats), else_=0)), 0),
            func.coalesce(func.sum(case((seated, Registration.arrived), else_=0)), 0),
            func.coalesce(func.sum(case((waiting, 1), else_=0)), 0),
        ).where(Registration.event_id == event.id)
    ).one()
    walk_in = and_(CheckIn.is_walk_in.is_(True), *_is_first(CheckIn))
    walked_in, added = db.session.execute(
        select(
            func.coalesce(func.sum(case((walk_in, CheckIn.people), else_=0)), 0),
            func.coalesce(func.sum(CheckIn.added_seats), 0),
        ).where(CheckIn.event_id == event.id)
    ).one()
    told = Counts(present, expected, event.capacity, queue, walked_in, added)
    return replace(told, may_add=max(0, told.chairs - present)) if event.is_running(clock.now()) else told


def seats_added(event_id: int) -> int:
    """By how many the number of seats rose at the door, where people were let in beside those who were missing."""
    return db.session.scalar(select(func.sum(CheckIn.added_seats)).where(CheckIn.event_id == event_id)) or 0


def conflicts(event_id: int) -> list[Conflict]:
    """Whom phones without network let in although we would have stopped them; the oldest first."""
    first = aliased(CheckIn)
    rows = db.session.execute(
        select(CheckIn, first)
        .outerjoin(first, and_(first.registration_id == CheckIn.registration_id, *_is_first(first)))
        .where(
            CheckIn.event_id == event_id,
            CheckIn.flagged_at.is_not(None),
            CheckIn.settled_at.is_(None),
            CheckIn.undone_at.is_(None),
        )
        .options(joinedload(CheckIn.registration))
        .order_by(CheckIn.scanned_at, CheckIn.id)
        .limit(200)
    )
    return [Conflict(scan, first) for scan, first in rows]


def people_at_door(event_id: int, text: str, whom: Whom | None, page: int, order: Order = Order.NAME) -> Page:
    """The people whose name has every word of ``text``, or whose spoken code it is; cancelled ones only by a search."""
    wanted = [_is_one(whom)] if whom else [] if text else [Registration.status != Status.CANCELLED]
    if text:
        wanted.append(and_(true(), *words_in(text)) | Registration.id.in_(_ids_by_code(event_id, text)))
    return page_of_list(event_id, wanted, page, by_name(order))


def _is_one(whom: Whom) -> ColumnElement[bool]:
    if whom is Whom.WAITING:
        return Registration.status == Status.WAITING
    came = Registration.arrived > 0 if whom is Whom.PRESENT else Registration.arrived == 0
    return and_(Registration.status == Status.SEATED, came)


def _ids_by_code(event_id: int, text: str) -> list[int]:
    """Whose spoken code it is: compared here, since codes are derived. None where the words can be no code."""
    code = read_spoken_code(text)
    if code is None:
        return []
    hashes = select(Registration.id, Registration.ticket_hash).where(Registration.event_id == event_id)
    return [one for one, ticket_hash in db.session.execute(hashes) if spoken_code(ticket_hash) == code]


@dataclass(frozen=True)
class DoorList:
    """All that a phone at the door needs to work on without network."""

    digest: str
    """Changes when anything about the people does."""
    people: list[dict[str, Any]] | None
    """Everybody: ticket's key, number, name, short name, status, seats, place in the queue. None if seen before."""
    arrivals: list[dict[str, Any]]
    """Who came in: number, people, when, at which door, by which scan."""


def door_list(event_id: int, seen: str = "") -> DoorList:
    """The list for a phone that has ``seen`` one with this digest: no address, no need, a part of ticket hashes."""
    chosen = select(
        Registration.id, Registration.ticket_hash, Registration.name, Registration.status, Registration.seats
    ).where(Registration.event_id == event_id, Registration.erased_at.is_(None))
    rows = db.session.execute(chosen.order_by(Registration.queued_at, Registration.id)).all()
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
    return DoorList(digest, None if digest == seen else _people(rows), _arrivals(event_id))


def _people(rows: Sequence[Any]) -> list[dict[str, Any]]:
    waiting = (row.id for row in rows if row.status == Status.WAITING)
    places = {registration_id: place for place, registration_id in enumerate(waiting, 1)}
    return [_person(row, places.get(row.id)) for row in rows]


def _person(row: Any, place: int | None) -> dict[str, Any]:
    key = base64.urlsafe_b64encode(row.ticket_hash[:KEY_BYTES]).decode()
    person = {"key": key, "id": row.id, "name": row.name, "who": short_name(row.name), "seats": row.seats}
    return person | {"status": row.status} | ({"place": place} if place else {})


def _arrivals(event_id: int) -> list[dict[str, Any]]:
    came = select(CheckIn.registration_id, CheckIn.people, CheckIn.scanned_at, CheckIn.door, CheckIn.nonce).where(
        CheckIn.event_id == event_id, *_is_first(CheckIn)
    )
    return [
        {"id": registration_id, "people": people, "at": millis(scanned_at), "door": door, "of": nonce}
        for registration_id, people, scanned_at, door, nonce in db.session.execute(came.order_by(CheckIn.id))
    ]


def millis(moment: datetime) -> int:
    """A moment as browsers count time."""
    return int(moment.timestamp() * 1000)


def answer_data(nonce: str, answer: Answer) -> dict[str, Any]:
    """An answer as a phone reads it."""
    return {"nonce": nonce, **vars(answer), "at": millis(answer.at) if answer.at else None}


def conflict_data(conflict: Conflict) -> dict[str, Any]:
    """A conflict as a phone reads it."""
    scan, first = conflict.scan, conflict.first
    return {
        "scan": scan.id,
        "who": short_name(scan.registration.name),
        "id": scan.registration_id,
        "word": "double" if first else scan.registration.status,
        "at": millis(scan.scanned_at),
        "door": scan.door,
        "first_at": millis(first.scanned_at) if first else None,
        "first_door": first.door if first else "",
    }

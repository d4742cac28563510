"""Reads of the check-in, named after the question that they answer. Each in a fixed number of queries."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import aliased, joinedload

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.admin_queries import FILTERS, Order, Page, by_name, page_of_list, words_in
from lunchkit.registrations.check_in.view_models import Answer, Counts, Scan, Word, short_name
from lunchkit.registrations.models import CheckIn, Registration, Status
from lunchkit.registrations.queries import IS_ACTIVE, fullness, place_in_queue

KEY_BYTES = 12
"""A phone keeps this part of a ticket's hash: enough to tell tickets apart, nothing to make one from."""


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
    chosen = select(CheckIn).where(CheckIn.nonce == nonce).options(joinedload(CheckIn.registration))
    return db.session.scalar(chosen.execution_options(populate_existing=True))


def first_of(registration_id: int) -> CheckIn | None:
    chosen = select(CheckIn).where(CheckIn.registration_id == registration_id, *_is_first(CheckIn))
    return db.session.scalar(chosen.execution_options(populate_existing=True))


def answer_about(registration: Registration, *, is_first: bool) -> Answer:
    """What is said of a person: UNDONE where they have a seat and have not come; ``is_first`` says that they do now."""
    first = first_of(registration.id)
    word = Word.UNDONE if registration.status == Status.SEATED else Word(registration.status)
    if first is not None:
        word = Word.IN if is_first else Word.DOUBLE
    place = place_in_queue(registration)
    answer = Answer(word, registration.id, short_name(registration.name), registration.seats, place=place)
    if first is None:
        return answer
    return replace(answer, people=first.people, at=first.scanned_at, door=first.door, of=first.nonce)


def _is_first(scan: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return scan.admitted_at.is_not(None), scan.undone_at.is_(None)


def counts(event: Event) -> Counts:
    full = fullness(event.id)
    walked_in = select(func.sum(CheckIn.people)).where(CheckIn.event_id == event.id, CheckIn.is_walk_in.is_(True))
    walk_ins = db.session.scalar(walked_in.where(*_is_first(CheckIn))) or 0
    chairs = event.capacity - seats_added(event.id)
    may_add = max(0, chairs - full.present) if event.is_running(clock.now()) else 0
    return Counts(full.present, full.taken, event.capacity, full.waiting, walk_ins, may_add)


def seats_added(event_id: int) -> int:
    """By how many the number of seats rose at the check-in, beside people who had not come."""
    return db.session.scalar(select(func.sum(CheckIn.added_seats)).where(CheckIn.event_id == event_id)) or 0


def conflicts(event_id: int) -> Sequence[Row[CheckIn, CheckIn | None]]:
    """The scans of people whom phones without network let in although the server would have stopped them.

    Rows of ``scan`` and ``first``, the scan that let the party in before, where one did; the oldest first.
    """
    scan, first = aliased(CheckIn, name="scan"), aliased(CheckIn, name="first")
    return db.session.execute(
        select(scan, first)
        .outerjoin(first, and_(first.registration_id == scan.registration_id, *_is_first(first)))
        .where(
            scan.event_id == event_id, scan.flagged_at.is_not(None), scan.settled_at.is_(None), scan.undone_at.is_(None)
        )
        .options(joinedload(scan.registration))
        .order_by(scan.scanned_at, scan.id)
        .limit(200)
    ).all()


def people_at_door(event_id: int, text: str, whom: str | None, page: int, order: Order = Order.NAME) -> Page:
    """The people whose name has every word of ``text``; cancelled ones only by a search."""
    wanted = [FILTERS[whom]] if whom else [] if text else [IS_ACTIVE]
    return page_of_list(event_id, [*wanted, *words_in(text)], page, by_name(order))


def people_known(event_id: int, seen: str = "") -> dict[str, Any]:
    """What a phone needs to work on without network: the people, with a digest that changes when they do.

    ``people`` is None for a phone that has ``seen`` this digest. No address, no need, and a part of a ticket's hash.
    """
    chosen = select(
        Registration.id, Registration.ticket_hash, Registration.name, Registration.status, Registration.seats
    ).where(Registration.event_id == event_id, Registration.erased_at.is_(None))
    rows = db.session.execute(chosen.order_by(Registration.queued_at, Registration.id)).all()
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
    return {"digest": digest, "people": None if digest == seen else _people(rows)}


def _people(rows: Sequence[Any]) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = []
    place = 0
    for row in rows:
        key = base64.urlsafe_b64encode(row.ticket_hash[:KEY_BYTES]).decode()
        person = {"key": key, "id": row.id, "name": row.name, "who": short_name(row.name), "seats": row.seats}
        if row.status == Status.WAITING:
            place += 1
            person["place"] = place
        people.append(person | {"status": row.status})
    return people


def arrivals(event_id: int) -> list[dict[str, Any]]:
    came = select(CheckIn).where(CheckIn.event_id == event_id, *_is_first(CheckIn)).order_by(CheckIn.id)
    return [
        {
            "id": one.registration_id,
            "people": one.people,
            "at": millis(one.scanned_at),
            "door": one.door,
            "of": one.nonce,
        }
        for one in db.session.scalars(came)
    ]


def millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def answer_data(nonce: str, answer: Answer) -> dict[str, Any]:
    return {"nonce": nonce, **vars(answer), "at": millis(answer.at) if answer.at else None}


def conflict_data(scan: CheckIn, first: CheckIn | None) -> dict[str, Any]:
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

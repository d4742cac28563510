"""Reads about registrations, named after the question that they answer."""

from typing import NamedTuple

from itsdangerous import BadSignature
from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.form_tokens import signer
from lunchkit.platform.links import KeyGone, personal_tokens, token_hash
from lunchkit.platform.text import normalise
from lunchkit.registrations.errors import PersonErased
from lunchkit.registrations.models import LONGEST_SEARCH_KEY, CheckIn, Registration, Status, surname_key_of

LARGEST_ID = 2**31 - 1
"""What a number of a row may be: PostgreSQL refuses to compare with more."""
IS_ACTIVE = Registration.status != Status.CANCELLED


_FULLNESS = select(
    func.coalesce(func.sum(case((Registration.status == Status.SEATED, Registration.seats))), 0),
    func.count(case((Registration.status == Status.WAITING, 1))),
    func.min(case((Registration.status == Status.WAITING, Registration.seats))),
    func.coalesce(func.sum(case((Registration.status == Status.SEATED, Registration.arrived))), 0),
).where(Registration.event_id == bindparam("event"))
"""Built once: it runs for every registration."""


class Fullness(NamedTuple):
    taken: int
    waiting: int
    smallest: int | None
    """The seats that the smallest of these needs."""
    present: int
    """People who were checked in; it stays after the purge."""


def fullness(event_id: int) -> Fullness:
    return Fullness(*db.session.execute(_FULLNESS, {"event": event_id}).one())


def seats_left(event: Event) -> int:
    """How many seats are free; never below zero, even after the capacity was lowered."""
    return max(0, event.capacity - fullness(event.id).taken)


def seats_taken_by_event(event_ids: list[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Registration.event_id, func.sum(Registration.seats))
        .where(Registration.event_id.in_(event_ids), Registration.status == Status.SEATED)
        .group_by(Registration.event_id)
    )
    return dict.fromkeys(event_ids, 0) | dict(rows.all())


def count_registrations(event_id: int, *conditions: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(Registration).where(Registration.event_id == event_id, *conditions)
    return db.session.scalar(counted) or 0


def count_held(event_id: int) -> int:
    return count_registrations(event_id, Registration.held_until.is_not(None), IS_ACTIVE)


def people_known(event_id: int) -> int | None:
    """The number of people who were checked in, or else of seats given; None instead of 0."""
    full = fullness(event_id)
    return full.present or full.taken or None


def place_in_queue(registration: Registration) -> int | None:
    """The place of a waiting request, 1 for the first; None for one that does not wait."""
    if registration.status != Status.WAITING:
        return None
    waiting = Registration.status == Status.WAITING
    here, queued_at = registration.id, registration.queued_at
    ahead = or_(Registration.queued_at < queued_at, and_(Registration.queued_at == queued_at, Registration.id < here))
    return count_registrations(registration.event_id, waiting, ahead) + 1


def namesakes(event_id: int, name: str, nonce: str = "") -> list[Registration]:
    """Who is seated or waiting under this name, whatever its case, accents and order; but not by the scan ``nonce``."""
    same = Registration.surname_key.in_([surname_key_of(name), normalise(name)[:LONGEST_SEARCH_KEY]])
    itself = select(CheckIn.registration_id).where(CheckIn.nonce == nonce)
    others = select(Registration).where(Registration.event_id == event_id, IS_ACTIVE, Registration.id.not_in(itself))
    return list(db.session.scalars(others.where(same).order_by(Registration.id).limit(5)))


def registration_of(event_id: int, registration_id: int) -> Registration | None:
    """A registration of this lunch that was not erased; None for one of another lunch."""
    if not 0 < registration_id <= LARGEST_ID:
        return None
    return db.session.scalar(
        select(Registration).where(
            Registration.id == registration_id, Registration.event_id == event_id, Registration.erased_at.is_(None)
        )
    )


def registration_or_404(event_id: int, registration_id: int) -> Registration:
    registration = registration_of(event_id, registration_id)
    if registration is None:
        raise NotFound
    return registration


def registration_by_link_or_404(token: str) -> Registration:
    return _by_hash_or_404(select(Registration).where(Registration.link_hash == token_hash(token)))


def has_links_of_another_key() -> bool:
    """Whether one of the newest personal links was made with a secret key that is not known here."""
    newest = select(Registration.nonce, Registration.link_hash).where(Registration.erased_at.is_(None))
    try:
        for nonce, link_hash in db.session.execute(newest.order_by(Registration.id.desc()).limit(50)):
            personal_tokens(nonce, known_hash=link_hash)
    except KeyGone:
        return True
    return False


def registration_by_ticket_or_404(ticket: str) -> Registration:
    """The registration whose ticket this is, in either case: QR codes are smaller in capitals."""
    return _by_hash_or_404(select(Registration).where(Registration.ticket_hash == token_hash(ticket.upper())))


def unsubscribe_token(registration_id: int, event_id: int) -> str:
    """Signed, not stored, and always the same: mail providers may use a copy of the e-mail that is years old."""
    return signer("unsubscribe").dumps([registration_id, event_id])


def registration_by_unsubscribe_token_or_404(token: str) -> Registration:
    """The registration whose recap e-mail holds this link. Raises PersonErased once the person was erased."""
    try:
        registration_id, event_id = signer("unsubscribe").loads(token)
    except (BadSignature, ValueError, TypeError, UnicodeError):
        raise NotFound from None
    registration = db.session.get(Registration, registration_id, populate_existing=True)
    if registration is None or registration.event_id != event_id:
        raise NotFound
    if registration.erased_at is not None:
        raise PersonErased
    return registration


def _by_hash_or_404(statement: Select[Registration]) -> Registration:
    registration = db.session.scalar(statement)
    if registration is None or registration.erased_at is not None:
        raise NotFound
    return registration


def names_of(event_id: int, numbers: list[str]) -> list[str]:
    ids = [int(number) for number in numbers if number.isdecimal() and len(number) < 10]
    named = select(Registration.id, Registration.name).where(
        Registration.event_id == event_id, Registration.id.in_(ids), Registration.status == Status.SEATED
    )
    found = dict(db.session.execute(named).all()) if ids else {}
    return [found[number] for number in ids if number in found]

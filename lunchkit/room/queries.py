"""Reads of rooms, named after the question that they answer."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from flask import current_app
from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import joinedload

from lunchkit.events.models import Event
from lunchkit.platform.codes import LENGTH, clean_code
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.live.batches import Batches
from lunchkit.platform.live.streams import hub
from lunchkit.platform.memory import shared_memory
from lunchkit.room.ballot_store import BallotStore, NewBallot, OpenPoll
from lunchkit.room.devices import Device, slip_hash, voter_hash
from lunchkit.room.keys import KeyRing
from lunchkit.room.models import Room, VotingSlip
from lunchkit.room.sealed_store import SealedStore
from lunchkit.room.shared_keys import SharedKeys

_REVISIONS = select(Room.revision, Room.counts_revision).where(Room.event_id == bindparam("event_id"))


def room_by_code_or_404(code: str) -> Room:
    """The room of a code, however it is typed; of a lunch that is public and not called off. Raises NotFound."""
    room = None
    if len(code) <= 3 * LENGTH:
        found = select(Room).where(Room.code == clean_code(code)[:LENGTH]).options(joinedload(Room.event))
        room = db.session.scalar(found)
    if room is None or room.event.published_at is None or room.event.cancelled_at is not None:
        raise NotFound
    return room


def room_of_event(event_id: int) -> Room | None:
    return db.session.get(Room, event_id)


def slips_of(event_id: int) -> tuple[int, int, str]:
    """How many voting slips a lunch has, how many are used, and what tells them from those made after them."""
    columns = (func.count(), func.count(VotingSlip.used_by), func.min(VotingSlip.code_hash))
    made, used, first = db.session.execute(select(*columns).where(VotingSlip.event_id == event_id)).one()
    return made, used, first.hex() if first else ""


def lacks_slip(event_id: int, device: Device) -> bool:
    """Whether a room votes with slips, and this phone has used none."""
    mine = VotingSlip.used_by == slip_hash(event_id, "phone", device)
    known = select(func.max(case((mine, 1), else_=0))).where(VotingSlip.event_id == event_id)
    return bool(db.session.scalar(known) == 0)


def phones_key(code: str, *languages: str) -> tuple[str, ...]:
    """What the hub knows the phones of a room by, for each language that they are told in."""
    return ("phones", code, *languages)


def known_revision(code: str, event_id: int) -> int:
    """The revision that phones were told last, without asking the database where a phone is connected."""
    told = hub().watched_revision(phones_key(code))
    return revision_of(event_id) if told is None else told


def revision_of(event_id: int) -> int:
    """The revision of what phones see of a lunch; 0 without a room."""
    return revisions_of(event_id)[0]


def revisions_of(event_id: int) -> tuple[int, int]:
    """The revisions of what phones see of a lunch, and of what the projector counts besides ballots."""
    # ten times a second: on PostgreSQL outside any transaction, since to begin and end one takes as long
    options = {"isolation_level": "AUTOCOMMIT"} if db.engine.dialect.name == "postgresql" else {}
    with db.engine.execution_options(**options).connect() as connection:
        row = connection.execute(_REVISIONS, {"event_id": event_id}).first()
    return (row[0], row[1]) if row else (0, 0)


def people_at(event_id: int) -> int | None:
    """How many people are at a lunch; None where nobody knows. The application says it: votes cannot read who came."""
    count: Callable[[int], int | None] = current_app.extensions["lunchkit_people_at"]
    return count(event_id)


def seats_at(event_id: int) -> int:
    """How many phones may come at once: one for each seat of a lunch, or for each of its people if they are more."""
    capacity = db.session.scalar(select(Event.capacity).where(Event.id == event_id)) or 0
    return max(capacity, people_at(event_id) or 0)


Made = TypeVar("Made")


def _of_instance(name: str, make: Callable[[], Made]) -> Made:
    found: Made | None = current_app.extensions.get(name)
    if found is None:
        found = current_app.extensions[name] = make()
    return found


def ballot_store() -> BallotStore:
    """The ballot store of this instance; with a shared memory, that of all servers of the database."""
    return _of_instance("lunchkit_ballot_store", _make_store)


def _make_store() -> BallotStore:
    ring = keys()
    if isinstance(ring, SharedKeys):
        return SealedStore(db.engine.url, ring)
    return BallotStore(current_settings().instance / "ballots.sqlite")


def batches() -> Batches[NewBallot, bool]:
    """The one writer of this process into the ballot store."""
    store = ballot_store()
    return _of_instance("lunchkit_batches", lambda: Batches(store.writer(), blocks=not store.is_shared))


def keys() -> KeyRing:
    memory = shared_memory()
    return _of_instance("lunchkit_keys", lambda: SharedKeys(memory) if memory else KeyRing(current_settings().instance))


class OwnAnswer(NamedTuple):
    """What a phone has answered: in its page alone, never in a stream."""

    answer: Any = ()
    turn: int = 1
    is_kept: bool = False


def own_answer(opened: OpenPoll | None, device: Device | None, read: Callable[[str], Any]) -> OwnAnswer:
    """What a phone has answered to an open poll or a survey, as ``read`` reads answers."""
    key = keys().get(opened.key_name) if opened is not None else None
    if opened is None or key is None or device is None:
        return OwnAnswer()
    kept = ballot_store().ballot_of(opened.id, voter_hash(key, opened.key_name, device))
    return OwnAnswer(read(kept[0]), kept[1] + 1, is_kept=True) if kept else OwnAnswer()

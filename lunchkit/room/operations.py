"""Parts of actions that change what a room shows."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.codes import new_code
from lunchkit.room.models import Room, VotingSlip
from lunchkit.room.queries import ballot_store, keys

CLOSES_AFTER = timedelta(hours=2)
"""After the end of a lunch: polls that nobody closed are closed, and voting slips are deleted."""
HEARD_WITHIN = timedelta(minutes=3)
"""After the end of a lunch its phones are told so; the scheduled job runs once a minute."""


def touch(session: Session, event_id: int) -> None:
    """Tell every phone and the projector of a change, when this transaction is committed."""
    session.execute(update(Room).where(Room.event_id == event_id).values(revision=Room.revision + 1))


def touch_counts(session: Session, event_id: int) -> None:
    """Tell the projector alone."""
    session.execute(update(Room).where(Room.event_id == event_id).values(counts_revision=Room.counts_revision + 1))


def end_rooms(session: Session) -> None:
    """Tell the phones of lunches that have just ended so, and delete the voting slips of earlier ones."""
    now = clock.now()
    lately = Event.over_at.between(now - HEARD_WITHIN, now)
    for event_id in session.scalars(select(Room.event_id).join(Event, Event.id == Room.event_id).where(lately)).all():
        touch(session, event_id)
    past = select(Event.id).where(Event.over_at <= now - CLOSES_AFTER)
    session.execute(delete(VotingSlip).where(VotingSlip.event_id.in_(past)))


def room_in(session: Session, event_id: int) -> Room:
    """The room of a lunch, made with a code of its own if there is none; the caller holds the lunch."""
    room = session.get(Room, event_id)
    if room is None:
        code = new_code()
        while session.scalar(select(Room.event_id).where(Room.code == code)) is not None:
            code = new_code()
        room = Room(event_id=event_id, code=code)
        session.add(room)
        session.flush()
    return room


def destroy(poll_ids: Sequence[int], key_name: str) -> bool:
    """Destroy the ballots of those of these polls that take no more answers, and their key unless another needs it.

    Each step may be repeated. Returns False where the ballot store was in use, so that bytes of ballots may be left in
    its file: then their rows stay, and a later call ends it.
    """
    ballot_store().clear(poll_ids)
    is_clean = ballot_store().vacuum()
    ballot_store().release(poll_ids, key_name, keys().destroy, is_clean=is_clean)
    return is_clean

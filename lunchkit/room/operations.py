"""Parts of actions that change what a room shows."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from lunchkit.room.models import Room


def touch(session: Session, event_id: int) -> None:
    """Tell every phone and the projector of a change, when this transaction is committed."""
    session.execute(update(Room).where(Room.event_id == event_id).values(revision=Room.revision + 1))


def touch_counts(session: Session, event_id: int) -> None:
    """Tell the projector alone."""
    session.execute(update(Room).where(Room.event_id == event_id).values(counts_revision=Room.counts_revision + 1))

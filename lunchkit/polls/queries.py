"""Reads of polls, named after the question that they answer."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from lunchkit.db import db
from lunchkit.errors import NotFound
from lunchkit.polls.models import Poll


def polls_of(event_id: int) -> Sequence[Poll]:
    """The questions of a lunch in order, each with its choices; in two queries."""
    return db.session.scalars(
        select(Poll).where(Poll.event_id == event_id).options(selectinload(Poll.choices)).order_by(Poll.position)
    ).all()


def poll_or_404(event_id: int, poll_id: int) -> Poll:
    """A question of this lunch. Raises NotFound, for one of another lunch too."""
    poll = db.session.scalar(select(Poll).where(Poll.id == poll_id, Poll.event_id == event_id))
    if poll is None:
        raise NotFound
    return poll


def count_polls(event_id: int) -> int:
    """How many questions a lunch puts to the room."""
    return db.session.scalar(select(func.count()).where(Poll.event_id == event_id)) or 0

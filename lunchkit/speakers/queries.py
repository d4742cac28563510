"""Reads of speakers, named after the question that they answer."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from lunchkit.db import db
from lunchkit.errors import NotFound
from lunchkit.speakers.models import Appearance, Speaker


def appearances(event_id: int) -> Sequence[Appearance]:
    """Who speaks at a lunch, in order, each with their organisation; in one query."""
    return db.session.scalars(
        select(Appearance)
        .where(Appearance.event_id == event_id)
        .options(joinedload(Appearance.speaker).joinedload(Speaker.organisation))
        .order_by(Appearance.position, Appearance.speaker_id)
    ).all()


def appearance_or_404(event_id: int, speaker_id: int) -> Appearance:
    """The appearance of a speaker at this lunch. Raises NotFound."""
    appearance = db.session.get(Appearance, (event_id, speaker_id))
    if appearance is None:
        raise NotFound
    return appearance


def count_speakers(event_id: int) -> int:
    """How many speak at a lunch."""
    return db.session.scalar(select(func.count()).where(Appearance.event_id == event_id)) or 0

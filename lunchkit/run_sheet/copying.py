"""What a copy of a lunch takes over. Nothing here commits: the caller holds the transaction."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from lunchkit.events.models import CustomField, Event
from lunchkit.events.paragraphs import OwnParagraph
from lunchkit.room.polls.forms import details_of
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.order import place_programme
from lunchkit.run_sheet.models import RunItem
from lunchkit.speakers.models import Appearance

COPIED: dict[Any, tuple[str, ...]] = {
    CustomField: ("position", "kind", "label", "choices", "is_required", "translations"),
    OwnParagraph: ("kind", "texts"),
    RunItem: ("position", "minutes", "title", "who", "note", "is_public", "poll_id"),
    Appearance: ("position", "speaker_id"),
}
"""The columns that a copy takes over; neither what happened nor what a speaker said and showed."""


def copy_plan(session: Session, source: Event, event: Event, *, with_speakers: bool) -> None:
    """Copy what was prepared for a lunch: form questions, own paragraphs, polls, schedule. No result, no attendee."""
    _copy(session, CustomField, source, event, CustomField.removed_at.is_(None))
    _copy(session, OwnParagraph, source, event)
    polls = _copy_polls(session, source, event)
    for item in _copy(session, RunItem, source, event):
        item.poll_id = polls.get(item.poll_id)
    if with_speakers:
        _copy(session, Appearance, source, event)


def _copy(session: Session, model: Any, source: Event, event: Event, *conditions: ColumnElement[bool]) -> list[Any]:
    rows = session.scalars(select(model).where(model.event_id == source.id, *conditions)).all()
    copies = [model(event_id=event.id, **{name: getattr(row, name) for name in COPIED[model]}) for row in rows]
    session.add_all(copies)
    return copies


def _copy_polls(session: Session, source: Event, event: Event) -> dict[int | None, int]:
    """Returns the id of each new poll by that of the one it was copied from."""
    found = select(Poll).where(Poll.event_id == source.id).options(selectinload(Poll.choices))
    polls = list(session.scalars(found.order_by(Poll.position)))
    places = {poll.id: place for place, poll in enumerate(polls)}
    copies = place_programme(session, event, [(details_of(poll), places.get(poll.before_id or 0)) for poll in polls])
    return {poll.id: copy.id for poll, copy in zip(polls, copies, strict=True)}

"""What a copy of a lunch is made of. Nothing here commits: the caller holds the transaction."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lunchkit.events.models import CustomField, Event
from lunchkit.events.paragraphs import copy_paragraphs
from lunchkit.room.polls.forms import details_of
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.order import place_programme
from lunchkit.run_sheet.models import RunItem
from lunchkit.speakers.models import Appearance


def copy_plan(session: Session, source: Event, event: Event, *, with_speakers: bool) -> None:
    """All that was prepared for one lunch, for another: questions of both kinds, schedule, own paragraphs.

    No result, and nobody. Who speaks comes along if asked for; what they said and showed does not.
    """
    _copy_questions(session, source, event)
    polls = _copy_polls(session, source, event)
    _copy_run(session, source, event, polls)
    copy_paragraphs(session, source.id, event.id)
    if with_speakers:
        _copy_speakers(session, source, event)


def _copy_questions(session: Session, source: Event, event: Event) -> None:
    asked = select(CustomField).where(CustomField.event_id == source.id, CustomField.removed_at.is_(None))
    for position, question in enumerate(session.scalars(asked.order_by(CustomField.position, CustomField.id)), 1):
        session.add(
            CustomField(
                event_id=event.id,
                position=position,
                kind=question.kind,
                label=question.label,
                choices=list(question.choices),
                is_required=question.is_required,
                translations=dict(question.translations),
            )
        )


def _copy_polls(session: Session, source: Event, event: Event) -> dict[int, int]:
    """Returns the number of each new question by that of the one it was copied from."""
    found = select(Poll).where(Poll.event_id == source.id).options(selectinload(Poll.choices))
    polls = list(session.scalars(found.order_by(Poll.position)))
    places = {poll.id: place for place, poll in enumerate(polls)}
    copies = place_programme(session, event, [(details_of(poll), places.get(poll.before_id or 0)) for poll in polls])
    return {poll.id: copy.id for poll, copy in zip(polls, copies, strict=True)}


def _copy_run(session: Session, source: Event, event: Event, polls: Mapping[int, int]) -> None:
    rows = select(RunItem).where(RunItem.event_id == source.id).order_by(RunItem.position, RunItem.id)
    for position, item in enumerate(session.scalars(rows), 1):
        session.add(
            RunItem(
                event_id=event.id,
                position=position,
                minutes=item.minutes,
                title=item.title,
                who=item.who,
                note=item.note,
                poll_id=polls.get(item.poll_id or 0),
                is_public=item.is_public,
            )
        )


def _copy_speakers(session: Session, source: Event, event: Event) -> None:
    for appearance in session.scalars(select(Appearance).where(Appearance.event_id == source.id)):
        session.add(Appearance(event_id=event.id, speaker_id=appearance.speaker_id, position=appearance.position))

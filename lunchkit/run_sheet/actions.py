"""Actions of the schedule: make a lunch from another or from the template, write its schedule and follow it."""

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lunchkit.events.details import EventDetails, details_of
from lunchkit.events.models import Event
from lunchkit.events.operations import draft_event, lock_existing_event, made_by_form
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import record_facts
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import NotFound
from lunchkit.platform.ordered import lock_rows, move, next_position
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.order import place_programme
from lunchkit.run_sheet.copying import copy_plan
from lunchkit.run_sheet.errors import LunchMadeAlready, RunIsFull
from lunchkit.run_sheet.first_lunch import template_polls, template_run
from lunchkit.run_sheet.models import RunItem
from lunchkit.run_sheet.view_models import ItemDetails

MOST_ITEMS = 30


def make_lunch(
    details: EventDetails,
    *,
    form_key: str | None = None,
    like: Event | None = None,
    with_speakers: bool = False,
    from_template: bool = False,
) -> Event:
    """Make a draft: alone, with all that was prepared for another lunch, or with the template's questions and run.

    The same form sent again makes nothing, and gets the same lunch. Raises LunchMadeAlready where it says other words.
    """
    try:
        return _make(details, form_key, like, with_speakers=with_speakers, from_template=from_template)
    except (
        IntegrityError
    ):  # at the same moment another tap made the first series of an empty database, or this very lunch
        return _make(details, form_key, like, with_speakers=with_speakers, from_template=from_template)


def _make(
    details: EventDetails, form_key: str | None, like: Event | None, *, with_speakers: bool, from_template: bool
) -> Event:
    with transaction() as session:
        made = made_by_form(session, form_key)
        if made is not None:
            if details_of(made) != details:
                raise LunchMadeAlready
            return made
        event = draft_event(session, details, like.series if like else None, form_key=form_key)
        if like is not None:
            copy_plan(session, like, event, with_speakers=with_speakers)
        elif from_template:
            _plan_from_template(session, event)
        record_facts(session, event_id=event.id)
    return event


def _plan_from_template(session: Session, event: Event) -> None:
    polls = place_programme(session, event, template_polls())
    for position, (details, poll) in enumerate(template_run(), 1):
        item = RunItem(event_id=event.id, position=position)
        _write(item, details)
        item.poll_id = None if poll is None else polls[poll].id
        session.add(item)


def add_run_item(event: Event, details: ItemDetails) -> RunItem:
    """Put one more row at the end of the schedule. Raises RunIsFull."""
    with transaction() as session:
        lock_existing_event(session, event.id)
        if (session.scalar(select(func.count()).where(RunItem.event_id == event.id)) or 0) >= MOST_ITEMS:
            raise RunIsFull
        item = RunItem(event_id=event.id, position=next_position(session, RunItem, event.id))
        _write(item, _of_this_lunch(session, event.id, details))
        session.add(item)
        record_facts(session, what=details.title)
    return item


def change_run_item(item: RunItem, details: ItemDetails) -> None:
    """Change a row of the schedule."""
    with transaction() as session:
        _lock(session, item)
        _write(item, _of_this_lunch(session, item.event_id, details))


def remove_run_item(item: RunItem) -> None:
    """Take a row off the schedule."""
    with transaction() as session:
        _lock(session, item)
        session.delete(item)


def move_run_item(item: RunItem, direction: str) -> None:
    """Move a row ``up`` or ``down``; at the end it stays."""
    with transaction() as session:
        move(session, _lock(session, item), item, direction)


def begin_run_item(item: RunItem) -> None:
    """The room has come to this row; those before it have been. Twice is once."""
    with transaction() as session:
        rows, now = _lock(session, item), clock.now()
        for row in rows[: rows.index(item) + 1]:
            row.began_at = row.began_at or now


def take_back_run_item(item: RunItem) -> None:
    """The room has not come to this row yet, nor to those behind it. Twice is once."""
    with transaction() as session:
        rows = _lock(session, item)
        for row in rows[rows.index(item) :]:
            row.began_at = None


def _lock(session: Session, item: RunItem) -> list[RunItem]:
    """Hold the lunch, then read its rows again, in their order. Raises NotFound where the row is gone."""
    lock_existing_event(session, item.event_id)
    return lock_rows(session, item)


def _of_this_lunch(session: Session, event_id: int, details: ItemDetails) -> ItemDetails:
    """The details; a question that is gone meanwhile, or is another lunch's, is not found."""
    if details.poll_id is not None:
        poll = session.get(Poll, details.poll_id)
        if poll is None or poll.event_id != event_id:
            raise NotFound
    return details


def _write(item: RunItem, details: ItemDetails) -> None:
    item.minutes, item.title, item.who = details.minutes, details.title, details.who
    item.note, item.poll_id, item.is_public = details.note, details.poll_id, details.is_public

"""Reads of schedules, named after the question that they answer."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from lunchkit.events.models import CustomField, Event
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.room.polls.models import Poll
from lunchkit.run_sheet.models import RunItem
from lunchkit.speakers.models import Appearance


class RunRow(NamedTuple):
    item: RunItem
    starts_at: datetime


class RunSheet(NamedTuple):
    rows: list[RunRow]
    length: int
    """Of the lunch, in minutes."""
    minutes: int
    """Of all rows together."""
    left: int
    """Minutes of the lunch that no row uses; below zero where the rows take too long."""


class Now(NamedTuple):
    """How far the room is in the schedule."""

    current: RunRow | None
    """None before the first row has begun."""
    following: RunRow | None
    began: int
    """The number of rows that have begun."""
    ends_at: datetime | None
    """When the minutes of the present row are over."""
    late: timedelta
    """How far the room is behind the plan; below zero where it is ahead."""


class Prepared(NamedTuple):
    polls: int
    questions: int
    rows: int
    speakers: int
    minutes: int
    """Of all rows of the schedule together."""


def run_item_or_404(event_id: int, item_id: int) -> RunItem:
    """A row of this lunch. Raises NotFound, for one of another lunch too."""
    item = db.session.get(RunItem, item_id, populate_existing=True)
    if item is None or item.event_id != event_id:
        raise NotFound
    return item


def run_sheet_of(event: Event) -> RunSheet:
    """The schedule of a lunch, each row with its planned moment; in two queries."""
    rows, starts_at = [], event.starts_at
    found = select(RunItem).where(RunItem.event_id == event.id).order_by(RunItem.position, RunItem.id)
    for item in db.session.scalars(found.options(selectinload(RunItem.poll))):
        rows.append(RunRow(item, starts_at))
        starts_at += timedelta(minutes=item.minutes)
    length, minutes = ((end - event.starts_at) // timedelta(minutes=1) for end in (event.ends_at, starts_at))
    return RunSheet(rows, length, minutes, length - minutes)


def run_progress(run: RunSheet, now: datetime) -> Now:
    began = max((number for number, row in enumerate(run.rows, 1) if row.item.began_at), default=0)
    current = run.rows[began - 1] if began else None
    following = run.rows[began] if began < len(run.rows) else None
    if current is None or current.item.began_at is None:
        late = max(timedelta(0), now - following.starts_at) if following else timedelta(0)
        return Now(None, following, began, None, late)
    length = timedelta(minutes=current.item.minutes)
    ends_at = current.item.began_at + length
    return Now(current, following, began, ends_at, max(ends_at, now) - (current.starts_at + length))


def prepared_for(event_id: int) -> Prepared:
    """How much was prepared for a lunch that another one may take over; in one query."""
    of_this = [table.event_id == event_id for table in (Poll, CustomField, RunItem, Appearance)]
    of_this[1] = of_this[1] & CustomField.removed_at.is_(None)
    counts = [select(func.count()).where(condition).scalar_subquery() for condition in of_this]
    minutes = select(func.coalesce(func.sum(RunItem.minutes), 0)).where(RunItem.event_id == event_id).scalar_subquery()
    return Prepared(*map(int, db.session.execute(select(*counts, minutes)).one()))


def latest_event() -> Event | None:
    """The lunch that «the next one like the last» copies: the latest that was not cancelled."""
    kept = select(Event).where(Event.cancelled_at.is_(None))
    return db.session.scalar(kept.order_by(Event.starts_at.desc(), Event.id.desc()).limit(1))

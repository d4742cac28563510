"""Reads of schedules, named after the question that they answer."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from lunchkit.events.models import CustomField, Event
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.room.polls.models import Poll
from lunchkit.run_sheet.models import RunItem
from lunchkit.run_sheet.proposed_polls import proposed_questions
from lunchkit.run_sheet.view_models import Now, Prepared, PublicRow, RunRow, RunSheet
from lunchkit.speakers.models import Appearance

MONTH = 30.44
"""Days, on average."""
NEAR_A_MONTH = 6
"""Days by which a gap may miss whole months and still be a rhythm of months."""
LONGEST_RHYTHM = 400
"""Days: a longer gap was a pause."""
LONGEST_SKIPPED = 100
"""Days: a lunch of a slower rhythm is proposed over the holidays rather than much later."""
PLANNED_AHEAD = timedelta(days=7)
"""The next lunch is proposed no sooner than this from now."""


def run_items(event_id: int) -> Sequence[RunItem]:
    """The rows of a lunch's schedule, in their order."""
    found = select(RunItem).where(RunItem.event_id == event_id)
    return db.session.scalars(found.order_by(RunItem.position, RunItem.id)).all()


def run_item_or_404(event_id: int, item_id: int) -> RunItem:
    """A row of this lunch. Raises NotFound, for one of another lunch too."""
    item = db.session.get(RunItem, item_id, populate_existing=True)
    if item is None or item.event_id != event_id:
        raise NotFound
    return item


def run_sheet_of(event: Event) -> RunSheet:
    """What happens at a lunch, minute by minute; in two queries."""
    asked = select(Poll.id, Poll.question).where(Poll.event_id == event.id)
    questions = dict(db.session.execute(asked).all())
    rows = tuple(RunRow(item, at, questions.get(item.poll_id or 0, "")) for item, at in _timed(event))
    return RunSheet(rows, int((event.ends_at - event.starts_at).total_seconds() // 60))


def public_rows(event: Event) -> list[PublicRow]:
    """What the lunch's page tells of the schedule, at the times that are planned; in one query."""
    return [PublicRow(at, item.title, item.who) for item, at in _timed(event) if item.is_public]


def _timed(event: Event) -> Iterator[tuple[RunItem, datetime]]:
    """The rows of a lunch's schedule, each with the moment at which it is planned."""
    starts_at = event.starts_at
    for item in run_items(event.id):
        yield item, starts_at
        starts_at += timedelta(minutes=item.minutes)


def run_progress(run: RunSheet, now: datetime) -> Now:
    """The row that runs, the one that follows, and how far behind the plan the room is."""
    began = [number for number, row in enumerate(run.rows) if row.item.began_at is not None]
    number = began[-1] if began else -1
    current = run.rows[number] if began else None
    following = run.rows[number + 1] if number + 1 < len(run.rows) else None
    ends_at = current.item.ends_at() if current else None
    if current is None or ends_at is None:
        late = max(timedelta(0), now - following.starts_at) if following else timedelta(0)
    else:
        planned = current.starts_at + timedelta(minutes=current.item.minutes)
        late = max(ends_at, now) - planned
    return Now(current, following, number + 1, ends_at, late)


def prepared_for(event_id: int) -> Prepared:
    """How much was prepared for a lunch that another one may take over; in one query."""
    of_this = [table.event_id == event_id for table in (Poll, CustomField, RunItem, Appearance)]
    of_this[1] = of_this[1] & CustomField.removed_at.is_(None)
    of_this.append((Poll.event_id == event_id) & Poll.opened_at.is_(None) & Poll.question.in_(proposed_questions()))
    counts = [select(func.count()).where(condition).scalar_subquery() for condition in of_this]
    minutes = select(func.coalesce(func.sum(RunItem.minutes), 0)).where(RunItem.event_id == event_id).scalar_subquery()
    return Prepared(*map(int, db.session.execute(select(*counts, minutes)).one()))


def latest_event() -> Event | None:
    """The lunch that «the next one like the last» copies: the latest that was not called off."""
    kept = select(Event).where(Event.cancelled_at.is_(None))
    return db.session.scalar(kept.order_by(Event.starts_at.desc(), Event.id.desc()).limit(1))


def next_start(event: Event, now: datetime) -> datetime:
    """When the lunch after this one might be, by the rhythm of its series: a naive time on the wall clock.

    Same weekday and hour: so many weeks later, or the same weekday of a month (its second Tuesday, its last one).
    """
    wall = event.starts_local.replace(tzinfo=None)
    before = db.session.scalar(
        select(Event.starts_at)
        .where(Event.series_id == event.series_id, Event.starts_at < event.starts_at, Event.cancelled_at.is_(None))
        .order_by(Event.starts_at.desc())
        .limit(1)
    )
    gap = (event.starts_at - before).total_seconds() / 86400 if before else MONTH
    if gap > LONGEST_RHYTHM:
        gap = MONTH
    earliest = (now + PLANNED_AHEAD).astimezone(ZoneInfo(event.zone)).replace(tzinfo=None)
    months = round(gap / MONTH)
    by_month = months >= 1 and abs(gap - months * MONTH) <= NEAR_A_MONTH
    day, steps = wall.date(), 0
    is_festive = is_over_the_holidays(wall.date()) or gap > LONGEST_SKIPPED  # a rhythm of years would skip years
    while steps == 0 or datetime.combine(day, wall.time()) < earliest or is_over_the_holidays(day) > is_festive:
        steps += 1
        day = _months_later(wall.date(), steps * months) if by_month else _weeks_later(wall.date(), gap, steps)
    return datetime.combine(day, wall.time())


def is_over_the_holidays(day: date) -> bool:
    """Whether a day lies between 20 December and 5 January, when hardly anybody would come."""
    return (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 5)


def _weeks_later(day: date, gap: float, steps: int) -> date:
    return day + timedelta(weeks=max(1, round(gap / 7)) * steps)


def _months_later(day: date, months: int) -> date:
    """The same weekday in the same week of a later month; the last one where a month has no fifth."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    same = first + timedelta(days=(day.weekday() - first.weekday()) % 7 + (day.day - 1) // 7 * 7)
    return same if same.month == first.month else same - timedelta(days=7)

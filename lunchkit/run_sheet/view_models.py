"""Values of a schedule: its rows, what is copied from another lunch, how far the room is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from lunchkit.run_sheet.models import RunItem


@dataclass(frozen=True)
class ItemDetails:
    """What a form says of a row; each field is a column of RunItem."""

    minutes: int
    title: str
    who: str = ""
    note: str = ""
    poll_id: int | None = None
    is_public: bool = False


class RunRow(NamedTuple):
    """A row of the schedule with the moment at which it is planned."""

    item: RunItem
    starts_at: datetime


@dataclass(frozen=True)
class RunSheet:
    """The schedule of a lunch."""

    rows: list[RunRow]
    length: int
    """Of the lunch, in minutes."""

    @property
    def minutes(self) -> int:
        """All rows together."""
        return sum(row.item.minutes for row in self.rows)

    @property
    def left(self) -> int:
        """Minutes of the lunch that no row uses; below zero where the rows take too long."""
        return self.length - self.minutes


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
    """How much was prepared for a lunch."""

    polls: int
    questions: int
    rows: int
    speakers: int
    proposed: int
    """Polls that still say what the proposal of a first lunch says: they show to nobody yet."""
    minutes: int
    """Of all rows of the schedule together."""

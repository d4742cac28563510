"""Frozen values of a schedule: a row of the schedule, what is copied from another lunch, how far the room is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lunchkit.run_sheet.models import RunItem


@dataclass(frozen=True)
class ItemDetails:
    """What happens for so many minutes."""

    minutes: int
    title: str
    who: str = ""
    note: str = ""
    poll_id: int | None = None
    is_public: bool = False


@dataclass(frozen=True)
class PublicRow:
    """A row of the schedule as the lunch's page shows it."""

    starts_at: datetime
    title: str
    who: str


@dataclass(frozen=True)
class RunRow:
    """A row of the schedule with the time of day at which it is planned."""

    item: RunItem
    starts_at: datetime
    question: str
    """That is put to the room then; empty where none is."""


@dataclass(frozen=True)
class RunSheet:
    """What happens at a lunch, minute by minute."""

    rows: tuple[RunRow, ...]
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


@dataclass(frozen=True)
class Now:
    """How far the room is in the schedule."""

    current: RunRow | None
    """None before the first row has begun, and once the last one is over."""
    following: RunRow | None
    began: int
    """How many rows have begun."""
    ends_at: datetime | None
    """When the minutes of the present row are over."""
    late: timedelta
    """How far the room is behind the plan; below zero where it is ahead."""


@dataclass(frozen=True)
class Prepared:
    """How much was prepared for a lunch."""

    polls: int
    questions: int
    rows: int
    speakers: int
    proposed: int
    """Polls that still say what the proposal of a first lunch says: they show to nobody yet."""
    minutes: int
    """Of all rows of the schedule together."""

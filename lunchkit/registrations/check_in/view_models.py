"""What a check-in works with: a scan, the answer to it, and counts. Frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lunchkit.registrations.details import AttendeeDetails


@dataclass(frozen=True)
class Scan:
    """A person comes in (by ticket, from the list, as a walk-in), or an earlier scan is corrected."""

    nonce: str
    """Random, made by the phone: a scan that is sent again is recorded once."""
    scanned_at: datetime
    door: str = ""
    ticket_hash: bytes | None = None
    registration_id: int | None = None
    walk_in: AttendeeDetails | None = None
    gives_seat: bool = False
    makes_room: bool = False
    """Whether the number of seats may rise for them, while people who have a seat have not come."""
    let_in: bool = False
    """Whether the phone had no network and let them in without asking."""
    undoes: str | None = None
    corrects: str | None = None
    """Nonces of earlier scans: one that did not happen, one with another number of people."""
    people: int | None = None
    """The number that came; None for the whole party."""
    organiser_id: int | None = None


class Word(StrEnum):
    IN = "in"
    DOUBLE = "double"
    """The ticket was used already."""
    WAITING = "waiting"
    FULL = "full"
    """A seat was asked for, and none is free."""
    CANCELLED = "cancelled"
    OTHER = "other"
    UNKNOWN = "unknown"
    KNOWN = "known"
    """A walk-in whose address is registered already."""
    UNDONE = "undone"


@dataclass(frozen=True)
class Answer:
    word: Word
    id: int | None = None  # of the registration
    who: str = ""
    """A first name and an initial: other people read the screen, too."""
    seats: int = 0
    people: int = 0
    at: datetime | None = None
    door: str = ""
    of: str = ""
    """The nonce of the scan that let them in: what an undo names."""
    place: int | None = None
    lunch: str = ""
    """The title of the event that a ticket is for, if it is another."""


@dataclass(frozen=True)
class Counts:
    present: int
    expected: int
    """Seats that are given."""
    capacity: int
    waiting: int
    walk_ins: int
    """People among those present who had not registered."""
    may_add: int = 0
    """The number of people that may come in beside absent people who have a seat; 0 before the beginning."""

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.expected)

    @property
    def absent(self) -> int:
        return max(0, self.expected - self.present)

    def data(self) -> dict[str, int]:
        return vars(self) | {"free": self.free, "absent": self.absent}


def short_name(name: str) -> str:
    words = name.split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else name

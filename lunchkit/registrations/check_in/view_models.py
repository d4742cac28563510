"""What the door may see: a scan, the answer to it, the counts. Frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.models import CheckIn, Registration


@dataclass(frozen=True)
class Scan:
    """One act at the door: somebody comes in (by ticket, from the list, as a walk-in), or an earlier act is mended."""

    nonce: str
    """Random, made by the phone: an act that is sent again is done once."""
    scanned_at: datetime
    door: str = ""
    ticket_hash: bytes | None = None
    registration_id: int | None = None
    walk_in: AttendeeDetails | None = None
    gives_seat: bool = False
    """Whether somebody who waits is to get a free seat, if there is one."""
    makes_room: bool = False
    """Whether the number of seats may rise for them, beside people who have a seat and have not come."""
    let_in: bool = False
    """Whether the phone had no network and let them in without asking."""
    undoes: str | None = None
    """The nonce of the scan that did not happen."""
    corrects: str | None = None
    """The nonce of the scan whose number of people is another."""
    people: int | None = None
    """How many of the party came; all of them if nobody said."""


class Word(StrEnum):
    """The one word of an answer."""

    IN = "in"
    """Come in."""
    DOUBLE = "double"
    """Somebody came in with this ticket already."""
    WAITING = "waiting"
    FULL = "full"
    """A seat was asked for, and none is free."""
    CANCELLED = "cancelled"
    OTHER = "other"
    """The ticket of another lunch."""
    UNKNOWN = "unknown"
    KNOWN = "known"
    """A walk-in whose address is registered already."""
    UNDONE = "undone"


@dataclass(frozen=True)
class Answer:
    """What is said of one scan."""

    word: Word
    id: int | None = None
    """The registration."""
    who: str = ""
    """A first name and an initial: what the person at the door needs to greet, and those behind may read."""
    seats: int = 0
    people: int = 0
    """How many came in."""
    at: datetime | None = None
    """When the first of them did."""
    door: str = ""
    of: str = ""
    """The nonce of the scan that let them in: what an undo names."""
    place: int | None = None
    """Their place in the queue, if they wait."""
    lunch: str = ""
    """The lunch that a ticket is for, if it is another."""


@dataclass(frozen=True)
class Counts:
    """How full the room is."""

    present: int
    """People who came in."""
    expected: int
    """Seats that are given."""
    capacity: int
    waiting: int
    """Requests in the queue."""
    walk_ins: int
    """People among those present who had not registered."""
    added: int = 0
    """Seats that were added at the door, among those of the capacity."""
    may_add: int = 0
    """So many people more may be let in beside those who have a seat and have not come; none before the beginning."""

    @property
    def free(self) -> int:
        """Seats that nobody has; never below zero, even after the capacity was lowered."""
        return max(0, self.capacity - self.expected)

    @property
    def absent(self) -> int:
        """People who have a seat and have not come."""
        return max(0, self.expected - self.present)

    def data(self) -> dict[str, int]:
        """As a phone reads it."""
        names = ("present", "expected", "capacity", "free", "waiting", "walk_ins", "absent", "may_add")
        return {name: getattr(self, name) for name in names}

    @property
    def chairs(self) -> int:
        """Seats that an organiser counted on: what was added at the door is nobody's chair."""
        return self.capacity - self.added


@dataclass(frozen=True)
class Conflict:
    """A phone without network let somebody in whom we would have stopped: to be looked into by somebody."""

    scan: CheckIn
    first: CheckIn | None
    """The scan that let the party in before, where one did."""

    @property
    def registration(self) -> Registration:
        """Who it is about."""
        return self.scan.registration


def short_name(name: str) -> str:
    """The first name and the initial of the last: «Camille P.». The door's screen is read by those behind, too."""
    words = name.split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else name

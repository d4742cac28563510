"""What a phone and the projector show, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from lunchkit.events.models import Event
from lunchkit.room.polls.view_models import PollView
from lunchkit.room.qa.queries import RankedQuestion, RoomQuestion


@dataclass(frozen=True)
class PhoneView:
    """What the phones of a room show, in one language."""

    event: Event
    code: str
    revision: int
    state: str
    """welcome, open, closed, revealed, annulled, feedback or over."""
    key: str
    poll: PollView | None
    upcoming: int
    takes_questions: bool
    questions: tuple[RoomQuestion, ...]
    in_rehearsal: bool
    feedback: dict[str, Any] | None = None
    was_answered: bool = False
    """Whether the survey was answered; only once it is closed."""
    result: int | None = None
    """The number of the poll revealed last, during and after the survey."""


@dataclass(frozen=True)
class ScreenView:
    """What the projector shows."""

    event: Event
    code: str
    address: str
    qr: Markup
    revision: int
    slide: str
    is_blank: bool
    key: str
    poll: PollView | None
    ballots: int
    expected: int
    """People who have a seat; 0 where nobody registered."""
    speakers: tuple[tuple[str, str], ...]
    questions: tuple[RankedQuestion, ...]
    timer_ends_at: datetime | None
    in_rehearsal: bool
    asks_feedback: bool = False
    may: tuple[str, ...] = ()

"""What a phone and the projector show, as frozen values."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from lunchkit.events.models import Event
from lunchkit.room.polls.view_models import PollView
from lunchkit.room.qa.queries import RankedQuestion, RoomQuestion
from lunchkit.room.survey.view_models import FeedbackView


@dataclass(frozen=True)
class OwnAnswer:
    """What this phone has answered: in its page alone, never in a stream."""

    values: frozenset[str] = frozenset()
    """As ``room.polls.answers.values_of`` gives them."""
    turn: int = 1
    """The number that its next answer takes."""
    is_kept: bool = False


@dataclass(frozen=True)
class PhoneView:
    """What all phones of a room show in one language."""

    event: Event
    code: str
    revision: int
    state: str
    """welcome, open, closed, revealed, annulled, feedback or over."""
    key: str
    """Changes whenever the page must."""
    poll: PollView | None
    upcoming: int
    """How many questions are still to come."""
    takes_questions: bool
    questions: tuple[RoomQuestion, ...]
    in_rehearsal: bool
    feedback: FeedbackView | None = None
    """The three questions after the lunch, while they are asked."""
    was_answered: bool = False
    """Whether they were asked and somebody answered; said once the lunch is over."""
    result: int | None = None
    """The number of the question whose result was shown last, beside feedback."""


@dataclass(frozen=True)
class ScreenView:
    """What the projector shows."""

    event: Event
    code: str
    address: str
    """What people type, without the code."""
    qr: Markup
    revision: int
    slide: str
    is_blank: bool
    key: str
    poll: PollView | None
    ballots: int
    """Phones that have answered the poll."""
    expected: int
    """People who have a seat; 0 where nobody registered."""
    speakers: tuple[tuple[str, str], ...]
    """Name and role."""
    questions: tuple[RankedQuestion, ...]
    timer_ends_at: datetime | None
    in_rehearsal: bool
    asks_feedback: bool = False
    """Whether phones ask what people thought of the lunch."""
    may: tuple[str, ...] = ()
    """What whoever steers the screen can do now, by the names of its buttons."""

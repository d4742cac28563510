"""The survey as pages show it: the questions, what one phone has answered, and what came out."""

from dataclasses import dataclass
from datetime import date

from lunchkit.room.polls.results import Result
from lunchkit.room.survey.answers import NOTHING, Said
from lunchkit.room.survey.models import Remark, Stage


@dataclass(frozen=True)
class FeedbackView:
    """The three questions in the language of the page; low and high are the ends of the scale."""

    mark: str
    low: str
    high: str
    again: str
    better: str
    closes_on: date
    """The last day on which people may answer."""


@dataclass(frozen=True)
class Given:
    """What this phone has answered: in its page alone, never in a stream."""

    said: Said = NOTHING
    turn: int = 1
    """The number of this phone's next answer."""
    is_kept: bool = False


@dataclass(frozen=True)
class Glance:
    """The survey in a line of the page of a lunch."""

    stage: Stage
    answered: int
    """Phones that have answered anything."""


@dataclass(frozen=True)
class Outcome:
    """What came out of the survey; results and remarks are empty until it is closed."""

    stage: Stage
    answered: int
    asked: FeedbackView
    mark: Result
    again: Result
    remarks: int
    """How many people wrote something."""

    @property
    def is_shown(self) -> bool:
        """Whether so many people answered that anything shows."""
        return self.mark.is_shown or self.again.is_shown or self.remarks > 0


@dataclass(frozen=True)
class RemarkPage:
    """One page of what people wrote."""

    rows: tuple[Remark, ...]
    page: int
    pages: int

"""Feedback as pages show it: the questions in one language, and what one phone has said."""

from dataclasses import dataclass
from datetime import date

from lunchkit.feedback.models import Stage
from lunchkit.polls.results import Result


@dataclass(frozen=True)
class Wording:
    """Some words, and the language that they are in; empty where that is the page's own."""

    text: str
    tongue: str = ""


@dataclass(frozen=True)
class FeedbackView:
    """The three questions, the same for all phones that speak a language."""

    mark: Wording
    low: Wording
    high: Wording
    again: Wording
    better: Wording
    closes_on: date
    """The last day on which people may answer."""
    key: str
    """Changes whenever the questions do."""


@dataclass(frozen=True)
class Given:
    """What this phone has said: in its page alone, never in a stream."""

    mark: int | None = None
    again: str | None = None
    better: str = ""
    turn: int = 1
    """The number that what it sends next takes."""
    is_kept: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the workspace shows of the answers."""

    stage: Stage
    answered: int
    """Phones that have said something, up to this moment."""
    shown: int
    """Phones whose answers are among the counts and remarks."""
    mark: Result
    again: Result
    remarks: int
    """What people wrote; 0 as long as nothing may show."""
    closes_on: date
    comes: bool = False
    """Whether enough have said something new: within half a minute the background work shows it."""

    @property
    def is_shown(self) -> bool:
        """Whether so many people answered that anything may show."""
        return self.mark.is_shown or self.again.is_shown or self.remarks > 0


@dataclass(frozen=True)
class Glance:
    """Feedback in a line of the page of a lunch."""

    stage: Stage
    answered: int
    may_take_back: bool = False
    """Whether phones ask before the end of the lunch, because an organiser wished it."""


@dataclass(frozen=True)
class RemarkRow:
    """What one person wrote, and its name."""

    id: str
    text: str


@dataclass(frozen=True)
class RemarkPage:
    """One page of what people wrote."""

    rows: tuple[RemarkRow, ...]
    found: int
    page: int
    pages: int

"""A poll as pages show it: in one language, and with nothing that must not be seen yet."""

from dataclasses import dataclass
from typing import Any

from lunchkit.room.polls.models import Kind, Poll, Stage
from lunchkit.room.polls.results import Result


@dataclass(frozen=True)
class ChoiceView:
    """One answer on offer."""

    position: int
    label: str


@dataclass(frozen=True)
class PollView:
    """One poll for one kind of reader."""

    id: int
    position: int
    kind: Kind
    question: str
    ends: tuple[str, str]
    choices: tuple[ChoiceView, ...]
    most_choices: int
    allows_none: bool
    stage: Stage
    is_live: bool
    in_rehearsal: bool
    is_before: bool
    """Whether it will be asked again after the debate."""
    is_after: bool
    """Whether it is the second time that it is asked."""
    protects: int
    result: Result | None = None
    """Only where this reader may see it."""
    ballots: int | None = None
    """How many phones answered: only for the projector and the organiser."""
    movement: dict[str, Any] | None = None
    written_in: str = "fr"
    """The language of question and choices: what was asked for, where they are written in it."""
    note: str = ""
    """What readers of the result should know."""
    before: Result | None = None
    """The result of the first time, beside a movement."""
    hands: int = 0
    """How many people answered on paper or with a raised hand."""
    exceeds: int | None = None
    """How many people are there, where more have answered; told to whoever may know how many answered."""
    has_few: bool = False
    """Whether it was counted, and so few answered that its result never shows."""
    keeps_ballots: bool = False
    """Whether its ballots are still kept for the second vote, although it is closed."""

    @property
    def asking(self) -> str | None:
        """Which vote of two it is: "before" or "after" the debate; None where it is the only one."""
        return "before" if self.is_before else "after" if self.is_after else None


def poll_view(
    poll: Poll,
    language: str,
    *,
    is_before: bool = False,
    result: Result | None = None,
    ballots: int | None = None,
    before: Result | None = None,
) -> PollView:
    """The poll in a language, with what this reader may see of its answers."""
    return PollView(
        id=poll.id,
        position=poll.position,
        kind=Kind(poll.kind),
        question=poll.question_in(language),
        ends=poll.ends_in(language),
        choices=tuple(ChoiceView(choice.position, choice.label_in(language)) for choice in poll.choices),
        most_choices=poll.most_choices,
        allows_none=poll.allows_none,
        stage=poll.stage,
        is_live=poll.is_live,
        in_rehearsal=poll.in_rehearsal,
        is_before=is_before,
        is_after=poll.before_id is not None,
        protects=poll.protects,
        result=result,
        ballots=ballots,
        written_in=poll.written_in(language),
        note=poll.note,
        hands=poll.hand_ballots,
        exceeds=poll.exceeds,
        movement=poll.told_movement if before is not None else None,
        before=before,
        has_few=poll.has_few,
        keeps_ballots=poll.keeps_ballots,
    )

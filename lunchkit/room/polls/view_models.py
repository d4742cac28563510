"""A poll as pages show it: in one language, and with nothing that must not be seen yet."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from lunchkit.room.polls.models import Kind, Poll, Stage
from lunchkit.room.polls.movement import read
from lunchkit.room.polls.results import Result

_AS_STORED = (
    "id", "position", "most_choices", "allows_none", "stage", "is_live", "in_rehearsal", "note", "exceeds", "has_few",
    "keeps_ballots",
)  # fmt: skip


class ChoiceView(NamedTuple):
    position: int
    label: str


@dataclass(frozen=True)
class PollView:
    """One poll for one kind of reader; the fields without a word here are those of ``Poll``."""

    position: int
    kind: Kind
    question: str
    ends: tuple[str, str]
    choices: tuple[ChoiceView, ...]
    allows_none: bool
    id: int = 0
    most_choices: int = 1
    stage: Stage = Stage.REVEALED
    is_live: bool = False
    in_rehearsal: bool = False
    is_before: bool = False
    """Whether it will be asked again after the debate."""
    is_after: bool = False
    """Whether it is asked for the second time."""
    result: Result | None = None
    """Only where this reader may see it."""
    ballots: int | None = None
    movement: dict[str, Any] | None = None
    written_in: str = "fr"
    """The language of question and choices: what was asked for, where they are written in it."""
    note: str = ""
    before: Result | None = None
    hands: int = 0
    exceeds: int | None = None
    has_few: bool = False
    keeps_ballots: bool = False

    @property
    def asking(self) -> str | None:
        """Which vote of two it is: "before" or "after" the debate; None where it is the only one."""
        return "before" if self.is_before else "after" if self.is_after else None

    @property
    def is_compared(self) -> bool:
        return bool(self.result and self.result.is_shown and self.before and self.before.is_shown)

    @property
    def shows_movement(self) -> bool:
        """Whether the groups are large enough to show who moved; else both results are shown beside each other."""
        return read(self.movement).shows

    @property
    def has_numbers(self) -> bool:
        """Whether it is a scale whose steps are numbers: texts sort behind the digits."""
        return self.kind is Kind.SCALE and all(choice.label < ":" for choice in self.choices)


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
        **{name: getattr(poll, name) for name in _AS_STORED},
        kind=Kind(poll.kind),
        question=poll.question_in(language),
        ends=poll.ends_in(language),
        choices=tuple(ChoiceView(choice.position, choice.label_in(language)) for choice in poll.choices),
        is_before=is_before,
        is_after=poll.before_id is not None,
        result=result,
        ballots=ballots,
        written_in=poll.written_in(language),
        hands=poll.hand_ballots,
        movement=poll.told_movement if before is not None else None,
        before=before,
    )

"""Answers: how a ballot's form is read, how an answer is shown again, and how answers are counted."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache

from werkzeug.datastructures import MultiDict

from lunchkit.room.polls.kinds import NONE, SHAPES
from lunchkit.room.polls.models import NO_OPINION, Kind, Poll


@dataclass(frozen=True)
class Spec:
    """How the answers to a question are read."""

    kind: str
    positions: tuple[int, ...]
    most: int
    allows_none: bool
    by_slip: bool = False
    """Whether only phones answer that have used a voting slip."""

    def dumps(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    @lru_cache(maxsize=64)
    def loads(text: str) -> "Spec":
        fields = json.loads(text)
        return Spec(**{**fields, "positions": tuple(fields["positions"])})


@dataclass(frozen=True)
class Ballot:
    poll: int | None
    """The position of the poll that it answers; None for whichever is open."""
    turn: int | None
    form: MultiDict[str, str]


def ballot_of(form: MultiDict[str, str]) -> Ballot:
    """The ballot in a form as it was sent; a number of more than nine digits is none."""
    typed = {name: form.get(name, "") for name in ("poll", "turn")}
    numbers = {name: int(text) for name, text in typed.items() if re.fullmatch("[0-9]{1,9}", text)}
    return Ballot(numbers.get("poll"), numbers.get("turn"), form)


def spec_of(poll: Poll) -> Spec:
    positions = tuple(choice.position for choice in poll.choices)
    return Spec(poll.kind, positions, poll.most_choices, poll.allows_none)


def read_answer(spec: Spec, form: MultiDict[str, str]) -> str:
    """The answer in a ballot's form. Raises BallotUnreadable, in words that say what to do."""
    if spec.allows_none and form.getlist("choice") == [NONE]:
        return NONE
    return SHAPES[Kind(spec.kind)].read(spec.positions, spec.most, form)


def values_of(spec: Spec, answer: str) -> set[str]:
    """An answer as its form shows it: see ``Shape.shown``."""
    return {answer} if answer == NONE else SHAPES[Kind(spec.kind)].shown(answer)


def tally(kind: str, answers: Mapping[str, int]) -> dict[tuple[int, int], int]:
    """How often each choice was given, by (position, grade); see ``Tally``. Written answers count for nobody here."""
    counts: Counter[tuple[int, int]] = Counter()
    marks = SHAPES[Kind(kind)].marks
    for answer, count in answers.items():
        for key in [(NO_OPINION, 0)] if answer == NONE else marks(answer):
            counts[key] += count
    return dict(counts)

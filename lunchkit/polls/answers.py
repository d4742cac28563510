"""Answers: how a ballot's form is read, how an answer is written down, and how answers are counted.

An answer is a short text that says the same thing in one way only, so that the box can count equal ones:
``2`` a choice · ``1,3`` several · ``3>1>2`` a ranking · ``1+2-3=`` statements agreed with, refused and passed ·
words between newlines · a text · ``0`` no opinion.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache

from werkzeug.datastructures import MultiDict

from lunchkit.polls.models import NO_OPINION, Kind, Poll
from lunchkit.polls.refusals import BallotUnreadable
from lunchkit.polls.words import clean_word
from lunchkit.text import clean_line

LONGEST_TEXT = 280
MOST_DIGITS = 9
SIGNS = {"agree": "+", "disagree": "-", "pass": "="}
GRADES = {"+": 1, "-": -1, "=": 0}
NONE = str(NO_OPINION)
_STATEMENT = re.compile(r"(\d+)([+=-])")


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
        """As the box keeps it while the poll is open."""
        return json.dumps(asdict(self))

    @staticmethod
    @lru_cache(maxsize=64)
    def loads(text: str) -> "Spec":
        """What the box kept."""
        fields = json.loads(text)
        return Spec(**{**fields, "positions": tuple(fields["positions"])})


@dataclass(frozen=True)
class Ballot:
    """What a phone sends."""

    poll: int | None
    """The position of the poll that it answers; None for whichever is open."""
    turn: int | None
    """Counts the answers of this phone."""
    form: MultiDict[str, str]


def ballot_of(form: MultiDict[str, str]) -> Ballot:
    """The ballot in a form as it was sent."""
    return Ballot(_small_number(form.get("poll")), _small_number(form.get("turn")), form)


def _small_number(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS else None


def spec_of(poll: Poll) -> Spec:
    """How the answers to a poll are read, from now until it closes."""
    positions = tuple(choice.position for choice in poll.choices)
    return Spec(poll.kind, positions, poll.most_choices, poll.allows_none)


def read_answer(spec: Spec, form: MultiDict[str, str]) -> str:
    """The answer in a ballot's form. Raises BallotUnreadable, in words that say what to do."""
    if spec.allows_none and form.getlist("choice") == [NONE]:
        return NONE
    readers = {
        Kind.SINGLE: _read_choice,
        Kind.SCALE: _read_choice,
        Kind.MULTIPLE: _read_choices,
        Kind.WORDS: _read_words,
        Kind.TEXT: _read_text,
        Kind.RANKING: _read_ranking,
        Kind.STATEMENTS: _read_statements,
    }
    return readers[Kind(spec.kind)](spec, form)


def _read_choice(spec: Spec, form: MultiDict[str, str]) -> str:
    chosen = form.getlist("choice")
    if len(chosen) != 1 or chosen[0] not in map(str, spec.positions):
        raise BallotUnreadable
    return chosen[0]


def _read_choices(spec: Spec, form: MultiDict[str, str]) -> str:
    chosen = set(form.getlist("choice"))
    if not chosen or len(chosen) > spec.most or not chosen <= set(map(str, spec.positions)):
        raise BallotUnreadable
    return ",".join(sorted(chosen, key=int))


def _read_words(spec: Spec, form: MultiDict[str, str]) -> str:
    words = dict.fromkeys(word for typed in form.getlist("word")[: spec.most] if (word := clean_word(typed)))
    if not words:
        raise BallotUnreadable
    return "\n".join(words)


def _read_text(_spec: Spec, form: MultiDict[str, str]) -> str:
    text = clean_line(form.get("text"))
    if not text or len(text) > LONGEST_TEXT or text == NONE:
        raise BallotUnreadable
    return text


def _read_ranking(spec: Spec, form: MultiDict[str, str]) -> str:
    ranks = {position: form.get(f"rank-{position}", "") for position in spec.positions}
    wanted = {str(rank) for rank in range(1, len(ranks) + 1)}
    if set(ranks.values()) != wanted:
        raise BallotUnreadable
    return ">".join(str(position) for position in sorted(ranks, key=lambda position: int(ranks[position])))


def _read_statements(spec: Spec, form: MultiDict[str, str]) -> str:
    given = {position: form.get(f"statement-{position}", "") for position in spec.positions}
    known = {position: SIGNS[word] for position, word in given.items() if word in SIGNS}
    if not known or any(word and word not in SIGNS for word in given.values()):
        raise BallotUnreadable
    return "".join(f"{position}{sign}" for position, sign in sorted(known.items()))


def values_of(spec: Spec, answer: str) -> set[str]:
    """An answer as its form shows it: the positions ticked, «3:1» for a rank, «2:agree» for a statement; or words."""
    kind = Kind(spec.kind)
    if answer == NONE or kind.is_one_of:
        return {answer}
    if kind is Kind.RANKING:
        return {f"{position}:{rank}" for rank, position in enumerate(answer.split(">"), 1)}
    if kind is Kind.STATEMENTS:
        names = {sign: name for name, sign in SIGNS.items()}
        return {f"{position}:{names[sign]}" for position, sign in _STATEMENT.findall(answer)}
    return set(answer.split("," if kind is Kind.MULTIPLE else "\n"))


def tally(kind: str, answers: Mapping[str, int]) -> dict[tuple[int, int], int]:
    """How often each choice was given, by (position, grade); see ``Tally``. Written answers count for nobody here."""
    counts: Counter[tuple[int, int]] = Counter()
    for answer, count in answers.items():
        for key in _marks(Kind(kind), answer):
            counts[key] += count
    return dict(counts)


def _marks(kind: Kind, answer: str) -> list[tuple[int, int]]:
    if answer == NONE:
        return [(NO_OPINION, 0)]
    if kind is Kind.RANKING:
        return [(int(position), rank) for rank, position in enumerate(answer.split(">"), 1)]
    if kind is Kind.STATEMENTS:
        return [(int(position), GRADES[sign]) for position, sign in _STATEMENT.findall(answer)]
    return [] if kind.is_written else [(int(position), 0) for position in answer.split(",")]

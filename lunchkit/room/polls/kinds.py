"""The kinds of questions: one declaration each, of what it asks and of how its answers are read, shown and counted.

An answer is a short text that says the same thing in one way only, so that the ballot store can count equal ones:
``2`` a choice · ``1,3`` several · ``3>1>2`` a ranking · ``1+2-3=`` statements agreed with, refused and passed ·
words between newlines · a text · ``0`` no opinion.
A new kind also needs its part of the ballot (``templates/polls/_ballot.html``) and, if it is no row an answer, its
picture (``pictures/rows.py``) and its headline (``pictures/sentences.py``).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from lunchkit.platform.text import clean_line
from lunchkit.room.errors import BallotUnreadable
from lunchkit.room.polls.models import NO_OPINION, Kind
from lunchkit.room.polls.word_folding import clean_word

LONGEST_TEXT = 280
NONE = str(NO_OPINION)
SIGNS = {"agree": "+", "disagree": "-", "pass": "="}
GRADES = {"+": 1, "-": -1, "=": 0}
_STATEMENT = re.compile(r"(\d+)([+=-])")
_CHOICES = _l("This kind of question needs %(fewest)s to %(most)s choices, one a line.")
Positions = tuple[int, ...]
Form = MultiDict[str, str]
Mark = tuple[int, int]
"""A position and a grade: see ``Tally``."""


def _read_choice(positions: Positions, _most: int, form: Form) -> str:
    chosen = form.getlist("choice")
    if len(chosen) != 1 or chosen[0] not in map(str, positions):
        raise BallotUnreadable
    return chosen[0]


def _read_choices(positions: Positions, most: int, form: Form) -> str:
    chosen = set(form.getlist("choice"))
    if not chosen or len(chosen) > most or not chosen <= set(map(str, positions)):
        raise BallotUnreadable
    return ",".join(sorted(chosen, key=int))


def _read_words(_positions: Positions, most: int, form: Form) -> str:
    words = dict.fromkeys(word for typed in form.getlist("word")[:most] if (word := clean_word(typed)))
    if not words:
        raise BallotUnreadable
    return "\n".join(words)


def _read_text(_positions: Positions, _most: int, form: Form) -> str:
    text = clean_line(form.get("text"))
    if not text or len(text) > LONGEST_TEXT or text == NONE:
        raise BallotUnreadable
    return text


def _read_ranking(positions: Positions, _most: int, form: Form) -> str:
    ranks = {position: form.get(f"rank-{position}", "") for position in positions}
    wanted = {str(rank) for rank in range(1, len(ranks) + 1)}
    if set(ranks.values()) != wanted:
        raise BallotUnreadable
    return ">".join(str(position) for position in sorted(ranks, key=lambda position: int(ranks[position])))


def _read_statements(positions: Positions, _most: int, form: Form) -> str:
    given = {position: form.get(f"statement-{position}", "") for position in positions}
    known = {position: SIGNS[word] for position, word in given.items() if word in SIGNS}
    if not known or any(word and word not in SIGNS for word in given.values()):
        raise BallotUnreadable
    return "".join(f"{position}{sign}" for position, sign in sorted(known.items()))


def _ranks(answer: str) -> list[Mark]:
    return [(int(position), rank) for rank, position in enumerate(answer.split(">"), 1)]


def _statements(answer: str) -> list[Mark]:
    return [(int(position), GRADES[sign]) for position, sign in _STATEMENT.findall(answer)]


def _agreed(answer: str) -> set[str]:
    names = {sign: name for name, sign in SIGNS.items()}
    return {f"{position}:{names[sign]}" for position, sign in _STATEMENT.findall(answer)}


@dataclass(frozen=True)
class Shape:
    """What one kind of question is."""

    name: LazyString
    hint: LazyString
    read: Callable[[Positions, int, Form], str]
    """The answer in a ballot's form, of the positions on offer, with a limit. Raises BallotUnreadable."""
    marks: Callable[[str], list[Mark]] = lambda answer: [(int(position), 0) for position in answer.split(",")]
    """What an answer counts for; what people wrote counts for nobody here."""
    shown: Callable[[str], set[str]] = lambda answer: set(answer.split(","))
    """An answer as its form shows it: the positions ticked, «3:1» for a rank, «2:agree» for a statement; or words."""
    grades: Callable[[int], Mapping[str, int]] = lambda choices: {}
    """The grades that each of a number of choices can get, by their names in exports."""
    lines: tuple[int, int] = (0, 0)
    longest: int = 80
    how_many: LazyString = _CHOICES
    takes_several: bool = False
    """Whether it is asked how many choices or words each may give."""
    has_ends: bool = False
    by_hand: bool = False
    """Whether a raised hand is an answer to it."""


SHAPES: Mapping[Kind, Shape] = {
    Kind.SINGLE: Shape(
        _l("One choice"), _l("Everybody picks one of 2 to 8 choices."), _read_choice, lines=(2, 8), by_hand=True
    ),
    Kind.MULTIPLE: Shape(
        _l("Several choices"), _l("Everybody ticks one or more of 2 to 8 choices."), _read_choices,
        lines=(2, 8), by_hand=True, takes_several=True,
    ),
    Kind.SCALE: Shape(
        _l("Scale"), _l("Everybody picks one of 2 to 7 steps between two ends."), _read_choice,
        lines=(2, 7), by_hand=True, has_ends=True,
        how_many=_l("A scale needs %(fewest)s to %(most)s steps, one a line; none at all mean 1 to 5."),
    ),
    Kind.WORDS: Shape(
        _l("Words"), _l("Everybody writes one to three words. You read them before they show."), _read_words,
        marks=lambda _answer: [], shown=lambda answer: set(answer.split("\n")), takes_several=True,
    ),
    Kind.TEXT: Shape(
        _l("Short text"), _l("Everybody writes up to 280 characters. You read them before they show."), _read_text,
        marks=lambda _answer: [], shown=lambda answer: set(answer.split("\n")),
    ),
    Kind.RANKING: Shape(
        _l("Ranking"), _l("Everybody puts 2 to 6 choices in order."), _read_ranking,
        marks=_ranks, shown=lambda answer: {f"{position}:{rank}" for position, rank in _ranks(answer)},
        grades=lambda choices: {f"place_{place}": place for place in range(1, choices + 1)}, lines=(2, 6),
    ),
    Kind.STATEMENTS: Shape(
        _l("Statements"), _l("Everybody agrees, disagrees or passes on each of up to 8 statements."), _read_statements,
        marks=_statements, shown=_agreed, grades=lambda _choices: {"agree": 1, "pass": 0, "disagree": -1},
        lines=(1, 8), longest=120, how_many=_l("Write %(fewest)s to %(most)s statements, one a line."),
    ),
}  # fmt: skip

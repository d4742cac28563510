"""Custom fields in a file: which columns answer them, and what a cell says.

A column belongs to a custom field where its heading has the same words, in any language of the event. A cell that names
several choices is read as our own export writes it, and with the other separators of spreadsheets.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from flask_babel import gettext as _

from lunchkit.events.models import AnswerKind, CustomField
from lunchkit.platform.text import clean_line, normalise
from lunchkit.registrations.custom_fields import LONGEST_ANSWER
from lunchkit.registrations.imports.columns import words_of

OWN = "own:"
"""What a column is called that answers a question: «own:7»."""
_LANGUAGES = ("", "en", "de", "it")
_MOST_PIECES = 60


class InvalidAnswer(Exception):
    """A cell that does not answer its question; says why, to people."""


def column_of(question: CustomField) -> str:
    """What the column of a question is called."""
    return f"{OWN}{question.id}"


def assign_custom_fields(
    headings: Sequence[str], fields: Sequence[str | None], questions: Iterable[CustomField]
) -> list[str | None]:
    """Assign custom fields to unknown columns, or to the last of two that are known as the same."""
    columns = list(fields)
    for question in questions:
        wanted = {_compared(question.label_in(language)) for language in _LANGUAGES}
        found = [
            place
            for place, heading in enumerate(headings)
            if {_compared(heading), _compared(heading.partition(":")[2])} & wanted
            and not (columns[place] or "").startswith(OWN)
        ]
        free = [place for place in found if columns[place] is None]
        double = [place for place in found if columns.count(columns[place]) > 1]
        if free or double:
            columns[free[0] if free else double[-1]] = column_of(question)
    return columns


def _compared(text: str) -> str:
    """A text by its words; where it has none, by its signs. Never empty."""
    return words_of(text) or normalise(clean_line(text)) or "\n"


def parse_answer(question: CustomField, cell: str) -> str:
    """What a cell says, as a registration stores it. Raises InvalidAnswer."""
    line = clean_line(cell)
    if question.kind == AnswerKind.TEXT:
        if len(line) > LONGEST_ANSWER:
            raise InvalidAnswer(
                _("The answer to «%(question)s» is longer than 300 characters.", question=question.label)
            )
        return line
    pairs = tuple(pair for language in _LANGUAGES for pair in question.choices_in(language))
    exact, loose = _choices_by(_plain, pairs), _choices_by(_compared, pairs)
    pieces = [cell]
    if question.kind == AnswerKind.SEVERAL and _plain(cell) not in exact:
        pieces = re.split(r"\n" if "\n" in cell.strip() else r"[,;|]", cell)
    named = [exact.get(_plain(piece)) or loose.get(_compared(piece), set()) for piece in pieces if piece.strip()]
    if not named or len(named) > _MOST_PIECES or any(len(choices) != 1 for choices in named):
        raise InvalidAnswer(
            _("«%(answer)s» is no choice of «%(question)s».", answer=line[:80], question=question.label)
        )
    return "\n".join(choice for choice in question.choices if {choice} in named)


def _plain(text: str) -> str:
    return normalise(clean_line(text))


@lru_cache(maxsize=100)
def _choices_by(compared: Callable[[str], str], pairs: tuple[tuple[str, str], ...]) -> dict[str, set[str]]:
    """The choices by their words in any language, as they are compared: several where they are alike."""
    choices: dict[str, set[str]] = {}
    for choice, words in pairs:
        choices.setdefault(compared(words), set()).add(choice)
    return choices

"""Custom fields in a file: which columns answer them, and what a cell says.

A column belongs to a custom field where its heading has the same words, in any language of the event. A cell that names
several choices is read as our own export writes it, and with the other separators of spreadsheets.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from flask_babel import gettext as _

from lunchkit.events.models import AnswerKind, CustomField
from lunchkit.platform.config import LANGUAGES
from lunchkit.platform.text import clean_line, normalise
from lunchkit.registrations.custom_fields import LONGEST_ANSWER
from lunchkit.registrations.imports.columns import words_of

OWN = "own:"
"""What a column is called that answers a custom field: «own:7»."""
_LANGUAGES = ("", *LANGUAGES)
_MOST_PIECES = 60


class InvalidAnswer(Exception):
    """A cell that does not answer its question; says why, to people."""


def assign_custom_fields(
    headings: Sequence[str], fields: Sequence[str | None], questions: Iterable[CustomField]
) -> list[str | None]:
    """Assign custom fields to unknown columns, or to the last of two that are known as the same."""
    columns = list(fields)
    for question in questions:
        labels = {words_of(question.label_in(language)) for language in _LANGUAGES} - {()}
        named = [
            place
            for place, heading in enumerate(headings)
            if not labels.isdisjoint((words_of(heading), words_of(heading.partition(":")[2])))
            and not (columns[place] or "").startswith(OWN)
        ]
        free = [place for place in named if columns[place] is None]
        double = [place for place in reversed(named) if columns.count(columns[place]) > 1]
        for place in (*free, *double)[:1]:
            columns[place] = f"{OWN}{question.id}"
    return columns


def parse_answer(question: CustomField, cell: str) -> str:
    """What a cell says, as a registration stores it. Raises InvalidAnswer."""
    line = clean_line(cell)
    if question.kind == AnswerKind.TEXT:
        if len(line) > LONGEST_ANSWER:
            raise InvalidAnswer(
                _("The answer to «%(question)s» is longer than 300 characters.", question=question.label)
            )
        return line
    known = _by_words(tuple(pair for language in _LANGUAGES for pair in question.choices_in(language)))
    pieces = [cell]
    if question.kind == AnswerKind.SEVERAL and _plain(cell) not in known:
        pieces = re.split(r"\n" if "\n" in cell.strip() else r"[,;|]", cell)
    named = [known.get(_plain(piece)) for piece in pieces if piece.strip()]
    if not named or len(named) > _MOST_PIECES or None in named:
        raise InvalidAnswer(
            _("«%(answer)s» is no choice of «%(question)s».", answer=line[:80], question=question.label)
        )
    return "\n".join(choice for choice in question.choices if choice in named)


def _plain(text: str) -> str:
    return normalise(clean_line(text))


@lru_cache(maxsize=100)
def _by_words(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The choices as they are stored, by their words in any language; the first language counts first."""
    return {_plain(words): choice for choice, words in reversed(pairs)}

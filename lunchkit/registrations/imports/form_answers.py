"""The lunch's own questions in a file: which columns answer them, and what a cell says.

A column is taken for a question where its heading says the same words, in any language in which the question is asked.
A cell that names several choices is read as our own list writes it, and with the other separators of spreadsheets.
"""

import re
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from lunchkit.events.models import AnswerKind, FormQuestion
from lunchkit.platform.text import clean_line, fold
from lunchkit.registrations.custom_fields import LONGEST_ANSWER
from lunchkit.registrations.imports.columns import words_of

OWN = "own:"
"""What a column is called that answers a question: «own:7»."""
_LANGUAGES = ("", "en", "de", "it")
_MOST_PIECES = 60


class OddAnswer(Exception):
    """A cell that does not answer its question; says why, to people."""


def column_of(question: FormQuestion) -> str:
    """What the column of a question is called."""
    return f"{OWN}{question.id}"


def with_own_questions(
    headings: Sequence[str], fields: Sequence[str | None], questions: Iterable[FormQuestion]
) -> list[str | None]:
    """What each column is, once the lunch's own questions have found theirs.

    A question takes a column of which nothing else was known. One that was known goes to it only where another column
    says the same (our own list has «Organisation» twice if a question is called so): nobody loses their name to a
    question.
    """
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
    return words_of(text) or fold(clean_line(text)) or "\n"


def _tight(text: str) -> str:
    """A text as it is compared sign by sign, however separators in it are spaced."""
    return re.sub(r"\s*([,;|])\s*", r"\1", fold(clean_line(text)))


class Asked:
    """A question, and its choices by their words in any language. Made once for all rows of a file."""

    def __init__(self, question: FormQuestion) -> None:
        self._question = question
        pairs = [pair for language in _LANGUAGES for pair in question.choices_in(language)]
        self._exact = {_tight(text): kept for kept, text in reversed(pairs)}
        self._loose: dict[str, set[str]] = {}
        for kept, text in pairs:
            self._loose.setdefault(_compared(text), set()).add(kept)

    def answer(self, text: str) -> str:
        """What a cell says, as a registration keeps it. Raises OddAnswer."""
        question, line = self._question, clean_line(text)
        if question.kind == AnswerKind.TEXT:
            if len(line) > LONGEST_ANSWER:
                raise OddAnswer(
                    _("The answer to «%(question)s» is longer than 300 characters.", question=question.label)
                )
            return line
        ticked = self._several(text) if question.kind == AnswerKind.SEVERAL else {self._one(text)}
        if None in ticked:
            raise OddAnswer(
                _("«%(answer)s» is no choice of «%(question)s».", answer=line[:80], question=question.label)
            )
        return "\n".join(choice for choice in question.choices if choice in ticked)

    def _one(self, text: str) -> str | None:
        """The one choice that a text names, whatever its signs and capitals; None where it names none, or two."""
        exact, loose = self._exact.get(_tight(text)), self._loose.get(_compared(text), set())
        return exact or (next(iter(loose)) if len(loose) == 1 else None)

    def _several(self, text: str) -> set[str | None]:
        """All choices that a text names: one a line, or between separators, which may stand in a choice too."""
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) > 1:
            return set().union(*map(self._several, lines))
        if (whole := self._exact.get(_tight(text))) is not None:
            return {whole}
        pieces = [piece for piece in re.split(r"[,;|]", text) if piece.strip()]
        if len(pieces) > _MOST_PIECES:
            return {None}
        ticked: set[str | None] = set()
        while pieces:
            end = next((end for end in range(len(pieces), 1, -1) if _tight(",".join(pieces[:end])) in self._exact), 1)
            ticked.add(self._one(",".join(pieces[:end])))
            pieces = pieces[end:]
        return ticked or {None}

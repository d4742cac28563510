"""The lunch's own questions in a file: which columns answer them, and what a cell says.

A column is taken for a question where its heading says the same words, in any language in which the question is asked.
Programs that write a column for each choice («Workshop – Garden: yes») are understood too. A cell that names several
choices is read as our own list writes it, and with the other separators of spreadsheets.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from lunchkit.events.models import AskedAs, FormQuestion
from lunchkit.imports.columns import NO_WORDS, YES_WORDS, Field
from lunchkit.registrations.own_questions import LONGEST_ANSWER
from lunchkit.text import clean_line, fold

OWN = "own:"
"""What a column is called that answers a question: «own:7»; of one choice of it, the second: «own:7:2»."""
_LANGUAGES = ("", "en", "de", "it")
_SEPARATORS = re.compile(r"[,;|]")
_MOST_PIECES = 60
Given = tuple[tuple[str, str], ...]
"""Columns that answer questions, each with what stands in its cell."""


class OddAnswer(Exception):
    """A cell that does not answer its question. ``why`` names the reason (see ``words``)."""

    def __init__(self, why: str, question: FormQuestion, answer: str) -> None:
        self.why, self.question, self.answer = why, question, answer
        super().__init__(why)


def column_of(question: FormQuestion, choice: int = 0) -> str:
    """What the column of a question is called; with ``choice`` that of one of its choices, 1 for the first."""
    return f"{OWN}{question.id}:{choice}" if choice else f"{OWN}{question.id}"


def column_label(column: str, questions: Iterable[FormQuestion]) -> str:
    """How a column is named to people; empty where its question is asked no more."""
    for question in questions:
        if column == column_of(question):
            return question.label
        for number, choice in enumerate(question.choices, 1):
            if column == column_of(question, number):
                return f"{question.label} – {choice}"
    return ""


def with_own_questions(
    headings: Sequence[str],
    fields: Sequence[Field | None],
    questions: Sequence[FormQuestion],
    spare: frozenset[Field] = frozenset(),
) -> list[str | None]:
    """What each column is, once the lunch's own questions have found theirs.

    A question takes a column of which nothing else was known. One that was known goes to it only where another column
    says the same (our own list has «Organisation» twice if a question is called so), or where this lunch has no use for
    it (``spare``): nobody loses their name to a question.
    """
    columns: list[str | None] = list(fields)
    said = [{words_of(heading), words_of(heading.partition(":")[2])} for heading in headings]
    for question in questions:
        wanted = _wordings(question)
        found = [place for place, words in enumerate(said) if words & wanted and not _is_own(columns[place])]
        place = _place(found, columns, spare)
        if place is not None:
            columns[place] = column_of(question)
        elif question.kind == AskedAs.SEVERAL:
            _find_ticks(question, said, columns)
    return columns


def _place(found: Sequence[int], columns: Sequence[str | None], spare: frozenset[Field]) -> int | None:
    free = [place for place in found if columns[place] is None]
    double = [place for place in found if columns.count(columns[place]) > 1 or columns[place] in spare]
    return free[0] if free else (double[-1] if double else None)


def _find_ticks(question: FormQuestion, said: Sequence[set[str]], columns: list[str | None]) -> None:
    """Columns of single choices: «question – choice»."""
    labels = _wordings(question)
    for language in _LANGUAGES:
        for number, (_kept, choice) in enumerate(question.choices_in(language), 1):
            wanted = {f"{label} {words_of(choice)}" for label in labels}
            for place, words in enumerate(said):
                if columns[place] is None and words & wanted and column_of(question, number) not in columns:
                    columns[place] = column_of(question, number)


def _is_own(column: str | None) -> bool:
    return column is not None and column.startswith(OWN)


def _wordings(question: FormQuestion) -> set[str]:
    return {words_of(question.label_in(language)) for language in _LANGUAGES}


def words_of(text: str) -> str:
    """A text as words, as headings and choices are compared; where it has none, its signs. Never empty."""
    words = re.findall(r"[^\W_]+", fold(text[:1_000]))
    return " ".join(words) or fold(clean_line(text)) or "\n"


def _tight(text: str) -> str:
    """A text as it is compared sign by sign, however separators in it are spaced."""
    return re.sub(r"\s*([,;|])\s*", r"\1", fold(clean_line(text)))


def read_given(given: Given, asked: "Mapping[int, Asked]") -> tuple[Given, bool]:
    """What a row answers, each answer once as a registration keeps it; and whether some had no question any more.

    Raises OddAnswer.
    """
    answers: dict[int, str] = {}
    is_lost = False
    for column, text in given:
        number, _sep, choice = column.removeprefix(OWN).partition(":")
        one = asked.get(int(number))
        if one is None:
            is_lost = True
        elif choice:
            answers[int(number)] = one.with_tick(int(choice), text, answers.get(int(number), ""))
        else:
            answers[int(number)] = one.answer(text)
    kept = sorted((number, answer) for number, answer in answers.items() if answer)
    return tuple((f"{OWN}{number}", answer) for number, answer in kept), is_lost


def answers_given(given: Given) -> tuple[tuple[int, str], ...]:
    """The answers of a row that was read, by the number of their question."""
    return tuple((int(column.removeprefix(OWN)), answer) for column, answer in given)


class Asked:
    """A question, and its choices by their words in any language. Made once for all rows of a file."""

    def __init__(self, question: FormQuestion) -> None:
        self._question = question
        pairs = [pair for language in _LANGUAGES for pair in question.choices_in(language)]
        self._exact = {_tight(text): kept for kept, text in reversed(pairs)}
        self._loose: dict[str, set[str]] = {}
        for kept, text in pairs:
            self._loose.setdefault(words_of(text), set()).add(kept)

    def answer(self, text: str) -> str:
        """What a cell says, as a registration keeps it. Raises OddAnswer."""
        if self._question.kind == AskedAs.TEXT:
            line = clean_line(text)
            if len(line) > LONGEST_ANSWER:
                raise OddAnswer("long_answer", self._question, line)
            return line
        ticked = self.one(text) if self._question.kind == AskedAs.ONE else self.several(text)
        if ticked is None:
            raise OddAnswer("no_choice", self._question, clean_line(text))
        return self._in_order(ticked)

    def with_tick(self, number: int, text: str, so_far: str) -> str:
        """The answer so far, and the choice of this number where the cell says yes to it. Raises OddAnswer."""
        choice = next(iter(self._question.choices[number - 1 : number]), None)
        word = fold(clean_line(text))
        if choice is not None and word in NO_WORDS:
            return so_far
        if choice is None or (word not in YES_WORDS and words_of(text) != words_of(choice)):
            raise OddAnswer("no_choice", self._question, clean_line(text))
        return self._in_order({*so_far.split("\n"), choice})

    def _in_order(self, ticked: set[str]) -> str:
        return "\n".join(choice for choice in self._question.choices if choice in ticked)

    def one(self, text: str) -> set[str] | None:
        """The one choice that a text names, whatever its signs and capitals; None where it names none, or two."""
        found = self._exactly(text) or self._loose.get(words_of(text), set())
        return found if len(found) == 1 else None

    def several(self, text: str) -> set[str] | None:
        """All choices that a text names: one a line, or between commas, which may stand in a choice too."""
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) > 1:
            found = [self.several(line) for line in lines]
            return None if None in found else set().union(*(ticked for ticked in found if ticked))
        return self._exactly(text) or self._between(_SEPARATORS.split(text)) or self.one(text)

    def _exactly(self, text: str) -> set[str]:
        kept = self._exact.get(_tight(text))
        return set() if kept is None else {kept}

    def _between(self, pieces: Sequence[str]) -> set[str]:
        """The choices of which pieces are made, each of one or more of them, the longest first; none if one is left."""
        pieces = [piece for piece in pieces if piece.strip()]
        if len(pieces) > _MOST_PIECES:
            return set()
        ways: list[set[str] | None] = [None] * len(pieces) + [set()]
        for start in reversed(range(len(pieces))):
            for end in range(len(pieces), start, -1):
                rest, here = ways[end], pieces[start:end]
                choice = self._exactly(",".join(here)) if len(here) > 1 else self.one(here[0])
                if rest is not None and choice:
                    ways[start] = choice | rest
                    break
        return ways[0] or set()

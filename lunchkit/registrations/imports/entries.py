"""What a row says of a person, once it is read: cleaned by the rules of the registration form, or why it cannot be."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _

from lunchkit.events.models import AnswerKind, CustomField
from lunchkit.platform.config import LANGUAGES
from lunchkit.platform.mail.addresses import BadAddress, normal_email
from lunchkit.platform.text import clean_line, clean_text, normalise
from lunchkit.registrations.custom_fields import LONGEST_ANSWER
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.imports.columns import COLUMNS, OWN, listed, remoteness, words_of
from lunchkit.registrations.models import MOST_SEATS, Diet

_YES = listed("1, ja, oui, si, true, vero, vrai, wahr, x, yes")
_NO = listed("-, 0, falsch, false, falso, faux, n, nein, no, non")
_COMES_NOT = tuple(
    listed(
        """absen, abgemeldet, abgelaufen, abgesagt, abwesend, annul, assente, cancel, declin, deleted, entschuldigt,
        erstattet, excus, expire, geloscht, n assiste pas, ne participe pas, ne vien, nimmt nicht teil, no show,
        non partecipa, non viene, not attending, not coming, not present, pas present, refund, refus, regret, reject,
        rembours, rimbors, scadut, storn, supprim, vient pas, kommt nicht"""
    )
)
"""How the states begin of people who do not come, in the words of several programs and languages."""
_NO_DIET = listed(
    """aucun, aucune, keine, keiner, kein, nessuna, nessuno, nicht, non, none, no, not, pas, sans, senza, rien, ras,
    restriction, restrictions, restrizione, restrizioni, contrainte, particularite, particulier, preference,
    einschrankung, einschrankungen"""
)
"""A cell of these words alone names no diet: its person eats everything."""
_DIETS = (
    (Diet.VEGAN, ("vegan", "vegetal", "plant ", "pflanzlich")),
    (Diet.VEGETARIAN, ("veg",)),
    (
        Diet.EVERYTHING,
        ("everything", "tout ", "tutto ", "alles", "omniv", "onniv", "flexi", "standard ", "normal", "normaux")
        + ("viande", "carn", "meat ", "fleisch ", "poisson", "fish ", "fisch ", "pesce "),
    ),
)
"""How the words for a diet begin, a space where they end; the strictest diet first."""
_DIET_FILLERS = listed(
    """based, mange, esse, isst, eat, eats, mangio, menu, menus, option, repas, regime, regimes, alimentaire, diet,
    meal, food, je, suis, i, am, ich, bin, sono, avec"""
)
Cells = list[tuple[int, str, str]]
"""The cells of a row that are not empty: about whom (see ``remoteness``), which column, and the text."""


@dataclass
class Entry:
    """One row of a file: what it says of a person, and what becomes of it. Its texts are for the page."""

    number: int
    details: AttendeeDetails
    language: str = ""
    remarks: list[str] = field(default_factory=list)
    """What a person should know of a row that is registered all the same."""
    why: str = ""
    """Why it is left out; empty where it is not."""
    has_seat: bool = False

    def leave_out(self, why: str) -> None:
        self.why = self.why or why

    def amend(self, **changes: Any) -> None:
        self.details = replace(self.details, **changes)


def read_entries(
    headings: Sequence[str],
    fields: Sequence[str | None],
    rows: Iterable[tuple[int, Sequence[str]]],
    questions: Sequence[CustomField] = (),
) -> list[Entry]:
    """What the rows of a table say. Columns about the attendee count before those about the buyer."""
    columns = sorted((remoteness(headings[column]), column, field) for column, field in enumerate(fields) if field)
    rows_said = (
        (number, [(who, field, cells[column]) for who, column, field in columns if cells[column].strip()])
        for number, cells in rows
    )
    return [_read(number, cells, questions) for number, cells in rows_said]


def _read(number: int, cells: Cells, questions: Sequence[CustomField]) -> Entry:
    first = {column: text for _who, column, text in reversed(cells)}
    language = normalise(clean_line(first.get("language")))[:2]
    diet, for_kitchen = diet_said(first.get("diet", ""))
    plain = {name: _plain(column.kind, cells, name) for name, column in COLUMNS.items() if column.kind}
    plain["allergies"] = clean_text(f"{for_kitchen}\n{plain['allergies']}")
    email = clean_line(first.get("email")).removeprefix("mailto:") or None
    details = AttendeeDetails(name=_name(cells), email=email, diets=(Diet(diet),) if diet else (), **plain)
    entry = Entry(number, details, language if language in LANGUAGES else "")
    if for_kitchen:
        entry.remarks.append(_("“%(said)s” goes to the kitchen as it is.", said=for_kitchen[:80]))
    said = [" ".join(words_of(text)) for _who, column, text in cells if column == "comes"]
    if any(words in _NO or words.startswith(_COMES_NOT) for words in said):
        entry.leave_out(_("Does not come, says the file."))
    seats = clean_line(first.get("seats")).removesuffix(".0") or "1"
    if seats in map(str, range(1, MOST_SEATS + 1)):
        entry.amend(companions=int(seats) - 1)
    else:
        entry.leave_out(_("The number of seats is not one from 1 to %(most)s.", most=MOST_SEATS))
    _read_answers(entry, [(one, first[f"{OWN}{one.id}"]) for one in questions if f"{OWN}{one.id}" in first])
    _hold_to_form(entry)
    return entry


def _plain(kind: str, cells: Cells, column: str) -> Any:
    texts = [text for _who, known, text in cells if known == column]
    if kind == "text":
        return clean_text("\n".join(texts))
    line = clean_line(texts[0]) if texts else ""
    return normalise(line) in _YES if kind == "yes" else line


def _name(cells: Cells) -> str:
    for whose in range(3):
        parts = {column: clean_line(text) for who, column, text in reversed(cells) if who == whose}
        name = parts.get("name") or " ".join(parts[part] for part in ("first_name", "last_name") if parts.get(part))
        if name:
            return name
    return ""


def diet_said(cell: str) -> tuple[str, str]:
    """The diet that a cell names, if any; and the cell itself for the kitchen, where it says more than that."""
    text = clean_line(cell)
    if not text or normalise(text) in _NO:
        return "", ""
    words = [word for word in words_of(text) if word not in _DIET_FILLERS]
    if words and _NO_DIET.issuperset(words):
        return Diet.EVERYTHING, ""
    found = [next((diet for diet, starts in _DIETS if f"{word} ".startswith(starts)), None) for word in words]
    strictest = next((diet for diet, _starts in _DIETS if diet in found), "")
    if found and None not in found:
        return strictest, ""
    is_known = strictest in (Diet.VEGAN, Diet.VEGETARIAN) and words[0] not in _NO_DIET
    return strictest if is_known else "", text


def _hold_to_form(entry: Entry) -> None:
    details = entry.details
    if not any(char.isalnum() for char in details.name):
        entry.leave_out(_("The name is missing."))
    if any("://" in text or "www." in text.lower() for text in (details.name, details.organisation)):
        entry.leave_out(_("There is a web address in the name or the organisation."))
    for name, column in COLUMNS.items():
        if column.most and len(getattr(details, name)) > column.most:
            entry.leave_out(
                _("“%(column)s” is longer than %(most)s characters.", column=column.label, most=column.most)
            )
    try:
        entry.amend(email=normal_email(details.email) if details.email else None)
    except BadAddress:
        entry.leave_out(_("The e-mail address is not written right."))


def _read_answers(entry: Entry, said: Iterable[tuple[CustomField, str]]) -> None:
    for question, cell in said:
        answer = parse_answer(question, clean_text(cell))
        if answer is None:
            words = {"answer": clean_line(cell)[:80], "question": question.label}
            entry.leave_out(_("“%(answer)s” is no possible answer to “%(question)s”.", **words))
        elif answer:
            entry.amend(answers=(*entry.details.answers, (question.id, answer)))


def parse_answer(question: CustomField, cell: str) -> str | None:
    """What a cell answers to a custom field, as a registration stores it; None for what is no answer.

    Several choices are read as our own export writes them, and with the other separators of spreadsheets.
    """
    if question.kind == AnswerKind.TEXT:
        line = clean_line(cell)
        return line if len(line) <= LONGEST_ANSWER else None
    known = _by_words(tuple(pair for language in ("", *LANGUAGES) for pair in question.choices_in(language)))
    pieces = [cell]
    if question.kind == AnswerKind.SEVERAL and _as_compared(cell) not in known:
        pieces = re.split(r"\n" if "\n" in cell.strip() else r"[,;|]", cell)
    named = {known.get(_as_compared(piece)) for piece in pieces if piece.strip()}
    return "\n".join(choice for choice in question.choices if choice in named) if named and None not in named else None


def _as_compared(text: str) -> str:
    return normalise(clean_line(text))


@lru_cache(maxsize=100)
def _by_words(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The choices as they are stored, by their words in any language; the first language counts first."""
    return {_as_compared(words): choice for choice, words in reversed(pairs)}

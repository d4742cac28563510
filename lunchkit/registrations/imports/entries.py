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
from lunchkit.registrations.imports.columns import COLUMNS, NO_WORDS, OWN, YES_WORDS, listed, remoteness, words_of
from lunchkit.registrations.models import Diet

MOST_SEATS = 6
"""Of one registration, as the database has it."""
_CANCELLED = tuple(
    listed(
        """cancel, annul, storn, abgemeldet, refund, rembours, erstattet, rimbors, not attending, deleted, supprim,
        geloscht, expire, abgelaufen, scadut, refus, reject, declin, ne participe pas, n assiste pas,
        nimmt nicht teil, non partecipa"""
    )
)
"""How the states begin of people who do not come, in the words of several programs and languages."""
_COMES_NOT = (NO_WORDS - {"", "-"}) | listed(
    """n, absent, absente, absents, excuse, excusee, excused, ne vient pas, vient pas, ne viendra pas, pas present,
    pas presente, not coming, is not coming, not present, no show, kommt nicht, abwesend, abgesagt, entschuldigt,
    assente, non viene, regret, regrets"""
)
_NEGATIONS = listed(
    """aucun, aucune, sans, pas, non, none, no, not, keine, keiner, kein, nessuna, nessuno, senza, nicht"""
)
_NO_DIET = _NEGATIONS | listed(
    """rien, ras, restriction, restrictions, restrizione, restrizioni, contrainte, particularite, particulier,
    preference, dietary, einschrankung, einschrankungen"""
)
"""A cell of these words alone names no diet: its person eats everything."""
_DIETS = (
    (Diet.VEGAN, re.compile(r"vegan[a-z]{0,5}|vegetal[a-z]{0,5}|plant|based|pflanzlich")),
    (Diet.VEGETARIAN, re.compile(r"veg[ei]s?|vegg?ies?|veg|veget|vegetar[a-z]{0,6}")),
    (
        Diet.EVERYTHING,
        re.compile(
            r"everything|anything|tout|tutto|alles(esser(in)?)?|omni|(omni|onni)vor[aeo]?s?|flexitari[a-z]{1,6}|standard"
            r"|normale?|normaux|classique|ordinaire|viandes?|carn(e|es|ee|ees|ivor[aeo]s?)|meat|fleisch|poissons?|fish"
            r"|fisch|pesce"
        ),
    ),
)
"""The strictest first."""
_DIET_FILLERS = listed(
    """mange, mangia, esse, isst, eat, eats, eater, mangio, menu, menus, plat, option, repas, regime, regimes,
    alimentaire, diet, meal, food, je, suis, i, am, ich, bin, sono, et, avec"""
)
Cells = list[tuple[int, str, str]]
"""The cells of a row that are not empty: about whom (see ``remoteness``), which column, and the text."""


@dataclass
class Entry:
    """One row of a file: what it says of a person, and what becomes of it. Its texts are for the page."""

    number: int
    details: AttendeeDetails
    language: str = ""
    cells_of_own: dict[int, str] = field(default_factory=dict)
    """The cells of custom fields; once checked, they are among the details."""
    remarks: list[str] = field(default_factory=list)
    """What a person should know of a row that is registered all the same."""
    why: str = ""
    """Why it is left out; empty where it is not."""
    has_seat: bool = False

    @property
    def outcome(self) -> str:
        """What becomes of it: "seat", "wait", or "out"."""
        return "out" if self.why else "seat" if self.has_seat else "wait"

    def leave_out(self, why: str) -> None:
        self.why = self.why or why

    def amend(self, **changes: Any) -> None:
        self.details = replace(self.details, **changes)


def read_entries(
    headings: Sequence[str], fields: Sequence[str | None], rows: Iterable[tuple[int, Sequence[str]]]
) -> list[Entry]:
    """What the rows of a table say. Columns about the attendee count before those about the buyer."""
    columns = sorted((remoteness(headings[column]), column, field) for column, field in enumerate(fields) if field)
    return [
        _read(number, [(who, field, cells[column]) for who, column, field in columns if cells[column].strip()])
        for number, cells in rows
    ]


def _read(number: int, cells: Cells) -> Entry:
    first = {column: text for _who, column, text in reversed(cells)}
    language = normalise(clean_line(first.get("language")))[:2]
    diet, for_kitchen = diet_said(first.get("diet", ""))
    plain = {name: _plain(column.kind, cells, name) for name, column in COLUMNS.items() if column.kind}
    plain["allergies"] = clean_text(f"{for_kitchen}\n{plain['allergies']}")
    email = clean_line(first.get("email")).removeprefix("mailto:") or None
    details = AttendeeDetails(name=_name(cells), email=email, diets=(Diet(diet),) if diet else (), **plain)
    own = {int(name.removeprefix(OWN)): clean_text(first[name]) for name in first if name.startswith(OWN)}
    entry = Entry(number, details, language if language in LANGUAGES else "", own)
    if for_kitchen:
        entry.remarks.append(_("“%(said)s” goes to the kitchen as it is.", said=for_kitchen[:80]))
    _read_coming(entry, [text for _who, column, text in cells if column == "comes"])
    _read_seats(entry, first.get("seats", ""))
    _hold_to_form(entry)
    return entry


def _plain(kind: str, cells: Cells, column: str) -> Any:
    texts = [text for _who, known, text in cells if known == column]
    if kind == "text":
        return clean_text("\n".join(texts))
    line = clean_line(texts[0]) if texts else ""
    return normalise(line) in YES_WORDS if kind == "yes" else line


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
    if normalise(text) in NO_WORDS:
        return "", ""
    words = [word for word in words_of(text) if word not in _DIET_FILLERS]
    if words and _NO_DIET.issuperset(words):
        return Diet.EVERYTHING, ""
    found = [next((diet for diet, known in _DIETS if known.fullmatch(word)), None) for word in words]
    strictest = next((diet for diet, _known in _DIETS if diet in found), "")
    if found and None not in found:
        return strictest, ""
    is_known = strictest in (Diet.VEGAN, Diet.VEGETARIAN) and words[0] not in _NEGATIONS
    return strictest if is_known else "", text


def _read_coming(entry: Entry, said: Iterable[str]) -> None:
    for words in (" ".join(words_of(text)) for text in said):
        if words.startswith(_CANCELLED):
            entry.leave_out(_("Cancelled or refunded, says the file."))
        elif words in _COMES_NOT:
            entry.leave_out(_("Does not come, says the file."))


def _read_seats(entry: Entry, said: str) -> None:
    text = clean_line(said).removesuffix(".0").removesuffix(",0") or "1"
    if text in {str(seats) for seats in range(1, MOST_SEATS + 1)}:
        entry.amend(companions=int(text) - 1)
    else:
        entry.leave_out(_("The number of seats is not one from 1 to %(most)s.", most=MOST_SEATS))


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


class InvalidAnswer(Exception):
    """A cell that does not answer its question; says why, to people."""


def parse_answer(question: CustomField, cell: str) -> str:
    """What a cell answers to a custom field, as a registration stores it. Raises InvalidAnswer.

    Several choices are read as our own export writes them, and with the other separators of spreadsheets.
    """
    line = clean_line(cell)
    if question.kind == AnswerKind.TEXT:
        if len(line) > LONGEST_ANSWER:
            raise InvalidAnswer(
                _("The answer to «%(question)s» is longer than 300 characters.", question=question.label)
            )
        return line
    known = _by_words(tuple(pair for language in ("", *LANGUAGES) for pair in question.choices_in(language)))
    pieces = [cell]
    if question.kind == AnswerKind.SEVERAL and _as_compared(cell) not in known:
        pieces = re.split(r"\n" if "\n" in cell.strip() else r"[,;|]", cell)
    named = [known.get(_as_compared(piece)) for piece in pieces if piece.strip()]
    if not named or len(named) > 60 or None in named:
        raise InvalidAnswer(
            _("«%(answer)s» is no choice of «%(question)s».", answer=line[:80], question=question.label)
        )
    return "\n".join(choice for choice in question.choices if choice in named)


def _as_compared(text: str) -> str:
    return normalise(clean_line(text))


@lru_cache(maxsize=100)
def _by_words(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The choices as they are stored, by their words in any language; the first language counts first."""
    return {_as_compared(words): choice for choice, words in reversed(pairs)}

"""What a row says of a person, once it is read: cleaned by the rules of the registration form, or why it cannot be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from flask_babel import gettext as _

from lunchkit.platform.i18n import LANGUAGE_NAMES
from lunchkit.platform.mail.addresses import BadAddress, normal_email
from lunchkit.platform.text import clean_line, clean_text, normalise
from lunchkit.registrations.imports.columns import (
    COLUMNS,
    NO_WORDS,
    YES_WORDS,
    listed,
    remoteness,
    words_of,
)
from lunchkit.registrations.imports.diets import diet_said
from lunchkit.registrations.imports.form_answers import OWN

MOST_SEATS = 6
"""Of one registration, as the database has it."""
_GONE = tuple(
    listed(
        """cancel, annul, storn, abgemeldet, refund, rembours, erstattet, rimbors, not attending, deleted, supprim,
        geloscht, expire, abgelaufen, scadut, refus, reject, declin, ne participe pas, n assiste pas,
        nimmt nicht teil, non partecipa"""
    )
)
"""How the states begin of people who do not come, in the words of several programs and languages."""
_COMES_NOT = (NO_WORDS - {"", "-"}) | listed(
    """n, absent, absente, absent e, absents, excuse, excusee, excuse e, excused, ne vient pas, vient pas,
    ne viendra pas, pas present, pas presente, not coming, is not coming, not present, no show, kommt nicht, abwesend,
    abgesagt, entschuldigt, assente, non viene, regret, regrets"""
)
_COMES = YES_WORDS | listed(
    """o, y, j, ok, present, presente, present e, presents, vient, viendra, participe, confirme, confirmee, confirmed,
    coming, attending, attends, going, kommt, anwesend, zugesagt, viene, partecipa, confermato, accepted"""
)
"""Values of a column that asks whether a person comes."""
Said = dict[str, list[str]]
"""The cells of a row that are not empty, by column; those about the attendee first."""


class Outcome(StrEnum):
    """What becomes of one row."""

    SEAT = "seat"
    WAIT = "wait"
    OUT = "out"


@dataclass
class Entry:
    """One row of a file: what it says of a person, and what becomes of it. Its texts are for the page."""

    number: int
    name: str
    email: str = ""
    organisation: str = ""
    seats: int = 1
    is_member: bool = False
    shows_name: bool = False
    wants_recap: bool = False
    language: str = ""
    diet: str = ""
    allergies: str = ""
    access: str = ""
    answers: dict[int, str] = field(default_factory=dict)
    """The cells of custom fields; once checked, the answers as they are stored."""
    remarks: list[str] = field(default_factory=list)
    """What a person should know of a row that is registered all the same."""
    why: str = ""
    """Why it is left out; empty where it is not."""
    has_seat: bool = False

    @property
    def outcome(self) -> Outcome:
        return Outcome.OUT if self.why else Outcome.SEAT if self.has_seat else Outcome.WAIT

    def leave_out(self, why: str) -> None:
        self.why = self.why or why


class Columns:
    """The columns by what they contain, those about the attendee before those about the buyer."""

    def __init__(self, headings: Sequence[str], fields: Sequence[str | None]) -> None:
        read = [(column, known, remoteness(headings[column])) for column, known in enumerate(fields) if known]
        self._read = sorted(read, key=lambda column: column[2])

    def said(self, cells: Sequence[str]) -> Said:
        said: Said = {}
        for column, known, _who in self._read:
            if cells[column].strip():
                said.setdefault(known, []).append(cells[column])
        return said

    def name(self, cells: Sequence[str]) -> str:
        for who in range(3):
            mine = [(known, clean_line(cells[column])) for column, known, whose in self._read if whose == who]
            parts = {known: text for known, text in reversed(mine) if text}
            whole = parts.get("name") or " ".join(parts[part] for part in ("first_name", "last_name") if part in parts)
            if whole:
                return whole
        return ""


def read_entries(
    headings: Sequence[str], fields: Sequence[str | None], rows: Iterable[tuple[int, Sequence[str]]]
) -> list[Entry]:
    """What the rows of a table say."""
    columns = Columns(headings, fields)
    return [_read(number, columns.name(cells), columns.said(cells)) for number, cells in rows]


def _read(number: int, name: str, said: Said) -> Entry:
    first = {column: texts[0] for column, texts in said.items()}
    language = normalise(clean_line(first.get("language")))[:2]
    entry = Entry(
        number=number,
        name=name,
        email=clean_line(first.get("email")).removeprefix("mailto:"),
        organisation=clean_line(first.get("organisation")),
        shows_name=_is_yes(first.get("shows_name")),
        wants_recap=_is_yes(first.get("wants_recap")),
        is_member=_is_yes(first.get("member")),
        language=language if language in {code for code, _name in LANGUAGE_NAMES} else "",
        access=clean_text("\n".join(said.get("access", ()))),
        answers={int(own.removeprefix(OWN)): clean_text(first[own]) for own in first if own.startswith(OWN)},
    )
    _read_food(entry, first.get("diet", ""), said.get("allergies", []))
    if any(words_of(state).startswith(_GONE) for state in said.get("status", ())):
        entry.leave_out(_("Cancelled or refunded, says the file."))
    _read_coming(entry, first.get("comes", ""))
    _read_seats(entry, first.get("seats", ""))
    _hold_to_form(entry)
    return entry


def _is_yes(said: str | None) -> bool:
    return normalise(clean_line(said)) in YES_WORDS


def _read_food(entry: Entry, cell: str, allergies: Sequence[str]) -> None:
    entry.diet, for_kitchen = diet_said(cell)
    entry.allergies = clean_text("\n".join([for_kitchen, *allergies]))
    if for_kitchen:
        entry.remarks.append(_("“%(said)s” goes to the kitchen as it is.", said=for_kitchen[:80]))


def _read_coming(entry: Entry, said: str) -> None:
    words = words_of(said)
    if words in _COMES_NOT or words.startswith(_GONE):
        entry.leave_out(_("Does not come, says the file."))
    elif words and words not in _COMES:
        entry.remarks.append(_("“%(said)s”: whether they come is unclear; registered.", said=clean_line(said)[:80]))


def _read_seats(entry: Entry, said: str) -> None:
    text = clean_line(said).removesuffix(".0").removesuffix(",0") or "1"
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_SEATS:
        entry.seats = int(text)
    else:
        entry.leave_out(_("The number of seats is not one from 1 to %(most)s.", most=MOST_SEATS))


def _hold_to_form(entry: Entry) -> None:
    if not any(char.isalnum() for char in entry.name):
        entry.leave_out(_("The name is missing."))
    if any("://" in text or "www." in text.lower() for text in (entry.name, entry.organisation)):
        entry.leave_out(_("There is a web address in the name or the organisation."))
    for name, column in COLUMNS.items():
        if column.most and len(getattr(entry, name)) > column.most:
            entry.leave_out(
                _("“%(column)s” is longer than %(most)s characters.", column=column.label, most=column.most)
            )
    try:
        entry.email = normal_email(entry.email) if entry.email else ""
    except BadAddress:
        entry.leave_out(_("The e-mail address is not written right."))

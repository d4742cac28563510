"""What a row says of a person, once it is read: cleaned by the rules of the registration form, or why it cannot be."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from lunchkit.i18n import LANGUAGE_NAMES
from lunchkit.imports.asked import OWN, Given
from lunchkit.imports.columns import NO_WORDS, YES_WORDS, Field, remoteness, speaks_of_access, speaks_of_food
from lunchkit.imports.diets import diet_said
from lunchkit.mail.addresses import BadAddress, normal_email
from lunchkit.text import clean_line, clean_text, fold

LANGUAGES = {code for code, _name in LANGUAGE_NAMES}
SLICE = 50
"""Rows between two moments in which others are served: a few thousandths of a second."""
Thing = TypeVar("Thing")
MOST_SEATS = 6
"""Of one registration, as the database has it."""
_GONE = (
    "cancel", "annul", "storn", "abgemeldet", "refund", "rembours", "erstattet", "rimbors", "not attending",
    "deleted", "supprim", "geloscht", "expire", "abgelaufen", "scadut", "refus", "reject", "declin", "ne participe pas",
    "n assiste pas", "nimmt nicht teil", "non partecipa",
)  # fmt: skip
"""How the states begin of people who do not come, in the words of several programs and languages."""
_COMES_NOT = (NO_WORDS - {"", "-"}) | {
    "n", "absent", "absente", "absent e", "absents", "excuse", "excusee", "excuse e", "excused", "ne vient pas",
    "vient pas",
    "ne viendra pas", "pas present", "pas presente", "not coming", "is not coming", "not present", "no show",
    "kommt nicht",
    "abwesend", "abgesagt", "entschuldigt", "assente", "non viene", "regret", "regrets",
}  # fmt: skip
_COMES = YES_WORDS | {
    "o", "y", "j", "ok", "present", "presente", "present e", "presents", "vient", "viendra", "participe", "confirme",
    "confirmee", "confirmed", "coming", "attending", "attends", "going", "kommt", "anwesend", "zugesagt", "viene",
    "partecipa",
    "confermato", "accepted",
}  # fmt: skip
"""What stands in a column that asks whether somebody comes."""


@dataclass(frozen=True)
class Entry:
    """One person of a file. ``wrong`` names why the row cannot be registered (see ``words``); empty where it can."""

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
    wrong: str = ""
    given: Given = ()
    """What stands in the columns of the lunch's own questions; once a plan is made, the answers as they are kept."""
    about: str = ""
    """What ``wrong`` speaks of: a question, and below it the answer."""
    remarks: tuple[str, ...] = field(default=())
    """What a person should know of a row that is registered all the same: a name each (see ``words``), and for some of
    them, on a line below, the words of the file."""

    def as_json(self) -> list[Any]:
        """What a draft keeps."""
        return [*(getattr(self, name) for name in _KEPT), list(self.remarks)]


_KEPT = tuple(name for name in Entry.__dataclass_fields__ if name != "remarks")


def entry_of(kept: Sequence[Any]) -> Entry:
    """An entry as a draft kept it."""
    *plain, remarks = kept
    known = dict(zip(_KEPT, plain, strict=False))  # the version before knew fewer things
    given = tuple((column, text) for column, text in known.pop("given", ()))
    return Entry(**known, given=given, remarks=tuple(remarks))


class Columns:
    """Which cells of a row speak of what, the one about whoever comes before that about whoever ordered."""

    def __init__(self, headings: Sequence[str], fields: Sequence[str | None]) -> None:
        self._places: dict[str, list[int]] = {}
        order = sorted(range(len(headings)), key=lambda column: (remoteness(headings[column]), column))
        self._who = [remoteness(heading) for heading in headings]
        self._left = [column for column in range(len(headings)) if fields[column] is None]
        for column in order:
            if (known := fields[column]) is not None:
                self._places.setdefault(known, []).append(column)

    def left_food(self, cells: Sequence[str]) -> str:
        """The first cell of a column that nobody reads which speaks of food; empty where none does."""
        return next((cells[column] for column in self._left if cells[column] and speaks_of_food(cells[column])), "")

    def first(self, cells: Sequence[str], what: Field) -> str:
        """The first cell with something in it."""
        return next((cells[column] for column in self._places.get(what, ()) if cells[column].strip()), "")

    def all(self, cells: Sequence[str], what: Field) -> list[str]:
        """Every cell with something in it."""
        return [cells[column] for column in self._places.get(what, ()) if cells[column].strip()]

    def given(self, cells: Sequence[str]) -> Given:
        """What stands in the columns of the lunch's own questions."""
        own = (known for known in self._places if known.startswith(OWN))
        said = ((known, clean_text(cells[column])) for known in own for column in self._places[known])
        return tuple((known, text) for known, text in said if text)

    def name(self, cells: Sequence[str]) -> str:
        """The whole name: of whoever comes, else of whoever ordered; written in one cell, or in two."""
        for who in range(3):
            if whole := self._of(who, cells, Field.NAME):
                return whole
            parts = (self._of(who, cells, Field.FIRST_NAME), self._of(who, cells, Field.LAST_NAME))
            if any(parts):
                return " ".join(filter(None, parts))
        return ""

    def _of(self, who: int, cells: Sequence[str], what: Field) -> str:
        places = (column for column in self._places.get(what, ()) if self._who[column] == who)
        return next((text for column in places if (text := clean_line(cells[column]))), "")


def read_entries(
    headings: Sequence[str], fields: Sequence[str | None], rows: Iterable[tuple[int, Sequence[str]]]
) -> list[Entry]:
    """What the rows of a table say. Others are served meanwhile."""
    columns = Columns(headings, fields)
    entries: list[Entry] = []
    unsaid = []
    for number, cells in in_slices(rows):
        if not columns.first(cells, Field.COMES):
            unsaid.append(len(entries))
        entries.append(_read(columns, number, cells))
    if len(unsaid) < len(entries):  # a column in which nobody says anything asks nothing
        for place in unsaid:
            entries[place] = _with_remark(entries[place], "comes_unsaid")
    return entries


def in_slices(things: Iterable[Thing], breath: Callable[[int], None] | None = None) -> Iterator[Thing]:
    """The same things, with a breath now and then in which others are served. Not for a transaction that writes."""
    for number, thing in enumerate(things, 1):
        if number % SLICE == 0:
            (breath or breathe)(0)
        yield thing


def breathe(_done: int) -> None:
    """Let others be served."""
    time.sleep(0)


def _read(columns: Columns, number: int, cells: Sequence[str]) -> Entry:
    entry = Entry(
        number=number,
        name=columns.name(cells),
        email=clean_line(columns.first(cells, Field.EMAIL)).removeprefix("mailto:"),
        organisation=clean_line(columns.first(cells, Field.ORGANISATION)),
        shows_name=_is_yes(columns.first(cells, Field.SHOWS_NAME)),
        wants_recap=_is_yes(columns.first(cells, Field.WANTS_RECAP)),
        language=_language(columns.first(cells, Field.LANGUAGE)),
        access=clean_text("\n".join(columns.all(cells, Field.ACCESS))),
        given=columns.given(cells),
    )
    entry = _sorted_out(_with_food(entry, columns, cells))
    if left := columns.left_food(cells):
        entry = _with_remark(entry, "left_food", left)
    entry = _with_member(entry, columns.first(cells, Field.MEMBER))
    entry = _with_seats(entry, columns.first(cells, Field.SEATS))
    entry = _with_coming(entry, columns.first(cells, Field.COMES))
    if any(_is_gone(state) for state in columns.all(cells, Field.STATUS)):
        return replace(entry, wrong="gone")
    return judged(entry)


def judged(entry: Entry) -> Entry:
    """The entry with its address in order, or with the first thing that the registration form would refuse."""
    if entry.wrong:
        return entry
    for wrong, found in (
        ("no_name", not any(char.isalnum() for char in entry.name)),
        ("long_name", len(entry.name) > 100),
        ("advertising", any("://" in text or "www." in text.lower() for text in (entry.name, entry.organisation))),
        ("long_organisation", len(entry.organisation) > 120),
        ("long_allergies", len(entry.allergies) > 300),
        ("long_access", len(entry.access) > 500),
    ):
        if found:
            return replace(entry, wrong=wrong)
    if not entry.email:
        return entry
    try:
        return replace(entry, email=normal_email(entry.email))
    except BadAddress:
        return replace(entry, wrong="bad_email")


def _with_seats(entry: Entry, said: str) -> Entry:
    text = clean_line(said).removesuffix(".0").removesuffix(",0")
    if not text:
        return entry
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        return replace(entry, wrong="odd_seats")
    seats = int(text)
    return replace(entry, seats=seats) if 1 <= seats <= MOST_SEATS else replace(entry, wrong="odd_seats")


def _with_member(entry: Entry, said: str) -> Entry:
    word = fold(clean_line(said))
    if word in YES_WORDS or word in NO_WORDS:
        return replace(entry, is_member=word in YES_WORDS)
    return _with_remark(entry, "odd_member")


def _with_coming(entry: Entry, said: str) -> Entry:
    """Whoever says that they do not come gets no seat; what is neither yes nor no is said of the row."""
    word = " ".join(re.findall(r"[^\W_]+", fold(clean_line(said))))
    if word in _COMES_NOT or _is_gone(said):
        return replace(entry, wrong="comes_not")
    return entry if word in _COMES or word in NO_WORDS else _with_remark(entry, "odd_coming", said)


def _with_remark(entry: Entry, remark: str, said: str = "") -> Entry:
    return replace(entry, remarks=(*entry.remarks, f"{remark}\n{clean_line(said)[:80]}" if said else remark))


def _with_food(entry: Entry, columns: Columns, cells: Sequence[str]) -> Entry:
    """A diet that we know is one; what is for the kitchen goes there as it was said, and nothing goes in silence."""
    said = diet_said(columns.first(cells, Field.DIET))
    allergies = [*filter(None, (said.kitchen,)), *columns.all(cells, Field.ALLERGIES)]
    entry = replace(entry, diet=said.diet, allergies=clean_text("\n".join(allergies)))
    if said.kitchen:
        return _with_remark(entry, "for_kitchen", said.kitchen)
    return _with_remark(entry, "odd_diet", said.odd) if said.odd else entry


def _sorted_out(entry: Entry) -> Entry:
    """What somebody must not eat reaches the kitchen, and what they need to come in reaches the room.

    People write both in one column of remarks, and a column can be only one of the two: what speaks of the other is
    repeated there, that part alone.
    """
    food, access = _parts(entry.access, speaks_of_food), _parts(entry.allergies, speaks_of_access)
    if food and food not in entry.allergies:
        entry = replace(entry, allergies="\n".join(filter(None, (entry.allergies, food))))
        entry = _with_remark(entry, "for_kitchen", food)
    if access and access not in entry.access:
        entry = replace(entry, access="\n".join(filter(None, (entry.access, access))))
        entry = _with_remark(entry, "for_room", access)
    return entry


def _parts(text: str, speaks: Callable[[str], bool]) -> str:
    return "\n".join(part for piece in re.split(r"[;,\n]|\. ", text) if (part := piece.strip()) and speaks(part))


def _is_yes(said: str) -> bool:
    return fold(clean_line(said)) in YES_WORDS


def _language(said: str) -> str:
    code = fold(clean_line(said))[:2]
    return code if code in LANGUAGES else ""


def _is_gone(state: str) -> bool:
    word = " ".join(fold(clean_line(state)).replace("'", " ").split())
    return word.startswith(_GONE)

"""What becomes of the people of a file at one lunch: who finds a seat, who waits, who is left out, and why.

The preview shows this plan, and the import carries it out, made anew under the lunch's lock. Nothing is asked of the
database here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from lunchkit.events.models import Event, FormQuestion
from lunchkit.imports.asked import Asked, OddAnswer, answers_given, read_given
from lunchkit.imports.entries import Entry
from lunchkit.mail.addresses import fold_email
from lunchkit.registrations.forms import AttendeeDetails
from lunchkit.registrations.models import Diet
from lunchkit.text import fold


class Fate(StrEnum):
    """What becomes of one row."""

    SEAT = "seat"
    WAIT = "wait"
    OUT = "out"


@dataclass(frozen=True)
class Known:
    """Who is registered at the lunch already: folded addresses, and the names of those without one."""

    addresses: frozenset[str] = frozenset()
    names: frozenset[tuple[str, ...]] = frozenset()


@dataclass(frozen=True)
class Wishes:
    """What the organiser chose beside the button."""

    sends_letters: bool = False
    all_members: bool = False
    language: str = "fr"


@dataclass(frozen=True)
class Line:
    """One row of the plan. ``why`` names the reason of whoever is left out; ``other`` a row that it speaks of."""

    entry: Entry
    fate: Fate
    why: str = ""
    other: int = 0
    about: str = ""
    """What ``why`` speaks of: a question, and below it the answer."""


@dataclass(frozen=True)
class Plan:
    """The rows of a file, and how many of each fate there are."""

    lines: list[Line] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """Rows by fate."""
        return Counter(line.fate for line in self.lines)

    @property
    def coming(self) -> list[Line]:
        """Those that will be registered."""
        return [line for line in self.lines if line.fate != Fate.OUT]

    @property
    def notable(self) -> list[Line]:
        """Those that are left out, and those of which somebody should know something, in the order of the file."""
        return [line for line in self.lines if line.fate == Fate.OUT or line.entry.remarks]


def name_key(name: str) -> tuple[str, ...]:
    """A name as it is compared: «POIREAU Camille» is «Camille Poireau»."""
    return tuple(sorted(fold(name).split()))


def make_plan(
    entries: Iterable[Entry],
    known: Known,
    event: Event,
    free: int,
    *,
    runs: bool,
    questions: Sequence[FormQuestion] = (),
) -> Plan:
    """The fate of each entry, in the order of the file, at a lunch with so many free seats and these own questions.

    The first of a file who fits gets a seat, as in any queue. While the lunch ``runs`` nobody waits any more.
    """
    doubles, asked = _Doubles(known), {question.id: Asked(question) for question in questions}
    lines = []
    for entry in entries:
        line = doubles.judge(_fitting(entry, event, asked))
        if line.fate != Fate.OUT:
            if line.entry.seats <= free:
                free -= line.entry.seats
                line = replace(line, fate=Fate.SEAT)
            elif runs:
                line = replace(line, fate=Fate.OUT, why="no_seat")
        lines.append(line)
    return Plan(lines)


def _fitting(entry: Entry, event: Event, asked: Mapping[int, Asked]) -> Entry:
    """The entry as this lunch takes it: no more seats than it allows, answers among its choices, nothing unasked."""
    if not entry.wrong and entry.seats > 1 + event.companions_allowed:
        return replace(entry, wrong="many_seats")
    remarks = entry.remarks
    if entry.given and not entry.wrong:
        try:
            given, is_lost = read_given(entry.given, asked)
        except OddAnswer as odd:
            return replace(entry, wrong=odd.why, about=f"{odd.question.label}\n{odd.answer[:80]}")
        entry, remarks = replace(entry, given=given), (*remarks, "no_question") if is_lost else remarks
    if not event.asks_food and (entry.diet or entry.allergies):
        entry, remarks = replace(entry, diet="", allergies=""), (*_without(remarks, "for_kitchen"), "no_food")
    if not event.asks_food:
        remarks = _without(remarks, "left_food")
    if not event.asks_access and entry.access:
        entry, remarks = replace(entry, access=""), (*_without(remarks, "for_room"), "no_access")
    return replace(entry, remarks=remarks) if remarks != entry.remarks else entry


def _without(remarks: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(remark for remark in remarks if remark.partition("\n")[0] != name)


class _Doubles:
    """Finds people who are registered already, or stand in the file twice.

    Several people of one file may share an address, for one person ordered for all: the first keeps it.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self._by_address: dict[str, dict[tuple[str, ...], int]] = {}
        self._by_name: dict[tuple[str, ...], int] = {}

    def judge(self, entry: Entry) -> Line:
        """The line of an entry: waiting, until a seat is found for it, or left out."""
        if entry.wrong:
            return Line(entry, Fate.OUT, entry.wrong, about=entry.about)
        name = name_key(entry.name)
        if entry.email:
            address = fold_email(entry.email)
            others = self._by_address.setdefault(address, {})
            if name in others:
                return Line(entry, Fate.OUT, "twice", others[name])
            if not others:
                others[name] = entry.number
                return Line(entry, Fate.OUT, "known") if address in self._known.addresses else Line(entry, Fate.WAIT)
            first = next(iter(others.values()))
            others[name] = entry.number
            entry = replace(entry, email="", remarks=(*entry.remarks, "shared_address"))
            return self._by_its_name(entry, name, first)
        return self._by_its_name(entry, name, 0)

    def _by_its_name(self, entry: Entry, name: tuple[str, ...], first: int) -> Line:
        if name in self._known.names:
            return Line(entry, Fate.OUT, "known_name")
        if name in self._by_name:
            return Line(entry, Fate.OUT, "twice", self._by_name[name])
        self._by_name[name] = entry.number
        return Line(entry, Fate.WAIT, other=first)


def details_of_entry(entry: Entry, wishes: Wishes) -> AttendeeDetails:
    """What the registration is made of."""
    return AttendeeDetails(
        name=entry.name,
        email=entry.email or None,
        organisation=entry.organisation,
        is_member=entry.is_member or wishes.all_members,
        shows_name=entry.shows_name,
        companions=entry.seats - 1,
        diets=(Diet(entry.diet),) if entry.diet else (),
        allergies=entry.allergies,
        access=entry.access,
        wants_recap=entry.wants_recap,
        answers=answers_given(entry.given),
    )


def kept_fates(lines: Sequence[Line]) -> list[list[Any]]:
    """What a draft keeps of a plan that was carried out."""
    return [[line.fate.value, line.why, line.other, list(line.entry.remarks), line.about] for line in lines]


def carried_out(entries: Sequence[Entry], outcome: Sequence[Sequence[Any]]) -> Plan:
    """The plan that was carried out, as a draft kept it."""
    return Plan(
        [
            Line(_as_registered(entry, tuple(remarks)), Fate(fate), why, other, "".join(about))
            for entry, (fate, why, other, remarks, *about) in zip(entries, outcome, strict=True)
        ]
    )


def _as_registered(entry: Entry, remarks: tuple[str, ...]) -> Entry:
    """The entry of a file as it was registered: of several with one address the first alone has it."""
    return replace(entry, remarks=remarks, email="" if "shared_address" in remarks else entry.email)

"""Who of a file is left out, and why; who gets a seat, and who waits. Nothing is read from the database here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

from flask_babel import gettext as _

from lunchkit.events.models import CustomField, Event
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.platform.text import normalise
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.imports.entries import Entry
from lunchkit.registrations.imports.form_answers import InvalidAnswer, parse_answer
from lunchkit.registrations.models import Diet

Name = tuple[str, ...]


@dataclass(frozen=True)
class KnownPeople:
    """Who is registered at the lunch already: folded addresses, and the names of those without one."""

    addresses: frozenset[str] = frozenset()
    names: frozenset[Name] = frozenset()


@dataclass(frozen=True)
class ImportOptions:
    """What the organiser chose beside the button."""

    sends_letters: bool = False
    all_members: bool = False
    language: str = "fr"


def name_key(name: str) -> Name:
    """A name as it is compared: «POIREAU Camille» is «Camille Poireau»."""
    return tuple(sorted(normalise(name).split()))


def check_entries(
    entries: Iterable[Entry], known: KnownPeople, event: Event, questions: Sequence[CustomField] = ()
) -> list[Entry]:
    """Leave out whom this lunch cannot take, or knows already; returns the others, in the order of the file."""
    asked, doubles = {question.id: question for question in questions}, _Duplicates(known)
    coming = []
    for entry in entries:
        _check_against_event(entry, event, asked)
        if not entry.why:
            doubles.find_duplicate(entry)
        if not entry.why:
            coming.append(entry)
    return coming


def preview_seats(coming: Iterable[Entry], free: int, *, runs: bool) -> None:
    """Set who would get one of the ``free`` seats, by the rule of ``seats.fill_seats`` for newcomers."""
    for entry in coming:
        set_seat(entry, has_seat=entry.seats <= free, runs=runs)
        free -= entry.seats if entry.has_seat else 0


def set_seat(entry: Entry, *, has_seat: bool, runs: bool) -> None:
    """Set whether an entry has a seat; while the event ``runs``, one without a seat is left out."""
    entry.has_seat = has_seat
    if runs and not has_seat:
        entry.leave_out(_("Every seat is taken, and the lunch is being served."))


def _check_against_event(entry: Entry, event: Event, asked: dict[int, CustomField]) -> None:
    if entry.seats > 1 + event.companions_allowed:
        entry.leave_out(_("More seats than one registration may have at this lunch."))
    try:
        given = {number: parse_answer(asked[number], text) for number, text in entry.answers.items() if number in asked}
        entry.answers = {number: answer for number, answer in given.items() if answer}
    except InvalidAnswer as odd:
        entry.leave_out(str(odd))
    if not event.asks_food:
        entry.diet = entry.allergies = ""
    if not event.asks_access:
        entry.access = ""


@dataclass
class _Duplicates:
    """Finds people who are registered, or twice in the file. Of several people with one address the first keeps it."""

    known: KnownPeople
    by_address: dict[str, dict[Name, int]] = field(default_factory=dict)
    by_name: dict[Name, int] = field(default_factory=dict)

    def find_duplicate(self, entry: Entry) -> None:
        name = name_key(entry.name)
        if not entry.email:
            self._find_same_name(entry, name)
            return
        address = normalise_email(entry.email)
        others = self.by_address.setdefault(address, {})
        if name in others:
            entry.leave_out(_("The same person is in row %(row)s.", row=others[name]))
        elif others:
            first = next(iter(others.values()))
            entry.email = ""
            entry.remarks.append(_("The address is that of row %(row)s: registered without one.", row=first))
            self._find_same_name(entry, name)
        elif address in self.known.addresses:
            entry.leave_out(_("This address is registered already."))
        others.setdefault(name, entry.number)

    def _find_same_name(self, entry: Entry, name: Name) -> None:
        if name in self.known.names:
            entry.leave_out(_("A person of this name is registered already, without an address."))
        elif name in self.by_name:
            entry.leave_out(_("The same person is in row %(row)s.", row=self.by_name[name]))
        self.by_name.setdefault(name, entry.number)


def details_of_entry(entry: Entry, options: ImportOptions) -> AttendeeDetails:
    """What the registration is made of."""
    said = {one.name: getattr(entry, one.name) for one in fields(AttendeeDetails) if hasattr(entry, one.name)}
    said |= {
        "email": entry.email or None,
        "is_member": entry.is_member or options.all_members,
        "companions": entry.seats - 1,
        "diets": (Diet(entry.diet),) if entry.diet else (),
        "answers": tuple(entry.answers.items()),
    }
    return AttendeeDetails(**said)

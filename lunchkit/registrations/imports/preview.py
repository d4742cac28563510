"""Who of a file is left out, and why; who gets a seat, and who waits. Nothing is read from the database here."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from lunchkit.events.models import CustomField, Event
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.platform.text import normalise
from lunchkit.registrations.imports.entries import Entry
from lunchkit.registrations.imports.form_answers import InvalidAnswer, parse_answer

Key = str | tuple[str, ...]
"""By what a person is known at a lunch: the normalised address, or the sorted words of the name without one."""


@dataclass(frozen=True)
class ImportOptions:
    """What the organiser chose beside the button."""

    sends_letters: bool = False
    all_members: bool = False
    language: str = "fr"


def person_key(name: str, email: str | None) -> Key:
    """The key of a person: «POIREAU Camille» is «Camille Poireau»."""
    return normalise_email(email) if email else tuple(sorted(normalise(name).split()))


def check_entries(
    entries: Iterable[Entry], known: Collection[Key], event: Event, questions: Sequence[CustomField] = ()
) -> list[Entry]:
    """Leave out whom this lunch cannot take, or knows already; returns the others, in the order of the file."""
    asked = {question.id: question for question in questions}
    found: dict[Key, Entry] = {}
    for entry in entries:
        _check_against_event(entry, event, asked)
        if not entry.why:
            _find_duplicate(entry, found, known)
    return [entry for entry in found.values() if not entry.why]


def preview_seats(coming: Iterable[Entry], free: int, *, runs: bool) -> None:
    """Set who would get one of the ``free`` seats, by the rule of ``seats.fill_seats`` for newcomers."""
    for entry in coming:
        set_seat(entry, has_seat=entry.details.seats <= free, runs=runs)
        free -= entry.details.seats if entry.has_seat else 0


def set_seat(entry: Entry, *, has_seat: bool, runs: bool) -> None:
    """Set whether an entry has a seat; while the event ``runs``, one without a seat is left out."""
    entry.has_seat = has_seat
    if runs and not has_seat:
        entry.leave_out(_("Every seat is taken, and the lunch is being served."))


def _check_against_event(entry: Entry, event: Event, asked: dict[int, CustomField]) -> None:
    if entry.details.companions > event.companions_allowed:
        entry.leave_out(_("More seats than one registration may have at this lunch."))
    own = [(number, text) for number, text in entry.cells_of_own.items() if number in asked]
    try:
        answers = [(number, parse_answer(asked[number], text)) for number, text in own]
        entry.amend(answers=tuple((number, answer) for number, answer in answers if answer))
    except InvalidAnswer as odd:
        entry.leave_out(str(odd))
    if not event.asks_food:
        entry.amend(diets=(), allergies="")
    if not event.asks_access:
        entry.amend(access="")


def _find_duplicate(entry: Entry, found: dict[Key, Entry], known: Collection[Key]) -> None:
    """Leave out a person who is registered, or twice in the file; of several with one address the first keeps it."""
    name = entry.details.name
    first = found.get(person_key(name, entry.details.email))
    if first is not None and person_key(first.details.name, None) != person_key(name, None):
        entry.amend(email=None)
        entry.remarks.append(_("The address is that of row %(row)s: registered without one.", row=first.number))
        first = found.get(person_key(name, None))
    key = person_key(name, entry.details.email)
    if first is not None:
        entry.leave_out(_("The same person is in row %(row)s.", row=first.number))
    elif key in known and entry.details.email:
        entry.leave_out(_("This address is registered already."))
    elif key in known:
        entry.leave_out(_("A person of this name is registered already, without an address."))
    found.setdefault(key, entry)

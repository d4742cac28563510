"""The letters that attendees get, each in its own situation: for whoever wants to write them in words of their own.

A letter that says one thing to those who sit and another to those who wait is two here: nobody is told by words that
were written for others. What it must say in any case stands in ``why``, and in the templates around the prose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lunchkit.events.changes import Plan
from lunchkit.events.models import Event
from lunchkit.i18n import hours, long_date, typo
from lunchkit.registrations.models import Standing

SEATED, WAITING = {"standing": str(Standing.SEATED)}, {"standing": str(Standing.WAITING)}
OF_ALL = ("name", "lunch", "date", "hours", "place", "network", "contact")
"""Placeholders that every letter knows."""
SAMPLE_SEATS, SAMPLE_POSITION = 2, 3


@dataclass(frozen=True)
class AttendeeLetter:
    """One letter in one situation."""

    key: str
    folder: str
    """Where its templates lie."""
    why: LazyString | None
    """Why somebody gets it, said also where organisers write all else; None where its template says so in any case."""
    only: Mapping[str, str] = field(default_factory=dict)
    """The facts that make the situation."""
    placeholders: tuple[str, ...] = (*OF_ALL, "seats")
    has_ticket: bool = False

    @property
    def sample(self) -> dict[str, Any]:
        """Facts of somebody who does not exist; the name comes in the language of the letter."""
        facts: dict[str, Any] = {**SEATED, "why": None, "seats": SAMPLE_SEATS, **self.only}
        return facts | {"position": SAMPLE_POSITION if facts["standing"] == Standing.WAITING else None}

    def fits(self, folder: str, facts: Mapping[str, Any]) -> bool:
        """Whether a letter with these facts is this one."""
        return folder == self.folder and all(facts.get(name) == value for name, value in self.only.items())


_WAITS = _l("You get this letter because you asked for a seat, and all were taken.")
_SITS = _l("You get this letter because you have a seat at this lunch.")
_ALL = (
    AttendeeLetter("confirmation", "confirmation", _SITS, has_ticket=True),
    AttendeeLetter("waiting", "waiting", _WAITS, WAITING, (*OF_ALL, "seats", "position")),
    AttendeeLetter(
        "promotion",
        "promotion",
        _l("You get this letter because a seat has become free, and it is yours."),
        has_ticket=True,
    ),
    AttendeeLetter("reminder", "reminder", _SITS, has_ticket=True),
    AttendeeLetter(
        "change",
        "change",
        _l("You get this letter because the day, the hour or the place of this lunch has changed."),
        has_ticket=True,
    ),
    AttendeeLetter(
        "repeat",
        "repeat",
        _l("You get this letter because this address was registered once more: your seat is kept."),
        SEATED,
        has_ticket=True,
    ),
    AttendeeLetter(
        "repeat_waiting",
        "repeat",
        _l("You get this letter because this address was registered once more: nothing has changed."),
        WAITING,
        (*OF_ALL, "seats", "position"),
    ),
    AttendeeLetter("ticket", "ticket", _SITS, SEATED, has_ticket=True),
    AttendeeLetter("ticket_waiting", "ticket", _WAITS, WAITING, (*OF_ALL, "seats", "position")),
    AttendeeLetter(
        "cancellation",
        "cancellation",
        _l("You get this letter because you gave your seat back."),
        {**SEATED, "why": "attendee"},
        OF_ALL,
    ),
    AttendeeLetter(
        "cancellation_waiting",
        "cancellation",
        _l("You get this letter because you left the waiting list."),
        {**WAITING, "why": "attendee"},
        OF_ALL,
    ),
    AttendeeLetter(
        "cancellation_by_organisers",
        "cancellation",
        _l("You get this letter because the organisers have cancelled your registration."),
        {"why": "organiser"},
        OF_ALL,
    ),
    AttendeeLetter(
        "move",
        "cancellation",
        _l("You get this letter because your registration has moved to another lunch."),
        {"why": "moved"},
        OF_ALL,
    ),
    AttendeeLetter(
        "event_cancellation",
        "event_cancellation",
        _l("You get this letter because this lunch does not take place."),
        placeholders=OF_ALL,
    ),
    AttendeeLetter("recap", "recap", None, placeholders=OF_ALL),
)
LETTERS = {letter.key: letter for letter in _ALL}


@dataclass(frozen=True)
class Difference:
    """One thing that has changed in the plan of a lunch, in words."""

    label: str
    now: str
    before: str


def differences(before: Plan, after: Plan) -> list[Difference]:
    """What is not as it was, in the language being spoken; nothing is said instead of what there was not.

    When names are erased is told where it is later than it was.
    """
    compared = [
        (_("Title"), typo(after.title), typo(before.title)),
        (_("The day"), long_date(after.starts_local), long_date(before.starts_local)),
        (_("The hours"), hours(after), hours(before)),
        (_("The place"), typo(after.place), typo(before.place)),
    ]
    found = [Difference(label, now or "–", was) for label, now, was in compared if now != was]
    if after.purge_on > before.purge_on:
        days = long_date(after.purge_on), long_date(before.purge_on)
        found.append(Difference(_("Names and addresses are erased"), *days))
    return found


def letter_of(folder: str, facts: Mapping[str, Any]) -> AttendeeLetter | None:
    """Which letter it is that has these templates and facts; None in a situation that nobody can write about."""
    return next((letter for letter in _ALL if letter.fits(folder, facts)), None)


def placeholder_values(letter: AttendeeLetter, event: Event, facts: Mapping[str, Any]) -> dict[str, str | None]:
    """What stands for each placeholder of a letter, in the language being spoken; None for what nobody knows."""
    position = facts.get("position")
    known = {
        "name": str(facts["name"]),
        "lunch": typo(event.title),
        "date": long_date(event.starts_local),
        "hours": hours(event),
        "place": typo(event.place),
        "network": event.series.network,
        "contact": event.contact_email,
        "seats": str(facts.get("seats") or 1),
        "position": None if position is None else str(position),
    }
    return {name: known[name] for name in letter.placeholders}

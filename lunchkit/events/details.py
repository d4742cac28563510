"""What an organiser decides about a lunch, and how it is applied to the row. Commits nothing."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from lunchkit.events.models import Colour, CustomField, Diet, Event, purge_day
from lunchkit.platform import clock, links
from lunchkit.platform.i18n import hours, long_date, typo
from lunchkit.platform.versions import Difference, count_version

SHOWN_BY_CALENDARS = ("title", "starts_at", "ends_at", "zone", "venue", "street", "postcode", "town")
"""A change of one of these is told by e-mail, and renews the calendar entry."""
MEMBERS = "members"


@dataclass(frozen=True)
class EventDetails:
    """All that an organiser may set on a lunch; datetimes are aware. Each field is a column of Event."""

    title: str
    starts_at: datetime
    ends_at: datetime
    contact_email: str
    capacity: int
    zone: str = "Europe/Zurich"
    theme: str = ""
    summary: str = ""
    venue: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    access_notes: str = ""
    colour: str = Colour.TOMATE
    companions_allowed: int = 0
    asks_food: bool = True
    asks_access: bool = True
    diets: str = ",".join(Diet)
    food_note: str = ""
    price: str = ""
    price_url: str = ""
    members_open_at: datetime | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    purge_days: int = 30
    remind_seven_days: bool = False
    remind_two_days: bool = True
    remind_same_morning: bool = False


@dataclass(frozen=True)
class Plan:
    """What people plan their day by, before or after a change."""

    title: str
    starts_local: datetime
    ends_local: datetime
    place: str
    purge_on: date

    def facts(self) -> dict[str, str]:
        return {name: value if isinstance(value, str) else value.isoformat() for name, value in vars(self).items()}


def plan_from_facts(facts: Mapping[str, str]) -> Plan:
    starts, ends = (datetime.fromisoformat(facts[name]) for name in ("starts_local", "ends_local"))
    return Plan(facts["title"], starts, ends, facts["place"], date.fromisoformat(facts["purge_on"]))


def plan_of(event: Event) -> Plan:
    return _plan(event, event.brought_forward_at)


def plan_with(event: Event, details: EventDetails) -> Plan:
    return _plan(details, clock.now() if _moves_to_earlier_day(event, details) else event.brought_forward_at)


def _plan(lunch: Event | EventDetails, brought_forward_at: datetime | None) -> Plan:
    starts, ends = (moment.astimezone(ZoneInfo(lunch.zone)) for moment in (lunch.starts_at, lunch.ends_at))
    place = ", ".join(filter(None, (lunch.venue, lunch.street, f"{lunch.postcode} {lunch.town}".strip())))
    return Plan(lunch.title, starts, ends, place, purge_day(ends, lunch.purge_days, brought_forward_at))


def differences(before: Plan, after: Plan) -> list[Difference]:
    compared = [
        (_("Title"), typo(after.title), typo(before.title)),
        (_("The day"), long_date(after.starts_local), long_date(before.starts_local)),
        (_("The hours"), hours(after), hours(before)),
        (_("The place"), typo(after.place), typo(before.place)),
    ]
    found = [Difference(label, was, now or "–") for label, now, was in compared if now != was]
    if after.purge_on > before.purge_on:
        days = long_date(before.purge_on), long_date(after.purge_on)
        found.append(Difference(_("Names and addresses are erased"), *days))
    return found


def _moves_to_earlier_day(event: Event, details: EventDetails) -> bool:
    day = details.ends_at.astimezone(ZoneInfo(details.zone)).date()
    return event.published_at is not None and day < event.ends_local.date()


@dataclass(frozen=True)
class QuestionDetails:
    kind: str
    label: str
    choices: Sequence[str] = ()
    is_required: bool = False
    translations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def details_of(event: Event) -> EventDetails:
    """The present details of a lunch; use ``dataclasses.replace`` to change one field."""
    return EventDetails(**{one.name: getattr(event, one.name) for one in fields(EventDetails)})


def _changed_names(event: Event, details: EventDetails) -> list[str]:
    return [one.name for one in fields(details) if getattr(event, one.name) != getattr(details, one.name)]


def changes_calendars(event: Event, details: EventDetails) -> bool:
    return not set(SHOWN_BY_CALENDARS).isdisjoint(_changed_names(event, details))


def changes_for_history(event: Event, details: EventDetails) -> dict[str, list[Any]]:
    """The names of what the details change; for seats and hours, which are short, also before and after."""
    found: dict[str, list[Any]] = {name: [] for name in _changed_names(event, details)}
    if "capacity" in found:
        found["capacity"] = [event.capacity, details.capacity]
    for name in found.keys() & {"starts_at", "ends_at"}:
        found[name] = [getattr(event, name).isoformat(), getattr(details, name).isoformat()]
    return found


def apply_details(event: Event, details: EventDetails) -> bool:
    """Set the details on the row; returns whether a calendar shows the change: its ``sequence`` then has increased."""
    changed = set(_changed_names(event, details))
    if _moves_to_earlier_day(event, details):
        event.brought_forward_at = clock.now()
    for name in changed:
        setattr(event, name, getattr(details, name))
    if changed & {"starts_at", "ends_at"}:
        event.actual_end_at = None  # it was decided for the other hours
    if changed:
        event.updated_at = clock.now()
        count_version(event)
    if event.members_open_at is not None and event.members_nonce is None:
        give_members_link(event)
    changes_calendar = not changed.isdisjoint(SHOWN_BY_CALENDARS)
    if changes_calendar:
        event.sequence += 1
    return changes_calendar


def write_question(question: CustomField, details: QuestionDetails) -> None:
    for name, value in vars(details).items():
        setattr(question, name, value)
    question.choices = list(details.choices)


def give_members_link(event: Event) -> None:
    """Replace the members' link, in the caller's transaction; an earlier one stops working."""
    event.members_nonce = secrets.token_bytes(16)
    event.members_hash = links.token_hash(links.derived_token(MEMBERS, event.members_nonce))


def members_token(event: Event) -> str | None:
    """The secret of the members' link; None if there is no link or its key is lost."""
    return links.known_token(MEMBERS, event.members_nonce, event.members_hash)

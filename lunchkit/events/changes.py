"""What an organiser decides about a lunch, and how it is applied to the row. Commits nothing."""

from dataclasses import dataclass, fields
from datetime import datetime

from lunchkit import clock
from lunchkit.events.models import Colour, Event

SHOWN_BY_CALENDARS = ("title", "starts_at", "ends_at", "zone", "venue", "street", "postcode", "town")
"""What people plan their day by: a change of it is told by letter, and renews their calendar entry."""


@dataclass(frozen=True)
class EventDetails:
    """All that an organiser may set on a lunch; moments are aware. Each field is a column of Event of the same name."""

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
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    purge_days: int = 30
    remind_seven_days: bool = False
    remind_two_days: bool = True
    remind_same_morning: bool = False


def details_of(event: Event) -> EventDetails:
    """What is set on a lunch at present: the start of a change of one field with ``dataclasses.replace``."""
    return EventDetails(**{field.name: getattr(event, field.name) for field in fields(EventDetails)})


def apply_details(event: Event, details: EventDetails) -> bool:
    """Set the details on the row, in the caller's transaction.

    Returns whether something that a calendar shows has changed; its ``sequence`` has risen then.
    """
    changed = {field.name for field in fields(details) if getattr(event, field.name) != getattr(details, field.name)}
    for name in changed:
        setattr(event, name, getattr(details, name))
    if changed:
        event.updated_at = clock.now()
    moves_calendars = not changed.isdisjoint(SHOWN_BY_CALENDARS)
    if moves_calendars:
        event.sequence += 1
    return moves_calendars

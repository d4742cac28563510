"""Forms of a row of the schedule and of what a new lunch takes over; what the form of a new lunch is filled with."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired

from lunchkit.events.forms import wall_values
from lunchkit.events.models import Event
from lunchkit.platform.config import current_settings
from lunchkit.platform.fields import BareForm, NumberField, between, line, paragraphs
from lunchkit.platform.versions import VersionedForm
from lunchkit.run_sheet.first_lunch import template_values
from lunchkit.run_sheet.models import ItemDetails

FOUR_WEEKS = timedelta(weeks=4)


class RunItemForm(VersionedForm):
    """One row of the schedule. Rows have no version: the last save wins."""

    minutes = NumberField(_l("Minutes"), validators=[InputRequired(_l("Say how many minutes.")), between(1, 600)])
    title = line(_l("What happens"), 100, missing=_l("Say what happens."))
    who = line(_l("Who"), 100)
    note = paragraphs(_l("Note for the team"), 500)
    is_public = BooleanField(_l("Show it on the lunch’s page, with its time"))

    def details(self) -> ItemDetails:
        return ItemDetails(**self.values())


class TakeOverForm(BareForm):
    speakers = BooleanField(_l("The speakers too"))


def like_values(event: Event, now: datetime) -> dict[str, Any]:
    """What the form of «the next one like the last» holds: on the wall clock, all moments moved by as many days.
    The day is the same of the week, four weeks later or as often four weeks as it takes to be a week ahead.
    """
    values = wall_values(event)
    day, earliest = values["date"] + FOUR_WEEKS, (now + timedelta(days=7)).astimezone(ZoneInfo(event.zone)).date()
    while day < earliest:
        day += FOUR_WEEKS
    for name in ("members_open_at", "opens_at", "closes_at"):
        values[name] = values[name] and values[name] + (day - values["date"])
    return values | {"date": day}


def first_values(now: datetime) -> dict[str, Any]:
    """What the form of a first lunch holds: the template's texts, noon to two on the first Tuesday in four weeks."""
    day = (now + FOUR_WEEKS).astimezone(ZoneInfo(current_settings().timezone)).date()
    day += timedelta(days=(1 - day.weekday()) % 7)
    return template_values() | {"date": day, "start": time(12), "end": time(14)}

"""What is asked about a row of the schedule, and about what a new lunch takes over from another."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from lunchkit.events.forms import wall_values
from lunchkit.events.models import Event
from lunchkit.platform.config import current_settings
from lunchkit.platform.fields import BareForm, NumberField, at_most, between, has_a_word
from lunchkit.platform.i18n import typo
from lunchkit.platform.text import clean_line, clean_text
from lunchkit.room.polls.models import Poll
from lunchkit.run_sheet.first_lunch import template_values
from lunchkit.run_sheet.models import RunItem
from lunchkit.run_sheet.queries import is_over_the_holidays, next_start
from lunchkit.run_sheet.view_models import ItemDetails

LONGEST_ROW = 600
"""Minutes."""
UNTITLED = _l("Please say what happens.")


class RunItemForm(BareForm):
    """One row of the schedule."""

    minutes = NumberField(
        _l("Minutes"), validators=[InputRequired(_l("Please say how many minutes.")), between(1, LONGEST_ROW)]
    )
    title = StringField(
        _l("What happens"),
        filters=[clean_line],
        validators=[InputRequired(UNTITLED), at_most(100), has_a_word(UNTITLED)],
    )
    who = StringField(_l("Who"), filters=[clean_line], validators=[at_most(100)])
    note = TextAreaField(_l("Note for the team"), filters=[clean_text], validators=[at_most(500)])
    poll = SelectField(_l("Question for the room"), coerce=int, default=0)
    is_public = BooleanField(_l("Show it on the lunch’s page, with its time"))

    def details(self) -> ItemDetails:
        """The frozen value of a valid form."""
        return ItemDetails(
            minutes=self.minutes.data or 1,
            title=self.title.data or "",
            who=self.who.data or "",
            note=self.note.data or "",
            poll_id=self.poll.data or None,
            is_public=self.is_public.data,
        )


def run_item_form(
    polls: Sequence[Poll], item: RunItem | None = None, data: MultiDict[str, str] | None = None
) -> RunItemForm:
    """The form: empty, filled from the row, or from a request's form data if given."""
    names = ("minutes", "title", "who", "note", "is_public")
    start = {name: getattr(item, name) for name in names} | {"poll": item.poll_id or 0} if item else None
    form = RunItemForm(formdata=data, data=start)
    form.poll.choices = [
        (0, _l("none")),
        *((poll.id, f"{poll.position}. {typo(poll.question)[:70]}") for poll in polls),
    ]
    return form


class TakeOverForm(BareForm):
    """What else comes along from another lunch."""

    speakers = BooleanField(_l("The speakers too"))


FIRST_IN = timedelta(weeks=4)
"""A first lunch is proposed so long from now: enough to invite people."""
TUESDAY = 1


def like_values(event: Event, now: datetime) -> dict[str, Any]:
    """What the form of «the next one like the last» holds: on the wall clock, everything moved by as many days."""
    values = wall_values(event)
    start = next_start(event, now)
    moved = start.date() - values["date"]
    for name in ("members_open_at", "opens_at", "closes_at"):
        values[name] = values[name] and values[name] + moved
    return values | {"date": start.date()}


def first_values(now: datetime) -> dict[str, Any]:
    """What the form of a first lunch holds: the template's texts, a Tuesday, noon to two."""
    day = (now + FIRST_IN).astimezone(ZoneInfo(current_settings().timezone)).date()
    day += timedelta(days=(TUESDAY - day.weekday()) % 7)
    while is_over_the_holidays(day):
        day += timedelta(weeks=1)
    return template_values() | {"date": day, "start": time(12), "end": time(14)}

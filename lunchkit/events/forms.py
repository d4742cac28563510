"""The form of a lunch. Times are typed as the wall clock of the place shows them.

A time that a change of clocks skips or repeats is refused beside its field.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import LazyString, gettext as _, lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput

from lunchkit.events.details import EventDetails
from lunchkit.events.models import FOOD_KEPT_FOR, Colour, Diet, Event
from lunchkit.platform import clock
from lunchkit.platform.clock import AmbiguousLocalTime, NoSuchLocalTime, from_wall
from lunchkit.platform.config import current_settings
from lunchkit.platform.fields import (
    DAY_FORMS,
    HOUR_FORMS,
    MOMENT_FORMS,
    BareForm,
    DayField,
    HourField,
    NumberField,
    WallMomentField,
    at_most,
    between,
    line,
    paragraphs,
)
from lunchkit.platform.mail.addresses import valid_email
from lunchkit.platform.markdown import is_safe_link, whole_link
from lunchkit.platform.text import clean_line
from lunchkit.platform.versions import VersionedForm

MOST_SEATS = 2000
YEARS = range(2000, 2101)
FARTHEST = timedelta(days=3653)
"""A lunch planned later than this has a mistyped year."""
COLOURS = [
    (Colour.TOMATE.value, _l("Tomato")),
    (Colour.CAROTTE.value, _l("Carrot")),
    (Colour.MOUTARDE.value, _l("Mustard")),
    (Colour.PETIT_POIS.value, _l("Green pea")),
    (Colour.MYRTILLE.value, _l("Blueberry")),
    (Colour.BETTERAVE.value, _l("Beetroot")),
]
MEALS = [
    (Diet.EVERYTHING.value, _l("with meat or fish")),
    (Diet.VEGETARIAN.value, _l("vegetarian")),
    (Diet.VEGAN.value, _l("vegan")),
]
USUAL = {"asks_food": True, "asks_access": True, "diets": [str(diet) for diet in Diet], "remind_two_days": True}


def _moment(label: LazyString) -> WallMomentField:
    return WallMomentField(label, format=MOMENT_FORMS, validators=[Optional()])


def _seats() -> NumberField:
    needed = InputRequired(_l("Say how many seats there are."))
    return NumberField(_l("Seats"), validators=[needed, between(1, MOST_SEATS)])


class EventForm(VersionedForm):
    """One lunch. The CSRF token is checked before the form is read (``platform.csrf``)."""

    zone = "Europe/Zurich"
    kept_hours: tuple[datetime, datetime] | None = None
    """The present start and end: they may stay, even in the past."""

    stamp = HiddenField()
    """Identifies this copy of the form of a new lunch: sent twice, it creates one lunch."""
    title = line(_l("Title"), 120, missing=_l("Give the lunch a title."))
    theme = line(_l("Theme"), 80)
    summary = paragraphs(_l("What it is about"), 3000)
    date = DayField(_l("Day"), format=DAY_FORMS, validators=[InputRequired(_l("Choose the day."))])
    start = HourField(_l("Begins at"), format=HOUR_FORMS, validators=[InputRequired(_l("Say when it begins."))])
    end = HourField(_l("Ends at"), format=HOUR_FORMS, validators=[InputRequired(_l("Say when it ends."))])
    venue = line(_l("Venue"), 120)
    street = line(_l("Street and number"), 120)
    postcode = line(_l("Postcode"), 12)
    town = line(_l("Town"), 80)
    access_notes = paragraphs(_l("How to get in"), 1000)
    contact_email = StringField(
        _l("Contact e-mail"),
        filters=[clean_line],
        validators=[InputRequired(_l("Give an address that is read.")), valid_email],
    )
    colour = RadioField(_l("Colour"), choices=lambda: COLOURS, default=Colour.TOMATE.value)
    capacity = _seats()
    companions_allowed = SelectField(
        _l("Companions that each person may bring"), coerce=int, choices=lambda: list(enumerate("012345")), default=0
    )
    asks_food = BooleanField(_l("Ask what people eat"))
    asks_access = BooleanField(_l("Ask what people need in order to take part"))
    diets = SelectMultipleField(
        _l("The kitchen offers"), choices=lambda: MEALS, default=USUAL["diets"], option_widget=CheckboxInput()
    )
    food_note = paragraphs(_l("What people should know of the meal"), 500)
    price = line(_l("Price, in words"), 120)
    price_url = StringField(_l("Where one pays"), filters=[clean_line, whole_link], validators=[at_most(500)])
    members_open_at = _moment(_l("Members may register from"))
    opens_at = _moment(_l("Registration opens"))
    closes_at = _moment(_l("Registration closes"))
    purge_days = NumberField(
        _l("Erase names and addresses after (days)"),
        default=30,
        validators=[InputRequired(_l("Write after how many days.")), between(FOOD_KEPT_FOR.days, 365)],
    )
    remind_seven_days = BooleanField(_l("A week before, at 9:00"))
    remind_two_days = BooleanField(_l("Two days before, at 9:00"))
    remind_same_morning = BooleanField(_l("The same morning, at 7:00"))

    def validate_price_url(self, field: Field) -> None:
        if field.data and not (is_safe_link(field.data) and field.data.startswith("https://")):
            raise ValidationError(_("Write the whole address, beginning with https://."))
        if field.data and not self.price.data:
            raise ValidationError(_("Write the price too: a link alone tells nobody what it is for."))

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        starts_at, ends_at = self._read_hour(self.start), self._read_hour(self.end)
        opens_at, closes_at, members_open_at = (
            self._read(field, field.data) for field in (self.opens_at, self.closes_at, self.members_open_at)
        )
        if members_open_at and not self.opens_at.data:
            _complain(self.opens_at, _l("Say when registration opens for everybody: after the members."))
        if members_open_at and opens_at and members_open_at >= opens_at:
            _complain(self.members_open_at, _l("Members register before everybody else, or leave this empty."))
        if starts_at and ends_at and ends_at <= starts_at:
            _complain(self.end, _l("The end must come after the beginning."))
        if starts_at and closes_at and closes_at > starts_at:
            _complain(self.closes_at, _l("Registration closes at the latest when the lunch begins."))
        if opens_at and (latest := closes_at or starts_at) and opens_at >= latest:
            _complain(self.opens_at, _l("Registration must open before it closes."))
        if starts_at and ends_at and (starts_at, ends_at) != self.kept_hours:
            self._check_day(ends_at)
        self.moments = {"starts_at": starts_at, "ends_at": ends_at, "opens_at": opens_at, "closes_at": closes_at}
        self.moments["members_open_at"] = members_open_at
        return not self.errors

    def details(self) -> EventDetails:
        typed = self.values() | self.moments
        for name in ("stamp", "date", "start", "end"):
            del typed[name]
        typed["diets"] = ",".join(diet for diet in Diet if diet in (self.diets.data or ())) or ",".join(Diet)
        return EventDetails(zone=self.zone, **typed)

    def _check_day(self, ends_at: datetime) -> None:
        now = clock.now()
        if ends_at > now + FARTHEST:
            _complain(self.date, _l("This day is more than ten years ahead. Check the year."))
        if ends_at > now:
            return
        if self.date.data and self.date.data < now.astimezone(ZoneInfo(self.zone)).date():
            _complain(self.date, _l("This day is in the past. Choose a day to come."))
        else:
            _complain(self.end, _l("This hour has gone by: the lunch would be over already."))

    def _read_hour(self, field: HourField) -> datetime | None:
        day, hour = self.date.data, field.data
        return self._read(field, datetime.combine(day, hour) if day and hour is not None else None)

    def _read(self, field: Field, wall: datetime | None) -> datetime | None:
        """The moment of a wall-clock time; None, with an error beside the field, if there is none or two."""
        if wall is None:
            return None
        try:
            if wall.year in YEARS:
                return from_wall(wall, self.zone)
            field, message = (self.date if field in (self.start, self.end) else field), _l("Check the year.")
        except NoSuchLocalTime:
            message = _l("The clocks are set forward that night: this time does not exist. Choose another one.")
        except AmbiguousLocalTime:
            message = _l("The clocks are set back that night: this time comes twice. Choose another one.")
        _complain(field, message)
        return None


def event_form(
    event: Event | None = None, data: MultiDict[str, str] | None = None, proposal: Mapping[str, Any] | None = None
) -> EventForm:
    """The form, filled from the row or from form data; for a new lunch from ``proposal``, by field."""
    if event is None:
        form = EventForm(formdata=data, data=USUAL | dict(proposal or {}))
        form.zone = current_settings().timezone
        return form
    form = EventForm(formdata=data, data=wall_values(event) | {"version": event.version})
    form.zone, form.kept_hours = event.zone, (event.starts_at, event.ends_at)
    return form


class CapacityForm(BareForm):
    capacity = _seats()


def _complain(field: Field, message: Any) -> None:
    field.errors = [*field.errors, message]


def wall_values(event: Event) -> dict[str, Any]:
    place = ZoneInfo(event.zone)
    values = {name: getattr(event, name) for name in EventDetails.__dataclass_fields__}
    values["diets"] = [diet.value for diet in event.diets_offered]
    for name in ("members_open_at", "opens_at", "closes_at"):
        if values[name] is not None:
            values[name] = values[name].astimezone(place).replace(tzinfo=None)
    start, end = event.starts_local, event.ends_local
    return values | {"date": start.date(), "start": start.time(), "end": end.time()}

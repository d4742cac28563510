"""The form with which an organiser registers somebody by hand, or mends what was typed: the address may be missing."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from lunchkit.events.models import Event
from lunchkit.i18n import LANGUAGE_NAMES, when
from lunchkit.mail.addresses import valid_email
from lunchkit.registrations.forms import AttendeeDetails, DetailsForm
from lunchkit.registrations.models import Registration
from lunchkit.text import clean_line, clean_text


class OrganiserAttendeeForm(DetailsForm):
    """The attendee's questions in an organiser's words, with an address and a language for the letters."""

    email = StringField(_l("E-mail"), filters=[clean_line], validators=[valid_email])
    language = SelectField(_l("Language of the letters"), choices=lambda: LANGUAGE_NAMES)
    access = TextAreaField(
        _l("Access needs"),
        filters=[clean_text],
        validators=[Length(max=500, message=_l("Please keep this under 500 characters."))],
    )
    shows_name = BooleanField(_l("The name may stand on the list of those present"))

    def fit_to(self, event: Event, companions: int = 0) -> None:
        """Ask what this lunch asks; ``companions`` who are registered already stay possible, whatever it allows now."""
        most = max(event.companions_allowed, companions)
        self.companions.label.text = str(_l("Seats"))
        self.companions.choices = [(n, str(n + 1)) for n in range(most + 1)]
        if event.asks_food:
            while len(self.diets) < 1 + most:
                self.diets.append_entry()
            for position, field in enumerate(self.diets, 1):
                field.label.text = str(_l("Person %(number)s", number=position))
        else:
            del self.diets
            del self.allergies
        if not event.asks_access:
            del self.access

    def attendee(self) -> AttendeeDetails:
        """The frozen value of a valid form."""
        return self.details(self.email.data or None)


def organiser_form(
    event: Event, registration: Registration | None = None, data: MultiDict[str, str] | None = None
) -> OrganiserAttendeeForm:
    """The organiser's form: empty, filled from the row, or from a request's form data if given."""
    companions = registration.seats - 1 if registration else 0
    offered = _offered(data, max(event.companions_allowed, companions))
    form = OrganiserAttendeeForm(formdata=offered, data=_current(registration) if registration else {})
    form.fit_to(event, companions)
    return form


class MoveForm(Form):
    """To which other lunch."""

    event = SelectField(_l("Another lunch"), coerce=int)
    lunches: Mapping[int, Event]

    def chosen(self) -> Event:
        """The lunch of a valid form."""
        return self.lunches[self.event.data]


def move_form(lunches: Sequence[Event], data: MultiDict[str, str] | None = None) -> MoveForm:
    """The choice between these lunches; nothing is chosen in a form that was not sent."""
    form = MoveForm(formdata=data)
    form.lunches = {event.id: event for event in lunches}
    form.event.choices = [(event.id, f"{event.title} ({when(event)})") for event in lunches]
    return form


def _current(registration: Registration) -> dict[str, Any]:
    needs = registration.needs
    return {
        "name": registration.name,
        "email": registration.email or "",
        "language": registration.language,
        "organisation": registration.organisation,
        "is_member": registration.is_member,
        "shows_name": registration.shows_name,
        "companions": registration.seats - 1,
        "diets": [diet.value for diet in needs.diet_list] if needs else [],
        "allergies": needs.allergies if needs else "",
        "access": needs.access if needs else "",
    }


def _offered(data: MultiDict[str, str] | None, companions: int) -> MultiDict[str, str] | None:
    """The form data without diets of people who cannot be: WTForms would make a field of each."""
    if data is None:
        return None
    known = {f"diets-{number}" for number in range(1 + companions)}
    pairs = ((key, value) for key, value in data.items(multi=True) if not key.startswith("diets-") or key in known)
    return MultiDict(pairs)

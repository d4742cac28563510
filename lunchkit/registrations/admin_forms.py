"""The form with which organisers register and correct attendees; the address may be missing."""

from flask_babel import LazyString, lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, EmailField, SelectField

from lunchkit.events.models import Event
from lunchkit.platform.fields import BareForm, paragraphs
from lunchkit.platform.i18n import LANGUAGE_NAMES
from lunchkit.platform.mail.addresses import valid_email
from lunchkit.platform.text import clean_line
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.forms import DetailsForm, form_of
from lunchkit.registrations.models import Registration


class OrganiserAttendeeForm(DetailsForm):
    """The attendee's questions in an organiser's words, with an address, and at first a language for the e-mails."""

    email = EmailField(
        _l("E-mail"),
        description=_l(
            "Without an address there is no e-mail and no ticket: the name on the list is enough at the door."
        ),
        filters=[clean_line],
        validators=[valid_email],
    )
    language = SelectField(_l("Language of the e-mails"), choices=lambda: LANGUAGE_NAMES)
    access = paragraphs(_l("Access needs"), 500)
    shows_name = BooleanField(_l("The name may be on the list of people present"))
    wants_recap = BooleanField(_l("Send the recap after the lunch"))

    def fit_to(self, event: Event, most_companions: int) -> None:
        self.companions.label.text = str(_l("Seats"))
        self.companions.choices = [(n, str(n + 1)) for n in range(most_companions + 1)]
        self.fit_needs_to(event, most_companions)

    def person_label(self, position: int) -> LazyString:
        return _l("Person %(number)s", number=position + 1)

    def attendee(self) -> AttendeeDetails:
        return self.details(self.email.data or None)


class NoteForm(BareForm):
    note = paragraphs(
        _l("Note for the team"),
        500,
        description=_l("Erased with the person, who reads it too if they ask for their data."),
    )


def organiser_form(
    event: Event, registration: Registration | None = None, data: MultiDict[str, str] | None = None
) -> OrganiserAttendeeForm:
    form = form_of(OrganiserAttendeeForm, event, registration, data, must_answer=False)
    if registration is not None:
        del form.language
    return form

"""The registration form: what is asked, and how it is cleaned into one frozen value."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TypeVar

from flask_babel import LazyString, lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, EmailField, Field, FieldList, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, ValidationError

from lunchkit.events.models import CustomField, Event
from lunchkit.events.queries import custom_fields
from lunchkit.platform.fields import BareForm, line, paragraphs
from lunchkit.platform.mail.addresses import valid_email
from lunchkit.platform.text import clean_line
from lunchkit.registrations.custom_fields import own_name, own_values, read_answers, with_custom_fields
from lunchkit.registrations.details import ATTENDEE_FIELDS, AttendeeDetails, details_of_registration
from lunchkit.registrations.models import MOST_SEATS, Diet, Registration
from lunchkit.subscribers.consent import BOX, HINT

DIETS = [
    (Diet.EVERYTHING.value, _l("Eats everything")),
    (Diet.VEGETARIAN.value, _l("Vegetarian")),
    (Diet.VEGAN.value, _l("Vegan")),
]


_ENDINGS = (
    "com|net|org|info|biz|eu|ch|li|fr|de|it|at|es|uk|us|ru|cn|io|co|me|app|dev|xyz|top|site|online|store|shop|club|link|"
    "live|news|pro|vip|win|bet|click|swiss"
)
_DOT = "[.\uff0e\u3002]"
_ADDRESS = re.compile(rf"://|www\.|\w@\w|\w{_DOT}(?:{_ENDINGS})\b|\w{_DOT}\w{{2,}}/", re.IGNORECASE)


def no_address(_form: FlaskForm, field: Field) -> None:
    """A name with an address in it is an advertisement that our e-mails would carry."""
    if _ADDRESS.search(field.data or ""):
        raise ValidationError(_l("Write this without a web or e-mail address."))


Kind = TypeVar("Kind", bound="DetailsForm")


def name_field(missing: LazyString) -> StringField:
    about = {"autocomplete": "name", "autocapitalize": "words"}
    return line(_l("First and last name"), 100, no_address, missing=missing, render_kw=about)


class DetailsForm(BareForm):
    """What can be edited later too. The token in the address is the authority, so there is no cookie to protect."""

    name = name_field(_l("Write your name."))
    organisation = line(_l("Organisation"), 120, no_address, render_kw={"autocomplete": "organization"})
    is_member = BooleanField(_l("Member of the network"))
    companions = SelectField(_l("How many are you?"), coerce=int, validate_choice=True)
    diets = FieldList(SelectField(choices=lambda: DIETS, default=Diet.EVERYTHING.value), max_entries=MOST_SEATS)
    allergies = paragraphs(_l("Allergies or intolerances"), 300)
    access = paragraphs(_l("What should we prepare so that you can come and take part?"), 500)
    shows_name = BooleanField(_l("My name may be on the list of people present"))
    wants_recap = BooleanField(_l("Send me the recap after the lunch"))
    own: tuple[CustomField, ...] = ()
    only_diet: Diet | None = None
    """What everybody eats, where the lunch offers nothing else."""
    kept_diets: frozenset[Diet] = frozenset()
    """What was chosen before, and may stay though it is offered no more."""

    def asked_as(self, way: str) -> list[Field]:
        return [self[field.name] for field in ATTENDEE_FIELDS if field.asked_as == way and field.name in self]

    def own_fields(self) -> list[tuple[CustomField, Field]]:
        return [(question, self[own_name(question)]) for question in self.own]

    def fit_to(self, event: Event, most_companions: int) -> None:
        if most_companions:
            more = [(n, str(n + 1)) for n in range(1, most_companions + 1)]
            self.companions.choices = [(0, _l("I come alone")), *more]
        else:
            del self.companions
        self.fit_needs_to(event, most_companions)

    def fit_needs_to(self, event: Event, most_companions: int) -> None:
        offered = {*event.diets_offered, *self.kept_diets}
        if event.asks_food and len(offered) > 1:
            while len(self.diets) < 1 + most_companions:
                self.diets.append_entry()
            for position, field in enumerate(self.diets):
                field.label.text = str(self.person_label(position))
                field.choices = [(diet, label) for diet, label in DIETS if diet in offered]
        else:
            self.only_diet = next(iter(offered)) if event.asks_food else None
            del self.diets
        if not event.asks_food:
            del self.allergies
        if not event.asks_access:
            del self.access

    def person_label(self, position: int) -> LazyString:
        return _l("What you eat") if position == 0 else _l("Person %(number)s", number=position + 1)

    def details(self, email: str | None) -> AttendeeDetails:
        asked = {one.name for one in fields(AttendeeDetails) if one.name in self} - {"email", "diets"}
        said = {name: self[name].data for name in asked if self[name].data is not None}
        said = {"is_member": True} | said  # not asked of those who came by the members' link
        people = 1 + said.get("companions", 0)
        only = [self.only_diet.value] * people if self.only_diet else []
        diets: Iterable[str] = self.diets.data[:people] if "diets" in self else only
        answers = read_answers(self, self.own)
        return AttendeeDetails(email=email, diets=tuple(Diet(diet) for diet in diets), answers=answers, **said)


class RegistrationForm(DetailsForm):
    """The public form: the details, an address, and what keeps robots away."""

    email = EmailField(
        _l("E-mail"),
        description=_l("For your ticket and the invitation."),
        filters=[clean_line],
        validators=[DataRequired(_l("Write your e-mail address: your ticket comes by e-mail.")), valid_email],
        render_kw={"inputmode": "email", "autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"},
    )
    wants_invitations = BooleanField(BOX, description=HINT)
    email_asked = HiddenField()
    """The address that was questioned already: sent again unchanged, it is meant."""
    stamp = HiddenField()
    topic = StringField(_l("Leave this empty"))
    """People do not see it; robots fill it. Its name is none that a browser fills in by itself."""


def registration_form(
    event: Event,
    data: MultiDict[str, str] | None = None,
    *,
    of_members: bool = False,
    questions: Sequence[CustomField] | None = None,
) -> RegistrationForm:
    """The public form of an event, filled from form data if given; ``of_members`` does not ask for membership.
    ``questions``: in place of those that the organisers have saved.
    """
    form = form_of(RegistrationForm, event, None, data, questions=questions)
    if of_members:
        del form.is_member
    return form


def edit_form(event: Event, registration: Registration, data: MultiDict[str, str] | None = None) -> DetailsForm:
    return form_of(DetailsForm, event, registration, data)


def form_of(
    kind: type[Kind],
    event: Event,
    registration: Registration | None,
    data: MultiDict[str, str] | None,
    *,
    must_answer: bool = True,
    questions: Sequence[CustomField] | None = None,
) -> Kind:
    """A form with what the event asks: empty, filled from the row, or from form data; its companions stay allowed."""
    questions = custom_fields(event.id) if questions is None else questions
    said = details_of_registration(registration) if registration else AttendeeDetails("", None)
    most, kept = max(event.companions_allowed, said.companions), dict(said.answers)
    values = vars(said) | own_values(questions, kept) if registration else {}
    asks = with_custom_fields(kind, questions, kept, must_answer=must_answer)
    form = asks(formdata=data, data=values)
    form.kept_diets = frozenset(said.diets)
    form.fit_to(event, most)
    return form

"""The registration form: what is asked, and how it is cleaned into one frozen value."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, FieldList, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from lunchkit.events.models import Event, FormQuestion
from lunchkit.events.queries import form_questions
from lunchkit.fields import BareForm, at_most, has_a_word
from lunchkit.mail.addresses import valid_email
from lunchkit.registrations.models import Diet, Registration
from lunchkit.registrations.own_questions import Answers, own_name, own_values, read_answers, with_own_questions
from lunchkit.subscribers.words import BOX, HINT
from lunchkit.text import clean_line, clean_text

DIETS = [
    (Diet.EVERYTHING.value, _l("Eats everything")),
    (Diet.VEGETARIAN.value, _l("Vegetarian")),
    (Diet.VEGAN.value, _l("Vegan")),
]


@dataclass(frozen=True)
class AttendeeDetails:
    """What an attendee says of themselves and of those who come along."""

    name: str
    email: str | None
    organisation: str = ""
    is_member: bool = False
    shows_name: bool = False
    companions: int = 0
    diets: tuple[Diet, ...] = ()
    """One for each seat, or none where the lunch does not ask."""
    allergies: str = ""
    access: str = ""
    wants_recap: bool = False
    answers: Answers = ()
    """To the lunch's own questions, of those that were asked."""
    wants_invitations: bool = False
    """To the next lunches: asked for in a box of its own, and confirmed by letter."""

    @property
    def seats(self) -> int:
        """Seats needed: the attendee's and the companions'."""
        return 1 + self.companions

    def digest(self) -> bytes:
        """A fingerprint that tells a repeated form from a changed one."""
        return hashlib.sha256(repr(astuple(self)).encode("utf-8", "replace")).digest()


_ENDINGS = (
    "com|net|org|info|biz|eu|ch|li|fr|de|it|at|es|uk|us|ru|cn|io|co|me|app|dev|xyz|top|site|online|store|shop|club|link|"
    "live|news|pro|vip|win|bet|click|swiss"
)
_DOT = "[.\uff0e\u3002]"
_ADDRESS = re.compile(rf"://|www\.|\w@\w|\w{_DOT}(?:{_ENDINGS})\b|\w{_DOT}\w{{2,}}/", re.IGNORECASE)


def no_address(_form: FlaskForm, field: Field) -> None:
    """A name with an address in it is an advertisement that our e-mails would carry."""
    if _ADDRESS.search(field.data or ""):
        raise ValidationError(_l("Please write this without a web or e-mail address."))


class DetailsForm(BareForm):
    """What can be edited later too. The token in the address is the authority, so there is no cookie to protect."""

    name = StringField(
        _l("First and last name"),
        filters=[clean_line],
        validators=[
            DataRequired(_l("Please write your name.")),
            at_most(100),
            has_a_word(_l("Please write your name.")),
            no_address,
        ],
    )
    organisation = StringField(
        _l("Organisation"),
        filters=[clean_line],
        validators=[at_most(120), no_address],
    )
    is_member = BooleanField(_l("Member of the network"))
    companions = SelectField(_l("How many are you?"), coerce=int, validate_choice=True)
    diets = FieldList(SelectField(choices=lambda: DIETS, default=Diet.EVERYTHING.value))
    allergies = TextAreaField(
        _l("Allergies or intolerances"),
        filters=[clean_text],
        validators=[at_most(300)],
    )
    access = TextAreaField(
        _l("What should we prepare so that you can come and take part?"),
        filters=[clean_text],
        validators=[at_most(500)],
    )
    shows_name = BooleanField(_l("My name may stand on the list of those present"))
    wants_recap = BooleanField(_l("Send me the recap after the lunch"))
    own: tuple[FormQuestion, ...] = ()
    """The lunch's own questions, each with a field."""
    only_diet: Diet | None = None
    """What everybody eats, where the lunch offers nothing else."""
    kept_diets: frozenset[Diet] = frozenset()
    """What was chosen before, and may stay though it is offered no more."""

    def own_fields(self) -> list[tuple[FormQuestion, Field]]:
        """The lunch's own questions in their order, each with its field."""
        return [(question, self[own_name(question)]) for question in self.own]

    def fit_to(self, event: Event, most_companions: int) -> None:
        """Ask only what this lunch asks, of so many people."""
        if most_companions:
            more = [(n, str(n + 1)) for n in range(1, most_companions + 1)]
            self.companions.choices = [(0, _l("I come alone")), *more]
        else:
            del self.companions
        self.fit_needs_to(event, most_companions)

    def fit_needs_to(self, event: Event, most_companions: int) -> None:
        """Ask about food and access where the lunch does, of each person."""
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
        """How the form calls the person at this position, 0 for the attendee."""
        return _l("What you eat") if position == 0 else _l("Person %(number)s", number=position + 1)

    def details(self, email: str | None) -> AttendeeDetails:
        """The frozen value of a valid form."""
        companions = self.companions.data if "companions" in self else 0
        only = [self.only_diet.value] * (companions + 1) if self.only_diet else []
        diets: Iterable[str] = self.diets.data[: companions + 1] if "diets" in self else only
        return AttendeeDetails(
            name=self.name.data or "",
            email=email,
            organisation=self.organisation.data or "",
            is_member=bool(self.is_member.data) if "is_member" in self else True,  # not asked: the members' link
            shows_name=bool(self.shows_name.data),
            companions=companions,
            diets=tuple(Diet(diet) for diet in diets),
            allergies=(self.allergies.data or "") if "allergies" in self else "",
            access=(self.access.data or "") if "access" in self else "",
            wants_recap=bool(self.wants_recap.data),
            answers=read_answers(self, self.own),
            wants_invitations="wants_invitations" in self and bool(self.wants_invitations.data),
        )


class RegistrationForm(DetailsForm):
    """The public form: the details, an address, and what keeps robots away."""

    email = StringField(
        _l("E-mail"),
        filters=[clean_line],
        validators=[DataRequired(_l("Please write your e-mail address: your ticket comes by letter.")), valid_email],
    )
    wants_invitations = BooleanField(BOX, description=HINT)
    email_asked = HiddenField()
    """The address that was questioned already: sent again unchanged, it is meant."""
    stamp = HiddenField()
    topic = StringField(_l("Leave this empty"))
    """People do not see it; robots fill it. Its name is none that a browser fills in by itself."""


def registration_form(
    event: Event, data: MultiDict[str, str] | None = None, *, of_members: bool = False
) -> RegistrationForm:
    """The public form of a lunch, filled from a request's form data if given; members' link asks nobody if they are."""
    kind = with_own_questions(RegistrationForm, form_questions(event.id))
    form = kind(formdata=without_strangers(data, event.companions_allowed))
    form.fit_to(event, event.companions_allowed)
    if of_members:
        del form.is_member
    return form


def edit_form(event: Event, registration: Registration, data: MultiDict[str, str] | None = None) -> DetailsForm:
    """The form with which an attendee changes their own registration."""
    most, questions = most_companions(event, registration), form_questions(event.id)
    kind = with_own_questions(DetailsForm, questions, registration)
    values = current_values(registration) | own_values(questions, registration)
    form = kind(formdata=without_strangers(data, most), data=values)
    form.kept_diets = diets_of(registration)
    form.fit_to(event, most)
    return form


def most_companions(event: Event, registration: Registration | None) -> int:
    """How many may come along: as many as the lunch allows, and those who are registered already."""
    return max(event.companions_allowed, registration.seats - 1 if registration else 0)


def diets_of(registration: Registration | None) -> frozenset[Diet]:
    """What the people of a registration eat."""
    needs = registration.needs if registration else None
    return frozenset(needs.diet_list if needs else ())


def current_values(registration: Registration) -> dict[str, Any]:
    """What the fields of a form hold that is opened on a registration."""
    needs = registration.needs
    return {
        "name": registration.name,
        "email": registration.email or "",
        "language": registration.language,
        "organisation": registration.organisation,
        "is_member": registration.is_member,
        "shows_name": registration.shows_name,
        "wants_recap": registration.wants_recap,
        "companions": registration.seats - 1,
        "diets": [diet.value for diet in needs.diet_list] if needs else [],
        "allergies": needs.allergies if needs else "",
        "access": needs.access if needs else "",
    }


def without_strangers(data: MultiDict[str, str] | None, companions: int) -> MultiDict[str, str] | None:
    """Form data without the diets of people who cannot come along: WTForms would make a field of each."""
    if data is None:
        return None
    offered = {f"diets-{number}" for number in range(1 + companions)}
    return MultiDict(
        (key, value) for key, value in data.items(multi=True) if not key.startswith("diets-") or key in offered
    )

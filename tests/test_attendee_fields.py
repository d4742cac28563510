"""The fields of an attendee: nothing that is asked is lost on its way to the rows, to the lists and back."""

from dataclasses import fields, replace
from typing import Any, get_type_hints

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from lunchkit.events.actions import add_question
from lunchkit.events.details import QuestionDetails
from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.registrations.actions import register_by_hand, update_registration
from lunchkit.registrations.admin_forms import organiser_form
from lunchkit.registrations.admin_queries import all_rows
from lunchkit.registrations.details import ATTENDEE_FIELDS, AttendeeDetails, details_of_registration
from lunchkit.registrations.exports import registrations_table
from lunchkit.registrations.forms import DetailsForm, edit_form, registration_form
from lunchkit.registrations.models import Diet, Needs, Registration
from tests.attendee import tokens_of
from tests.conftest import EventMaker

pytestmark = pytest.mark.both_databases


NOT_STORED = {"wants_invitations"}
"""Told to another table than those of the registration."""
KINDS: dict[Any, Any] = {str: "Rutabaga", bool: True, int: 1}
IN_NEEDS = {column.key for column in Needs.__table__.c}


def everything(event: Event) -> AttendeeDetails:
    question = add_question(event, QuestionDetails("text", "Pourquoi ?"))
    hints = get_type_hints(AttendeeDetails)
    said = {one.name: KINDS[hints[one.name]] for one in fields(AttendeeDetails) if hints[one.name] in KINDS}
    special = {"email": "ana@example.org", "diets": (Diet.VEGAN, Diet.VEGETARIAN), "answers": ((question.id, "Oui"),)}
    return AttendeeDetails(**said | special)


@pytest.fixture
def lunch(make_event: EventMaker) -> Event:
    return make_event(companions_allowed=1)


def stored(registration: Registration) -> AttendeeDetails:
    db.session.expire_all()
    return details_of_registration(db.session.get_one(Registration, registration.id))


def test_what_is_said_comes_back_from_the_rows(lunch: Event) -> None:
    said = everything(lunch)
    assert all(getattr(said, one.name) for one in fields(said)), "control: every field is filled in"
    person = register_by_hand(lunch, said, language="fr")
    said = replace(said, wants_invitations=False)
    assert stored(person) == said
    nothing = AttendeeDetails("Bo", None, answers=((said.answers[0][0], ""),))
    update_registration(person, nothing)
    assert stored(person) == replace(nothing, email=said.email, answers=()), "the address alone stays"


def typed(form: DetailsForm) -> MultiDict[str, str]:
    pairs: list[tuple[str, Any]] = [("own_1", "Oui")]
    for field in form:
        if field.type == "FieldList":
            pairs += [(entry.id, entry.data) for entry in field]
        elif field.type != "BooleanField" or field.data:
            pairs.append((field.name, field.data))
    return MultiDict(pairs)


def test_every_form_asks_every_field_and_says_what_was_typed(lunch: Event) -> None:
    person = register_by_hand(lunch, said := everything(lunch), language="fr")
    named = {one.name for one in fields(said)} - {"answers"}
    assert named <= set(registration_form(lunch)._fields)
    for form, untold in ((edit_form(lunch, person), {"email"}), (organiser_form(lunch, person), set[str]())):
        assert named - NOT_STORED - untold <= set(form._fields)
    form = organiser_form(lunch, person, typed(organiser_form(lunch, person)))
    assert form.validate(), form.errors
    assert form.attendee() == replace(said, wants_invitations=False)


def test_every_page_shows_every_field_of_its_form(organiser_client: FlaskClient, lunch: Event) -> None:
    person = register_by_hand(lunch, everything(lunch), language="fr")
    pages: dict[str, DetailsForm] = {
        f"/e/{lunch.slug}/register": registration_form(lunch),
        f"/r/{tokens_of(person).link}/edit": edit_form(lunch, person),
        f"/organiser/e/{lunch.slug}/registrations/{person.id}": organiser_form(lunch, person),
    }
    for address, form in pages.items():
        names = {field.name if field.type != "FieldList" else f"{field.name}-0" for field in form}
        page = organiser_client.get(address).text
        assert {name for name in names if f' name="{name}"' not in page} == set(), address


def test_what_attendees_write_is_personal() -> None:
    written = {name for name, kind in get_type_hints(AttendeeDetails).items() if kind in (str, str | None)}
    columns = [column for model in (Registration, Needs) for column in model.__table__.c if column.key in written]
    assert {column.key for column in columns} == written, "control"
    assert [str(column) for column in columns if not column.info["personal"]] == [], "mark it with info=PERSONAL"


def test_what_organisers_may_read_has_a_column_in_files_and_in_the_list(
    organiser_client: FlaskClient, lunch: Event
) -> None:
    register_by_hand(lunch, said := everything(lunch), language="fr")
    readable = {"seats" if one.name == "companions" else one.name for one in fields(said)} - NOT_STORED - {"answers"}
    named = {field.name for field in ATTENDEE_FIELDS}
    assert readable - IN_NEEDS == named <= {column.key for column in Registration.__table__.c}
    assert not IN_NEEDS & named, "food and access needs are in no list"
    headings, cells = registrations_table(lunch)
    told = dict(zip(headings, cells, strict=True))
    person = all_rows(lunch.id)[0].registration
    assert all(told[str(field.heading)] == field.value(person) != "" for field in ATTENDEE_FIELDS)
    page = organiser_client.get(f"/organiser/e/{lunch.slug}/registrations").text
    for field in ATTENDEE_FIELDS:
        assert page.count(f' class="{field.name}"') == 2 * field.in_list, field.name

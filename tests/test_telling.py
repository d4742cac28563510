"""A change of the plan: whether those who come are told is asked once, and the e-mail says what has changed."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from lunchkit.events.details import details_of
from lunchkit.events.forms import event_form
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.event_changes.actions import change_event
from lunchkit.registrations.models import Registration
from tests.conftest import EventMaker, Outbox, csrf_of, details

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def typed(event: Event) -> MultiDict[str, str]:
    form, pairs = event_form(event), MultiDict[str, str]()
    for field in form:
        values = field.data if field.name == "diets" else [field._value()] if hasattr(field, "_value") else [field.data]
        for value in values:
            if value not in (None, False, ""):
                pairs.add(field.name, "y" if value is True else str(value))
    return pairs


def send(client: FlaskClient, event: Event, **changes: str) -> TestResponse:
    path = f"/organiser/e/{event.slug}/edit"
    fields = typed(event)
    for name, value in changes.items():
        fields[name] = value
    fields["csrf_token"] = csrf_of(client, path)
    return client.post(path, data=fields)


def answer(client: FlaskClient, event: Event, asked: TestResponse, act: str) -> TestResponse:
    carried = [(name, unescape(value)) for name, value in HIDDEN.findall(asked.text)]
    return client.post(f"/organiser/e/{event.slug}/edit", data=MultiDict([*carried, ("act", act)]))


def coming(event: Event) -> Registration:
    return register_by_hand(event, details(), language="fr")


def test_a_change_of_the_hours_asks_first_and_loses_nothing(
    organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    person = coming(event)
    title, sequence = event.title, person.sequence
    asked = send(organiser_client, event, end="15:30", theme="Un « autre » thème & co", capacity="17")
    db.session.rollback()
    db.session.expire_all()
    assert asked.status_code == 200 and outbox.kinds() == ["confirmation"] and event.ends_local.hour == 14
    assert "12h–15h30" in asked.text and "12h–14h" in asked.text
    told = answer(organiser_client, event, asked, "tell")
    db.session.rollback()
    db.session.expire_all()
    assert told.status_code == 303 and (event.title, event.capacity) == (title, 17)
    assert event.ends_local.hour == 15 and event.theme == "Un « autre » thème & co"
    assert outbox.kinds() == ["confirmation", "change"] and person.sequence > sequence
    email = outbox.last()
    assert "12h–15h30" in email.text and "12h–14h" in email.text and "12h–14h" in email.html


def test_told_to_nobody_the_calendar_still_moves_on(
    organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    person = coming(event)
    before = event.sequence, person.sequence
    assert answer(organiser_client, event, send(organiser_client, event, end="15:30"), "quietly").status_code == 303
    db.session.rollback()
    db.session.expire_all()
    assert outbox.kinds() == ["confirmation"] and event.ends_local.hour == 15
    assert event.sequence > before[0] and person.sequence > before[1]


def test_nobody_is_asked_where_nobody_would_be_told(
    organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    assert send(organiser_client, event, end="15:30").status_code == 303, "nobody is registered"
    coming(event)
    assert send(organiser_client, event, theme="Autre chose").status_code == 303, "no calendar shows the theme"
    assert outbox.kinds() == ["confirmation"]


def test_once_it_has_begun_the_first_button_tells_nobody(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event()
    coming(event)
    buttons = re.compile(r'name="act" value="(\w+)"')
    assert buttons.findall(send(organiser_client, event, venue="La Cantine").text) == ["tell", "quietly"]
    now = clock.now()
    event.zone = f"Etc/GMT{now.hour - 12:+d}"  # about noon there, so that it ends on the same day
    event.starts_at, event.ends_at = now - timedelta(minutes=20), now + timedelta(minutes=90)
    db.session.commit()
    assert buttons.findall(send(organiser_client, event, venue="La Cantine").text) == ["quietly", "tell"]


def test_two_who_change_at_once_meet_behind_the_question_too(
    organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    coming(event)
    asked = send(organiser_client, event, end="15:30")
    change_event(event, replace(details_of(event), theme="D’une autre main"))
    told = answer(organiser_client, event, asked, "tell")
    assert told.status_code == 409 and "D’une autre main" in told.text and "15:30" in told.text
    assert outbox.kinds() == ["confirmation"]


def test_an_e_mail_names_only_what_is_different_when_it_leaves(event: Event, outbox: Outbox) -> None:
    coming(event)
    before = details_of(event)
    change_event(event, replace(before, venue="La Cantine"))
    first = outbox.rows()[-1]
    change_event(event, replace(before, title="Autre titre"))
    assert first.facts["before"]["title"] == before.title
    text = outbox.last().text
    assert "Autre titre" in text and "La Cantine" in text

"""The registration form: traps for robots, slips that are questioned, errors that lose nothing."""

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.registrations.models import Status
from tests.attendee import fill_in, hidden_fields, people, send
from tests.conftest import EventMaker, Outbox, new_client


def test_robots_leave_no_row_and_no_e_mail(client: FlaskClient, event: Event, outbox: Outbox) -> None:
    form = fill_in(client, event, topic="https://example.org/pills")
    for number in range(10):
        sent = form | {"email": f"bot{number}@example.org"}
        assert client.post(f"/e/{event.slug}/register", data=sent).status_code == 422
    assert people() == [] and outbox.rows() == []


def patient_app(app: Flask, settings: Settings) -> FlaskClient:
    object.__setattr__(settings, "form_minimum_seconds", 3)
    app.extensions["lunchkit_settings"] = settings
    return new_client(app)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize(
    ("seconds", "status"), [(0, 422), (1.9, 422), (4, 303), (60, 303), (4 * 3600 - 5, 303), (4 * 3600 + 5, 422)]
)
def test_a_form_that_comes_back_too_fast_or_too_late_is_asked_for_again(
    app: Flask, settings: Settings, event: Event, outbox: Outbox, seconds: float, status: int
) -> None:
    client = patient_app(app, settings)
    start = clock.now()
    with clock.fixed_at(start):
        form = fill_in(client, event)
    with clock.fixed_at(start + timedelta(seconds=seconds)):
        answer = client.post(f"/e/{event.slug}/register", data=form)
        assert answer.status_code == status
        if status == 303:
            return
        assert people() == [] and outbox.rows() == []
        assert 'value="Camille Poireau"' in answer.text and 'value="camille@example.org"' in answer.text
        again = hidden_fields(answer.text)
    with clock.fixed_at(start + timedelta(seconds=seconds + 10)):
        assert client.post(f"/e/{event.slug}/register", data=form | again).status_code == 303, "the second try passes"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize("stamp", ["", "x", "null", "WzFd.x", "é", "�"])
def test_a_made_up_stamp_is_refused_and_the_form_comes_back(
    client: FlaskClient, make_event: EventMaker, stamp: str
) -> None:
    event, other = make_event(), make_event()
    for wrong in (stamp, fill_in(client, other)["stamp"]):
        answer = send(client, event, stamp=wrong)
        assert answer.status_code == 422 and 'value="Camille Poireau"' in answer.text
    assert people() == []


def test_a_likely_slip_in_the_address_is_questioned_once(client: FlaskClient, event: Event) -> None:
    form = fill_in(client, event, email="camille@gmial.com")
    asked = client.post(f"/e/{event.slug}/register", data=form)
    assert asked.status_code == 422
    assert 'value="camille@gmail.com"' in asked.text and 'value="camille@gmial.com"' in asked.text
    insists = client.post(f"/e/{event.slug}/register", data=form | hidden_fields(asked.text))
    assert insists.status_code == 303
    form = fill_in(client, event, email="bea@gmial.com", allergies="Noix")
    asked = client.post(f"/e/{event.slug}/register", data=form)
    form |= hidden_fields(asked.text) | {"email_use": "bea@gmail.com"}
    assert client.post(f"/e/{event.slug}/register", data=form).status_code == 303, "the button takes the better one"
    came = [(row.email, row.needs and row.needs.allergies) for row in people()]
    assert came == [("camille@gmial.com", ""), ("bea@gmail.com", "Noix")]


def test_a_room_of_phones_behind_one_address_registers_without_one_refusal(app: Flask, make_event: EventMaker) -> None:
    event = make_event(capacity=40)
    for number in range(40):
        client = new_client(app)
        client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
        if number % 5 == 0:
            assert client.get("/").status_code == client.get(f"/e/{event.slug}").status_code == 200
        answer = send(client, event, email=f"phone{number}@example.org", name=f"Phone {number}")
        assert answer.status_code == 303
    assert {row.status for row in people()} == {Status.SEATED} and len(people()) == 40


def test_a_reload_and_a_double_tap_register_once(client: FlaskClient, event: Event, outbox: Outbox) -> None:
    form = fill_in(client, event)
    answers = [client.post(f"/e/{event.slug}/register", data=form) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({client.get(answer.headers["Location"]).data for answer in answers}) == 1
    assert len(people()) == 1 and outbox.kinds() == ["confirmation"]
    other = client.post(f"/e/{event.slug}/register", data=form | {"name": "Bea", "email": "bea@example.org"})
    assert other.status_code == 409 and 'value="bea@example.org"' in other.text
    form |= {"name": "Bea", "email": "bea@example.org"} | hidden_fields(other.text)
    assert client.post(f"/e/{event.slug}/register", data=form).status_code == 303
    assert [row.name for row in people()] == ["Camille Poireau", "Bea"]


def test_nothing_that_was_typed_is_lost_on_an_error(client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(companions_allowed=2)
    typed = dict.fromkeys(("is_member", "shows_name", "wants_recap"), "y")
    typed |= {"name": "Camille <Poireau> & Cie", "email": "not an address", "organisation": '"Jardin" d’ici'}
    typed |= {"companions": "2", "diets-0": "vegan", "diets-1": "vegetarian", "diets-2": "everything"}
    typed |= {"allergies": "Noix\r\nLait", "access": "Une rampe"}
    answer = client.post(f"/e/{event.slug}/register", data=fill_in(client, event) | typed)
    assert answer.status_code == 422
    page = answer.text
    for name in ("name", "email", "organisation"):
        assert f'value="{str(html.escape(typed[name])).replace("&quot;", "&#34;")}"' in page, name
    assert "Noix\nLait" in page and "Une rampe" in page and page.count("checked") == 3
    chosen = re.findall(r"<option selected[^>]* value=\"(\w+)\"", page)
    assert chosen == ["2", "vegan", "vegetarian", "everything"]
    assert 'aria-invalid="true"' in page and 'href="#email"' in page and "autofocus" in page


def test_a_form_that_was_open_while_registration_closed_says_so(client: FlaskClient, event: Event) -> None:
    form = fill_in(client, event)
    event.closes_at = clock.now() - timedelta(minutes=1)
    db.session.commit()
    answer = client.post(f"/e/{event.slug}/register", data=form)
    assert answer.status_code == 409 and people() == []
    assert client.get(f"/e/{event.slug}/register").status_code == 302


def test_a_name_that_is_too_long_is_told_with_its_length_and_no_browser_cuts_it(
    client: FlaskClient, event: Event
) -> None:
    form = fill_in(client, event, name="W" * 101)
    page = client.post(f"/e/{event.slug}/register", data=form)
    assert page.status_code == 422 and "100 caractères au plus\u00a0: il y en a 101." in page.text
    assert "W" * 101 in page.text and "maxlength" not in page.text
    assert client.post(f"/e/{event.slug}/register", data=form | {"name": "W" * 100}).status_code == 303, "control"

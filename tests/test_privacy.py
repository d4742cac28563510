"""Personal data: what people are told, what they can do themselves, and what is left when it is erased."""

import json
import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.registrations.actions import cancel_registration, register_by_hand
from lunchkit.registrations.models import Diet, Needs, Registration, Status
from tests.attendee import tokens_of
from tests.conftest import EventMaker, Outbox, details

pytestmark = pytest.mark.both_databases


SECRETS = ("Ariadne", "rutabaga", "Verdurin", "Arachide", "Fauteuil")
"""A word of each field, looked for where it must not be."""


@pytest.fixture
def person(make_event: EventMaker) -> Registration:
    return register_by_hand(make_event(companions_allowed=1), everything(), language="fr")


def everything() -> object:
    ticks = dict.fromkeys(("is_member", "shows_name", "wants_recap"), True)
    needs = {"diets": (Diet.VEGAN, Diet.VEGETARIAN), "allergies": "Arachide", "access": "Fauteuil"}
    return details("Ariadne Poireau", "rutabaga@example.org", organisation="Verdurin", companions=1, **ticks, **needs)


def dump() -> str:
    db.session.rollback()
    rows = [row for table in db.metadata.sorted_tables for row in db.session.execute(select(table)).all()]
    return "\n".join(repr([value.hex() if isinstance(value, bytes) else value for value in row]) for row in rows)


def test_the_export_tells_everything_that_is_stored_and_no_secret(client: FlaskClient, person: Registration) -> None:
    answer = client.get(f"/r/{tokens_of(person).link}/data.json")
    assert answer.mimetype == "application/json"
    assert "attachment" in answer.headers["Content-Disposition"]
    told = json.loads(answer.data)
    for secret in SECRETS:
        assert secret in answer.get_data(as_text=True)
    columns = inspect(Registration).columns
    assert set(told["registration"]) == {column.key for column in columns if column.info.get("told", True)}
    untold = {column.key for column in columns if column.info["personal"]} - set(told["registration"])
    assert untold == {"email_key", "search_key", "surname_key", "form_key", "form_digest"}, "made of what is told"
    assert {column.key for column in inspect(Needs).columns} - {"registration_id"} == set(told["needs"])
    assert [email["kind"] for email in told["letters"]] == ["registrations/confirmation"]
    assert told["erased_on"] == person.event.purge_on.isoformat()
    for way_in in (tokens_of(person).link, tokens_of(person).ticket, person.nonce.hex()):
        assert way_in not in answer.text, "no way into the page"


def test_erasing_oneself_leaves_a_count_and_frees_the_seat(
    client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event(capacity=2, companions_allowed=1)
    person = register_by_hand(event, everything(), language="fr")
    waiting = register_by_hand(event, details("Bea", "bea@example.org"), language="fr")
    link = f"/r/{tokens_of(person).link}"
    db.session.execute(OutboxEmail.__table__.update().values(sent_at=clock.now(), facts={}))
    db.session.commit()
    assert client.post(f"{link}/erasure").status_code == 303
    db.session.expire_all()
    assert waiting.status == Status.SEATED
    assert person.erased_at is not None and person.name == "" and person.email is None and person.seats == 2
    assert client.get(link).status_code == 404
    assert client.post(f"{link}/edit").status_code == 404
    emails = outbox.rows("rutabaga@example.org")
    assert [row.kind for row in emails] == ["registrations/cancellation"], (
        "the last word, which takes the entry from the calendar"
    )
    db.session.execute(OutboxEmail.__table__.delete().where(OutboxEmail.id == emails[0].id))
    db.session.commit()
    for secret in SECRETS:
        assert secret not in dump()


def test_an_erased_person_is_not_in_the_organisers_list(
    organiser_client: FlaskClient, client: FlaskClient, person: Registration
) -> None:
    area = f"/organiser/e/{person.event.slug}/registrations"
    assert "Ariadne" in organiser_client.get(area).text
    client.post(f"/r/{tokens_of(person).link}/erasure")
    assert organiser_client.get(f"{area}/{person.id}").status_code == 404
    for path in (area, f"{area}.csv", f"{area}?view=kitchen"):
        page = organiser_client.get(path).text
        assert not any(secret in page for secret in SECRETS), path


def test_the_database_holds_no_secret_that_opens_anything(person: Registration) -> None:
    cancel_registration(person)
    everything_stored = dump()
    assert person.nonce.hex() in everything_stored, "control: the search finds what is there"
    tokens = tokens_of(person)
    for secret in (*vars(tokens).values(), tokens.ticket.lower()):
        assert secret not in everything_stored and secret.encode().hex() not in everything_stored


def test_no_page_for_everybody_names_an_attendee(client: FlaskClient, person: Registration) -> None:
    slug = person.event.slug
    parts = ("", "/poster", "/event.ics", "/register", "/register/erased", "/register/thanks")
    paths = ["/", "/privacy", "/calendar.ics", "/feed.atom", f"/t/{tokens_of(person).ticket}"]
    for path in [*paths, *(f"/e/{slug}{part}" for part in parts)]:
        page = client.get(path).get_data(as_text=True)
        assert not any(secret in page for secret in SECRETS), path


def test_logs_name_nobody_even_when_things_break(
    app: Flask, client: FlaskClient, person: Registration, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    link = f"/r/{tokens_of(person).link}"

    def break_the_database() -> str:
        row = db.session.execute(select(Registration.__table__)).mappings().one()
        db.session.execute(insert(Registration.__table__).values({**row, "id": 99}))
        return ""

    app.add_url_rule("/r/<token>/broken", "broken", lambda token: break_the_database())
    form = {"name": "Ariadne", "email": "rutabaga@example.org", "stamp": "x", "allergies": "Arachide"}
    for path in (link, f"{link}/ticket", f"{link}/broken", f"{link}x"):
        client.get(path)
    client.post(f"/e/{person.event.slug}/register", data=form)
    client.post(f"/e/{person.event.slug}/register", data=form | {"topic": "rutabaga"})
    client.post(f"{link}/edit", data=form)
    assert "unexpected error" in caplog.text, "control: something was logged"
    for secret in (*SECRETS, tokens_of(person).link, tokens_of(person).ticket):
        assert secret not in caplog.text


def test_errors_of_the_database_hide_what_was_to_be_written(person: Registration) -> None:
    values = {"id": person.id, "name": "Ariadne", "email": "rutabaga@example.org"}
    with pytest.raises(SQLAlchemyError) as caught:
        db.session.execute(insert(Registration.__table__).values(values))
    db.session.rollback()
    assert "rutabaga" not in str(caught.value).partition("DETAIL")[0]

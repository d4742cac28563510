"""However many lunches and registrations there are, an organiser's page asks the database as often."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from lunchkit.events.actions import add_question
from lunchkit.events.details import QuestionDetails
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.actions import cancel_registration, register_by_hand
from lunchkit.registrations.admin_queries import all_rows, registrations_page
from lunchkit.registrations.models import Answer, Diet, Needs, Registration, Status, search_key_of
from tests.conftest import EventMaker, Outbox, details
from tests.statements import count_selects

MORE = 120
SEARCHES = (
    "?q=poireau", "?q=introuvable", "?status=waiting", "?page=99", "?page=2", "?order=surname", "?order=newest",
    "?order=newest&q=poireau",
)  # fmt: skip


@pytest.fixture
def lunch(make_event: EventMaker) -> Event:
    event = make_event(capacity=2)
    question = add_question(event, QuestionDetails("text", "Pourquoi ?"))
    for number in range(4):
        person = details(
            f"Ana Poireau {number}", f"a{number}@example.org", diets=(Diet.VEGAN,), answers=((question.id, "Oui"),)
        )
        last = register_by_hand(event, person, language="fr")
    cancel_registration(last)
    make_event(starts_at=clock.now() - timedelta(days=9))
    return event


def grow(event: Event, make_event: EventMaker) -> None:
    now = clock.now()
    seated = Registration.__table__
    event.capacity += MORE
    db.session.commit()
    rows = [
        {
            "event_id": event.id, "nonce": bytes([number % 256]) * 16, "link_hash": number.to_bytes(32),
            "ticket_hash": number.to_bytes(32), "name": f"Camille Poireau {number}", "seats": 1,
            "search_key": search_key_of(f"Camille Poireau {number}", None, ""),
            "status": ("seated", "waiting", "cancelled")[number % 3], "registered_at": now, "queued_at": now,
        }
        for number in range(MORE)
    ]  # fmt: skip
    db.session.execute(insert(Registration), rows)
    ids = db.session.scalars(db.select(seated.c.id).where(seated.c.id > 4)).all()
    db.session.execute(
        insert(Needs), [{"registration_id": one, "diets": "vegan", "allergies": "", "access": ""} for one in ids]
    )
    db.session.execute(insert(Answer), [{"registration_id": one, "question_id": 1, "value": "Non"} for one in ids])
    db.session.commit()
    for number in range(45):
        make_event(starts_at=now - timedelta(days=10 + number))
        make_event(starts_at=now + timedelta(days=10 + number), published_at=None if number % 2 else now)


def pages(app: Flask, event: Event) -> list[str]:
    adapter = app.url_map.bind("lunch.example")
    found = ["/organiser/e/new?like=" + event.slug]
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("organiser.") and "GET" in (rule.methods or ()) and rule.arguments <= {"slug"}:
            path = adapter.build(rule.endpoint, {"slug": event.slug} if rule.arguments else {})
            is_list = path.endswith(("/registrations", "/letters", "/door/list", "/"))
            found += [path, *(path + search for search in SEARCHES if is_list)]
    return [*found, f"/organiser/e/{event.slug}/registrations/1"]


def test_no_page_asks_more_often_where_there_is_more(
    app: Flask, organiser_client: FlaskClient, lunch: Event, make_event: EventMaker, outbox: Outbox
) -> None:
    paths = pages(app, lunch)
    assert len(paths) > 25, "control: the walk finds the pages"
    for path in paths:
        organiser_client.get(path)  # what is made at the first look is there
    before = {path: count_selects(organiser_client, path) for path in paths}
    grow(lunch, make_event)
    after = {path: count_selects(organiser_client, path) for path in paths}
    # One more, and no more for more: of a lunch that is full a page asks how many wait.
    more = {path: (before[path], after[path]) for path in paths if after[path] > before[path] + 1}
    assert more == {}
    assert max(after.values()) <= 25


def test_control_a_query_for_each_row_would_be_found(
    app: Flask, organiser_client: FlaskClient, lunch: Event, make_event: EventMaker
) -> None:
    path = f"/organiser/e/{lunch.slug}/registrations"

    def look_at_each(response: object) -> object:
        for row in db.session.scalars(db.select(Registration).where(Registration.event_id == lunch.id)):
            _ = row.needs
        return response

    app.after_request_funcs.setdefault(None, []).append(look_at_each)
    before = count_selects(organiser_client, path)
    grow(lunch, make_event)
    assert count_selects(organiser_client, path) > before + MORE / 2


@pytest.mark.both_databases
def test_people_who_wait_have_the_same_place_in_every_list(make_event: EventMaker) -> None:
    event = make_event(capacity=1)
    names = ["Assise", *(f"{'Paire' if number % 2 else 'Impaire'} {number:02}" for number in range(1, 90))]
    for name in names:
        register_by_hand(event, details(name, None), language="fr")
    whole: dict[str, int | None] = {}
    for page in range(1, 4):
        whole |= {row.registration.name: row.place for row in registrations_page(event.id, "", None, page).rows}
    assert whole == {name: number or None for number, name in enumerate(names)}
    for status, text in ((Status.WAITING, ""), (None, "paire"), (Status.WAITING, "impaire")):
        for page in (1, 2, 3):
            for row in registrations_page(event.id, text, status, page).rows:
                assert row.place == whole[row.registration.name]
    assert [row.registration.name for row in all_rows(event.id)] == names

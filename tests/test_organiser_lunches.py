"""Making, changing, publishing and calling off a lunch, and what the organiser sees of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from lunchkit.events.actions import LunchIsOver, publish_event
from lunchkit.events.details import EventDetails, apply_details, details_of
from lunchkit.events.forms import EventForm, event_form
from lunchkit.events.models import Event, Series
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.slugs import slug_of
from lunchkit.registrations.actions import register_by_hand
from lunchkit.run_sheet.actions import make_lunch
from tests.browser import post
from tests.conftest import EventMaker, Outbox, details
from tests.test_organiser_registrations import HOSTILE

TYPED = {
    "title": "Cuisiner les invendus", "date": "2031-05-13", "start": "12:00", "end": "14:00", "venue": "L’ESPACE",
    "town": "Genève", "contact_email": "bonjour@lunch.example", "colour": "petit-pois", "capacity": "24",
    "companions_allowed": "1", "asks_food": "y", "purge_days": "30", "remind_two_days": "y",
}  # fmt: skip


def filled(**changes: str) -> EventForm:
    form = event_form(data=MultiDict(TYPED | changes))
    form.validate()
    return form


def lunch_details(**changes: Any) -> EventDetails:
    starts = datetime(2031, 5, 13, 10, tzinfo=UTC)
    values = {
        "title": "Cuisiner les invendus", "starts_at": starts, "ends_at": starts + timedelta(hours=2),
        "contact_email": "bonjour@lunch.example", "capacity": 24,
    }  # fmt: skip
    return EventDetails(**(values | changes))


def test_wall_times_become_moments(app: Flask) -> None:
    with app.test_request_context():
        summer, winter = filled().details(), filled(date="2031-12-02", opens_at="2031-11-20T08:00").details()
    assert summer.starts_at == datetime(2031, 5, 13, 10, tzinfo=UTC)
    assert winter.starts_at == datetime(2031, 12, 2, 11, tzinfo=UTC)
    assert winter.opens_at == datetime(2031, 11, 20, 7, tzinfo=UTC)
    assert (summer.capacity, summer.companions_allowed, summer.asks_food, summer.asks_access) == (24, 1, True, False)


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"date": "2031-03-30", "start": "02:30"}, "start"),  # the clocks go from 2 to 3
    ({"date": "2031-10-26", "start": "02:30"}, "start"),  # the clocks go from 3 back to 2
    ({"date": "2031-02-30"}, "date"),
    ({"date": ""}, "date"),
    ({"date": "0001-01-01"}, "date"),
    ({"date": "9999-12-31"}, "date"),
    ({"start": "25:00"}, "start"),
    ({"end": "11:00"}, "end"),
    ({"end": "12:00"}, "end"),
    ({"capacity": "0"}, "capacity"),
    ({"capacity": "-1"}, "capacity"),
    ({"capacity": "beaucoup"}, "capacity"),
    ({"capacity": "9" * 5000}, "capacity"),
    ({"companions_allowed": "6"}, "companions_allowed"),
    ({"companions_allowed": "x"}, "companions_allowed"),
    ({"colour": "gris"}, "colour"),
    ({"purge_days": "1"}, "purge_days"),
    ({"purge_days": "366"}, "purge_days"),
    ({"contact_email": "personne"}, "contact_email"),
    ({"contact_email": "a@example.org\r\nBcc: b@example.org"}, "contact_email"),
    ({"price": "x" * 121}, "price"),
    ({"price": "CHF 20", "price_url": "http://don.example"}, "price_url"),
    ({"price": "CHF 20", "price_url": "javascript:alert(1)"}, "price_url"),
    ({"price_url": "https://don.example"}, "price_url"),
    ({"title": "  "}, "title"),
    ({"title": "…"}, "title"),
    ({"title": "x" * 121}, "title"),
    ({"closes_at": "2031-05-13T13:00"}, "closes_at"),
    ({"opens_at": "2031-05-10T08:00", "closes_at": "2031-05-09T08:00"}, "opens_at"),
    ({"opens_at": "bientôt"}, "opens_at"),
)


def test_what_cannot_be_is_said_beside_its_field(app: Flask) -> None:
    with app.test_request_context():
        for changes, field in WRONG:
            assert list(filled(**changes).errors) == [field], changes


def test_form_gives_back_what_it_was_filled_with(app: Flask, make_event: EventMaker) -> None:
    event = make_event(opens_at=clock.now().replace(second=0, microsecond=0), companions_allowed=2, theme="IA")
    with app.test_request_context():
        form = event_form(event)
        typed = {
            name: field._value() for name, field in form._fields.items() if hasattr(field, "_value") and field.data
        }
        again = event_form(event, MultiDict(typed | {"colour": event.colour, "companions_allowed": "2"}))
        assert again.validate(), again.errors
        assert again.details() == details_of(event)


def test_new_lunch_is_a_draft_that_only_organisers_see(
    organiser_client: FlaskClient, client: FlaskClient, series: Series
) -> None:
    blank = organiser_client.get("/organiser/e/new").text
    assert 'value="12:00"' in blank and 'value="14:00"' in blank, "a lunch is at noon unless they say so"
    answer = post(organiser_client, "/organiser/e/new", "/organiser/e/new", **(TYPED | {"capacity": "mille"}))
    assert answer.status_code == 422, "a wrong form keeps every word"
    for word in ("Cuisiner les invendus", "2031-05-13", "L’ESPACE", "mille", 'id="capacity-error"'):
        assert word in answer.text
    answer = post(organiser_client, "/organiser/e/new", "/organiser/e/new", **TYPED)
    assert answer.status_code == 303
    assert answer.location.startswith("/organiser/e/cuisiner-les-invendus?")
    page = organiser_client.get(answer.location).text
    assert "Pas encore public" in page
    assert client.get("/e/cuisiner-les-invendus").status_code == 404
    path = "/organiser/e/cuisiner-les-invendus"
    assert post(organiser_client, f"{path}/publication", path).status_code == 303
    assert client.get("/e/cuisiner-les-invendus").status_code == 200
    event = db.session.scalars(db.select(Event)).one()
    assert (event.series_id, event.capacity, event.sequence) == (series.id, 24, 0)
    assert event.uid.endswith("@lunch.example")


def test_slug_comes_from_the_title_is_unique_and_never_a_word_of_ours(app: Flask) -> None:
    assert slug_of("IA responsable : l’ESS s’empare du débat") == "ia-responsable-l-ess-s-empare-du-debat"
    assert slug_of("Œufs & cœurs") == "oeufs-coeurs"
    assert slug_of("午餐") == "lunch"
    assert len(slug_of("mot " * 50)) <= 60
    assert slug_of("x" * 200) == "x" * 60
    slugs = [make_lunch(lunch_details()).slug for _ in range(3)]
    assert slugs == ["cuisiner-les-invendus", "cuisiner-les-invendus-2", "cuisiner-les-invendus-3"]
    assert make_lunch(lunch_details(title="New")).slug == "new-2"


def test_address_follows_the_title_until_publication_and_never_after(
    organiser_client: FlaskClient, series: Series
) -> None:
    event = make_lunch(lunch_details(title="Essai"))
    edit = "/organiser/e/essai/edit"
    post(organiser_client, edit, edit, **TYPED)
    publish_event(event)
    assert event.slug == "cuisiner-les-invendus"
    db.session.rollback()
    edit = "/organiser/e/cuisiner-les-invendus/edit"
    post(organiser_client, edit, edit, **(TYPED | {"title": "Tout autre chose"}))
    db.session.rollback()
    db.session.expire_all()
    event = db.session.get_one(Event, event.id)
    assert (event.title, event.slug) == ("Tout autre chose", "cuisiner-les-invendus")
    publish_event(event)
    assert event.slug == "cuisiner-les-invendus"
    past = datetime(2020, 5, 13, 10, tzinfo=UTC)
    event = make_lunch(lunch_details(title="Passé", starts_at=past, ends_at=past + timedelta(hours=2)))
    with pytest.raises(LunchIsOver):
        publish_event(event)


def test_sequence_rises_when_a_calendar_shows_the_change(app: Flask) -> None:
    changes: tuple[tuple[dict[str, Any], bool], ...] = (
        ({"title": "Autre"}, True),
        ({"venue": "Ailleurs"}, True),
        ({"ends_at": datetime(2031, 5, 13, 13, tzinfo=UTC)}, True),
        ({"summary": "Une faute de moins"}, False),
        ({"capacity": 30, "colour": "betterave"}, False),
        ({}, False),
    )
    for change, is_shown in changes:
        event = make_lunch(lunch_details())
        assert apply_details(event, lunch_details(**change)) is is_shown
        assert event.sequence == int(is_shown)


def test_more_seats_go_to_the_queue_and_fewer_cancel_nobody(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(capacity=1)
    registrations = [register_by_hand(event, details(f"P {n}", None), language="fr") for n in range(3)]
    page, door = f"/organiser/e/{event.slug}", f"/organiser/e/{event.slug}/capacity"

    def statuses() -> list[str]:
        db.session.rollback()
        for registration in registrations:
            db.session.refresh(registration)
        return [registration.status for registration in registrations]

    assert post(organiser_client, door, page, capacity="2").status_code == 303
    assert statuses() == ["seated", "seated", "waiting"]
    assert post(organiser_client, door, page, capacity="1").status_code == 303
    assert statuses() == ["seated", "seated", "waiting"]
    assert "personne de plus que de places" in organiser_client.get(page).text
    wrong = post(organiser_client, door, page, capacity="0")
    assert wrong.status_code == 422 and 'id="capacity-error"' in wrong.text


def test_calling_off_asks_once_and_says_how_many_letters_leave(
    organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    for number in range(3):
        register_by_hand(event, details(f"P {number}", f"p{number}@example.org"), language="fr")
    register_by_hand(event, details("Sans adresse", None), language="fr")
    path = f"/organiser/e/{event.slug}/cancellation"
    page = organiser_client.get(path).text
    assert "3 courriels partent" in page
    assert "Une personne n’a pas d’adresse" in page
    assert outbox.kinds().count("event_cancellation") == 0
    assert post(organiser_client, path, path).status_code == 303
    assert outbox.kinds().count("event_cancellation") == 3
    assert "déjà annulé" in organiser_client.get(path).text


def test_past_lunches_come_in_pages(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    for number in range(42):
        make_event(title=f"Passé {number}", starts_at=clock.now() - timedelta(days=number + 1))
    first = organiser_client.get("/organiser/").text
    assert "Passé 39" in first and "Passé 40" not in first
    assert "Passé 40" in organiser_client.get("/organiser/?page=2").text
    found = organiser_client.get("/organiser/?q=PASSE+41").text
    assert "Passé 41" in found and "Passé 40" not in found
    assert organiser_client.get("/organiser/?q=introuvable").status_code == 200


def test_hostile_words_about_a_lunch(organiser_client: FlaskClient) -> None:
    fields = ("title", "theme", "summary", "venue", "street", "postcode", "town", "access_notes")
    extra = {"slug": "volé", "uid": "volé", "demo": "fictional", "sequence": "9", "published_at": "2020-01-01"}
    for text in HOSTILE:
        words = dict.fromkeys(fields, text.encode("utf-8", "replace").decode())
        answer = post(organiser_client, "/organiser/e/new", "/organiser/e/new", **(TYPED | words | extra))
        assert answer.status_code in (303, 422)
    for event in db.session.scalars(db.select(Event)):
        assert (event.sequence, event.demo, event.published_at) == (0, "", None), "only what is asked is set"
        assert event.slug != "volé"
        page = organiser_client.get(f"/organiser/e/{event.slug}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text

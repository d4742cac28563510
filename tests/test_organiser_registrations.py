"""The organiser's list of a lunch, and what can be done with one registration."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sql_event
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.registrations.actions import cancel_registration, register_by_hand
from lunchkit.registrations.admin_queries import counts_of, registrations_page
from lunchkit.registrations.catering import caterer_counts
from lunchkit.registrations.models import Diet, Registration, Status
from tests.conftest import EventMaker, Outbox, csrf_of, details

HOSTILE = [
    "<script>alert(1)</script>", "a\r\nBcc: b@example.org", "\u202egnp.exe", "nul\x00here", "\ud800", "x" * 10_000,
    "=1+1", "{{7*7}}", "%(name)s", "' or 1=1 --", "", " ", "\ufffe", "👩‍👩‍👧‍👦" * 50,
]  # fmt: skip


def base(event: Event) -> str:
    return f"/organiser/e/{event.slug}/registrations"


def post(client: FlaskClient, path: str, page: str, **data: str) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_of(client, page), **data})


def again(registration: Registration) -> Registration:
    db.session.rollback()  # a new look, not the one of the transaction before
    db.session.expire_all()
    found = db.session.get(Registration, registration.id)
    assert found is not None
    return found


def seat(event: Event, name: str, email: str | None = None, **fields: object) -> Registration:
    return register_by_hand(event, details(name, email, **fields), language="fr")


def test_list_finds_names_addresses_and_organisations_whatever_the_accents(event: Event) -> None:
    seat(event, "Émilie Aubry", "lili@example.org")
    seat(event, "Bo Li", "BO@Example.org", organisation="Épicerie participative")
    seat(event, "Zoé Cardon")

    def names(text: str) -> list[str]:
        return [row.registration.name for row in registrations_page(event.id, text, None, 1).rows]

    assert names("emilie") == ["Émilie Aubry"]
    assert names("ÉPICERIE bo") == ["Bo Li"]
    assert names("example.ORG") == ["Bo Li", "Émilie Aubry"]
    assert names("%") == []
    assert names("") == ["Bo Li", "Émilie Aubry", "Zoé Cardon"]


def test_list_filters_by_standing_and_counts_each(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=1)
    seat(event, "Assise")
    seat(event, "Première en file")
    seat(event, "Deuxième en file")
    cancel_registration(seat(event, "Partie"))
    found = registrations_page(event.id, "", Status.WAITING, 1)
    assert [(row.registration.name, row.place) for row in found.rows] == [
        ("Première en file", 1),
        ("Deuxième en file", 2),
    ]
    assert counts_of(event.id) == {"seated": 1, "waiting": 2, "cancelled": 1, None: 4, "arrived": 0, "absent": 1}
    page = organiser_client.get(f"{base(event)}?status=waiting").text
    assert "Deuxième en file" in page
    assert "Assise" not in page
    assert organiser_client.get(f"{base(event)}?status=nonsense").status_code == 200


def test_list_shows_forty_a_page_in_a_fixed_number_of_queries(
    organiser_client: FlaskClient, app: Flask, event: Event
) -> None:
    counts = []
    for wanted in (3, 45):
        while (counts_of(event.id)[None] or 0) < wanted:
            seat(event, "Camille Poireau", organisation="Itopie")
        statements: list[str] = []

        def note(_c: object, _u: object, statement: str, *_more: object, into: list[str] = statements) -> None:
            into.append(statement)

        sql_event.listen(db.engine, "before_cursor_execute", note)
        page = organiser_client.get(base(event)).text
        sql_event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len([statement for statement in statements if statement.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 8
    assert page.count('scope="row"') == 40
    last = organiser_client.get(f"{base(event)}?page=2").text
    assert last.count('scope="row"') == 5
    for odd in ("99", "0", "-3", "abc", "9" * 30):
        assert organiser_client.get(f"{base(event)}?page={odd}").status_code == 200


def test_somebody_who_telephoned_is_registered_without_an_address(
    organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    new = f"{base(event)}/new"
    answer = post(organiser_client, new, new, name="Rose Bette", companions="0", language="fr")
    assert answer.status_code == 303
    registration = db.session.scalars(db.select(Registration)).one()
    assert (registration.name, registration.email, registration.status) == ("Rose Bette", None, "seated")
    assert outbox.rows() == []
    page = organiser_client.get(answer.location).text
    assert "une place est réservée" in page
    assert "Renvoyer le courriel" not in page


def test_an_address_that_is_registered_already_is_refused_beside_its_field(
    organiser_client: FlaskClient, event: Event
) -> None:
    seat(event, "Première", "p@example.org")
    new = f"{base(event)}/new"
    answer = post(organiser_client, new, new, name="Autre", email="P@example.org", companions="0", language="fr")
    assert answer.status_code == 409
    page = answer.text
    assert 'id="email-error"' in page
    assert 'value="Autre"' in page


def test_organiser_mends_a_registration(organiser_client: FlaskClient, event: Event) -> None:
    registration = seat(event, "Camile")
    one = f"{base(event)}/{registration.id}"
    answer = post(
        organiser_client,
        one,
        one,
        name="Camille",
        email="c@example.org",
        organisation="Itopie",
        companions="0",
        is_member="y",
    )
    assert answer.status_code == 303
    registration = again(registration)
    assert (registration.name, registration.email, registration.organisation) == ("Camille", "c@example.org", "Itopie")
    assert registration.is_member


def test_cancelling_asks_once_and_seats_the_next(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event(capacity=1)
    first, second = seat(event, "Une", "une@example.org"), seat(event, "Deux", "deux@example.org")
    path = f"{base(event)}/{first.id}/cancellation"
    assert "Annuler cette inscription" in organiser_client.get(path).text
    assert again(first).status == "seated", "looking changes nothing"
    assert post(organiser_client, path, path).status_code == 303
    assert again(first).status == "cancelled"
    assert again(second).status == "seated"
    assert outbox.kinds("deux@example.org")[-1] == "promotion"


def test_head_of_queue_overtakes(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=1)
    seat(event, "Assise")
    seat(event, "Deux")
    third = seat(event, "Trois")
    one = f"{base(event)}/{third.id}"
    answer = post(organiser_client, f"{one}/head-of-queue", one)
    assert answer.status_code == 303
    queue = registrations_page(event.id, "", Status.WAITING, 1).rows
    assert [row.registration.name for row in queue] == ["Trois", "Deux"]


def test_letter_is_sent_again(organiser_client: FlaskClient, event: Event, outbox: Outbox) -> None:
    registration = seat(event, "Ana", "ana@example.org")
    one = f"{base(event)}/{registration.id}"
    assert post(organiser_client, f"{one}/letter", one).status_code == 303
    assert outbox.kinds("ana@example.org") == ["confirmation", "ticket"]


def test_registration_of_another_lunch_is_not_found(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    here, there = make_event(), make_event()
    mine, other = seat(here, "Ici"), seat(there, "Là")
    token = csrf_of(organiser_client, f"{base(here)}/{mine.id}")
    for door in ("", "/cancellation", "/head-of-queue", "/letter"):
        for number in (other.id, 999_999):
            path = f"{base(here)}/{number}{door}"
            assert organiser_client.post(path, data={"csrf_token": token, "name": "Volée"}).status_code == 404
    for number in (other.id, 2**31 - 1, 2**40):
        assert organiser_client.get(f"{base(here)}/{number}").status_code == 404
    assert again(other).name == "Là"


def test_caterer_sees_numbers_and_no_name(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=4, companions_allowed=1)
    seat(event, "Aline", diets=(Diet.VEGAN, Diet.EVERYTHING), companions=1, allergies="Gluten.")
    seat(event, "Basile", diets=(Diet.VEGETARIAN,), allergies="gluten", access="Boucle magnétique")
    seat(event, "Clara")
    seat(event, "En attente", diets=(Diet.VEGAN,), allergies="arachides")
    counts = caterer_counts(event.id)
    assert counts == {
        "seats": 4,
        "diets": {Diet.EVERYTHING: 1, Diet.VEGETARIAN: 1, Diet.VEGAN: 1},
        "unsaid": 1,
        "allergies": [("Gluten.", 2)],
        "access": [("Boucle magnétique", 1)],
    }
    page = organiser_client.get(f"/organiser/e/{event.slug}/caterer").text
    for name in ("Aline", "Basile", "Clara", "arachides"):
        assert name not in page


def test_a_lunch_that_is_over_is_only_looked_at(organiser_client: FlaskClient, event: Event) -> None:
    registration = seat(event, "Ana", "ana@example.org")
    event.starts_at, event.ends_at = event.starts_at.replace(year=2020), event.ends_at.replace(year=2020)
    db.session.commit()
    page = organiser_client.get(f"{base(event)}/{registration.id}").text
    assert "Enregistrer" not in page
    assert "Annuler l’inscription" not in page

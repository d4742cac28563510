"""The organiser's list of a lunch, and what can be done with one registration."""

from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.actions import cancel_registration, register_by_hand
from lunchkit.registrations.admin_queries import counts_of, registrations_page
from lunchkit.registrations.catering import caterer_counts
from lunchkit.registrations.models import Diet, Registration, Status
from lunchkit.registrations.privacy import own_data
from tests.browser import post
from tests.conftest import EventMaker, Outbox, details

HOSTILE = [
    "<script>alert(1)</script>", "a\r\nBcc: b@example.org", "\u202egnp.exe", "nul\x00here", "\ud800", "x" * 10_000,
    "=1+1", "{{7*7}}", "%(name)s", "' or 1=1 --", "", " ", "\ufffe", "👩‍👩‍👧‍👦" * 50,
]  # fmt: skip


def base(event: Event) -> str:
    return f"/organiser/e/{event.slug}/registrations"


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
    assert "Deuxième en file" in page and "Assise" not in page
    assert organiser_client.get(f"{base(event)}?status=nonsense").status_code == 200


def test_list_shows_forty_a_page(organiser_client: FlaskClient, event: Event) -> None:
    for _ in range(45):
        seat(event, "Camille Poireau", organisation="Itopie")
    for page, rows in ("1", 40), ("2", 5), ("99", 5), ("0", 40), ("-3", 40), ("abc", 40), ("9" * 30, 5):
        assert organiser_client.get(f"{base(event)}?page={page}").text.count('scope="row"') == rows, page
    for number in (2**31 - 1, 2**40):
        assert organiser_client.get(f"{base(event)}/{number}").status_code == 404


def test_somebody_who_telephoned_is_registered_without_an_address_and_corrected(
    organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    new = f"{base(event)}/new"
    answer = post(organiser_client, new, new, name="Rose Bette", companions="0", language="fr")
    assert answer.status_code == 303
    registration = db.session.scalars(db.select(Registration)).one()
    assert (registration.name, registration.email, registration.status) == ("Rose Bette", None, "seated")
    assert outbox.rows() == []
    page = organiser_client.get(answer.location).text
    assert "une place est réservée" in page and "Renvoyer le courriel" not in page
    one, typed = f"{base(event)}/{registration.id}", {"name": "Rose", "email": "r@example.org", "is_member": "y"}
    assert post(organiser_client, one, one, companions="0", organisation="Itopie", **typed).status_code == 303
    rose = again(registration)
    assert (rose.name, rose.email, rose.organisation, rose.is_member) == ("Rose", "r@example.org", "Itopie", True)
    assert outbox.kinds("r@example.org") == ["ticket"]
    assert post(organiser_client, f"{one}/letter", one).status_code == 303
    assert outbox.kinds("r@example.org") == ["ticket", "ticket"], "sent again"
    answer = post(organiser_client, new, new, name="Autre", email="R@example.org", companions="0", language="fr")
    assert answer.status_code == 409
    assert "Cette adresse" in answer.text and 'value="Autre"' in answer.text, "refused, and nothing typed is lost"


def test_cancelling_is_folded_and_seats_the_next(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event(capacity=1)
    first, second, third = seat(event, "Une"), seat(event, "Deux", "deux@example.org"), seat(event, "Trois")
    page = f"{base(event)}/{first.id}"
    assert f'action="{page}/cancellation"' in organiser_client.get(page).text
    assert post(organiser_client, f"{page}/cancellation", page).status_code == 303
    assert [again(one).status for one in (first, second, third)] == ["cancelled", "seated", "waiting"]
    assert outbox.kinds("deux@example.org")[-1] == "promotion"


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
    page = organiser_client.get(f"/organiser/e/{event.slug}/registrations?view=kitchen").text
    for name in ("Aline", "Basile", "Clara", "arachides"):
        assert name not in page


def test_a_lunch_that_is_over_is_only_looked_at(organiser_client: FlaskClient, event: Event) -> None:
    registration = seat(event, "Ana", "ana@example.org")
    event.starts_at, event.ends_at = event.starts_at.replace(year=2020), event.ends_at.replace(year=2020)
    db.session.commit()
    page = organiser_client.get(f"{base(event)}/{registration.id}").text
    assert f'action="{base(event)}/{registration.id}"' not in page and "Annuler l’inscription" not in page


def test_a_note_on_a_person_is_the_teams_and_theirs(organiser_client: FlaskClient, event: Event) -> None:
    registration = seat(event, "Ana", "ana@example.org")
    one = f"{base(event)}/{registration.id}"
    assert post(organiser_client, f"{one}/note", one, note="x" * 501).status_code == 422
    assert post(organiser_client, f"{one}/note", one, note="Vient avec\nson traducteur").status_code == 303
    typed = {"name": "Ana", "email": "ana@example.org", "companions": "0"}
    assert post(organiser_client, one, one, **typed).status_code == 303
    assert again(registration).note == "Vient avec\nson traducteur", "a change of the rest keeps it"
    assert "son traducteur" in organiser_client.get(one).text
    assert "son traducteur" in organiser_client.get(f"{base(event)}.csv").text
    assert own_data(again(registration))["registration"]["note"] == registration.note, "they may read it"
    event.starts_at, event.ends_at = event.starts_at.replace(year=2020), event.ends_at.replace(year=2020)
    db.session.commit()
    assert post(organiser_client, f"{one}/note", one, note="").status_code == 303, "also after the lunch"
    assert again(registration).note == ""


def test_a_cancelled_registration_is_restored_while_a_seat_is_free(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event(capacity=1)
    ana = seat(event, "Ana", "ana@example.org", organisation="Itopie", access="Rampe")
    one = f"{base(event)}/{ana.id}"
    assert "Rétablir" not in organiser_client.get(one).text, "control"
    cancel_registration(ana)
    assert "Rétablir" in organiser_client.get(one).text
    for _twice in range(2):
        assert post(organiser_client, f"{one}/restoration", one).status_code == 303
    ana = again(ana)
    assert (ana.status, ana.organisation, ana.cancelled_at) == ("seated", "Itopie", None)
    assert ana.needs is not None and ana.needs.access == "Rampe"
    assert outbox.kinds("ana@example.org") == ["confirmation", "cancellation", "confirmation"]
    cancel_registration(ana)
    seat(event, "Bo")
    assert "Rétablir" not in organiser_client.get(one).text, "no seat is free"
    assert post(organiser_client, f"{one}/restoration", one).status_code == 303
    assert again(ana).status == "waiting", "somebody was quicker"


def test_a_name_that_is_registered_already_is_asked_about(organiser_client: FlaskClient, event: Event) -> None:
    jeanne = seat(event, "Jeanne Martin", organisation="Itopie")
    new, door = f"{base(event)}/new", f"/organiser/e/{event.slug}/door/walk-in"
    typed = {"name": "MARTIN Jeanne", "companions": "0", "language": "fr"}
    answer = post(organiser_client, new, new, **typed)
    assert answer.status_code == 409 and f"{base(event)}/{jeanne.id}" in answer.text and "Itopie" in answer.text
    assert 'value="MARTIN Jeanne"' in answer.text, "nothing typed is lost"
    assert post(organiser_client, new, new, other="1", **typed).status_code == 303
    cancel_registration(jeanne)
    event.starts_at = clock.now()
    db.session.commit()
    answer = post(organiser_client, door, door, name="Jeanne Martin", nonce="n" * 20)
    assert answer.status_code == 409 and "/door/" in answer.text
    assert counts_of(event.id)["arrived"] == 0
    assert post(organiser_client, door, door, name="Jeanne Martin", nonce="n" * 20, other="1").status_code == 303
    assert again(jeanne).status == "cancelled" and counts_of(event.id)["arrived"] == 1
    typed["name"] = "Jean Martin"
    assert post(organiser_client, new, new, **typed).status_code == 303, "control"

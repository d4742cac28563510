"""A lunch is published after a question, and can be a draft again as long as nobody knows it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lunchkit.admin.actions import EventIsKnown, delete_event_draft, unpublish_event
from lunchkit.events.actions import publish_event
from lunchkit.events.models import Event
from lunchkit.mailings.models import Mailing
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.actions import cancel_registration, register_attendee, register_by_hand
from lunchkit.registrations.models import Registration, Status
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.room import ask
from tests.test_two_editors import at_once


def load(event_id: int) -> Event:
    return db.session.get_one(Event, event_id, populate_existing=True)


def press(client: FlaskClient, path: str) -> int:
    return client.post(path, data={"csrf_token": csrf_of(client, path)}).status_code


def test_publishing_asks_first_and_says_what_is_missing(
    organiser_client: FlaskClient, client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event(published_at=None, venue="", town="", capacity=24)
    home = f"/organiser/e/{event.slug}"
    assert f'href="{home}/publication"' in organiser_client.get(home).text
    page = organiser_client.get(f"{home}/publication?lang=fr").text
    for words in ("Publier le lunch", "Le lieu", "Intervenant·es", "24 places", "Aucun courriel ne part"):
        assert words in page, words
    assert f"/e/{event.slug}" in page
    assert client.get(f"/e/{event.slug}").status_code == 404, "looking changes nothing"
    assert press(organiser_client, f"{home}/publication") == 303
    slug = load(event.id).slug
    assert client.get(f"/e/{slug}").status_code == 200 and outbox.rows() == []
    assert organiser_client.get(f"/organiser/e/{slug}/publication").status_code == 302, "there is nothing to ask"


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("Été à Genève", "“ete-a-geneve”"),
        ("ia/2026", "“ia-2026”"),
        ("taken", "Another lunch has this address"),
        ("new", "Another lunch has this address"),
    ],
)
def test_an_address_that_cannot_be_had_is_refused_beside_the_field(
    organiser_client: FlaskClient, make_event: EventMaker, typed: str, error: str
) -> None:
    make_event(slug="taken")
    event = make_event(published_at=None)
    path = f"/organiser/e/{event.slug}/publication?lang=en"
    answer = organiser_client.post(path, data={"csrf_token": csrf_of(organiser_client, path), "slug": typed})
    assert answer.status_code == 422 and f'value="{typed}"' in answer.text
    assert error in answer.text.partition('id="slug-error"')[2]
    assert load(event.id).published_at is None


def test_the_chosen_address_stays_and_its_poster_has_one_that_people_can_type(
    organiser_client: FlaskClient, client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(published_at=None, title="L’ESS et l’IA sont-elles compatibles ?")
    path = f"/organiser/e/{event.slug}/publication"
    proposed = "l-ess-et-l-ia-sont-elles-compatibles"
    assert f'value="{proposed}"' in organiser_client.get(path).text
    assert client.get(f"/{event.id}").status_code == 404, "a draft"
    for slug, on_poster in (("ia", "/ia</p>"), (proposed, f"{event.id}</p>")):
        organiser_client.post(path, data={"csrf_token": csrf_of(organiser_client, path), "slug": slug})
        assert load(event.id).slug == slug
        assert client.get(f"/{event.id}").location == f"/e/{slug}"
        assert on_poster in client.get(f"/e/{slug}/poster").text.replace("<wbr>", "")
        unpublish_event(load(event.id))
        path = f"/organiser/e/{slug}/publication"
        assert f'value="{slug}"' in organiser_client.get(path).text, "it is proposed again"


def test_a_lunch_that_nobody_knows_is_a_draft_again_and_can_be_thrown_away(
    organiser_client: FlaskClient, client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(title="Lunch d’essai", summary="Un texte.")
    home, slug = f"/organiser/e/{event.slug}", event.slug
    before = {path: client.get(path).headers["ETag"] for path in ("/calendar.ics", "/feed.atom")}
    assert f"{home}/withdrawal" in organiser_client.get(home).text
    assert "Remettre en brouillon ?" in organiser_client.get(f"{home}/withdrawal?lang=fr").text.replace(
        "\u00a0", " "
    ).replace("\u202f", " ")
    assert client.get(f"/e/{slug}").status_code == 200
    assert press(organiser_client, f"{home}/withdrawal") == 303
    gone = client.get(f"/e/{slug}?lang=fr")
    assert gone.status_code == 404 and "<h1" in gone.text, "in words"
    for path in ("/", "/calendar.ics", "/feed.atom"):
        answer = client.get(path, headers={"If-None-Match": before.get(path, "")})
        assert answer.status_code == 200 and "Lunch d’essai" not in answer.text, path
    fresh = load(event.id)
    assert (fresh.published_at, fresh.summary) == (None, "Un texte.")
    unpublish_event(fresh)  # twice is once
    publish_event(fresh)
    assert client.get(f"/e/{load(event.id).slug}").status_code == 200, "and back again"
    unpublish_event(load(event.id))
    delete_event_draft(load(event.id))
    assert db.session.get(Event, event.id, populate_existing=True) is None


@pytest.mark.parametrize("known_by", ["seat", "queue", "cancelled seat", "invitation", "vote", "called off"])
def test_a_lunch_that_people_know_stays_public(
    organiser_client: FlaskClient, make_event: EventMaker, known_by: str
) -> None:
    event = make_event(capacity=0 if known_by == "queue" else 5)
    if known_by in ("seat", "queue", "cancelled seat"):
        person = register_by_hand(event, details(), language="fr")
        if known_by == "cancelled seat":
            cancel_registration(person)
    elif known_by == "invitation":
        db.session.add(Mailing(event_id=event.id, audience="subscribers", recipients=3, sent_at=clock.now()))
    elif known_by == "vote":
        ask(event).opened_at = clock.now()
    else:
        event.cancelled_at = clock.now()
    db.session.commit()
    home = f"/organiser/e/{event.slug}"
    assert "withdrawal" not in organiser_client.get(home).text
    page = organiser_client.get(f"{home}/withdrawal?lang=fr").text
    assert 'class="confirmation"' not in page and "connaissent ce lunch" in page
    with pytest.raises(EventIsKnown):
        unpublish_event(load(event.id))
    token = csrf_of(organiser_client, "/organiser/sessions")
    assert organiser_client.post(f"{home}/withdrawal", data={"csrf_token": token}).status_code == 409
    assert load(event.id).published_at is not None


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True, scope="session")
def test_of_a_registration_and_a_withdrawal_at_once_exactly_one_wins(app: Flask, make_event: EventMaker) -> None:
    for turn in range(2):
        event_id = make_event().id
        db.session.remove()
        came = at_once(
            app,
            lambda event_id=event_id: unpublish_event(load(event_id)),
            lambda event_id=event_id, turn=turn: register_attendee(
                load(event_id), details(), form_key=f"form-{turn}", language="fr"
            ),
        )
        seated = db.session.scalar(
            select(func.count()).where(Registration.event_id == event_id, Registration.status == Status.SEATED)
        )
        is_public = load(event_id).published_at is not None
        assert (is_public, seated) in ((True, 1), (False, 0)), came
        assert ("EventIsKnown" in came) == is_public and ("RegistrationClosed" in came) != is_public
        db.session.remove()

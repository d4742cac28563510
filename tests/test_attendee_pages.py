"""The attendee's pages by a browser without JavaScript: the whole trip, and what must not happen on it."""

import hashlib
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.app import create_app
from lunchkit.events.models import Event
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.models import Diet, Status
from tests.attendee import ADDRESS, people, send, tokens_of
from tests.conftest import EventMaker, Outbox, details, new_client


def fingerprint() -> str:
    db.session.rollback()
    rows = [list(map(tuple, db.session.execute(select(table)))) for table in db.metadata.sorted_tables]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_the_whole_trip(client: FlaskClient, make_event: EventMaker, outbox: Outbox) -> None:
    event = make_event(capacity=1, companions_allowed=1)
    assert f"/e/{event.slug}/register" in client.get(f"/e/{event.slug}").text
    answer = send(client, event, organisation="Jardin fictif", allergies="Noix")
    assert answer.status_code == 303
    thanks = client.get(answer.headers["Location"])
    assert thanks.status_code == 200 and "c…@example.org" in thanks.text and "camille@example.org" not in thanks.text
    send(client, event, name="Bea", email="bea@example.org")
    outbox_email = outbox.last("camille@example.org")
    found = ADDRESS.search(outbox_email.text)
    assert found is not None
    link = found[1]
    page = client.get(link).text
    assert "Camille Poireau" in page and "Jardin fictif" in page
    edit = client.get(f"{link}/edit").text
    assert 'value="Jardin fictif"' in edit and "Noix" in edit
    form = {"name": "Camille P.", "organisation": "", "companions": "0", "shows_name": "y"}
    form |= {"diets-0": "vegan", "diets-1": "everything"}
    saved = client.post(f"{link}/edit", data=form)
    assert saved.status_code == 303 and "Camille P." in client.get(saved.headers["Location"]).text
    assert client.get(f"{link}/ticket").text.count('class="qr"') == 1
    assert client.get(f"{link}/cancellation").status_code == 200
    assert client.post(f"{link}/cancellation").status_code == 303
    first, second = people()
    assert (first.status, second.status) == (Status.CANCELLED, Status.SEATED)
    assert first.shows_name and first.needs is not None and first.needs.diet_list == [Diet.VEGAN]
    assert outbox.kinds("bea@example.org") == ["waiting", "promotion"]
    assert client.get(f"{link}/ticket").status_code == client.get(f"{link}/edit").status_code == 302
    assert client.post(f"{link}/edit", data=form).status_code == 409
    assert client.post(f"{link}/cancellation").status_code == 303, "twice is once"


@pytest.mark.parametrize("capacity", [60, 1])
def test_the_answer_is_the_same_for_a_known_address_and_an_unknown_one(
    app: Flask, make_event: EventMaker, capacity: int
) -> None:
    event = make_event(capacity=capacity)
    register_by_hand(event, details("Zoe", "zoe@example.org"), language="fr")
    register_by_hand(event, details("Known", "known@example.org"), language="fr")
    seen = []
    for email in ("known@example.org", "kasper@example.org"):
        client = new_client(app)
        answer = send(client, event, email=email)
        page = client.get(answer.headers["Location"])
        length = len(answer.headers.pop("Location"))
        told = (answer.status_code, len(answer.data), dict(answer.headers), length)
        seen.append((*told, page.status_code, page.data, dict(page.headers)))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("email", ["known@example.org", "kasper@example.org"])
def test_whoever_sends_the_form_reads_at_once_whether_there_is_a_seat(
    app: Flask, make_event: EventMaker, email: str
) -> None:
    event = make_event(capacity=3, companions_allowed=1)
    register_by_hand(event, details("Known", "known@example.org"), language="fr")
    client = new_client(app)
    seated = client.get(send(client, event, email=email, companions="1").headers["Location"]).text
    assert "Vos 2 places sont réservées" in seated and "déjà inscrite" in seated
    register_by_hand(event, details("Zoe", "zoe@example.org", companions=1), language="fr")
    waits = client.get(send(client, event, email=f"x{email}", companions="1").headers["Location"]).text
    assert "réservée" not in waits and re.search(r"rang \d", waits) and "déjà inscrite" in waits


def test_looking_changes_nothing(client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=1)
    for name in ("ana", "bea"):
        register_by_hand(event, details(name, f"{name}@example.org"), language="fr")
    links = [f"/r/{tokens_of(person).link}" for person in people()]
    tickets = [f"/{letter}/{tokens_of(person).ticket}" for person in people() for letter in "tT"]
    own = ("", "/ticket", "/edit", "/cancellation", "/erasure", "/data.json", "?lang=en&saved=1")
    paths = [link + part for link in links for part in own]
    public = ["", "/poster", "/register", "/register/thanks", "/register/erased", "/event.ics", "/qr.svg"]
    paths += tickets + [f"/e/{event.slug}{part}" for part in public] + ["/", "/privacy", "/calendar.ics", "/feed.atom"]
    before = fingerprint()
    for path in paths:
        for method in ("HEAD", "GET", "GET", "OPTIONS"):
            assert client.open(path, method=method).status_code < 400, path
    assert fingerprint() == before
    client.post(f"{links[0]}/cancellation")
    assert fingerprint() != before, "control: a change would be seen"


def test_no_attendee_page_sets_a_cookie(app: Flask, event: Event) -> None:
    client = new_client(app)
    answers = [send(client, event), send(client, event, email="nonsense"), send(client, event)]
    answers.append(client.get(answers[0].headers["Location"]))
    tokens, lunch = tokens_of(people()[0]), f"/e/{event.slug}"
    answers += map(client.get, ("/", "/privacy", "/nowhere", lunch, f"{lunch}/poster", f"/t/{tokens.ticket}"))
    own = ("", "/ticket", "/edit", "/cancellation", "/erasure", "/data.json")
    answers += [client.get(f"/r/{tokens.link}{part}") for part in own]
    answers += [
        client.post(f"/r/{tokens.link}/{part}", data={"name": ""}) for part in ("edit", "cancellation", "erasure")
    ]
    for answer in answers:
        assert "Set-Cookie" not in answer.headers, answer.request.path
    assert client.get("/?lang=en").headers["Set-Cookie"].startswith("lang=en; "), "the one that a person asks for"


def test_the_ticket_does_not_open_the_page_nor_the_link_the_door(client: FlaskClient, event: Event) -> None:
    tokens = tokens_of(register_by_hand(event, details(), language="fr"))
    assert tokens.link != tokens.ticket
    for part in ("", "/edit", "/ticket", "/cancellation", "/data.json", "/erasure"):
        assert client.get(f"/r/{tokens.ticket}{part}").status_code == 404
        assert client.get(f"/r/{tokens.link}{part}").status_code == 200
    assert client.get(f"/t/{tokens.link}").status_code == 404
    for path in (f"/t/{tokens.ticket}", f"/t/{tokens.ticket.lower()}", f"/T/{tokens.ticket}"):
        page = client.get(path)
        assert page.status_code == 200 and "Camille" not in page.text and tokens.link not in page.text
    for wrong in (tokens.link[:-1], tokens.link + "A", tokens.link.swapcase(), tokens.link[1:], tokens.link.lower()):
        assert client.get(f"/r/{wrong}").status_code == 404


def test_the_thanks_page_cannot_be_made_up(client: FlaskClient, make_event: EventMaker) -> None:
    event, other = make_event(), make_event()
    said = send(client, event).headers["Location"].partition("?t=")[2]
    for wrong in ("", "x", said[:-2], "WyJzZWF0ZWQiLG51bGwsIng8YT4iXQ.x", "%00", "%ED%A0%80"):
        assert client.get(f"/e/{other.slug}/register/thanks?t={wrong}").status_code == 302


def test_old_links_hold_after_the_secret_key_was_changed(settings: Settings, app: Flask, event: Event) -> None:
    tokens = tokens_of(register_by_hand(event, details(), language="fr"))
    keys = {"secret_key": "another key " * 4, "secret_key_fallbacks": settings.secret_key}
    renewed = create_app(Settings(**{**vars(settings), **keys}))
    renewed.testing = False
    with renewed.app_context():
        client = new_client(renewed)
        for path in (f"/r/{tokens.link}", f"/r/{tokens.link}/ticket", f"/t/{tokens.ticket}"):
            assert client.get(path).status_code == 200
        assert client.post(f"/r/{tokens.link}/cancellation").status_code == 303
        db.session.remove()
        db.engine.dispose()

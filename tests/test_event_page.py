"""The public page of a lunch: its language, what search engines read of it, and drafts."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.registrations.actions import register_by_hand
from tests.attendee import people, send, tokens_of
from tests.conftest import EventMaker, Outbox, details, new_client


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("fr-CH,fr;q=0.9,en;q=0.1", "fr"),
        ("en-GB,en", "en"),
        ("de-CH,de", "fr"),
        ("de,en;q=0.5", "en"),
        ("", "fr"),
        ("*", "fr"),
        ("xx;q=nonsense", "fr"),
    ],
)
def test_pages_speak_the_language_of_the_browser(app: Flask, event: Event, wish: str, language: str) -> None:
    client = new_client(app)
    for path in ("/", f"/e/{event.slug}", f"/e/{event.slug}/register", "/privacy", "/nowhere"):
        assert f'<html lang="{language}"' in client.get(path, headers={"Accept-Language": wish}).text


def test_the_language_that_one_chose_is_kept_and_spoken_by_the_letter(app: Flask, event: Event, outbox: Outbox) -> None:
    client = new_client(app)
    page = client.get(f"/e/{event.slug}?lang=en").text
    assert '<html lang="en"' in page and 'href="?lang=fr"' in page
    assert '<html lang="en"' in client.get("/").text
    assert client.get("/?lang=xx").headers.get("Set-Cookie") is None
    send(client, event)
    assert people()[0].language == "en"
    assert "Hello Camille Poireau" in outbox.last().text


def test_the_language_switch_keeps_the_rest_of_the_address(client: FlaskClient) -> None:
    page = client.get("/?a=1&b=%3Cx%3E&lang=fr").text
    assert 'href="?a=1&amp;b=%3Cx%3E&amp;lang=en"' in page


def structured(client: FlaskClient, event: Event) -> dict[str, object]:
    """What search engines read of a lunch."""
    page = client.get(f"/e/{event.slug}").text
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    told = json.loads(text)
    assert isinstance(told, dict)
    return told


def empty_fields(value: object) -> list[str]:
    """Fields that say nothing, at any depth."""
    if not isinstance(value, dict):
        return []
    return [key for key, part in value.items() if part in ("", None, {}, []) or empty_fields(part)]


def test_search_engines_read_a_whole_event(client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(
        capacity=7, companions_allowed=1, summary="Une </script><script>alert(1)</script> question", street="Rue X 1"
    )
    register_by_hand(event, details(companions=1), language="fr")
    told = structured(client, event)
    assert (told["maximumAttendeeCapacity"], told["remainingAttendeeCapacity"]) == (7, 5)
    assert told["@type"] == "Event" and told["url"] == f"http://lunch.example/e/{event.slug}"
    assert (
        told["startDate"] == event.starts_local.isoformat()
        and told["eventStatus"] == "https://schema.org/EventScheduled"
    )
    assert told["location"] == {
        "@type": "Place",
        "name": "L’ESPACE",
        "address": {"@type": "PostalAddress", "streetAddress": "Rue X 1", "addressLocality": "Genève"},
    }
    assert told["description"] == event.summary


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize(
    "bare", [{"venue": "", "town": ""}, {"venue": "", "street": "", "theme": "", "summary": ""}, {"capacity": 0}]
)
def test_search_engines_are_told_nothing_that_is_empty(
    client: FlaskClient, make_event: EventMaker, bare: dict[str, object]
) -> None:
    told = structured(client, make_event(**bare))
    assert empty_fields(told) == []
    assert told["remainingAttendeeCapacity"] == told["maximumAttendeeCapacity"]


def test_a_draft_is_nowhere(client: FlaskClient, make_event: EventMaker, app: Flask) -> None:
    draft = make_event(title="Secret Soup")
    tokens = tokens_of(register_by_hand(draft, details(), language="fr"))
    draft.published_at = None
    db.session.commit()
    for part in ("", "/poster", "/register", "/register/thanks", "/register/erased", "/event.ics", "/qr.svg"):
        assert client.get(f"/e/{draft.slug}{part}").status_code == 404, part
    assert client.post(f"/e/{draft.slug}/register").status_code == 404
    assert client.get(f"/t/{tokens.ticket}").status_code == 404
    for path in ("/", "/calendar.ics", "/feed.atom"):
        assert "Secret Soup" not in client.get(path).get_data(as_text=True)

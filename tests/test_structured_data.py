"""What a lunch says to machines: schema.org, without an empty word."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.site.views import structured_event
from tests.conftest import EventMaker

FIELDS = {
    "venue": "L’ESPACE", "street": "Rue du Port 1", "postcode": "1204", "town": "Genève", "theme": "IA",
    "summary": "De quoi parler.",
}  # fmt: skip


def things(value: Any) -> Iterator[Any]:
    """A value and everything inside it."""
    yield value
    if isinstance(value, dict):
        for inner in value.values():
            yield from things(inner)


def is_empty(value: Any) -> bool:
    """Whether a value says nothing: a thing needs more than its type."""
    return value in ("", None, {}, []) or (isinstance(value, dict) and set(value) == {"@type"})


def test_no_field_is_empty_whatever_the_lunch_lacks(app: Flask, event: Event) -> None:
    assert is_empty({"@type": "Place"}) and is_empty("") and not is_empty(0), "control"
    with app.test_request_context():
        for has in product((False, True), repeat=len(FIELDS)):
            for (name, word), there in zip(FIELDS.items(), has, strict=True):
                setattr(event, name, word if there else "")
            said = structured_event(event, 3)
            assert [thing for thing in things(said) if is_empty(thing)] == [], has
            assert ("location" in said) is any(has[:4])
            assert ("about" in said, "description" in said) == has[4:]


def test_a_place_has_what_is_known_of_it(app: Flask, event: Event) -> None:
    event.venue, event.street, event.postcode, event.town = "L’ESPACE", "", "", ""
    with app.test_request_context():
        assert structured_event(event, 3)["location"] == {"@type": "Place", "name": "L’ESPACE"}
        event.venue, event.street = "", "Rue du Port 1"
        address = {"@type": "PostalAddress", "streetAddress": "Rue du Port 1"}
        assert structured_event(event, 3)["location"] == {"@type": "Place", "address": address}


def test_the_page_says_what_is_true_and_no_more(client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=0, cancelled_at=clock.now())
    page = client.get(f"/e/{event.slug}").text
    said = json.loads(page.split('application/ld+json">')[1].split("</script>")[0])
    assert said["eventStatus"] == "https://schema.org/EventCancelled"
    assert said["maximumAttendeeCapacity"] == 0
    assert "remainingAttendeeCapacity" not in said, "seats of a lunch that is cancelled are no seats"
    assert not {"isAccessibleForFree", "inLanguage"} & set(said), "nobody told us"

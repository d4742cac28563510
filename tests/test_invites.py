"""Every public list, page and feed with a lunch in each of its states: none invites to what cannot be had."""

import json
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.registrations.actions import register_by_hand
from tests.conftest import EventMaker, details
from tests.speaking import speak

pytestmark = pytest.mark.both_databases


INVITES = re.compile(r"Il reste|Réserver ma place|Réservez votre place|Rejoindre la liste|remainingAttendeeCapacity")
DRAFT = "Brouillon caché"
UNBOOKABLE = ("cancelled", "past", "running", "closed")
SHOWN = {"cancelled": "Annulé", "running": "En ce moment", "closed": "Inscriptions closes", "full": "Liste d’attente"}
"""What the home page says of a lunch that is not the next one."""


def lunch_in(state: str, make_event: EventMaker) -> Event:
    """A lunch in this state, at which somebody speaks; made before the next one, so that it could be the hero."""
    now, soon = clock.now(), clock.now() + timedelta(days=2)
    fields: dict[str, dict[str, object]] = {
        "cancelled": {"starts_at": soon, "cancelled_at": now},
        "past": {"starts_at": now - timedelta(days=2)},
        "running": {"starts_at": now - timedelta(hours=1)},
        "closed": {"starts_at": soon, "closes_at": now - timedelta(hours=1)},
        "full": {"starts_at": soon, "capacity": 1},
        "open": {"starts_at": soon},
    }
    event = make_event(title=f"Lunch {state}", **fields[state])
    speak(event)
    if state == "full":
        register_by_hand(event, details("Ana", None), language="fr")
    return event


def pages_of(client: FlaskClient, event: Event) -> dict[str, str]:
    """Everything public in which a lunch can be told of, as text."""
    lunch = f"/e/{event.slug}"
    paths = ("/", f"/series/{event.series.slug}", "/speakers/laura-tocmacov", "/organisations/impactia", lunch)
    feeds = ("/calendar.ics", "/feed.atom", f"{lunch}/poster", f"{lunch}/register", f"{lunch}/event.ics")
    return {path: read(client, path) for path in (*paths, *feeds)}


def read(client: FlaskClient, path: str) -> str:
    """What a path answers, in French, every space an ordinary one."""
    return client.get(f"{path}?lang=fr").text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("state", [*UNBOOKABLE, "full"])
def test_nothing_invites_to_a_lunch_that_cannot_be_had(client: FlaskClient, make_event: EventMaker, state: str) -> None:
    event = lunch_in(state, make_event)
    make_event(title=DRAFT, published_at=None)
    pages = pages_of(client, event)
    for path, page in pages.items():
        found = INVITES.findall(page)
        if state == "full":  # its waiting list can be joined, its entry be kept
            found = [each for each in found if each.startswith(("Il reste", "Réserver"))]
        assert not found, (path, found)
        assert DRAFT not in page, path
    if state in UNBOOKABLE:
        for path, page in pages.items():
            assert f'href="/e/{event.slug}/register"' not in page, path
    if state == "cancelled":
        assert "STATUS:CANCELLED" in pages["/calendar.ics"] and "Lunch annulé" in pages["/feed.atom"]
        silent = ("series", ".ics", "register")  # no such lunch, or words of its own; the form leads to the page
        assert all("nnulé" in page for path, page in pages.items() if not any(part in path for part in silent))
        assert event.title not in pages[f"/series/{event.series.slug}"]


def test_an_open_lunch_does_invite(client: FlaskClient, make_event: EventMaker) -> None:
    """The control: the words that are looked for are those that are said."""
    pages = pages_of(client, lunch_in("open", make_event))
    lunch = next(path for path in pages if path.startswith("/e/"))
    for path, words in (
        (lunch, "Réserver ma place"),
        (lunch, "Il reste"),
        (lunch, "remainingAttendeeCapacity"),
        (f"{lunch}/poster", "Réservez votre place"),
    ):
        assert words in pages[path], (path, words)


@pytest.mark.parametrize("state", SHOWN)
def test_home_says_what_a_lunch_is_and_leads_with_one_that_takes_place(
    client: FlaskClient, make_event: EventMaker, state: str
) -> None:
    event, later = lunch_in(state, make_event), make_event(title="Le suivant", capacity=40)
    page = read(client, "/")
    hero = page.partition("<section")[0]
    others = page.partition("À venir</h2>")[2].partition("</section>")[0]
    first, other = (later, event) if state == "cancelled" else (event, later)
    assert first.title in hero and other.title not in hero and other.title in others
    assert ("Il reste 40 places" in others) is (state != "cancelled")
    make_event(title="Le premier", starts_at=clock.now() + timedelta(days=1))
    again = read(client, "/")
    assert SHOWN[state] in (again if state == "running" else again.partition("À venir</h2>")[2])


def test_a_cancelled_lunch_says_so_where_it_is_shared(client: FlaskClient, make_event: EventMaker) -> None:
    event, same = lunch_in("cancelled", make_event), lunch_in("open", make_event)
    page = read(client, f"/e/{event.slug}")
    assert re.search(r'og:description" content="Ce lunch est annulé', page)
    told = json.loads(re.findall(r'ld\+json">(.*?)</script>', page, re.DOTALL)[0])
    assert told["eventStatus"].endswith("EventCancelled")
    same.title = event.title
    cards = [client.get(f"/e/{one.slug}/card.png").data for one in (event, same)]
    assert cards[0] != cards[1]

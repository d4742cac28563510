"""The archive of a series: past lunches that one enjoys browsing, and finds by any word that was said there."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from lunchkit.events.models import Colour, Event, Series
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.text import normalise
from lunchkit.recap.models import Recap
from lunchkit.site.series import PAGE_SIZE
from lunchkit.speakers.models import Appearance, Organisation, Speaker
from tests.chromium import open_context
from tests.conftest import EventMaker
from tests.live import House, house
from tests.looks import ATTENDEE, faults, over_budget, weigh
from tests.statements import count_selects

NOON = datetime(2025, 5, 13, 10, tzinfo=UTC)
ARCHIVE = "/series/lunch-des-bonnes-pratiques"


def add_recap(event: Event, introduction: str = "", words: str = "") -> None:
    """A published recap, with an introduction and other words in it."""
    sections = [{"id": 1, "kind": "introduction", "title": "", "data": {"text": introduction}}] if introduction else []
    document = {"version": 1, "language": "fr", "sections": sections}
    event.recap_published_at = event.ends_at + timedelta(days=7)
    db.session.add(
        Recap(
            event_id=event.id,
            created_at=event.ends_at,
            published_at=event.recap_published_at,
            published=document,
            words=normalise(f"{introduction} {words}"),
        )
    )
    db.session.commit()


def add_speaker(event: Event, name: str, organisation: str = "") -> None:
    """Somebody who spoke at a lunch."""
    house = Organisation(slug=normalise(organisation), name=organisation) if organisation else None
    speaker = Speaker(slug=normalise(name).replace(" ", "-"), name=name, organisation=house)
    db.session.add(Appearance(event_id=event.id, speaker=speaker))
    db.session.commit()


def titles(client: FlaskClient, **query: object) -> list[str]:
    """The lunches that the page shows, in its order."""
    page = client.get(ARCHIVE, query_string=query)
    assert page.status_code == 200
    return re.findall(r"<h3><a [^>]*>([^<]*)</a></h3>", page.text)


@pytest.fixture
def past(make_event: EventMaker) -> list[Event]:
    """Four lunches of two years, the latest first."""
    lunches = [
        make_event(title="IA responsable", theme="Intelligence artificielle", starts_at=NOON, summary="À table."),
        make_event(title="Réparer", starts_at=NOON - timedelta(days=60), colour=Colour.PETIT_POIS, summary="Vis."),
        make_event(title="Monnaies", starts_at=NOON - timedelta(days=300), summary="De l’argent à soi."),
        make_event(title="Le logement", starts_at=NOON - timedelta(days=370), summary="Une cuisine pour dix."),
    ]
    add_recap(lunches[0], "Une **question** à table, et des réponses. Puis le café.", "Infomaniak à l’Œuvre")
    add_speaker(lunches[0], "Élodie Cœur", "Atelier de l’Étang")
    return lunches


def test_past_lunches_are_listed_by_year_the_newest_first(client: FlaskClient, past: list[Event], event: Event) -> None:
    assert titles(client) == ["IA responsable", "Réparer", "Monnaies", "Le logement"]
    page = client.get(ARCHIVE).text
    assert re.findall(r"<h2>(\d{4})</h2>", page) == ["2025", "2024"]
    row = page.split("<li ")[1].split("</li>")[0]
    for words in ("mardi 13 mai 2025", "Intelligence artificielle", "Élodie Cœur", "Atelier de l’Étang"):
        assert words in row
    assert "Une question à table, et des réponses." in row and "**" not in row
    assert 'viewBox=""' not in page and 'viewBox="0.0 -100.0 86.6 100.0"' in row, "from noon to two"
    home = client.get("/").text
    assert f'href="/e/{past[0].slug}/recap"' in home and f'href="/e/{past[1].slug}"' in home
    for path in ("/", f"/e/{event.slug}", f"/e/{event.slug}/register"):
        assert f'href="{ARCHIVE}"' in client.get(path).text


def test_drafts_coming_and_cancelled_lunches_are_not_listed(client: FlaskClient, make_event: EventMaker) -> None:
    make_event(title="Draft", starts_at=NOON, published_at=None)
    make_event(title="Off", starts_at=NOON, cancelled_at=NOON)
    make_event(title="Coming")
    make_event(title="Running", starts_at=clock.now() - timedelta(minutes=5))
    other = Series(slug="other", name="Autre série", network="X")
    db.session.add(other)
    db.session.commit()
    make_event(title="Elsewhere", starts_at=NOON, series_id=other.id)
    assert titles(client) == []
    make_event(title="Past", starts_at=NOON)
    assert titles(client) == ["Past"], "control"


def test_a_withdrawn_recap_tells_nothing(client: FlaskClient, past: list[Event]) -> None:
    assert titles(client, q="infomaniak") == ["IA responsable"], "control"
    past[0].recap_published_at = None
    db.session.commit()
    page = client.get(ARCHIVE).text
    assert "Une question à table" not in page and "/recap" not in page and "À table." in page
    assert titles(client, q="infomaniak") == []


def test_every_word_is_found_whatever_its_accents_and_capitals(client: FlaskClient, past: list[Event]) -> None:
    everything = ["IA responsable", "Réparer", "Monnaies", "Le logement"]
    ia = everything[:1]
    searches = {
        "réparer": ["Réparer"], "REPARER": ["Réparer"], "elodie": ia, "cœur": ia, "COEUR": ia, "étang atelier": ia,
        "l'étang": ia, "L’ETANG": ia, "artificielle": ia, "infomaniak": ia, "oeuvre": ia, "l’argent": ["Monnaies"],
        "responsable infomaniak élodie": ia, "infomaniak réparer": [], "mai 2025": ia,
        "2024": ["Monnaies", "Le logement"], "logem": ["Le logement"], "xyz": [], "%": everything, "_": [],
        "   ": everything,
    }  # fmt: skip
    assert {words: titles(client, q=words) for words in searches} == searches
    for query in ("q=%00", "q=%ff", "q=" + "a+" * 2000, "page=-1", "page=x", "page=99999999999999"):
        assert client.get(f"{ARCHIVE}?{query}").status_code == 200, query


def test_nothing_found_no_past_and_no_series_are_said(client: FlaskClient, series: Series) -> None:
    page = client.get(ARCHIVE)
    assert page.status_code == 200 and "<h3>" not in page.text and 'class="band t empty"' in page.text
    for slug in ("nothing", "a%00b", "%ff", "é", "x" * 3000):
        assert client.get(f"/series/{slug}").status_code == 404
    found = client.get(ARCHIVE, query_string={"q": "zzz <b>"}).text
    assert "zzz &lt;b&gt;" in found and "&amp;lt;" not in found and "<b>" not in found
    assert f'href="{ARCHIVE}"' in found and 'value="zzz &lt;b&gt;"' in found


def test_many_lunches_come_in_pages_with_as_many_queries_as_few(
    client: FlaskClient, make_event: EventMaker, past: list[Event]
) -> None:
    paths = (ARCHIVE, f"{ARCHIVE}?q=lunch+recit+maison", "/")
    few = {path: count_selects(client, path) for path in paths}
    for number in range(45):
        lunch = make_event(title=f"Lunch {number}", starts_at=NOON + timedelta(days=90 - number))
        add_recap(lunch, f"Récit du lunch numéro {number}.")
        add_speaker(lunch, f"Personne {number}", f"Maison {number}")
    assert {path: count_selects(client, path) for path in paths} == few and all(few.values())
    assert titles(client) == [f"Lunch {n}" for n in range(PAGE_SIZE)]
    assert titles(client, page=2) == [f"Lunch {n}" for n in range(40, 45)] + [event.title for event in past]
    assert titles(client, page=99) == titles(client, page=2), "beyond the last is the last"
    assert titles(client, q="maison lunch 37") == ["Lunch 37"]
    page = client.get(ARCHIVE, query_string={"q": "recit", "page": 2}).text
    assert "q=recit" in page and 'rel="prev"' in page
    home = client.get("/").text
    assert home.count("/recap") == 5 and "Lunch 0" in home and "Lunch 5<" not in home, "the latest only"


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo with two more years of lunches, served for real."""
    with house(tmp_path_factory.mktemp("archive")) as lunch:
        with lunch.app.app_context():
            _plant_years(lunch.app)
        yield lunch


def _plant_years(app: Flask) -> None:
    series = db.session.query(Series).one()
    colours = list(Colour)
    for number in range(60):
        db.session.commit()
        db.session.connection(execution_options={"writes": True})  # the server writes too
        starts_at = NOON - timedelta(days=14 * number + 14, hours=7 if number % 5 == 4 else 0)
        event = Event(
            series_id=series.id,
            uid=f"past-{number}@lunch.example",
            slug=f"past-{number}",
            title=("Réparer plutôt que jeter", "Monnaies", "Gouvernance partagée : décider à quarante")[number % 3],
            theme=("Économie de la réparation", "", "Gouvernance")[number % 3],
            summary="Une question, une table, et deux personnes qui la pratiquent depuis longtemps.",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            contact_email="lunch@example.org",
            colour=colours[number % len(colours)],
            capacity=40,
            created_at=starts_at,
            updated_at=starts_at,
            published_at=starts_at,
        )
        db.session.add(event)
        db.session.flush()
        add_speaker(event, f"Alix Panais {number}", f"Coopérative {number}")
        if number % 4:
            add_recap(event, f"Ce qui s’est dit au lunch numéro {number}, et ce qui en est sorti. Puis le café.")
    db.session.remove()
    db.engine.dispose()


def pages_of(lunch: House) -> dict[str, str]:
    states = {"archive": "", "found": "?q=reparer", "nothing found": "?q=zzz", "last": "?page=2"}
    return {name: lunch.url(ARCHIVE + query) for name, query in states.items()}


def test_the_archive_keeps_its_budget_and_everybody_can_use_and_search_it(chromium: Browser, lunch: House) -> None:
    context, too_much = open_context(chromium, java_script_enabled=False), []
    page = context.new_page()
    for name, address in pages_of(lunch).items():
        shown = 150 if name == "nothing found" else 150 + 9 * PAGE_SIZE  # forty lunches, each with its words
        too_much += over_budget(name, weigh(page, address), (ATTENDEE[0], ATTENDEE[1], shown))
    page.goto(lunch.url(ARCHIVE))
    page.get_by_role("searchbox").fill("GOUVERNANCE 59")
    page.keyboard.press("Enter")
    page.wait_for_url("**?q=*")
    page.get_by_role("heading", level=3).get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/e/past-59/recap")
    context.close()
    context = open_context(chromium)
    assert (too_much, faults(context.new_page(), pages_of(lunch))) == ([], [])
    context.close()

"""An organiser brings a list in a real browser, without JavaScript; every page of it is light, and anybody can use it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.registrations.event_changes.actions import change_capacity
from lunchkit.team.models import Organiser
from lunchkit.team.sign_in.actions import issue_console_link
from tests.chromium import DESK, open_context
from tests.importing import HELLOASSO, PRETIX, as_csv
from tests.live import House, house
from tests.looks import ORGANISER, faults, faults_here

pytestmark = pytest.mark.browser
LONG = "Association genevoise pour l’épicerie participative, solidaire et paysanne du quartier"
WIDE = [f"Question posée par le formulaire numéro {n}, avec ses précisions ?" for n in range(22)]


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house"), change_coming={"capacity": 75}) as lunch:
        yield lunch


def signed_in(lunch: House, chromium: Browser, **options: object) -> Page:
    page = open_context(chromium, viewport=DESK, **options).new_page()
    with lunch.app.app_context(), lunch.app.test_request_context():
        link = issue_console_link(db.session.query(Organiser).one())
        db.session.remove()
        db.engine.dispose()
    page.goto(link)
    with page.expect_navigation():
        page.locator("main button").first.click()
    return page


def choose(page: Page, lunch: House, data: bytes, name: str) -> str:
    page.goto(lunch.url(f"/organiser/e/{lunch.events['coming']}/registrations"))
    page.get_by_role("link", name="Importer une liste").click()
    page.get_by_label("Fichier des personnes").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    with page.expect_navigation():
        page.get_by_role("button", name="Voir l’aperçu").click()
    return page.url


def mixed() -> bytes:
    eats = ["viande", "Végétarienne, sans gluten ni lactose, merci d’avance à la cuisine", "tagada"]
    rows = [["Nom", "Courriel", "Structure", "Régime", *WIDE]]
    rows += [
        [f"Personne {n} Rutabaga-Topinambour", f"rutabaga{n}@example.org", LONG, eats[n % 3], *["noix"] * 22]
        for n in range(60)
    ]
    rows += [["", f"sans-nom-{n}@une-adresse-plutot-longue.example.org", LONG, "", *["non"] * 22] for n in range(45)]
    return as_csv(rows).encode()


def test_the_trip_without_javascript(lunch: House, chromium: Browser) -> None:
    page = signed_in(lunch, chromium, java_script_enabled=False)
    choose(page, lunch, HELLOASSO.encode("utf-16"), "export.csv")
    expect(page.get_by_role("heading", name="Ce qui se passerait")).to_be_visible()
    expect(page.get_by_text("d’après le fichier.")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Inscrire 2 personnes").click()
    expect(page.get_by_role("heading", name="Importé")).to_be_visible()
    page.get_by_role("link", name="Voir la liste").click()
    page.get_by_label("Nom, courriel ou structure").fill("fenouil")
    with page.expect_navigation():
        page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("link", name="Robin FENOUIL")).to_be_visible()
    page.go_back()
    page.go_back()
    page.get_by_text("Annuler cet import").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Annuler l’import").click()
    expect(page.get_by_text("Plus personne de ce fichier")).to_be_visible()
    page.context.close()


def test_its_pages_are_light_and_everybody_can_use_them(lunch: House, chromium: Browser) -> None:
    page = signed_in(lunch, chromium)
    start = lunch.url(f"/organiser/e/{lunch.events['coming']}/import")
    draft = choose(page, lunch, mixed(), "une-liste-dont-le-nom-est-plutôt-long-export-du-printemps.csv")
    done = choose(page, lunch, PRETIX.encode(), "pretix.csv")
    with page.expect_navigation():
        page.get_by_role("button", name="Inscrire").click()
    addresses = {
        "choose": start,
        "preview": draft,
        "columns": f"{draft}/columns",
        "done": done,
        "letters": lunch.url(f"/organiser/e/{lunch.events['coming']}/emails?group=registrations/confirmation"),
    }
    paper = lunch.url(f"/organiser/e/{lunch.events['coming']}/paper")
    addresses |= {f"paper{part}": paper + part for part in ("/attendance", "/badges", "/cards")}
    found = faults(page, addresses, budget=ORGANISER)
    page.goto(start)
    page.get_by_label("Fichier des personnes").set_input_files(
        {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    )
    with page.expect_navigation():
        page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.locator(".error")).to_be_visible()
    found += faults_here(page)
    assert found == []
    page.context.close()


# What is printed of it: every name whole, every page A4, nothing cut, however long the names.

PEOPLE = 60
NAME = "Marie-Françoise-Éléonore de Rutabaga-Topinambour von und zu Schwarzwurzelkrautfeld-Kohlrabi"
ORGANISATION = (
    "Association genevoise pour l’épicerie participative, solidaire et paysanne du quartier des Eaux-Vives et alentours"
)


@pytest.fixture(scope="module")
def desk(lunch: House, chromium: Browser) -> Iterator[Page]:
    page = signed_in(lunch, chromium)
    with lunch.app.app_context():
        change_capacity(db.session.scalars(select(Event).where(Event.slug == lunch.events["coming"])).one(), 400)
        db.session.remove()
        db.engine.dispose()
    rows = [["Nom", "Structure"], [NAME, ORGANISATION], ["X" * 100, "Y" * 120]]
    rows += [[f"Personne{n:03}{' Rutabaga-Topinambour' * (n % 4)}", ORGANISATION[: n % 110]] for n in range(PEOPLE)]
    choose(page, lunch, as_csv(rows).encode(), "liste.csv")
    with page.expect_navigation():
        page.get_by_role("button", name="Inscrire").click()
    yield page
    page.context.close()


def printed(page: Page, address: str, path: Path) -> PdfReader:
    page.goto(address)
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    return PdfReader(path)


def cut(page: Page, what: str) -> list[str]:
    found: list[str] = page.evaluate(
        """what => [...document.querySelectorAll(what)]
            .filter(box => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1)
            .map(box => box.textContent.trim().slice(0, 60))""",
        what,
    )
    return found


def is_a4(reader: PdfReader) -> bool:
    return all([round(float(side) / 72 * 25.4) for side in sheet.mediabox[2:]] == [210, 297] for sheet in reader.pages)


def test_many_badges_fill_their_sheets_and_none_is_cut(lunch: House, desk: Page, tmp_path: Path) -> None:
    address = lunch.url(f"/organiser/e/{lunch.events['coming']}/paper/badges")
    reader = printed(desk, address, tmp_path / "badges.pdf")
    count = desk.locator("article").count()
    assert count >= PEOPLE and len(reader.pages) == -(-count // 8) and is_a4(reader)
    desk.emulate_media(media="print")
    assert cut(desk, "article") == []
    desk.emulate_media(media="null")
    text = [sheet.extract_text() for sheet in reader.pages]
    assert all(sheet.count("Photos") == 8 for sheet in text[:-1]), "whole badges on every sheet"
    assert all(f"Personne{n:03}" in "".join(text) for n in range(PEOPLE))


def test_the_attendance_list_repeats_its_headings_and_loses_nobody(lunch: House, desk: Page, tmp_path: Path) -> None:
    address = lunch.url(f"/organiser/e/{lunch.events['coming']}/paper/attendance")
    reader = printed(desk, address, tmp_path / "list.pdf")
    text = [sheet.extract_text() for sheet in reader.pages]
    assert is_a4(reader) and 1 < len(text) < 8
    assert all("Structure" in sheet for sheet in text[:-1]), "headings on every page"
    assert all(f"Personne{n:03}" in "".join(text) for n in range(PEOPLE))

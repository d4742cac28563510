"""What is printed: every name whole, every page A4, nothing cut, however many people and however long their names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from pypdf import PdfReader
from sqlalchemy import select

from lunchkit.admin.printouts import badge_size
from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.registrations.actions import cancel_registration, register_by_hand
from lunchkit.room.models import Room
from tests.browser import press
from tests.chromium import DESK
from tests.conftest import EventMaker, details
from tests.importing import as_csv
from tests.live import House, house
from tests.looks import faults
from tests.test_import_trip import choose, signed_in

PEOPLE = 120
LONG = "Marie-Françoise-Éléonore de Rutabaga-Topinambour von und zu Schwarzwurzelkrautfeld-Kohlrabi"
ORGANISATION = (
    "Association genevoise pour l’épicerie participative, solidaire et paysanne du quartier des Eaux-Vives et alentours"
)


def sheet(client: FlaskClient, event: Event, name: str) -> str:
    answer = client.get(f"/organiser/e/{event.slug}/paper/{name}".rstrip("/"))
    assert answer.status_code == 200
    return answer.text


def test_badges_are_for_those_who_have_a_seat(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=3, companions_allowed=1)
    register_by_hand(event, details("Ana Blette", None, organisation="Épi"), language="fr")
    register_by_hand(event, details("Bo Chou", None, companions=1), language="fr")
    register_by_hand(event, details("Cy Navet", None), language="fr")
    cancel_registration(register_by_hand(event, details("Di Ail", None), language="fr"))
    page = sheet(organiser_client, event, "badges")
    assert page.count("<article") == 3, "Ana, Bo, and a blank one for who comes with Bo"
    assert "Ana Blette" in page and "avec Bo Chou" in page
    assert "Cy Navet" not in page and "Di Ail" not in page
    listed = sheet(organiser_client, event, "attendance")
    assert "1. Cy Navet" in listed and "Di Ail" not in listed


def test_no_address_and_no_need_is_on_paper(organiser_client: FlaskClient, event: Event) -> None:
    register_by_hand(event, details("Ana", "ana@example.org", allergies="noix", access="fauteuil"), language="fr")
    for name in ("badges", "attendance"):
        page = sheet(organiser_client, event, name)
        assert "Ana" in page and not {"ana@example.org", "noix", "fauteuil"} & set(
            page.replace("<", " ").replace(">", " ").split()
        )


def test_table_cards_need_a_code_which_a_button_makes(organiser_client: FlaskClient, event: Event) -> None:
    address = f"/organiser/e/{event.slug}/paper/cards"
    assert "<form" in sheet(organiser_client, event, "cards")
    assert db.session.scalar(select(Room)) is None, "looking makes nothing"
    for _press in range(2):
        assert press(organiser_client, address) == 303
    db.session.rollback()
    code = db.session.scalars(select(Room.code)).one()
    page = sheet(organiser_client, event, "cards")
    assert page.count(f'<p class="code">{code}</p>') == 4


def test_a_draft_gets_no_code(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(published_at=None)
    assert press(organiser_client, f"/organiser/e/{event.slug}/paper/cards") == 404
    assert 'method="post" action="/organiser/e/' not in sheet(organiser_client, event, "cards")


@pytest.mark.parametrize("name", ["Lu", "Ana Blette", "Camille Poireau-Salsifis", LONG, "x" * 100, "W W W W"])
def test_a_name_has_a_size(name: str) -> None:
    assert 1 <= badge_size(name) <= 5
    assert badge_size("Lu") == 1 < badge_size(LONG)


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house"), change_coming={"capacity": 300}) as lunch:
        yield lunch


@pytest.fixture(scope="module")
def desk(lunch: House, chromium: Browser) -> Iterator[Page]:
    page = signed_in(lunch, chromium)
    rows = [["Nom", "Structure"], [LONG, ORGANISATION], ["X" * 100, "Y" * 120]]
    rows += [
        [f"Personne{n:03} {'Rutabaga-Topinambour ' * (n % 4)}".strip(), ORGANISATION[: n % 110]]
        for n in range(PEOPLE - 2)
    ]
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


@pytest.mark.browser
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
    assert all(f"Personne{n:03}" in "".join(text) for n in range(PEOPLE - 2))


@pytest.mark.browser
def test_the_attendance_list_repeats_its_headings_and_loses_nobody(lunch: House, desk: Page, tmp_path: Path) -> None:
    address = lunch.url(f"/organiser/e/{lunch.events['coming']}/paper/attendance")
    reader = printed(desk, address, tmp_path / "list.pdf")
    text = [sheet.extract_text() for sheet in reader.pages]
    assert is_a4(reader) and 3 < len(text) < 15
    assert all("Structure" in sheet for sheet in text[:-1]), "headings on every page"
    assert all(f"Personne{n:03}" in "".join(text) for n in range(PEOPLE - 2))


@pytest.mark.browser
def test_everybody_can_use_the_pages_of_paper(lunch: House, desk: Page) -> None:
    one = lunch.url(f"/organiser/e/{lunch.events['coming']}/paper")
    pages = {"paper": one, "attendance": f"{one}/attendance", "badges": f"{one}/badges", "cards": f"{one}/cards"}
    found = faults(desk, pages)
    desk.set_viewport_size(DESK)
    assert found == []

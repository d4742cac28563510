"""The organiser's workspace in a narrow window: its menu, and the form of a lunch. Both work without a script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from lunchkit.platform.db import db
from lunchkit.team.actions import add_organiser
from lunchkit.team.sign_in.actions import issue_console_link
from tests.chromium import PHONE, open_context
from tests.live import House, house
from tests.looks import SMALL, faults_here, overflow

pytestmark = pytest.mark.browser
ONE_LINE = 72
"""Pixels: the height of a header in the art direction."""
USUAL = 2460
"""Pixels that the form of a new lunch may be high on a phone; a tenth more than in the widest font it was measured in."""
FOLDED = "details.folded"


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as lunch:
        yield lunch


def signed_in(browser: Browser, link: str, *, script: bool = False) -> Page:
    page = open_context(browser, java_script_enabled=script).new_page()
    page.goto(link)
    with page.expect_navigation():
        page.locator("main button").first.click()
    return page


def link_for(lunch: House, name: str) -> str:
    with lunch.app.app_context(), lunch.app.test_request_context():
        link = issue_console_link(add_organiser(name, f"{name.split()[0].lower()}@lunch.example", "fr"))
        db.session.remove()
        db.engine.dispose()
    return link


@pytest.fixture(scope="module")
def phone(lunch: House, chromium: Browser) -> Iterator[Page]:
    page = signed_in(chromium, lunch.sign_in)
    yield page
    page.context.close()


def height(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["height"]


def test_the_menu_is_one_line_that_opens_with_keys_and_with_a_thumb(lunch: House, phone: Page) -> None:
    phone.set_viewport_size({"width": SMALL["width"], "height": SMALL["height"]})
    for path in ("/organiser/letters", f"/organiser/e/{lunch.events['running']}/room"):
        phone.goto(lunch.url(path))
        menu, word = phone.locator("#menu"), phone.locator("header button[popovertarget]").first
        assert height(phone, "header.top") <= ONE_LINE and overflow(phone) <= 0
        expect(menu).to_be_hidden()
        word.focus()
        phone.keyboard.press("Enter")
        expect(menu.get_by_role("link")).to_have_count(8)
        phone.keyboard.press("Tab")
        expect(menu.get_by_role("link").first).to_be_focused()
        phone.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        expect(word).to_be_focused()
        word.click()
        with phone.expect_navigation():
            menu.get_by_role("link", name="Réglages").click()
        assert phone.url.endswith("/organiser/house")


def test_everybody_can_use_the_open_menu(lunch: House, chromium: Browser) -> None:
    page = signed_in(chromium, link_for(lunch, "Kim Rutabaga"), script=True)
    page.goto(lunch.url("/organiser/letters"))
    page.locator("header button[popovertarget]").first.click()
    expect(page.locator("#menu")).to_be_visible()
    assert faults_here(page, [(SMALL, "dark"), (SMALL, "light")]) == []
    page.context.close()


def test_a_new_lunch_is_a_short_form_and_its_groups_open_with_keys(lunch: House, phone: Page) -> None:
    phone.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    phone.goto(lunch.url("/organiser/e/new"))
    normalised = phone.locator(FOLDED)
    assert height(phone, "html") < USUAL and overflow(phone) <= 0
    expect(phone.locator(f"{FOLDED}[open]")).to_have_count(0)
    for summary in normalised.locator("summary").all():
        summary.focus()
        phone.keyboard.press("Enter")
    expect(phone.locator(f"{FOLDED}[open]")).to_have_count(7)
    for name in ("access_notes", "asks_food", "price", "remind_two_days", "closes_at", "purge_days", "colour"):
        expect(phone.locator(f"[name={name}]").first).to_be_visible()
    assert height(phone, "html") > USUAL, "the control: with all of them open it is long"

"""The browser's own way back: past a page that answered a form, one finds the page of before, and no error."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.chromium import open_context
from tests.live import House, house

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("back")) as lunch:
        yield lunch


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, lunch: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = tmp_path_factory.mktemp("cookies") / "state.json"
    context = open_context(chromium)
    page = context.new_page()
    page.goto(lunch.sign_in)
    press(page)
    context.storage_state(path=kept)
    context.close()
    return kept


def press(page: Page, form: str = "main form") -> None:
    with page.expect_navigation():
        page.locator(f"{form} button.button").first.click()


def change_the_place(page: Page, lunch: House, place: str) -> str:
    form = lunch.url(f"/organiser/e/{lunch.events['coming']}/edit")
    page.goto(form)
    page.fill("[name=venue]", place)
    press(page)
    press(page)
    assert page.url.endswith("?done=saved")
    return form


def test_the_way_back_leads_to_the_form(chromium: Browser, lunch: House, signed_in: Path) -> None:
    context = open_context(chromium, storage_state=signed_in)
    page = context.new_page()
    form = change_the_place(page, lunch, "Avec script")
    answer = page.go_back()
    assert answer is not None and answer.status == 200 and answer.request.method == "GET"
    assert page.url == form and page.locator("main form").count() >= 1
    assert answer.headers["cache-control"] == "no-store", "nothing of it is kept on the disk"
    context.close()


def test_control_without_the_script_the_browser_shows_an_error(
    chromium: Browser, lunch: House, signed_in: Path
) -> None:
    context = open_context(chromium, storage_state=signed_in, java_script_enabled=False)
    page = context.new_page()
    change_the_place(page, lunch, "Sans script")
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_back()
    context.close()

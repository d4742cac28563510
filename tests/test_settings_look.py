"""Everybody can use the pages of the house, and they weigh little: in a real browser, with what is longest on them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from lunchkit.platform.db import db
from lunchkit.settings.actions import set_look, set_privacy
from lunchkit.settings.sections import SECTIONS
from tests.chromium import DESK, open_context
from tests.live import House, house
from tests.looks import ORGANISER, faults
from tests.uploads import logo_png


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo, with a logo that vanishes by night and a notice."""
    with house(tmp_path_factory.mktemp("house")) as lunch:
        with lunch.app.app_context():
            set_look(colour="tomate", logo_alt="Une assiette", logo_ground="", picture=logo_png((0, 0, 0)))
            set_privacy(notice="Le comité.\n\nPlaintes : [PFPDT](https://www.edoeb.admin.ch).", purge_days=30)
            db.session.remove()
            db.engine.dispose()
        yield lunch


@pytest.fixture(scope="module")
def desk(lunch: House, chromium: Browser) -> Iterator[Page]:
    """A signed-in browser."""
    context = open_context(chromium, viewport=DESK)
    page = context.new_page()
    page.goto(lunch.sign_in)
    with page.expect_navigation():
        page.locator("main button").first.click()
    yield page
    context.close()


@pytest.mark.browser
def test_the_pages_of_settings_keep_their_budget_and_everybody_can_use_them(desk: Page, lunch: House) -> None:
    names = ("", *(f"/sections/{name}" for name in SECTIONS), "/health", "/start/letters", "/start/lunch")
    pages = {name or "index": lunch.url(f"/organiser/house{name}") for name in names}
    assert faults(desk, pages, budget=ORGANISER) == []


@pytest.mark.browser
def test_a_test_letter_leaves_where_the_environment_decided_all(desk: Page, lunch: House) -> None:
    """The environment of this server has decided all about mail: the button is there all the same, and it works."""
    desk.goto(lunch.url("/organiser/house/sections/letters"))
    assert desk.locator("[name=mail_host]").count() == 0 and desk.locator(".decided").count() >= 3
    with desk.expect_navigation():
        desk.locator("button[value=trial]").click()
    assert desk.locator(".notice[role=status]").is_visible()

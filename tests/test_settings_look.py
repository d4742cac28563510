"""Everybody can use the pages of the house, and they weigh little: in a real browser, with what is longest on them."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lunchkit.platform.db import db
from lunchkit.settings.actions import set_look, set_privacy
from lunchkit.settings.models import SETTINGS
from tests.chromium import DESK, open_context
from tests.live import house
from tests.looks import ORGANISER, faults
from tests.uploads import logo_png


@pytest.mark.browser
def test_settings_keep_their_budget_and_a_test_e_mail_leaves(tmp_path: Path, chromium: Browser) -> None:
    with house(tmp_path) as lunch, open_context(chromium, viewport=DESK) as context:
        with lunch.app.app_context():
            set_look(colour="tomate", logo_alt="Une assiette", logo_ground="", picture=logo_png((0, 0, 0)))
            set_privacy(notice="Le comité.\n\nPlaintes : [PFPDT](https://www.edoeb.admin.ch).", purge_days=30)
            db.session.remove()
            db.engine.dispose()
        page = context.new_page()
        page.goto(lunch.sign_in)
        with page.expect_navigation():
            page.locator("main button").first.click()
        names = ("", *(f"/sections/{name}" for name in SETTINGS), "/health")
        pages = {name or "index": lunch.url(f"/organiser/house{name}") for name in names}
        assert faults(page, pages, budget=ORGANISER) == []
        page.goto(pages["/sections/letters"])
        decided = "the environment has decided all about mail: the button is there all the same"
        assert page.locator("[name=mail_host]").count() == 0 and page.locator(".decided").count() >= 3, decided
        with page.expect_navigation():
            page.locator("button[value=trial]").click()
        assert page.locator(".notice[role=status]").is_visible()

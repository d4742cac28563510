"""What a logo costs: pages keep their budget with the heaviest one, and it is seen by everybody."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lunchkit.platform.db import db
from lunchkit.settings.actions import set_look
from tests.chromium import DESK, open_context
from tests.live import house
from tests.looks import ATTENDEE, SMALL, faults
from tests.uploads import noise_png


@pytest.mark.browser
def test_pages_keep_their_budget_with_a_heavy_logo(tmp_path: Path, chromium: Browser) -> None:
    with house(tmp_path) as lunch:
        with lunch.app.app_context():
            dressed = set_look(colour="myrtille", logo_alt="Une assiette", logo_ground="white", picture=noise_png())
            print("logo", dressed.logo_width, dressed.logo_height, len(dressed.logo or b""))
            db.session.remove()
            db.engine.dispose()
        time.sleep(3)  # the server looks every two seconds whether the settings are other ones
        coming = lunch.url(f"/e/{lunch.events['coming']}")
        pages = {
            "home": lunch.base + "/",
            "event": coming,
            "register": coming + "/register",
            "privacy": lunch.url("/privacy"),
        }
        context = open_context(chromium)
        page = context.new_page()
        assert faults(page, pages, ((SMALL, "dark"), (DESK, "light")), ATTENDEE) == []
        assert page.locator("header img.logo").evaluate("each => each.naturalWidth") > 60
        context.close()

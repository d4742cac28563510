"""The recap in a real browser: what it weighs, whether everybody can read it, share it and print it."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Request
from pypdf import PdfReader

from lunchkit.platform.db import db
from lunchkit.platform.images.actions import take_down
from lunchkit.platform.images.models import Picture
from lunchkit.recap.sections import SectionKind
from tests.chromium import DESK, PHONE, open_context
from tests.looks import faults, over_budget, weigh
from tests.recaps import SECOND_POLL, served

WITH_PHOTOS, WITHOUT = (250_000, 10, 300), (40_000, 10, 300)
"""Bytes transferred with a cold cache, requests, elements outside drawings."""
EXTRAS = (SECOND_POLL, SectionKind.NUMBERS, SectionKind.ROOM, SectionKind.RESOURCES)
"""What a recap of the usual length does without: one of everything at once has more elements."""
PARTS = ("responseBodySize", "responseHeadersSize")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """A recap with a section of every kind, and six pictures."""
    with served(tmp_path_factory.mktemp("full"), photos=6) as told:
        yield told


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A recap of the usual length, with six pictures."""
    with served(tmp_path_factory.mktemp("usual"), photos=6, hides=EXTRAS) as (address, _app):
        yield address


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same without a picture."""
    with served(tmp_path_factory.mktemp("plain"), hides=EXTRAS) as (address, _app):
        yield address


def scroll(page: Page) -> None:
    """Read to the end, so that every picture comes."""
    page.evaluate(
        "async () => { for (let y = 0; y < document.body.scrollHeight; y += 500)"
        " { scrollTo(0, y); await new Promise(done => setTimeout(done, 30)) } }"
    )
    page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    page.wait_for_timeout(200)


def test_the_recap_keeps_its_budget_and_asks_no_other_host(chromium: Browser, usual: str, plain: str) -> None:
    context = open_context(chromium)
    page, too_much = context.new_page(), []
    for name, address, budget in (("six photos", usual, WITH_PHOTOS), ("no photo", plain, WITHOUT)):
        for viewport in (PHONE, DESK):
            page.set_viewport_size({"width": viewport["width"], "height": viewport["height"]})
            too_much += over_budget(f"{name}, {viewport}", weigh(page, address), budget)
    context.close()
    assert too_much == []


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_reading_to_the_end_costs_no_more_than_the_budget(chromium: Browser, usual: str, viewport: Any) -> None:
    context = open_context(chromium, viewport=viewport)
    page = context.new_page()
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))
    page.goto(usual, wait_until="networkidle")
    at_first = len(asked)
    scroll(page)
    size = sum(request.sizes()[part] for request in asked for part in PARTS)
    print(f"{size} bytes in {len(asked)} requests, {at_first} of them at first")
    assert len(asked) > at_first, "control: pictures come when they are needed"
    assert (size <= WITH_PHOTOS[0], len(asked) <= WITH_PHOTOS[1]) == (True, True)
    context.close()


def test_everybody_can_read_it(chromium: Browser, full: tuple[str, Flask]) -> None:
    context = open_context(chromium)
    found = faults(context.new_page(), {path: full[0] + path for path in ("", "?lang=en")})
    context.close()
    assert found == []


def test_everything_works_without_javascript(chromium: Browser, full: tuple[str, Flask]) -> None:
    context = open_context(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(full[0])
    assert page.locator("main article > section").count() >= len(SectionKind) - 1
    assert page.locator("button:visible").count() == 0, (
        "no button that does nothing: copying and printing need a script"
    )
    assert page.get_by_text(full[0].partition("://")[2]).is_visible(), "the address stands there to be copied by hand"
    page.locator("details summary").first.click()
    assert page.locator("details table").first.is_visible()
    assert page.locator("a[href^='https://mastodon.social/share?text=']").is_visible()
    context.close()


def test_one_tap_copies_the_address(chromium: Browser, full: tuple[str, Flask]) -> None:
    context = open_context(chromium, viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(full[0])
    page.locator("[data-share]").click()
    page.wait_for_function(f"navigator.clipboard.readText().then(text => text === '{full[0]}')")
    assert page.locator("[data-print]").is_visible()
    context.close()


def test_it_prints_on_a4(chromium: Browser, full: tuple[str, Flask], tmp_path: Any) -> None:
    context = open_context(chromium, viewport=DESK)
    page = context.new_page()
    page.goto(full[0], wait_until="networkidle")
    page.pdf(path=tmp_path / "recap.pdf", prefer_css_page_size=True)
    sheets = PdfReader(tmp_path / "recap.pdf").pages
    assert [round(float(side)) for side in sheets[0].mediabox[2:]] == [595, 842]
    assert len(sheets) <= 12
    text = "\n".join(sheet.extract_text() for sheet in sheets)
    for words in ("transparence", "Le Courrier", "https://www.journal.example/a-table", "Infomaniak"):
        assert words in text, words
    assert "Mastodon" not in text, "what only works on a screen is not printed"
    page.emulate_media(media="print")
    assert not page.locator(".top, .foot").filter(visible=True).locator("input").count()
    context.close()


def test_a_picture_that_is_taken_down_is_gone_for_who_comes_back(chromium: Browser, full: tuple[str, Flask]) -> None:
    address, app = full
    context = open_context(chromium)
    page = context.new_page()
    page.goto(address)
    before = page.locator("article figure img").count()
    source = page.locator("article figure img").last.get_attribute("src") or ""
    with app.app_context():
        token = source.split("/")[2]
        take_down(db.session.scalars(db.select(Picture).where(Picture.token == token)).one())
        db.session.remove()
        db.engine.dispose()
    page.goto("about:blank")
    page.goto(address)
    assert page.locator("article figure img").count() == before - 1
    answer = page.request.get(address.partition("/e/")[0] + source)
    assert answer.status == 404
    context.close()

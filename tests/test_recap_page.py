"""The recap in a real browser: what it weighs, whether everybody can read it, share it and print it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Request
from pypdf import PdfReader
from sqlalchemy import select

from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.images.actions import take_down
from lunchkit.platform.images.models import Picture
from lunchkit.recap.queries import sections_of
from lunchkit.recap.sections import SectionKind
from tests.chromium import DESK, PHONE, open_context
from tests.looks import faults, over_budget, weigh
from tests.recaps import NOTE, SECOND_POLL, publish, served

WITH_PHOTOS, WITHOUT = (250_000, 10, 300), (40_000, 10, 300)
"""Bytes transferred with a cold cache, requests, elements outside drawings."""
EXTRAS = (SECOND_POLL, SectionKind.NUMBERS, SectionKind.ROOM, SectionKind.RESOURCES)
"""What a recap of the usual length does without: one of everything at once has more elements."""
PARTS = ("responseBodySize", "responseHeadersSize")


@pytest.fixture(scope="module")
def recap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    with served(tmp_path_factory.mktemp("recap"), photos=6) as told:
        yield told


def hide(app: Flask, *names: str) -> None:
    with app.app_context(), app.test_request_context():
        event = any_event_by_slug_or_404("ia-responsable")
        for section in sections_of(event.id):
            if {section.kind, section.title} & {*names}:
                section.hidden_at = clock.now()
        publish(event)
        db.session.remove()
        db.engine.dispose()


def scroll(page: Page) -> None:
    page.evaluate(
        "async () => { for (let y = 0; y < document.body.scrollHeight; y += 500)"
        " { scrollTo(0, y); await new Promise(done => setTimeout(done, 30)) } }"
    )
    page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    page.wait_for_timeout(200)


def test_everything_works_without_javascript(chromium: Browser, recap: tuple[str, Flask]) -> None:
    context = open_context(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(recap[0])
    assert page.locator("main article > section").count() >= len(SectionKind) - 1
    assert page.locator("button:visible").count() == 0, "copying and printing need a script"
    assert page.get_by_text(recap[0].partition("://")[2]).is_visible(), "the address can be copied by hand"
    page.locator("details summary").first.click()
    assert page.locator("details table").first.is_visible()
    assert page.locator("a[href^='https://mastodon.social/share?text=']").is_visible()
    context.close()


def test_the_first_screen_of_a_phone_answers(chromium: Browser, recap: tuple[str, Flask]) -> None:
    context = open_context(chromium, viewport={"width": 390, "height": 664}, locale="fr-CH")
    page = context.new_page()
    page.goto(recap[0])
    told = (
        "L’ESS et l’IA sont-elles",
        "26 personnes sur 42",
        NOTE,
        "Ada Ressort",
        "À table avec l’IA",
        "journal.example",
    )
    places = [page.locator("header.opening").get_by_text(words).bounding_box() for words in told]
    lowest = [place["y"] + place["height"] for place in places if place]
    assert len(lowest) == len(told) and max(lowest) <= 664
    assert lowest == sorted(lowest), "question, answer, note, speakers, press"
    assert page.locator("header.opening a[href='https://www.journal.example/a-table']").is_visible()
    context.close()


def test_everybody_can_read_copy_and_print_it(chromium: Browser, recap: tuple[str, Flask], tmp_path: Path) -> None:
    address, app = recap
    context = open_context(chromium, viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    page.locator("[data-copy]").click()
    page.wait_for_function(f"navigator.clipboard.readText().then(text => text === '{address}')")
    assert page.locator("[data-print]").is_visible()
    page.pdf(path=tmp_path / "recap.pdf", prefer_css_page_size=True)
    sheets = PdfReader(tmp_path / "recap.pdf").pages
    assert [round(float(side)) for side in sheets[0].mediabox[2:]] == [595, 842] and len(sheets) <= 12
    text = "\n".join(sheet.extract_text() for sheet in sheets)
    for words in ("transparence", "Le Courrier", "https://www.journal.example/a-table", "Infomaniak", "venues d’une"):
        assert words in text, words
    assert "Mastodon" not in text, "what only works on a screen is not printed"

    images = page.locator("article figure img")
    before, source = images.count(), images.last.get_attribute("src") or ""
    with app.app_context():
        take_down(db.session.scalars(select(Picture).where(Picture.token == source.split("/")[2])).one())
        db.session.remove()
        db.engine.dispose()
    page.goto("about:blank")
    page.goto(address)
    assert images.count() == before - 1, "a picture that is taken down is gone for a browser that comes back"
    assert page.request.get(address.partition("/e/")[0] + source).status == 404
    assert faults(page, {path: address + path for path in ("", "?lang=en")}) == []
    context.close()


def test_the_recap_keeps_its_budget_and_asks_no_other_host(chromium: Browser, recap: tuple[str, Flask]) -> None:
    address, app = recap
    context = open_context(chromium)
    too_much = []
    for hidden, budget in ((EXTRAS, WITH_PHOTOS), ((SectionKind.PHOTOS,), WITHOUT)):
        hide(app, *hidden)
        for viewport in (DESK, PHONE):
            page, asked = context.new_page(), list[Request]()
            page.set_viewport_size(viewport)
            page.on("requestfinished", lambda request, asked=asked: asked.append(request))
            weight = weigh(page, address)
            too_much += over_budget(f"{hidden[0]}, {viewport['width']}", weight, budget)
            if budget is WITH_PHOTOS:
                scroll(page)
                assert len(asked) > weight.requests, "control: pictures come when they are needed"
            size = sum(request.sizes()[part] for request in asked for part in PARTS)
            print(f"{weight}, {size} bytes in {len(asked)} requests when read to the end")
            assert (size <= budget[0], len(asked) <= budget[1]) == (True, True)
            page.close()
    assert too_much == []
    context.close()

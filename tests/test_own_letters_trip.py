"""An organiser words a letter anew, looks at it, saves it; somebody registers and reads it: in a real browser, no script."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.wording.actions import save_words
from lunchkit.wording.organiser_forms import LONGEST_SUBJECT
from lunchkit.wording.words import Words
from tests.chromium import DESK, open_context
from tests.live import House, house, text_of
from tests.looks import ORGANISER, faults, over_budget, weigh

OURS = "Bonjour {nom},\n\nLe couvert est mis : {date}, {horaire}.\n\nSigné <b>{prénom}</b>"
LONG = "Tout ce que nous souhaitons vous dire avant de nous retrouver autour de la table, " * 12


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo, served for real, with letters that really leave."""
    with house(tmp_path_factory.mktemp("house")) as lunch:
        yield lunch


@pytest.fixture(scope="module")
def entered(lunch: House, chromium: Browser) -> Any:
    """What a browser keeps in which an organiser has signed in."""
    context = open_context(chromium)
    page = context.new_page()
    page.goto(lunch.sign_in)
    with page.expect_navigation():
        page.locator("main button").first.click()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def desk(chromium: Browser, entered: Any) -> Iterator[Page]:
    """A signed-in browser."""
    context = open_context(chromium, viewport=DESK, storage_state=entered)
    yield context.new_page()
    context.close()


@pytest.fixture
def plain_desk(chromium: Browser, entered: Any) -> Iterator[Page]:
    """The same without JavaScript."""
    context = open_context(chromium, viewport=DESK, storage_state=entered, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_a_letter_is_worded_looked_at_saved_and_read(lunch: House, plain_desk: Page, chromium: Browser) -> None:
    coming, desk = lunch.events["coming"], plain_desk
    desk.goto(lunch.url(f"/organiser/e/{coming}"))
    desk.locator(f'a[href="/organiser/e/{coming}/letters"]').click()
    desk.get_by_role("row", name=re.compile("^Confirmation")).get_by_role("link").click()
    prose, frame = desk.locator("[name=prose]"), desk.frame_locator("iframe[name=layout]")
    assert "{nom}" in prose.input_value(), "the form begins with what lunchkit says, its placeholders in French"
    expect(frame.locator("h1")).to_be_visible()
    desk.locator("[name=subject]").fill("À table, {nom} !")
    prose.fill(OURS)
    desk.locator("button[formtarget=layout]").click()
    expect(frame.get_by_text("Signé <b>{prénom}</b>").first).to_be_visible()
    expect(frame.get_by_text("À table, Camille")).to_be_visible()
    assert prose.input_value() == OURS, "nothing typed is lost by looking at it"
    with desk.expect_navigation():
        desk.locator("form.band button:not([name]):not([formtarget])").first.click()
    assert "{prénom}" in desk.locator(".notice").inner_text()
    desk.goto(lunch.url(f"/organiser/e/{coming}/letters"))
    assert "FR" in desk.get_by_role("row", name=re.compile("^Confirmation")).inner_text()

    context = open_context(chromium, java_script_enabled=False)
    phone = context.new_page()
    phone.goto(lunch.url(f"/e/{coming}/register"))
    phone.get_by_label("Prénom et nom").fill("Ana {contact}")
    phone.get_by_label("Courriel").fill("ana@example.org")
    phone.get_by_role("button", name="Réserver ma place").last.click()
    message = lunch.postman.wait_for("ana@example.org")
    assert str(message["Subject"]) == "À table, Ana {contact}\u202f!"
    text = text_of(message).replace("\r\n", "\n")
    assert text.startswith("Bonjour Ana {contact},\n\nLe couvert est mis")
    assert "Signé <b>{prénom}</b>" in text
    found = re.search(re.escape(lunch.base) + r"/r/[\w=-]+", text)
    assert found is not None
    phone.goto(found[0])
    assert "Ana {contact}" in phone.locator("main").inner_text(), "the link is in the letter, whatever was written"
    context.close()


def addresses(lunch: House) -> dict[str, str]:
    """The pages at their longest, and as they are at first."""
    with lunch.app.app_context():
        running = db.session.scalars(db.select(Event).where(Event.slug == lunch.events["running"])).one()
        save_words(
            running, "waiting", "fr", Words(LONG[:LONGEST_SUBJECT], LONG + "{a}{b}"), seen=0, by="Dominique " * 9
        )
        for language in ("de", "it", "en"):
            save_words(running, "waiting", language, Words("{lunch}", "x"), seen=0, by="Ada")
        db.session.remove()
        db.engine.dispose()
    one = lunch.url(f"/organiser/e/{lunch.events['running']}/letters")
    return {"letters": one, "own words": f"{one}/waiting/fr", "lunchkit’s words": f"{one}/recap/de"}


def test_the_pages_keep_their_budget_and_everybody_can_use_them(lunch: House, desk: Page) -> None:
    page = desk
    pages, too_much = addresses(lunch), []
    for name, address in pages.items():
        weight = weigh(page, address)
        print(f"{name:<20} {weight}")
        too_much += over_budget(name, weight, ORGANISER)
    assert too_much == []
    assert faults(page, pages) == []


def test_leaving_what_is_not_saved_is_asked_about_also_after_a_preview(lunch: House, desk: Page) -> None:
    page = desk
    page.goto(lunch.url(f"/organiser/e/{lunch.events['coming']}/letters/reminder/fr"))
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("[name=prose]").fill("À demain !")
    page.locator("button[formtarget=layout]").click()
    expect(page.frame_locator("iframe[name=layout]").get_by_text("À demain").first).to_be_visible()
    page.goto(lunch.url("/organiser/"))
    assert asked == ["beforeunload"]


def test_the_preview_fits_a_phone(lunch: House, desk: Page) -> None:
    page = desk
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(lunch.url(f"/organiser/e/{lunch.events['coming']}/letters/confirmation/fr"))
    frame = page.locator("iframe[name=layout]")
    box = frame.bounding_box()
    assert box is not None
    assert 240 < box["width"] <= 320
    inner = page.frame_locator("iframe[name=layout]").locator("main").bounding_box()
    assert inner is not None
    assert inner["width"] <= box["width"], "what is looked at is not wider than its frame"

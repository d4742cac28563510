"""Every organiser's form into which something is typed warns before it is lost. In a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.live import House, house
from tests.test_recap_trip import sign_in

IS_SAVED = "dispatchEvent(new Event('beforeunload', { cancelable: true }))"
"""What the browser asks a page before it leaves: false if the page wants a dialog."""
TEXT = "textarea:visible, input:is([type=text], [type=email], [type=url], [type=number], :not([type])):visible"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[tuple[Page, House]]:
    with house(tmp_path_factory.mktemp("house")) as lunch:
        page = sign_in(chromium, lunch.sign_in).new_page()
        yield page, lunch
        page.context.close()


def test_what_is_typed_and_not_saved_is_never_left_without_a_question(desk: tuple[Page, House]) -> None:
    page, lunch = desk
    one = f"/organiser/e/{lunch.events['coming']}"
    paths = ["e/new", "house/sections/network", "house/sections/address", "team"]
    parts = ("edit", "run/polls", "run", "form", "registrations/new", "registrations/40", "emails/new", "speakers")
    paths = [one, *(f"/organiser/{path}" for path in paths), *(f"{one}/{part}" for part in parts)]
    empty: list[str] = []
    for path in paths:
        page.goto(lunch.url(path))
        assert page.evaluate(IS_SAVED), f"nothing was typed: {path}"
        field = page.locator("main form[method=post]").locator(TEXT).first
        if not field.count():
            empty.append(path)
            continue
        field.fill("7")
        assert not page.evaluate(IS_SAVED), f"what was typed would be lost: {path}"
        page.evaluate("document.querySelectorAll('form').forEach((form) => form.reset())")
    assert len(empty) <= 2, f"where nothing can be typed, nothing is shown: {empty}"
    page.goto(lunch.url("/organiser/e/new"))
    page.locator("[name=title]").fill("Sans date")
    with page.expect_navigation():
        page.locator("main form button.button").last.click()
    expect(page.locator("[name=title]")).to_have_value("Sans date")
    assert not page.evaluate(IS_SAVED), "what came back was never saved"
    page.evaluate("document.querySelectorAll('form').forEach((form) => form.remove())")


def test_moving_a_row_does_not_empty_a_half_written_one(desk: tuple[Page, House]) -> None:
    page, lunch = desk
    page.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/run"))
    asked = page.locator("main form.band [name=title]")
    asked.fill("Et si on n’avait pas")
    order = page.locator("form.ways button").filter(has_text="Descendre").first
    order.click()
    expect(page.locator(".unsaved")).to_be_visible()
    expect(asked).to_have_value("Et si on n’avait pas")
    dialogs: list[str] = []

    def stay(dialog: object) -> None:
        dialogs.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", stay)
    page.locator(".phases a").first.click(no_wait_after=True)
    expect(asked).to_have_value("Et si on n’avait pas")
    page.wait_for_timeout(300)
    assert dialogs == ["beforeunload"]
    page.remove_listener("dialog", stay)
    with page.expect_navigation():  # asked once more, it goes on
        order.click()
        order.click()


def test_a_typed_day_is_said_in_words(desk: tuple[Page, House]) -> None:
    page, lunch = desk
    page.goto(lunch.url("/organiser/e/new"))
    said = page.locator("[data-echoes]")
    expect(said).to_be_empty()
    page.locator("#date").fill("2099-01-12")
    expect(said).to_contain_text("lundi 12 janvier 2099, dans ")
    page.locator("#date").fill("")
    expect(said).to_be_empty()

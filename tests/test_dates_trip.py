"""A mistaken day, two editors and a draft thrown away, with a thumb in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.live import House, house
from tests.looks import overflow
from tests.test_workspace_phone import signed_in

FOLDED = "details.folded"


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo, served for real."""
    with house(tmp_path_factory.mktemp("house")) as lunch:
        yield lunch


@pytest.fixture(scope="module")
def phone(lunch: House, chromium: Browser) -> Iterator[Page]:
    """An organiser's phone, 390 pixels wide, that runs no script."""
    page = signed_in(chromium, lunch.sign_in)
    yield page
    page.context.close()


def send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form.band button.button").last.click()


def unfold(page: Page, name: str) -> None:
    group = page.locator(f"{FOLDED}:has([name={name}])")
    if group.get_attribute("open") is None:
        group.locator("summary").click()


def test_a_past_day_comes_back_with_its_reason_and_nothing_is_saved(lunch: House, phone: Page) -> None:
    phone.goto(lunch.url(f"/organiser/e/{lunch.events['coming']}/edit"))
    day = phone.locator("[name=date]").input_value()
    phone.locator("[name=date]").fill("2026-01-12")
    send(phone)
    expect(phone.locator("#date-error")).to_contain_text("Ce jour est passé")
    assert overflow(phone) == 0
    phone.goto(lunch.url(f"/organiser/e/{lunch.events['coming']}/edit"))
    assert phone.locator("[name=date]").input_value() == day


def test_the_second_of_two_editors_sees_both_texts(lunch: House, phone: Page) -> None:
    edit = lunch.url(f"/organiser/e/{lunch.events['coming']}/edit")
    other = phone.context.new_page()
    phone.goto(edit)
    other.goto(edit)
    unfold(other, "food_note")
    other.locator("[name=food_note]").fill("Soupe de Carla")
    other.locator("[name=theme]").fill("Le pain")
    send(other)
    unfold(phone, "food_note")
    phone.locator("[name=food_note]").fill("Soupe de Lia")
    phone.locator("[name=capacity]").fill("77")
    send(phone)
    question = phone.locator(".versions")
    expect(question).to_contain_text("Soupe de Carla")
    expect(question).to_contain_text("Soupe de Lia")
    assert overflow(phone) == 0
    phone.locator("[name=theme]").fill("Le pain")
    send(phone)
    phone.goto(edit)
    for name, value in (("food_note", "Soupe de Lia"), ("theme", "Le pain"), ("capacity", "77")):
        assert phone.locator(f"[name={name}]").input_value() == value
    other.close()


def test_a_draft_is_thrown_away_after_one_question(lunch: House, phone: Page) -> None:
    phone.goto(lunch.url("/organiser/e/new?like=template"))
    send(phone)
    draft = phone.url.partition("?")[0]
    phone.get_by_role("link", name="Supprimer le brouillon").click()
    assert overflow(phone) == 0
    with phone.expect_navigation():
        phone.get_by_role("button", name="Le jeter").click()
    expect(phone.locator(".notice")).to_contain_text("Le brouillon est supprimé")
    assert overflow(phone) == 0 and phone.locator(f"a[href='/organiser/e/{draft.rpartition('/')[2]}']").count() == 0
    assert phone.goto(draft).status == 404  # type: ignore[union-attr]

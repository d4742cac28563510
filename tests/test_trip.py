"""The attendee's trip in a real browser, from the poster to the cancelled seat, with real letters."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import open_context, read_qr
from tests.live import House, house, text_of


def fill_form(page: Page, name: str, email: str) -> None:
    page.get_by_label("Prénom et nom").fill(name)
    page.get_by_label("Courriel").fill(email)


def send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form button.button:not([name])").last.click()


def link_in(letter_text: str, house: House, ending: str = "") -> str:
    found = re.search(re.escape(house.base) + r"/r/[\w-]+" + ending, letter_text)
    assert found, letter_text
    return found[0]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_poster_to_the_cancelled_seat(chromium: Browser, tmp_path: Path, javascript: bool) -> None:
    with house(tmp_path, change_coming={"capacity": 47}) as lunch:
        context = open_context(chromium, java_script_enabled=javascript)
        page = context.new_page()

        # The poster on the wall is scanned.
        page.goto(lunch.url(f"/e/{lunch.events['coming']}/poster"))
        address = read_qr(page, "svg.qr", tmp_path)
        assert address == lunch.url(f"/e/{lunch.events['coming']}")

        # One seat is left; Ana takes it.
        page.goto(address)
        expect(page.locator("main")).to_contain_text("une place")
        page.get_by_role("link", name=re.compile("Réserver ma place")).first.click()
        fill_form(page, "Ana Topinambour", "ana@example.org")
        send(page)
        expect(page.locator("main")).to_contain_text("ana@example.org" if javascript else "a…@example.org")
        back = page.get_by_role("link", name="Revenir au formulaire").get_attribute("href")
        page.goto(lunch.base + str(back))
        expect(page.get_by_label("Courriel")).to_have_value("ana@example.org" if javascript else "")
        page.goto(address + "/register")
        page.reload()
        expect(page.get_by_label("Courriel")).to_have_value("")  # by any other way the form is empty

        # The next one waits, and is told the place in the queue.
        page.goto(address)
        page.get_by_role("link", name=re.compile("attente")).first.click()
        fill_form(page, "Bea Salsifis", "bea@example.org")
        send(page)
        expect(page.locator("main")).to_contain_text("attente")

        # Ana's e-mail has ticket and invitation; her page opens from it.
        email = lunch.postman.wait_for("ana@example.org")
        kinds = [part.get_content_type() for part in email.walk()]
        assert "text/calendar" in kinds and "image/png" in kinds
        waiting = text_of(lunch.postman.wait_for("bea@example.org"))
        assert "rang 1" in waiting and "Je ne viens plus" in waiting and "la place revient" not in waiting

        own = link_in(text_of(email), lunch)
        page.goto(own)
        expect(page.locator("main")).to_contain_text("Ana Topinambour")
        page.goto(own + "/ticket")
        ticket = read_qr(page, "svg.qr", tmp_path)
        assert ticket.lower().startswith(lunch.base + "/t/")
        page.goto(ticket)
        expect(page.locator("main")).to_contain_text("tournevis")

        # «Je ne viens plus»: page, button, seat freed, the next in line gets the e-mail.
        page.goto(link_in(text_of(email), lunch, "/cancellation"))
        send(page)
        expect(page.locator("main")).to_contain_text("annulée")
        promotion = lunch.postman.wait_for("bea@example.org", emails=2)
        assert "libérée" in text_of(promotion)
        page.goto(link_in(text_of(promotion), lunch))
        expect(page.locator("main")).to_contain_text("Bea Salsifis")
        cancellation = lunch.postman.wait_for("ana@example.org", emails=2)
        assert "METHOD:CANCEL" in str(cancellation.get_body(("plain",)).get_content()) or any(
            part.get_param("method") == "CANCEL" for part in cancellation.walk()
        )
        assert context.cookies() == [], "an attendee has no cookie"
        context.close()


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(chromium: Browser, tmp_path: Path) -> None:
    with house(tmp_path) as lunch:
        context = open_context(chromium)
        page = context.new_page()
        page.goto(lunch.url(f"/e/{lunch.events['coming']}/register"))
        page.locator("form").first.evaluate("form => { form.noValidate = true }")
        page.get_by_label("Courriel").fill("ana@exemple")
        page.get_by_label("Structure").fill("Jardin fictif")
        send(page)
        summary = page.get_by_role("alert")
        expect(summary).to_be_focused()
        expect(page.get_by_label("Structure")).to_have_value("Jardin fictif")
        expect(page.get_by_label("Courriel")).to_have_value("ana@exemple")
        expect(page.get_by_label("Courriel")).to_have_attribute("aria-invalid", "true")
        page.get_by_label("Prénom et nom").fill("Ana Topinambour")
        page.get_by_label("Courriel").fill("ana@gmial.com")
        send(page)
        expect(page.locator("main")).to_contain_text("ana@gmail.com")
        with page.expect_navigation():
            page.locator("button[name=email_use]").click()
        expect(page.locator("main")).to_contain_text("ana@gmail.com")
        lunch.postman.wait_for("ana@gmail.com")
        context.close()


def test_registering_with_the_keyboard_alone(chromium: Browser, tmp_path: Path) -> None:
    with house(tmp_path) as lunch:
        context = open_context(chromium, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(lunch.url(f"/e/{lunch.events['coming']}"))
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.getAttribute('href') || ''").endswith("/register"):
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/register")
        typed = {"name": "Ana Topinambour", "email": "ana@example.org"}
        for _ in range(40):
            page.keyboard.press("Tab")
            field = page.evaluate("[document.activeElement.name || '', document.activeElement.type || '']")
            assert field[0] != "topic", "the robots' field cannot be reached"
            if field[0] in typed:
                page.keyboard.type(typed.pop(field[0]))
            if field[1] == "submit":
                break
        assert not typed
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("ana@example.org")
        context.close()

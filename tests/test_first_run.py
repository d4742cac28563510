"""The first run of a newcomer: from one link on the terminal to the form of the first lunch, in a browser only.

No command line after the start, and no JavaScript.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import open_context
from tests.live import Postman, text_of
from tests.server import free_port
from tests.test_cli import started
from tests.uploads import logo_png

ADA = "ada@lunch.example"


@contextmanager
def empty_house(instance: Path, **settings: str) -> Iterator[str]:
    """``lunchkit serve`` on a folder with nothing in it; the one link that it prints."""
    port = free_port()
    with started(instance, "serve", PORT=str(port), **settings) as process:
        assert process.stderr is not None
        said = []
        for line in iter(process.stderr.readline, ""):
            said.append(line.strip())
            if "Ctrl+C" in line:
                break
        links = [line for line in said if re.fullmatch(r"http://\S+/organiser/set-up/\S+", line)]
        assert len(links) == 1, said
        yield re.sub(r"http://[^/]+", f"http://127.0.0.1:{port}", links[0])


def press(page: Page, act: str = "") -> None:
    """Press a button of the form that fills the page: the one of an act, or its first."""
    chosen = f"form.band button[value={act}]" if act else "form.band button.button:not([value=later])"
    with page.expect_navigation():
        page.locator(chosen).first.click()


def step_of(page: Page) -> str:
    return page.url.partition("/start/")[2]


def walk(page: Page, link: str, postman: Postman, mail_port: int, zone: str) -> None:
    """From the one link to the form of the first lunch, without JavaScript: ``tests/test_story.py`` goes on from there."""
    page.goto(link)
    page.locator("[name=name]").fill("Ada Ressort")
    page.locator("[name=email]").fill(ADA)
    press(page)

    assert step_of(page) == "network"
    expect(page.locator("[name=network_name]")).to_have_value("")
    press(page)
    expect(page.locator(".error")).to_be_visible()  # a name is needed; nothing else was lost
    page.locator("[name=network_name]").fill("Réseau « de l'Arve » #1")
    page.locator("[name=timezone]").fill(zone)
    press(page)
    assert "Réseau" in page.locator("header").inner_text(), "it holds at once"

    assert step_of(page) == "address"
    assert page.locator("[name=public_url]").input_value() == re.sub(r"/organiser.*", "", link), "as seen here"
    press(page)

    assert step_of(page) == "letters"
    page.locator("[name=mail_host]").fill("127.0.0.1")
    page.locator("[name=mail_port]").fill(str(free_port()))
    page.locator("[name=mail_security][value=none]").check()
    page.locator("[name=mail_from]").fill("lunch@lunch.example")
    press(page, "trial")
    assert step_of(page) == "letters"
    expect(page.locator(".notice[role=alert]")).to_be_visible()
    assert page.locator("[name=mail_host]").input_value() == "127.0.0.1", "saved all the same"
    page.locator("[name=mail_port]").fill(str(mail_port))
    press(page, "trial")
    expect(page.locator(".notice[role=status]")).to_be_visible()
    assert "lunch.example" in text_of(postman.wait_for(ADA))
    with page.expect_navigation():
        page.locator("main a.button").first.click()

    assert step_of(page) == "look"
    page.locator("[name=colour][value=myrtille]").check()
    logo = {"name": "logo.png", "mimeType": "image/png", "buffer": logo_png((20, 20, 20))}
    page.locator("[name=picture]").set_input_files(logo)  # type: ignore[arg-type]
    press(page)

    assert step_of(page) == "privacy"
    page.locator("[name=purge_days]").fill("14")
    page.locator("[name=notice]").fill("Responsable : *le comité*.")
    press(page)

    assert step_of(page) == "lunch"
    page.goto(re.sub(r"/organiser.*", "/privacy", link))
    assert "le comité" in page.locator("main").inner_text() and "14" in page.locator("main").inner_text()
    picture = page.locator("header img.logo").get_attribute("src")
    assert page.request.get(re.sub(r"/organiser.*", "", link) + str(picture)).ok
    page.go_back()
    press(page)
    form = page.url
    assert "/organiser/e/new" in form
    assert page.locator("[name=colour][value=myrtille]").is_checked()
    assert page.locator("[name=purge_days]").input_value() == "14"
    page.goto(re.sub(r"/organiser.*", "/organiser/house/start", link))
    assert page.url.endswith("/organiser/house"), "it is over"
    page.goto(form)


@pytest.mark.browser
def test_what_is_left_for_later_is_asked_again(tmp_path: Path, chromium: Browser) -> None:
    context = open_context(chromium, java_script_enabled=False)
    page = context.new_page()
    with empty_house(tmp_path) as link:
        page.goto(link)
        page.locator("[name=name]").fill("Ada Ressort")
        page.locator("[name=email]").fill(ADA)
        press(page)
        press(page, "later")
        press(page, "later")
        assert step_of(page) == "letters"
        page.goto(re.sub(r"/set-up.*", "/", link))
        assert page.locator("main a[href$='/house/start']").count() == 1
        assert page.locator("main a[href$='/sections/network'], main a[href$='/sections/letters']").count() == 2
        page.locator("main a[href$='/house/start']").click()
        assert step_of(page) == "letters", "where one left it"
        press(page, "later"), press(page, "later"), press(page, "later")
        assert step_of(page) == "lunch"
        press(page, "later")
        assert page.url.endswith("/organiser/")
        assert page.locator("main a[href$='/house/start']").count() == 0
    context.close()

"""The first run of a newcomer: from one link on the terminal to the form of the first lunch, in a browser only.

No command line after the start, and no JavaScript.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

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
    chosen = f"form.band button[value={act}]" if act else "form.band button.button"
    with page.expect_navigation():
        page.locator(chosen).first.click()


def to_section(page: Page, name: str) -> None:
    """From the page of all settings to one section: where it is missing, from the list of what is to do."""
    with page.expect_navigation():
        page.locator(f"main a[href$='/sections/{name}']").first.click()


def walk(page: Page, link: str, postman: Postman, mail_port: int, zone: str) -> None:
    """From the one link to the form of the first lunch, without JavaScript: ``tests/test_story.py`` goes on from there."""
    page.goto(link)
    page.locator("[name=name]").fill("Ada Ressort")
    page.locator("[name=email]").fill(ADA)
    press(page)

    assert page.url.endswith("/organiser/house")
    missing = page.locator("main section a")
    assert missing.count() >= 2, "the network and the mail account"
    to_section(page, "network")
    expect(page.locator("[name=network_name]")).to_have_value("")
    press(page)
    expect(page.locator(".error")).to_be_visible()  # a name is needed; nothing else was lost
    page.locator("[name=network_name]").fill("Réseau « de l'Arve » #1")
    page.locator("[name=timezone]").fill(zone)
    press(page)
    assert "Réseau" in page.locator("header").inner_text(), "it holds at once"

    assert page.url.partition("?")[0].endswith("/sections/address"), "what was missing leads to what is missing next"
    assert page.locator("[name=public_url]").input_value() == re.sub(r"/organiser.*", "", link), "as seen here"
    press(page)

    page.locator("[name=mail_host]").fill("127.0.0.1")
    page.locator("[name=mail_port]").fill(str(free_port()))
    page.locator("[name=mail_security][value=none]").check()
    page.locator("[name=mail_from]").fill("lunch@lunch.example")
    press(page, "trial")
    expect(page.locator(".notice[role=alert]")).to_be_visible()
    assert page.locator("[name=mail_host]").input_value() == "127.0.0.1", "saved all the same"
    page.locator("[name=mail_port]").fill(str(mail_port))
    press(page, "trial")
    expect(page.locator(".notice[role=status]")).to_be_visible()
    assert "lunch.example" in text_of(postman.wait_for(ADA))
    page.locator("main a.back").click()

    to_section(page, "look")
    page.locator("[name=colour][value=myrtille]").check()
    logo = {"name": "logo.png", "mimeType": "image/png", "buffer": logo_png((20, 20, 20))}
    page.locator("[name=picture]").set_input_files(logo)  # type: ignore[arg-type]
    press(page)

    to_section(page, "privacy")
    page.locator("[name=purge_days]").fill("14")
    page.locator("[name=notice]").fill("Responsable : *le comité*.")
    press(page)

    reader = page.context.new_page()
    reader.goto(re.sub(r"/organiser.*", "/privacy", link))
    assert "le comité" in reader.locator("main").inner_text() and "14" in reader.locator("main").inner_text()
    picture = reader.locator("header img.logo").get_attribute("src")
    assert reader.request.get(re.sub(r"/organiser.*", "", link) + str(picture)).ok
    reader.close()
    page.goto(re.sub(r"/organiser.*", "/organiser/", link))
    page.locator("a[href*='like=template']").click()
    form = page.url
    assert "/organiser/e/new" in form
    assert page.locator("[name=colour][value=myrtille]").is_checked()
    assert page.locator("[name=purge_days]").input_value() == "14"

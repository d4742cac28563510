"""Who writes a recap is told the truth, stays where they write, and gets a form back with what they typed in it."""

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, Page, Request, Route, expect
from werkzeug.test import TestResponse, encode_multipart

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.images.actions import take_down
from lunchkit.platform.images.intake import MOST_BYTES
from lunchkit.platform.web import PICTURE_BODY
from lunchkit.recap import actions
from lunchkit.recap.sections import SHAPES, SectionKind
from lunchkit.room.polls.models import Poll
from tests.browser import form_token
from tests.conftest import EventMaker, new_client
from tests.live import House, house
from tests.recaps import FullLunch, full_lunch, write_recap
from tests.test_recap_trip import Kept, draft, expect_state, open_section, sign_in
from tests.uploads import upload
from tests.writing import home, section_of, sheet

INTRODUCTION, PHOTOS = SectionKind.INTRODUCTION, SectionKind.PHOTOS


@pytest.fixture
def event(make_event: EventMaker) -> Event:
    """A lunch that is over, with an empty draft."""
    event = make_event(slug="ia-responsable", starts_at=clock.now() - timedelta(days=9))
    actions.draft_recap(event, "Ada Ressort", empty=True)
    return event


@pytest.fixture
def full(make_event: EventMaker) -> FullLunch:
    """A lunch of which everything is told."""
    lunch = full_lunch(make_event, photos=1)
    write_recap(lunch)
    return lunch


def test_the_outline_says_of_a_section_whether_readers_will_see_it(
    full: FullLunch, organiser_client: FlaskClient
) -> None:
    page = organiser_client.get(home(full.event) + "?lang=en").text
    assert page.count("Shown") > 8 and "205 allers-retours Paris–New York, 6000 foyers" in page
    assert "«Source (https://…)» is missing in Figure 2." in page and "There is no introduction." not in page
    for poll in db.session.query(Poll):
        poll.revealed_at = None
    db.session.commit()
    text, introduction = section_of(full.event, SectionKind.TEXT), section_of(full.event, INTRODUCTION)
    text.title, introduction.data = "", {}
    db.session.commit()
    take_down(full.pictures[0])
    page = organiser_client.get(home(full.event) + "?lang=en").text
    for said in (
        "Not shown: its result is not public",
        "Not shown: one picture is taken down",
        "Empty: not shown",
        "There is no introduction.",
        "one quotation waits for its speaker",
        "Text: readers see it without a title.",
    ):
        assert said in page, said


def test_a_picture_form_that_comes_back_says_so_at_the_top(event: Event, organiser_client: FlaskClient) -> None:
    path = sheet(organiser_client, event, PHOTOS).path + "/pictures"
    data = {"csrf_token": form_token(organiser_client, "/organiser/sessions"), "alt": "", "credit": "Ada"}
    answer = organiser_client.post(f"{path}?lang=en", data=data | {"consent": "Demandé à table."})
    html = answer.text
    assert answer.status_code == 422
    assert "<title>To correct · " in html
    assert re.search(r'role="alert"[^>]*autofocus.*?href="#alt"', html, re.DOTALL)
    assert html.count(" autofocus") == 1
    assert 'value="Ada"' in html
    assert "Demandé à table." in html


def send(client: FlaskClient, path: str, file: bytes) -> TestResponse:
    """Send a file to the form of a picture, with words beside it."""
    words = {"alt": "Deux tables.", "consent": "Personne."}
    data = {"csrf_token": form_token(client, "/organiser/sessions"), **words, "file": upload(file)}
    boundary, body = encode_multipart(data)
    return client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_a_picture_that_is_too_heavy_gives_the_form_back(
    app: Flask, event: Event, organiser_client: FlaskClient
) -> None:
    page = sheet(organiser_client, event, PHOTOS)
    path = f"{page.path}/pictures"
    for bytes_ in (MOST_BYTES + 1, MOST_BYTES * 2):
        answer = send(organiser_client, path, random.Random(8).randbytes(bytes_))
        assert answer.status_code == 413
        assert "8 Mo" in answer.text.replace("\u00a0", " ").replace("&nbsp;", " ")
        assert ("Deux tables." in answer.text) == (bytes_ < PICTURE_BODY), "where it was read"
    stranger = new_client(app).post(path, data=b"0" * MOST_BYTES * 2, content_type="multipart/form-data; boundary=x")
    assert stranger.status_code == 401 and "data-most-bytes" not in stranger.text, "refused before it is read"
    drawing = BytesIO()
    Image.effect_noise((1600, 1600), 90).save(drawing, "PNG")
    assert 2_000_000 < len(drawing.getvalue()) < MOST_BYTES
    assert send(organiser_client, path, drawing.getvalue()).status_code == 303, "control: within the limit"


def test_a_section_carries_so_many_pictures_and_no_more(full: FullLunch, organiser_client: FlaskClient) -> None:
    path = sheet(organiser_client, full.event, PHOTOS).path
    assert f'{path}/pictures"' in organiser_client.get(path).text, "control"
    for _ in range(SHAPES[PHOTOS].most_items - 1):
        actions.add_picture(section_of(full.event, PHOTOS), full.pictures[0].token, "", "Ada")
    assert f'{path}/pictures"' not in organiser_client.get(path).text
    assert send(organiser_client, f"{path}/pictures", b"").status_code in (409, 422)


# In a browser.


@pytest.fixture
def page(tmp_path: Path, chromium: Browser) -> Iterator[tuple[Page, House]]:
    """The page of an empty introduction, open before an organiser of the demo."""
    with house(tmp_path) as lunch:
        draft(lunch)
        context = sign_in(chromium, lunch.sign_in)
        yield open_section(context, lunch, INTRODUCTION), lunch
        context.close()


def test_buttons_wait_for_the_network_and_for_whoever_writes_on(page: tuple[Page, House], tmp_path: Path) -> None:
    desk, lunch = page
    text, line, following = (desk.locator(one) for one in ("[name=text]", "[data-line]", ".bar button[value=next]"))
    address, waits = desk.url, str(desk.locator("form[data-autosave]").get_attribute("data-waits"))

    def kept() -> str:
        return str(Kept(lunch, INTRODUCTION).data["text"]).strip()

    def press_next_offline() -> None:
        desk.context.set_offline(True)
        text.press("Control+End")
        text.press_sequentially(" Pendant.")
        following.click()
        expect_state(desk, "offline")

    press_next_offline()
    expect(line).to_contain_text(waits)
    text.press_sequentially(" Encore.")
    expect(line).not_to_contain_text(waits)
    desk.context.set_offline(False)
    expect_state(desk, "saved")
    assert (desk.url, kept()) == (address, "Pendant. Encore."), "who writes on stays"

    held: list[Route] = []
    desk.route("**/sections/*", lambda route: held.append(route) if is_pressed(route.request) else route.continue_())
    following.click(no_wait_after=True)
    desk.wait_for_timeout(300)
    assert held
    desk.keyboard.press("Shift+Tab")
    desk.keyboard.press("Shift+Tab")  # back into the last field, which stops the page that is on its way
    text.press("Control+End")
    text.press_sequentially(" Et puis.")
    expect_state(desk, "saved")
    assert (desk.url, kept()) == (address, "Pendant. Encore. Et puis."), "also while a slow page is on its way"
    desk.unroute("**/sections/*")

    press_next_offline()
    with desk.expect_navigation():
        desk.context.set_offline(False)
    assert "/sections/" in desk.url and desk.url != address, "control: who waits is led on"
    assert kept().endswith("Et puis. Pendant.")

    photos = open_section(desk.context, lunch, PHOTOS)
    with photos.expect_navigation():
        photos.locator("main a[href$='/pictures']").click()
    refuse_a_heavy_file(photos, tmp_path)


def is_pressed(request: Request) -> bool:
    """Whether a button sent this, and not the script."""
    return request.method == "POST" and request.is_navigation_request()


def refuse_a_heavy_file(page: Page, folder: Path) -> None:
    """A file that is too heavy is told before it is sent."""
    big, small = folder / "big.jpg", folder / "small.jpg"
    big.write_bytes(b"\xff\xd8\xff" + b"0" * MOST_BYTES)
    small.write_bytes(b"\xff\xd8\xff")
    file, error, button = page.locator("[type=file]"), page.locator("#file-error"), "main form button.button"
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("[name=alt]").fill("Deux tables.")
    file.set_input_files(big)
    expect(error).to_contain_text("8")
    page.locator(button).click()
    expect(file).to_be_focused()
    expect(page.locator("[name=alt]")).to_have_value("Deux tables.")
    assert sent == []
    file.set_input_files(small)
    expect(error).to_have_count(0)
    with page.expect_navigation():
        page.locator(button).click()
    assert len(sent) == 1

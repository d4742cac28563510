"""Who writes a recap is told the truth, stays where they write, and gets a form back with what they typed in it."""

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect
from werkzeug.test import TestResponse, encode_multipart

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.images.actions import take_down
from lunchkit.platform.images.intake import MOST_BYTES
from lunchkit.platform.web import PICTURE_BODY
from lunchkit.recap import actions
from lunchkit.recap.admin_queries import outline
from lunchkit.recap.queries import sections_of
from lunchkit.recap.sections import SectionKind
from lunchkit.room.polls.models import Poll
from lunchkit.team.queries import organiser_by_email
from lunchkit.team.sign_in.actions import issue_console_link
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


def badge(event: Event, kind: SectionKind) -> str:
    """Whether the first section of a kind would show, as the outline says it."""
    db.session.rollback()
    return next(row.badge for row in outline(event, sections_of(event.id)) if row.section.kind == kind)


# What the outline says.


def test_the_outline_says_of_a_section_whether_readers_will_see_it(
    full: FullLunch, organiser_client: FlaskClient
) -> None:
    assert [row.mark for row in outline(full.event, sections_of(full.event.id))].count(1) > 8
    for poll in db.session.query(Poll):
        poll.revealed_at = None
    db.session.commit()
    take_down(full.pictures[0])
    page = organiser_client.get(home(full.event) + "?lang=en").get_data(as_text=True)
    assert "Not shown: its result is not public" in page
    assert "Not shown: one picture is taken down" in page


def test_an_empty_draft_shows_nothing_and_says_so(event: Event) -> None:
    empty = badge(event, INTRODUCTION)
    section, poll = section_of(event, INTRODUCTION), section_of(event, SectionKind.POLL)
    section.data, poll.data = {"text": "Deux mots."}, {"text": "Deux mots."}
    db.session.commit()
    assert len({empty, badge(event, INTRODUCTION), badge(event, SectionKind.POLL)}) == 3, "each says why"


def test_a_text_without_a_title_is_among_what_is_missing(event: Event, organiser_client: FlaskClient) -> None:
    actions.add_section(event, SectionKind.TEXT, "Ada Ressort")
    page = sheet(organiser_client, event, SectionKind.TEXT).type(text="Un texte.")
    page.press()
    said = "Text: readers see it without a title."
    assert said in organiser_client.get(f"{home(event)}/publication?lang=en").get_data(as_text=True)
    page.open().type(title="Le lendemain").press()
    assert "without a title" not in organiser_client.get(f"{home(event)}/publication").get_data(as_text=True)


# The form.


def test_a_day_that_has_not_come_is_refused_in_words(event: Event, organiser_client: FlaskClient) -> None:
    page = sheet(organiser_client, event, SectionKind.ALTERNATIVES)
    with clock.fixed_at(clock.now()):
        today = clock.now().astimezone(ZoneInfo(event.zone)).date()
        page.type(items__0__name="Mistral", items__0__checked_on=(today + timedelta(days=1)).isoformat())
        answer = page.press().get_data(as_text=True)
        assert "Ce jour" in answer
        assert section_of(event, SectionKind.ALTERNATIVES).data["items"] == []
        page.type(items__0__checked_on=today.isoformat()).press()
        assert section_of(event, SectionKind.ALTERNATIVES).data["items"][0]["checked_on"] == today.isoformat()


def test_a_sentence_has_room_for_two_lines_and_stays_one(event: Event, organiser_client: FlaskClient) -> None:
    page = sheet(organiser_client, event, SectionKind.PRINCIPLES)
    page.type(items__0__name="écologie", items__0__note="Une phrase\r\nsur deux lignes.").press()
    assert section_of(event, SectionKind.PRINCIPLES).data["items"][0]["note"] == "Une phrase sur deux lignes."
    html = organiser_client.get(page.path).get_data(as_text=True)
    assert re.search(r'<textarea[^>]*name="items-0-note"[^>]*>', html)


def test_what_can_be_left_empty_is_marked_and_nothing_else(event: Event, organiser_client: FlaskClient) -> None:
    path = sheet(organiser_client, event, SectionKind.FIGURES).path
    html = organiser_client.get(path + "?lang=en").get_data(as_text=True)
    marked = set(re.findall(r'<label for="items-0-(\w+)">[^<]*<span>\(optional\)', html))
    assert marked == {"unit", "disc"}, "neither what an item needs, nor a source, which is told to be missing"


def test_the_secret_link_can_be_copied(event: Event, organiser_client: FlaskClient) -> None:
    assert "data-copy" not in organiser_client.get(f"{home(event)}/preview").get_data(as_text=True)
    organiser_client.post(
        f"{home(event)}/link", data={"csrf_token": form_token(organiser_client, "/organiser/sessions")}
    )
    page = organiser_client.get(f"{home(event)}/preview").get_data(as_text=True)
    assert re.search(r'data-copy="http[^"]+/recap/[^"]+"', page)


# A picture that is refused.


def test_a_picture_form_that_comes_back_says_so_at_the_top(event: Event, organiser_client: FlaskClient) -> None:
    path = sheet(organiser_client, event, PHOTOS).path + "/pictures"
    data = {"csrf_token": form_token(organiser_client, "/organiser/sessions"), "alt": "", "credit": "Ada"}
    answer = organiser_client.post(f"{path}?lang=en", data=data | {"consent": "Demandé à table."})
    html = answer.get_data(as_text=True)
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


def test_a_picture_that_is_too_heavy_gives_the_form_back(event: Event, organiser_client: FlaskClient) -> None:
    path = sheet(organiser_client, event, PHOTOS).path + "/pictures"
    for bytes_ in (MOST_BYTES + 1, MOST_BYTES * 2):
        answer = send(organiser_client, path, random.Random(8).randbytes(bytes_))
        page = answer.get_data(as_text=True)
        assert answer.status_code == 413
        assert "8 Mo" in page.replace("\u00a0", " ").replace("&nbsp;", " ")
        assert ("Deux tables." in page) == ('id="file-error"' in page) == (bytes_ < PICTURE_BODY), "where it was read"


def test_a_picture_of_several_megabytes_is_taken(event: Event, organiser_client: FlaskClient) -> None:
    """Control: what is within the limit gets in, whatever guards stand before the door."""
    drawing = BytesIO()
    Image.effect_noise((1600, 1600), 90).save(drawing, "PNG")
    assert 2_000_000 < len(drawing.getvalue()) < MOST_BYTES
    page = sheet(organiser_client, event, PHOTOS)
    answer = send(organiser_client, f"{page.path}/pictures", drawing.getvalue())
    assert answer.status_code == 303
    assert "done=pictured" in answer.headers["Location"]


def test_a_picture_that_is_too_heavy_opens_no_door(app: Flask, event: Event, organiser_client: FlaskClient) -> None:
    """A stranger is refused before anything is read."""
    path = sheet(organiser_client, event, PHOTOS).path + "/pictures"
    stranger = new_client(app)
    answer = stranger.post(path, data=b"0" * MOST_BYTES * 2, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 401
    assert "data-most-bytes" not in answer.get_data(as_text=True)


# In a browser.


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo, whose running lunch has an empty draft."""
    with house(tmp_path_factory.mktemp("house")) as lunch:
        draft(lunch)
        yield lunch


@pytest.fixture
def context(chromium: Browser, lunch: House) -> Iterator[BrowserContext]:
    """A browser in which an organiser is signed in."""
    context = sign_in(chromium, console_link(lunch))
    yield context
    context.close()


def console_link(lunch: House) -> str:
    """A fresh sign-in link for the organiser of the demo."""
    from_demo = lunch.app
    with from_demo.app_context(), from_demo.test_request_context():
        organiser = organiser_by_email(any_event_by_slug_or_404(lunch.events["running"]).contact_email)
        assert organiser is not None
        link = issue_console_link(organiser)
        db.session.remove()
    return link


def press_next_offline(context: BrowserContext, page: Page) -> None:
    """Type without a network, and press the button that leads on."""
    context.set_offline(True)
    page.locator("[name=text]").press("Control+End")
    page.locator("[name=text]").press_sequentially(" Pendant.")
    page.locator(".bar button[value=next]").click()
    expect_state(page, "offline")


def test_who_goes_on_writing_without_a_network_stays_where_they_write(context: BrowserContext, lunch: House) -> None:
    page = open_section(context, lunch, INTRODUCTION)
    address = page.url
    waits = str(page.locator("form[data-autosave]").get_attribute("data-waits"))
    press_next_offline(context, page)
    expect(page.locator("[data-line]")).to_contain_text(waits)
    page.locator("[name=text]").press_sequentially(" Encore.")
    expect(page.locator("[data-line]")).not_to_contain_text(waits)
    context.set_offline(False)
    expect_state(page, "saved")
    page.locator("[name=text]").press_sequentially(" Toujours là.")
    expect_state(page, "saved")
    assert page.url == address
    assert str(Kept(lunch, INTRODUCTION).data["text"]).endswith("Pendant. Encore. Toujours là.")


def test_who_waits_for_the_network_is_led_on_once(context: BrowserContext, lunch: House) -> None:
    """Control: without a further e-mail the button does what it says."""
    page = open_section(context, lunch, INTRODUCTION)
    press_next_offline(context, page)
    page.locator(".bar button[value=next]").click()
    with page.expect_navigation():
        context.set_offline(False)
    assert "/sections/" in page.url
    expect(page.locator("[name=text]")).to_have_count(0)
    assert str(Kept(lunch, INTRODUCTION).data["text"]).endswith("Pendant.")


def is_pressed(request: Request) -> bool:
    """Whether a button sent this, and not the script."""
    return request.method == "POST" and request.is_navigation_request()


def test_a_page_that_is_slow_to_come_does_not_take_the_words_typed_meanwhile(
    context: BrowserContext, lunch: House
) -> None:
    page = open_section(context, lunch, INTRODUCTION)
    address = page.url
    held: list[Route] = []
    page.route("**/sections/*", lambda route: held.append(route) if is_pressed(route.request) else route.continue_())
    page.locator(".bar button[value=next]").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert held
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")  # back into the last field: whoever is there writes on
    page.locator("[name=text]").press("Control+End")
    page.locator("[name=text]").press_sequentially(" Et puis.")
    expect_state(page, "saved")
    assert page.url == address
    assert str(Kept(lunch, INTRODUCTION).data["text"]).endswith("Et puis.")


def test_a_file_that_is_too_heavy_is_told_before_it_is_sent(
    context: BrowserContext, lunch: House, tmp_path: Path
) -> None:
    page = open_section(context, lunch, PHOTOS)
    with page.expect_navigation():
        page.locator("main a[href$='/pictures']").click()
    big, small = tmp_path / "big.jpg", tmp_path / "small.jpg"
    big.write_bytes(b"\xff\xd8\xff" + b"0" * MOST_BYTES)
    small.write_bytes(b"\xff\xd8\xff")
    file, error = page.locator("[type=file]"), page.locator("#file-error")
    page.locator("[name=alt]").fill("Deux tables.")
    file.set_input_files(big)
    expect(error).to_contain_text("8")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("main form button.button").click()
    expect(file).to_be_focused()
    expect(page.locator("[name=alt]")).to_have_value("Deux tables.")
    assert sent == []
    file.set_input_files(small)
    expect(error).to_have_count(0)
    with page.expect_navigation():
        page.locator("main form button.button").click()
    assert len(sent) == 1

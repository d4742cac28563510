"""The projector in fonts that are broader than ours, with a long name of the house: nothing breaks, nothing is covered."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from lunchkit.site.presenter.fitting import in_parts
from tests.chromium import open_context
from tests.live import house
from tests.test_room_budgets import JSON, Room

WINDOWS = ((1024, 768), (1280, 720), (1920, 1080))
FONTS = ("Helvetica, Arial, sans-serif", '"DejaVu Sans", Verdana, sans-serif', '"DejaVu Sans Mono", monospace')
ADDRESSES = ("lunch.ch/v", "127.0.0.1:8931/v", "lunch.association-genevoise.example:8931/v")
CODES = ("3VDLQ", "WMWMW")  # the broadest letters there are
JOIN = """() => {
  const [join, code, address, head] = [".join", ".code", ".address", ".head"].map((one) => document.querySelector(one));
  const box = (part) => part.getBoundingClientRect();
  const lines = (part) => { const range = new Range(); range.selectNodeContents(part);
    return new Set([...range.getClientRects()].map((one) => Math.round(one.bottom))).size; };
  const qr = box(join.querySelector(".qr")), words = [code, address].map(box);
  const faults = {
    "the code is broken": lines(code) > 1,
    "something is too broad": [code, address].some((one) => one.scrollWidth > one.clientWidth),
    "something is beside the screen": words.some((one) => one.right > innerWidth),
    "something is in the next band": words.some((one) => one.bottom > box(head).bottom + 1),
    "the code covers the address": words[0].bottom > words[1].top + 1,
    "the picture covers the words": words.some((one) => one.top < qr.bottom - 1 && one.left < qr.right - 1),
    "the picture is too small": qr.width < innerWidth / 11,
    "a part of the address is broken": address.style.overflowWrap === "anywhere",
  };
  return Object.keys(faults).filter((one) => faults[one]);
}"""
OVERLAPS = """(parts) => {
  const boxes = [...document.querySelectorAll(parts)].map((one) => [one, one.getBoundingClientRect()]);
  const covered = boxes.flatMap(([one, a], at) => boxes.slice(at + 1).filter(([other, b]) => a.left < b.right - 1 &&
    b.left < a.right - 1 && one.parentNode === other.parentNode).map(([other]) => `${one.textContent}/${other.textContent}`));
  return [...covered, ...boxes.filter(([, box]) => box.right > innerWidth).map(([one]) => `${one.textContent}|`)];
}"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Room]:
    """A room in which the first question is open."""
    with house(tmp_path_factory.mktemp("house")) as lunch:
        yield Room(lunch, chromium)


def in_font(page: Page, font: str, code: str = "", address: str = "") -> None:
    """Another font, another code, another address; then it fits again, as in a window that changes its size."""
    page.evaluate(
        """([font, code, address]) => {
          document.body.style.fontFamily = font;
          const place = document.querySelector(".code");
          if (code) place.textContent = code;
          if (address) document.querySelector(".address").innerHTML = address;
          dispatchEvent(new Event("resize"));
        }""",
        [font, code, str(in_parts(address)) if address else ""],
    )


def step(room: Room) -> None:
    """The one next thing, done when this returns."""
    room.desk.goto(room.room)
    token = str(room.desk.locator("form.next input[name=csrf_token]").get_attribute("value"))
    answer = room.desk.request.post(
        f"{room.room}/step", form={"csrf_token": token}, headers={"Origin": room.lunch.base, **JSON}
    )
    assert answer.ok, answer.text()


def join_faults(page: Page) -> list[str]:
    """Code and address in all fonts, on the slide that shows."""
    found = []
    for font in FONTS:
        for code in CODES:
            for address in ADDRESSES:
                in_font(page, font, code, address)
                found += [f"{font}, {code}, {address}: {fault}" for fault in page.evaluate(JOIN)]
    return found


def test_code_address_and_words_stay_whole_and_apart_in_every_font(room: Room) -> None:
    pages = []
    for width, height in WINDOWS:
        pages.append(open_context(room.browser, viewport={"width": width, "height": height}).new_page())
        pages[-1].goto(room.screen)
        assert join_faults(pages[-1]) == []
        in_font(pages[-1], FONTS[1], CODES[0])
        pages[-1].evaluate("for (const one of document.querySelectorAll('.code, .address')) one.style = ''")
        assert "something is too broad" in pages[-1].evaluate(JOIN), "control: without the script it would be"
    room.answer({"choice": "1"}, {"choice": "2"}, {"choice": "2"})
    for _ in range(3):  # closed, revealed, and the question for words
        step(room)
    words = ("reconnaissance", "un budget", "écoute", "du temps", "du temps", "illisible", "œuvre", "tarif", "énergie")
    room.answer(*({"word": word} for word in words))
    room.desk.goto(room.room)
    room.desk.goto(room.lunch.url(str(room.desk.locator("a[href$='/answers']").last.get_attribute("href"))))
    with room.desk.expect_navigation():
        room.desk.locator("button[value=approve]").first.click()  # all of them at once
    expect(room.desk.locator("button[value=approve]")).to_have_count(0)
    step(room)
    step(room)
    for page in pages:
        expect(page.locator(".cloudy li").first).to_be_attached()  # as they hear it by their stream
        assert page.locator(".cloudy li").count() >= 5
        assert join_faults(page) == []
        for font in FONTS[:2]:
            in_font(page, font)
            assert page.evaluate(OVERLAPS, ".cloudy ul, .ranked") == []
            assert page.evaluate(OVERLAPS, ".ranked li") == []
        page.evaluate("document.querySelector('.ranked li + li').style.marginLeft = '-9em'")
        assert page.evaluate(OVERLAPS, ".ranked li") != [], "control"

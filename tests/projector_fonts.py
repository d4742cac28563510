"""The projector in fonts that are broader than ours, with a long name of the house: nothing breaks, nothing is covered."""

from collections.abc import Sequence

from playwright.sync_api import Browser, Page, expect

from lunchkit.site.presenter.fitting import in_parts
from tests.chromium import open_context

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


def join_faults(page: Page) -> list[str]:
    """Code and address in all fonts, on the slide that shows."""
    found = []
    for font in FONTS:
        for code in CODES:
            for address in ADDRESSES:
                in_font(page, font, code, address)
                found += [f"{font}, {code}, {address}: {fault}" for fault in page.evaluate(JOIN)]
    return found


def windows(browser: Browser, screen: str) -> list[Page]:
    """The projector in windows of several sizes, each on its slide by a stream of its own."""
    pages = []
    for width, height in WINDOWS:
        pages.append(open_context(browser, viewport={"width": width, "height": height}).new_page())
        pages[-1].goto(screen)
    return pages


def faults_of_code(pages: Sequence[Page]) -> list[str]:
    """Code and address of the slide that shows; with a control."""
    found = []
    for page in pages:
        found += join_faults(page)
        in_font(page, FONTS[1], CODES[0])
        page.evaluate("for (const one of document.querySelectorAll('.code, .address')) one.style = ''")
        assert "something is too broad" in page.evaluate(JOIN), "control: without the script it would be"
    return found


def faults_of_words(pages: Sequence[Page]) -> list[str]:
    """Words in a cloud and in a row, as they came by the stream; with a control."""
    found = []
    for page in pages:
        expect(page.locator(".cloudy li").first).to_be_attached()
        assert page.locator(".cloudy li").count() >= 5
        found += join_faults(page)
        for font in FONTS[:2]:
            in_font(page, font)
            found += page.evaluate(OVERLAPS, ".cloudy ul, .ranked") + page.evaluate(OVERLAPS, ".ranked li")
        page.evaluate("document.querySelector('.ranked li + li').style.marginLeft = '-9em'")
        assert page.evaluate(OVERLAPS, ".ranked li") != [], "control"
    return found

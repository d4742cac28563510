"""Looking at pages in a real browser: what they weigh, whom they ask, and whether everybody can use them."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.chromium import DESK

SMALL = {"width": 320, "height": 700}
LOOKS = ((SMALL, "light"), (DESK, "dark"))
"""Windows and colour schemes in which every page is looked at: each width and each scheme once."""
if os.environ.get("LUNCHKIT_TEST_LONG"):
    LOOKS = tuple((viewport, scheme) for viewport in (SMALL, DESK) for scheme in ("light", "dark"))
AXE = Axe().axe_script
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
ABOUT_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""Those of them that another colour scheme can break: no style but colours depends on it."""
ATTENDEE = (20_000, 4, 150)
ORGANISER = (60_000, 5, 500)
"""Bytes transferred with a cold cache, requests, elements outside drawings."""


@dataclass(frozen=True)
class Weight:
    size: int
    requests: int
    elements: int
    foreign: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.size:>6} bytes {self.requests} requests {self.elements:>3} elements"


def weigh(page: Page, url: str) -> Weight:
    """Open a page with an empty cache and count, until nothing is on its way any more but a stream."""
    sizes: dict[str, int] = {}
    asked: list[str] = []
    ahead: set[str] = set()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def begin(event: dict[str, Any]) -> None:
        asked.append(event["request"]["url"])
        if event.get("type") != "EventSource":
            ahead.add(event["requestId"])

    def end(event: dict[str, Any]) -> None:
        ahead.discard(event["requestId"])
        sizes[event["requestId"]] = max(sizes.get(event["requestId"], 0), event.get("encodedDataLength", 0))

    session.on("Network.requestWillBeSent", begin)
    session.on("Network.loadingFinished", end)
    session.on("Network.loadingFailed", end)
    page.goto(url)
    settle(page, ahead)
    elements = page.evaluate("document.querySelectorAll('*:not(svg *)').length")
    host = re.match(r"https?://[^/]+", url)
    assert host is not None
    asked = [address for address in asked if not address.startswith("data:")]  # of date pickers
    foreign = tuple(address for address in asked if not address.startswith(host[0]))
    session.detach()
    return Weight(int(sum(sizes.values())), len(asked), elements, foreign)


def eco_index(weight: Weight) -> float:
    """From 100, nothing, to 0; above 80 it is an A. https://www.ecoindex.fr: where a page stands among others."""
    places = []
    for value, steps in (
        (weight.elements, (0, 47, 75, 159, 233, 298, 358, 417, 476, 537, 603)),
        (weight.requests, (0, 2, 15, 25, 34)),
        (weight.size / 1000, (0, 1.37, 144.7, 319.53)),
    ):
        step = next(place for place, most in enumerate(steps) if value < most)
        places.append(step - 1 + (value - steps[step - 1]) / (steps[step] - steps[step - 1]))
    return 100 - 5 * (3 * places[0] + 2 * places[1] + places[2]) / 6


def settle(page: Page, ahead: set[str]) -> None:
    """Wait until nothing has been ahead for a while."""
    quiet = 0
    while quiet < 4:
        page.wait_for_timeout(50)
        quiet = 0 if ahead else quiet + 1


def over_budget(name: str, weight: Weight, budget: tuple[int, int, int]) -> list[str]:
    """What is too much, in words."""
    most_bytes, most_requests, most_elements = budget
    return [
        f"{name}: {what} {value} > {most}"
        for what, value, most in (
            ("bytes", weight.size, most_bytes),
            ("requests", weight.requests, most_requests),
            ("elements", weight.elements, most_elements),
        )
        if value > most
    ] + [f"{name}: asks {address}" for address in weight.foreign]


def axe_violations(page: Page, rules: Mapping[str, Any] = RULES) -> list[str]:
    """What axe-core finds with the WCAG 2.2 A and AA rules, or some of them, in a line each.

    No preloading: axe-core would fetch style sheets and media again, for rules about sound and turned screens.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(
        """rules => axe.run({runOnly: rules, resultTypes: ['violations'], preload: false}).then(
            ({violations}) => violations.flatMap(({id, nodes}) => nodes.map(
                node => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary.slice(0, 200)}`)))""",
        dict(rules),
    )
    return found


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def faults(
    page: Page,
    addresses: Mapping[str, str],
    looks: Sequence[tuple[dict[str, int], str]] = LOOKS,
    budget: tuple[int, int, int] | None = None,
) -> list[str]:
    """What is wrong with some pages: heavier than the budget, if there is one, too wide, or not for everybody.

    Weighed in the page's own window, then looked at in each window and colour scheme, with open what is folded.
    """
    found, window = [], page.viewport_size
    for name, address in addresses.items():
        if budget and window:
            page.set_viewport_size(window)
            weight = weigh(page, address)
            print(f"{name:<20} {weight}")
            found += over_budget(name, weight, budget)
        else:
            page.goto(address)
        page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        found += [f"{name}, {fault}" for fault in faults_here(page, looks)]
    if window:
        page.set_viewport_size(window)
    page.emulate_media(color_scheme="null")
    return found


def faults_here(page: Page, looks: Iterable[tuple[dict[str, int], str]] = LOOKS) -> list[str]:
    """The same for the page that is open."""
    found, widths = [], set()
    for viewport, scheme in looks:
        rules = ABOUT_COLOUR if viewport["width"] in widths else RULES
        widths.add(viewport["width"])
        page.set_viewport_size({"width": viewport["width"], "height": viewport["height"]})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        look = f"{viewport['width']} {scheme}"
        found += [f"{look}: {violation}" for violation in axe_violations(page, rules)]
        if overflow(page) > 0:
            found.append(f"{look}: {overflow(page)} px too wide")
    return found

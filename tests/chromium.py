"""A real browser: finds Chromium, and the few things that tests ask of a page."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.lacking import lack

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # An ordinary browser draws its own windows too, and loads pages of its own for each, two of them for the address
    # bar: that was half of what a new window costs.
    "--disable-gpu-compositing",
    "--disable-gpu-rasterization",
    "--disable-software-rasterizer",
    "--num-raster-threads=1",
    "--disable-features=PreloadTopChromeWebUI,InitialWebUI,WebUIReloadButton,WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
    "SpareRendererForSitePerProcess,"
    # the last list counts: these are Playwright's
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "OptimizationHints,NetworkTimeServiceQuerying",
]
HEADLESS_SHELL = "chromium-headless-shell"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
_running: list[Browser] = []


def find_chromium() -> str | None:
    """Where Chromium is: LUNCHKIT_CHROMIUM (which must exist), or on the PATH.

    Debian's headless shell first: the same engine without the windows, for two thirds of the processor time.
    """
    given = os.environ.get("LUNCHKIT_CHROMIUM")
    if given:
        if not Path(given).exists():
            pytest.fail(f"LUNCHKIT_CHROMIUM names {given}, which does not exist")
        return given
    names = (HEADLESS_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One running browser for all tests."""
    path = find_chromium()
    if path is None:
        lack("no browser found: apt install chromium, or name one in LUNCHKIT_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        _running.append(browser)
        yield browser
        _running.remove(browser)
        browser.close()


@pytest.fixture(scope="module", autouse=True)
def closed_windows() -> Iterator[None]:
    """What a file of tests leaves open is closed at its end: it would go on asking a server that is gone."""
    yield
    for browser in _running:
        for context in browser.contexts:
            context.close()


def open_context(browser: Browser, **options: Any) -> BrowserContext:
    """A fresh profile that speaks French; on a phone unless told otherwise."""
    context = browser.new_context(**{"viewport": PHONE, "locale": "fr-CH", **options})
    context.set_default_timeout(10_000)
    return context


def read_qr(page: Page, selector: str, tmp_path: Path) -> str:
    """What a camera reads off the part of the page that the selector names."""
    picture = tmp_path / "qr.png"
    page.locator(selector).first.screenshot(path=picture)
    with Image.open(picture) as image:
        codes = zxingcpp.read_barcodes(image.convert("L"))
    assert codes, "the camera finds no code"
    return str(codes[0].text)

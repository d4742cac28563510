"""Photographs pages of the demo, most as a phone shows them: ``python3 run.py pictures``.

Eleven for README.md and docs/handbook.md into docs/pictures, the others into the handbook in French.
"""

import re
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.chromium import FLAGS, find_chromium, open_context
from tests.live import House, house

FOLDER = Path(__file__).parent / "pictures"
HANDBOOK = Path(__file__).parent / "fr"
WINDOW, SCREEN = {"width": 390, "height": 780}, {"width": 1280, "height": 720}
LARGEST, LARGEST_IN_HANDBOOK = 60_000, 20_000
"""Bytes of a picture."""
IN_HANDBOOK = {
    "les-phases": ("running", "day", 0),
    "le-deroule": ("running", "run", 260),
    "faire-venir": ("coming", "invite", 0),
    "accueil": ("running", "door", 0),
    "telecommande": ("running", "room", 0),
    "compte-rendu": ("past", "recap", 460),
}
"""The pictures of the handbook: of which event which page, and how many pixels below its top."""


def photograph(page: Page, path: Path, largest: int = LARGEST) -> None:
    """Write what the window shows, with as many colours as fit into the largest file."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(500)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    for colours in (256, 128, 64, 32, 16, 8):
        small = picture.quantize(colours, dither=Image.Dither.NONE)
        small.save(path, optimize=True, lossless=True, method=6)
        if path.stat().st_size <= largest:
            return
    raise SystemExit(f"{path.name} is larger than {largest} bytes")


def sign_in(page: Page, demo: House) -> None:
    page.goto(demo.sign_in)
    with page.expect_navigation():
        page.locator("main button").first.click()


def room_code(page: Page, demo: House) -> str:
    """The code of the running lunch, as the remote control links to its phones."""
    page.goto(demo.url(f"/organiser/e/{demo.events['running']}/room"))
    found = re.search(r'href="[^"]+/v/(\w+)"', page.content())
    assert found is not None
    return found[1]


def main_pages(demo: House, code: str) -> dict[str, str]:
    """The main pages by the names of their pictures; those of organisers need a sign-in."""
    past, running, coming = (demo.events[name] for name in ("past", "running", "coming"))
    return {
        "home": "/", "event": f"/e/{coming}", "form": f"/e/{coming}/register", "vote": f"/v/{code}",
        "result": f"/e/{past}/polls/3", "projector": f"/screen/{code}", "recap": f"/e/{past}/recap",
        "organiser-home": "/organiser/", "organiser-phase": f"/organiser/e/{coming}/prepare",
        "organiser-people": f"/organiser/e/{coming}/registrations", "organiser-remote": f"/organiser/e/{running}/room",
    }  # fmt: skip


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as instance, house(Path(instance)) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        look = {"device_scale_factor": 2, "color_scheme": "light"}
        page, desk = (open_context(browser, viewport=WINDOW, **look).new_page() for _ in range(2))
        sign_in(desk, demo)
        for name, path in main_pages(demo, room_code(desk, demo)).items():
            shown = desk if name.startswith("organiser") else page
            shown.set_viewport_size(SCREEN if name == "projector" else WINDOW)
            shown.goto(demo.url(path))
            if name == "result":
                shown.mouse.wheel(0, 700)  # past the title, to the chart
            photograph(shown, FOLDER / f"{name}.webp")
        desk.set_viewport_size({"width": 390, "height": 600})
        for name, (event, part, below) in IN_HANDBOOK.items():
            desk.goto(demo.url(f"/organiser/e/{demo.events[event]}/{part}"))
            desk.mouse.wheel(0, below)
            photograph(desk, HANDBOOK / f"{name}.webp", LARGEST_IN_HANDBOOK)
        browser.close()


if __name__ == "__main__":
    main()

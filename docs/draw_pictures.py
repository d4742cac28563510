"""Draws the pictures of the demo (``demo_pictures/*.svg``) as WebP files, in the widths that pages ask for.

Run ``.venv/bin/python docs/draw_pictures.py`` after a change of a drawing, and commit what it writes.
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from lunchkit.demo.lunches import FILES
from lunchkit.platform.images.redraw import redraw
from tests.chromium import FLAGS, find_chromium

DRAWINGS = Path(__file__).parent / "demo_pictures"


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        page = browser.new_page()
        for drawing in sorted(DRAWINGS.glob("*.svg")):
            page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{drawing.read_text('utf-8')}")
            box = page.locator("svg").get_attribute("viewBox")
            assert box is not None
            _, _, width, height = map(int, box.split())
            page.set_viewport_size({"width": width, "height": height})
            for each, data in redraw(page.screenshot()).files.items():
                flat = BytesIO()
                Image.open(BytesIO(data)).save(flat, "WEBP", quality=60, method=6)
                (FILES / f"{drawing.stem}-{each}.webp").write_bytes(flat.getvalue())
        browser.close()


if __name__ == "__main__":
    main()

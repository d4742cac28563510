"""Is every page sound HTML? Asks the Nu Html Checker about all pages that one can walk to in the demo.

.venv/bin/python bench/validity.py --vnu FOLDER/vnu.jar [--keep FOLDER]

Walks through the demo as a reader and as an organiser, in French, follows every link, and takes at most three pages of
a kind (addresses that differ in numbers only). The checker needs Java; its ``vnu.jar`` comes with several packages
(npm's ``vnu-jar``, for one). Exit status 1 where anything is wrong.
"""

import argparse
import hashlib
import html
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).parent.parent))

from lunchkit.app import create_app
from lunchkit.demo import plant_demo
from lunchkit.platform import schema
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.team.queries import SESSION
from lunchkit.team.sign_in.actions import issue_console_link, sign_in
from lunchkit.team.sign_in.queries import KNOWN

HOST = "http://lunch.example"
OF_A_KIND = 3
LINK = re.compile(r'(?:href|action|formaction)="([^"]+)"')
PATTERNS = "/organiser/patterns"
"""Shows blocks that stand alone elsewhere, and each of which takes the focus."""


def walk(client: FlaskClient, starts: list[str], stays: Callable[[str], bool]) -> dict[str, str]:
    """The pages that one gets to by links from ``starts``, by path."""
    pages: dict[str, str] = {}
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    ahead = list(starts)
    while ahead:
        path = ahead.pop(0)
        kind = re.sub(r"\d+", "0", path.partition("?")[0])
        if path in seen or kinds[kind] >= OF_A_KIND or "/stream" in path:
            continue
        seen.add(path)
        kinds[kind] += 1
        answer = client.get(path, headers={"Accept-Language": "fr"})
        if answer.status_code in (302, 303):
            ahead.append(urljoin(path, answer.headers["Location"].removeprefix(HOST)))
        elif answer.mimetype == "text/html":
            pages[path] = answer.get_data(as_text=True)
            ahead += [link for link in links_of(path, pages[path]) if stays(link)]
    return pages


def links_of(path: str, page: str) -> list[str]:
    """Paths of our own that a page leads to."""
    found = (html.unescape(link).partition("#")[0] for link in LINK.findall(page))
    own = (link.removeprefix(HOST) for link in found if not urlsplit(link.removeprefix(HOST)).scheme)
    return [urljoin(path, link) for link in own if not urlsplit(link).netloc]


def demo_pages(instance: Path) -> dict[str, str]:
    """All pages of the demo, for readers and for organisers."""
    app = create_app(Settings(instance=instance, public_url=HOST, secret_key="k" * 40, form_minimum_seconds=0))
    with app.app_context(), app.test_request_context():
        schema.upgrade(db.engine)
        link = issue_console_link(plant_demo().organiser)
        opened = sign_in(link.rpartition("/")[2], browser=None)
        db.session.remove()
    inside = app.test_client()
    with inside.session_transaction() as cookie:
        cookie[SESSION], cookie[KNOWN] = opened.token, opened.organiser_id
    starts = ["/", "/privacy", "/nothing", "/organiser/sign-in", "/v", "/v/AAAA"]
    pages = walk(app.test_client(), starts, lambda path: not path.startswith(("/static", "/media")))
    pages |= walk(inside, ["/organiser/"], lambda path: path.startswith("/organiser") and PATTERNS not in path)
    return pages


def faults_of(pages: dict[str, str], vnu: Path, folder: Path) -> list[str]:
    """What the checker says of them, a line each."""
    names = {f"{hashlib.sha256(path.encode()).hexdigest()[:16]}.html": path for path in pages}
    for name, path in names.items():
        (folder / name).write_text(pages[path], encoding="utf-8")
    command = ["java", "-jar", str(vnu), "--format", "json", "--stdout", "--exit-zero-always"]
    said = subprocess.run(
        [*command, *(str(folder / name) for name in names)], capture_output=True, text=True, check=True
    )
    return [
        f"{names[Path(urlsplit(one['url']).path).name]}:{one.get('lastLine', 0)} {one['message']}"
        for one in json.loads(said.stdout)["messages"]
    ]


def main() -> int:
    """Walk, ask, tell."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--vnu", type=Path, required=True, help="the checker's vnu.jar")
    words.add_argument("--keep", type=Path, help="a folder for the pages")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as instance, tempfile.TemporaryDirectory() as aside:
        folder = asked.keep or Path(aside)
        folder.mkdir(parents=True, exist_ok=True)
        pages = demo_pages(Path(instance))
        faults = faults_of(pages, asked.vnu, folder)
        broken = {"control": next(iter(pages.values())).replace("</h1>", "</h2>")}
        if not faults_of(broken, asked.vnu, folder):
            sys.exit("the checker finds nothing in a page that is broken on purpose")
    for fault in faults:
        print(fault)
    print(f"{len(pages)} pages, {len(faults)} messages of the checker")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

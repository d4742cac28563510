"""How long others wait while an organiser imports a list of 10,000 people: the worst wait, against
that of an idle server.

A server of its own; meanwhile one client asks for the emptiest page, one for a lunch's page, and one registers at
another lunch, each again and again. What counts is the ratio of the longest wait to the median wait of the same request
before the import began, in the same run.
"""

import argparse
import http.cookiejar
import json
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from flask import Flask

from bench.registrations import Bench, database_address
from lunchkit.accounts.actions import add_organiser, issue_console_link
from lunchkit.app import create_app
from lunchkit.config import Settings
from lunchkit.db import db
from tests.server import Client, Server, fetch_stamp, send_form

KEY = "k" * 40
IDLE = 3.0
"""Seconds before the import."""
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
WORD = re.compile(r'(name|value)="([^"]*)"')


class Organiser:
    """A browser in which an organiser is signed in."""

    def __init__(self, base: str) -> None:
        self.base = base
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.opener.addheaders = [("Sec-Fetch-Site", "same-origin"), ("Accept-Language", "fr")]

    def get(self, address: str) -> tuple[str, str, str]:
        """Page, address where one ended, and whether it will come back by itself."""
        with self.opener.open(urllib.parse.urljoin(self.base, address)) as answer:
            return answer.read().decode(), answer.url, answer.headers.get("Refresh", "")

    def send(self, address: str, form: dict[str, str], file: bytes | None = None) -> tuple[str, str, str]:
        """Post a form with the hidden fields of its page."""
        return self.post(*self.form_of(address), form, file)

    def form_of(self, address: str) -> tuple[str, str]:
        """The page with a form, and its address."""
        page, url, _again = self.get(address)
        return page, url

    def post(self, page: str, url: str, form: dict[str, str], file: bytes | None = None) -> tuple[str, str, str]:
        """Post the form of a page."""
        hidden = [dict(WORD.findall(field)) for field in HIDDEN.findall(page.partition("<main")[2])]
        values = {field["name"]: field.get("value", "") for field in hidden} | form
        if file is None:
            body, kind = urllib.parse.urlencode(values).encode(), "application/x-www-form-urlencoded"
        else:
            parts = [f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in values.items()]
            parts.append('--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n')
            body, kind = "".join(parts).encode() + file + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
        request = urllib.request.Request(url, body, {"Content-Type": kind})
        with self.opener.open(request) as answer:
            return answer.read().decode(), answer.url, answer.headers.get("Refresh", "")


class Watch:
    """Somebody who asks the same thing again and again, and how long each answer took."""

    def __init__(self, what: str, ask: Callable[[], object]) -> None:
        self.what, self.ask = what, ask
        self.waits: list[tuple[float, float]] = []
        self.errors = 0

    def run(self, stop: threading.Event) -> None:
        """Ask until told to stop."""
        while not stop.is_set():
            began = time.perf_counter()
            try:
                self.ask()
            except (OSError, ValueError):
                self.errors += 1
            self.waits.append((began, time.perf_counter() - began))
            time.sleep(0.004)

    def between(self, start: float, end: float) -> list[float]:
        """The waits, in seconds, of all that was asked in this time."""
        return [wait for began, wait in self.waits if began + wait >= start and began <= end]


@contextmanager
def watched(watches: list[Watch]) -> Iterator[None]:
    """All of them at once."""
    stop = threading.Event()
    threads = [threading.Thread(target=watch.run, args=(stop,), daemon=True) for watch in watches]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def rows(count: int) -> bytes:
    """A list as other programs write it: 28 columns, three of which are taken."""
    head = ["Nom", "Courriel", "Structure", *(f"Col {n}" for n in range(25))]
    people = ([f"Personne {n}", f"p{n}@example.org", f"Structure {n % 50}", *["abc def"] * 25] for n in range(count))
    return "\n".join(";".join(row) for row in (head, *people)).encode()


def writer(port: int, slug: str) -> Callable[[], object]:
    """Registers one person more at each call."""
    client, numbers = Client(port), iter(range(10**9))
    stamp = fetch_stamp(client, slug)

    def register() -> object:
        number = next(numbers)
        return send_form(client, slug, fetch_stamp(client, slug) if number % 20 == 0 else stamp, "Ana", "a@example.org")

    return register


def sign_in_link(app: Flask) -> str:
    """The link of a new organiser."""
    with app.app_context(), app.test_request_context():
        link = issue_console_link(add_organiser("Ada", "ada@example.org", "fr"))
        db.session.remove()
        db.engine.dispose()
    return link


def measure(given: argparse.Namespace) -> dict[str, object]:
    """One import, watched."""
    with (
        tempfile.TemporaryDirectory(prefix="lunchkit-bench-") as folder,
        database_address(given.database, Path(folder)) as where,
    ):
        server = Server(Path(folder), where | {"SECRET_KEY": KEY, "WORKERS": str(given.workers)})
        slug, other = Bench(server, 0, 0).plant("lunches", 2, given.seats)
        base = f"http://127.0.0.1:{server.port}"
        address = {"database_url": where["DATABASE_URL"]} if where else {}
        app = create_app(Settings(instance=Path(folder), public_url=base, secret_key=KEY, **address))
        link = sign_in_link(app)
        file = rows(given.rows)
        with server:
            ada = Organiser(base)
            ada.send(link, {})
            empty, page = Client(server.port), Client(server.port)
            watches = [
                Watch("GET /healthz", lambda: empty.get("/healthz")),
                Watch("GET event page", lambda: page.get(f"/e/{other}")),
                Watch("POST registration", writer(server.port, other)),
            ]
            with watched(watches):
                marks = [time.perf_counter()]
                time.sleep(IDLE)
                looks = bring_list(ada, f"/organiser/e/{slug}/import", file, given.letters, marks)
            registered = Bench(server, 0, 0).plant("count", slug)["rows"]
    return {
        "database": given.database, "rows": given.rows,
        "seats": given.seats, "letters": given.letters, "workers": given.workers, "registered": registered,
        "bytes": len(file), "seconds": round(marks[4] - marks[3], 2), "sent_in": round(marks[2] - marks[1], 2),
        "progress_pages": looks, "waits": [told(watch, marks) for watch in watches],
    }  # fmt: skip


def bring_list(ada: Organiser, door: str, file: bytes, letters: bool, marks: list[float]) -> int:
    """Send a list, look at it, press the button, and look on; how often."""
    marks.append(time.perf_counter())
    _page, draft, _again = ada.send(door, {}, file)
    marks.append(time.perf_counter())
    time.sleep(0.5)
    marks.append(time.perf_counter())
    wish = {"language": "fr"} | ({"sends_letters": "y"} if letters else {})
    _text, _url, again = ada.send(draft, wish)
    return look_on(ada, draft, again, marks)


def look_on(ada: Organiser, page: str, again: str, marks: list[float]) -> int:
    """Ask for a page of progress until it comes no more by itself."""
    looks = 0
    while again:
        time.sleep(0.2)
        _text, _url, again = ada.get(page)
        looks += 1
    marks.append(time.perf_counter())
    return looks


def told(watch: Watch, marks: list[float]) -> dict[str, object]:
    """The waits of one of them: median before, longest during the upload and during the import, in milliseconds."""
    idle, upload, during = (watch.between(*marks[n : n + 2]) for n in (0, 1, 3))
    median = statistics.median(idle)
    return {
        "what": watch.what,
        "idle_ms": round(1000 * median, 1),
        "idle_worst_ms": round(1000 * max(idle)),
        "upload_worst_ms": round(1000 * max(upload)),
        "import_worst_ms": round(1000 * max(during)),
        "import_median_ms": round(1000 * statistics.median(during), 1),
        "ratio": round(max(during) / median),
        "errors": watch.errors,
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seats", type=int, default=300, help="of the lunch")
    parser.add_argument("--letters", action="store_true", help="each gets a letter")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures = measure(given)
    if given.json:
        print(json.dumps(figures))
        return
    print(", ".join(f"{name} {value}" for name, value in figures.items() if name != "waits"))
    for wait in figures["waits"]:  # type: ignore[attr-defined]
        print("  " + ", ".join(f"{name} {value}" for name, value in wait.items()))


if __name__ == "__main__":
    main()

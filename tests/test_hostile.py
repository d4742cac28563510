"""Thousands of hostile requests: never a server error, never a lost form, and nothing unsafe in the database.

The dice are the same each time, and others on each database; LUNCHKIT_TEST_SEED throws others again, LUNCHKIT_TEST_LONG
four times as many, with each method at each route. That the checks can fail is proved beside it.
"""

import os
import socket
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform import form_tokens as stamps
from tests import hostile_checks as checks
from tests.conftest import EventMaker, csrf_of
from tests.hostile_input import HOST, URLENCODED, Dice, Request, escaped, send
from tests.hostile_words import ORGANISER_FORMS
from tests.server import Server

pytestmark = pytest.mark.both_databases
SEED = int(os.environ.get("LUNCHKIT_TEST_SEED", "20250513"))
LONG = bool(os.environ.get("LUNCHKIT_TEST_LONG"))
FORMS, CHANGES, DOORS, LIES, ORGANISERS = ((4 if LONG else 1) * many for many in (200, 60, 1000, 150, 100))
"""Requests for each database: registrations, changes of one, any route, lying headers, forms of a signed-in organiser."""
METHODS = ("GET", "POST")
STRANGE = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "FOO", "get")
"""Methods that no browser sends: each route gets one of them, in a long run all."""


def attack(app: Flask, request: Request, statuses: Counter[int]) -> None:
    """Send one request and check the answer."""
    reply = send(app, request)
    checks.check(request, reply)
    checks.check_given_back(request, reply)
    statuses[reply.status] += 1


@pytest.fixture
def lunches(make_event: EventMaker) -> list[Event]:
    """Two lunches: one that asks everything, and one that asks nothing and is nearly full."""
    return [make_event(capacity=9, companions_allowed=2), make_event(capacity=1, asks_food=False, asks_access=False)]


def forms(app: Flask, dice: Dice, lunches: list[Event]) -> list[Request]:
    """Registrations of both lunches."""
    with app.test_request_context():
        fresh = {event.slug: [stamps.issue(event.slug) for _ in range(FORMS)] for event in lunches}
    slugs = [dice.random.choice([event.slug for event in lunches]) for _ in range(FORMS)]
    return [dice.posted(f"/e/{slug}/register", dice.pairs(fresh[slug].pop())) for slug in slugs]


def doors(app: Flask, dice: Dice, number: int) -> list[Request]:
    """Every route with each usual method and a strange one first, then routes by chance; their parts are hostile ones."""
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    rounds = [(rule, method) for rule in rules for method in METHODS]
    rounds += [(rule, method) for rule in rules for method in (STRANGE if LONG else [dice.random.choice(STRANGE)])]
    while len(rounds) < number:
        rounds.append((dice.random.choice(rules), dice.random.choice(("GET", "GET", "GET", "HEAD", "POST"))))
    made = []
    for rule, method in rounds:
        parts = [dice.segment() if part.startswith("<") else part.encode() for part in rule.split("/")]
        if dice.random.random() < 0.1:
            parts.insert(dice.random.randrange(1, len(parts) + 1), dice.segment())
        body = escaped(dice.text()) if method == "POST" else b""
        made.append(Request(method, b"/".join(parts) or b"/", dice.query(), body, URLENCODED if body else None))
    return made


def liars(dice: Dice, slug: str) -> list[Request]:
    """Good addresses, and headers that lie."""
    paths = f"/ /privacy /healthz /organiser/ /organiser/sign-in /r/x /nowhere /e/{slug}/event.ics".split()
    methods, pick = ("GET", "GET", "POST", "HEAD"), dice.random.choice
    return [Request(pick(methods), pick(paths).encode(), dice.query(), b"", None, dice.headers()) for _ in range(LIES)]


def organiser_posts(app: Flask, organiser: FlaskClient, dice: Dice, slug: str) -> list[Request]:
    """Forms of the organisers' area, sent by somebody who is signed in and whose form tokens are good."""
    token = csrf_of(organiser, "/organiser/sessions")
    cookie = organiser.get_cookie("lunchkit")
    assert cookie is not None
    inside = {"Cookie": f"lunchkit={cookie.value}"}
    made = []
    for _ in range(ORGANISERS):
        form = dice.random.choice(ORGANISER_FORMS)
        path = form if form.startswith("/organiser/") else f"/organiser/e/{slug}{form}"
        pairs = [("csrf_token", token), *dice.organiser_pairs()]
        body = b"&".join(escaped(name) + b"=" + escaped(value[:4000]) for name, value in pairs)
        made.append(Request("POST", path.encode(), body=body, content_type=URLENCODED, headers=inside))
    return made


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files that came with a form
def test_hostile_requests_do_no_harm(
    app: Flask, database: str, organiser_client: FlaskClient, lunches: list[Event]
) -> None:
    dice = Dice(SEED + (database == "postgresql"))
    statuses: Counter[int] = Counter()
    before = checks.frozen_rows()
    for request in [*forms(app, dice, lunches), *doors(app, dice, DOORS), *liars(dice, lunches[0].slug)]:
        attack(app, request, statuses)
    everybody = checks.links_of_all()
    assert len(everybody) > FORMS / 4, "too few were stored for the rest of this test to mean anything"
    for _ in range(CHANGES):
        link = dice.random.choice(everybody)
        attack(app, dice.posted(f"{link}/edit", [pair for pair in dice.pairs("x") if pair[0] != "email"]), statuses)
    assert checks.frozen_rows() == before, "an attendee's form changed what only organisers may change"
    checks.check_stored()
    checks.check_registrations(lunches)
    shown = checks.crawl(app, organiser_client, lunches[0])
    for request in organiser_posts(app, organiser_client, dice, lunches[0].slug):
        attack(app, request, statuses)
    checks.check_stored()
    checks.crawl(app, organiser_client, lunches[0])
    assert sum(statuses.values()) >= FORMS + CHANGES + DOORS + LIES + ORGANISERS, (statuses, shown)
    assert {200, 303, 400, 403, 404, 405, 413, 422} <= set(statuses), statuses


def test_a_real_server_answers_what_no_client_library_would_send(sqlite_template: Path, tmp_path: Path) -> None:
    (tmp_path / "lunchkit.sqlite").write_bytes(sqlite_template.read_bytes())
    dice = Dice(SEED)
    with Server(tmp_path, {"PUBLIC_URL": f"http://{HOST}", "SECRET_KEY": "k" * 40}) as server:
        answers = Counter(raw(server.port, bytes_of(dice)) for _ in range(300))
        assert raw(server.port, f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()) == 200
        assert "Traceback" not in server.log.read_text()
    assert all(status < 500 or status == 501 for status in answers), answers  # 501: a transfer coding nobody knows
    assert answers[400] > 10 and answers[404] > 10, answers


def bytes_of(dice: Dice) -> bytes:
    """A request with whatever the dice say, line breaks and lies included."""
    pick = dice.random.choice
    head = b"%s %s HTTP/%s\r\n" % (
        pick((b"GET", b"GET", b"GET", b"POST", b"FOO", b"\xff", b"")),
        b"/" + dice.segment()[:3000] + pick((b"", b"?" + dice.query())),
        pick((b"1.1", b"1.1", b"1.1", b"1.0", b"9.9", b"")),
    )
    lines = [f"{name}: {value}".encode("latin-1", "replace") for name, value in dice.headers().items()]
    host = pick((f"Host: {HOST}".encode(), f"Host: {HOST}".encode(), b""))
    return head + b"\r\n".join([host, b"Connection: close", *lines]) + b"\r\n\r\n" + pick((b"", b"x", b"0\r\n\r\n"))


def raw(port: int, request: bytes) -> int:
    """The status of the answer; 0 where the server just hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        with suppress(OSError):  # the server may have hung up already
            connection.shutdown(socket.SHUT_WR)
        try:
            answer = connection.recv(65_536).split()
        except ConnectionError:
            return 0
    return int(answer[1]) if len(answer) > 1 and answer[1].isdigit() else 0

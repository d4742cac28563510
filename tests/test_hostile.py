"""Twenty thousand hostile requests: never a server error, never a lost form, and nothing unsafe in the database.

The dice are the same each time; LUNCHKIT_TEST_SEED throws others. Controls at the end prove that the checks can fail.
"""

import os
import socket
import unicodedata
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from openpyxl import load_workbook
from sqlalchemy import inspect, select

from lunchkit import clock, stamps
from lunchkit.app import create_app
from lunchkit.config import Settings
from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.links import personal_tokens
from lunchkit.mail.models import OutboxLetter
from lunchkit.mail.rendering import render_letter
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.models import Needs, Registration, Standing
from lunchkit.text import clean_line, clean_text
from lunchkit.web import HEADERS
from tests.conftest import EventMaker, details
from tests.hostile_input import HOST, URLENCODED, Dice, Reply, Request, escaped, send
from tests.server import Server

SEED = int(os.environ.get("LUNCHKIT_TEST_SEED", "20250513"))
FORMS, CHANGES, DOORS, LIES, ORGANISERS = 800, 250, 7000, 1700, 300
"""Requests for each database: registrations, changes of one, any route, lying headers, forms of a signed-in organiser."""
CANARIES = ("<canary", '" canary="', "' canary='", "9359")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "FOO", "get")
FROZEN = ("series", "event", "organiser", "speaker", "organisation", "poll", "choice")
"""Tables that no attendee's form may touch."""


def check(request: Request, reply: Reply) -> None:
    """What must hold for every answer; an AssertionError names the request."""
    told = f"{reply.status} to {str(request)[:600]}"
    assert 200 <= reply.status < 500, told
    for name, value in HEADERS.items():
        there = reply.header(name)
        assert there == value or (name == "Referrer-Policy" and there == "no-referrer"), f"{name} is {there!r}: {told}"
    assert reply.header("Cache-Control"), told
    assert not any(char in value for _, value in reply.headers for char in "\r\n\0"), told
    goes_to = urlsplit(reply.header("Location"))
    assert goes_to.netloc.lower() in ("", HOST, "localhost") and goes_to.scheme in ("", "http", "https"), told
    if "html" in reply.header("Content-Type") or "xml" in reply.header("Content-Type"):
        for canary in CANARIES:
            assert canary not in reply.text, f"{canary} unescaped: {told}"


def check_given_back(request: Request, reply: Reply) -> None:
    """A form that comes back holds what was typed, cleaned and escaped."""
    if reply.status != 422 or "email_use" in request.typed or 'name="email"' not in reply.text:
        return
    for name, clean in (("name", clean_line), ("organisation", clean_line), ("allergies", clean_text), ("access", clean_text)):
        if name in request.typed and f'name="{name}"' in reply.text:
            assert str(escape(clean(request.typed[name]))) in reply.text, f"{name} is lost: {str(request)[:600]}"
    email = clean_line(request.typed.get("email")).partition("@")[0]
    assert str(escape(email)).casefold() in reply.text.casefold(), f"email is lost: {str(request)[:600]}"


def stored_texts() -> list[tuple[str, str]]:
    """Every text in the database, with the name of its column."""
    db.session.rollback()
    found = []
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            found += [(f"{table.name}.{key}", value) for key, value in row.items() if isinstance(value, str)]
    return found


def check_stored() -> None:
    """No text that is stored can break a line, a header, a file or the direction of reading."""
    for column, text in stored_texts():
        allowed = "\n" if column.endswith((".allergies", ".access", ".summary", ".access_notes")) else ""
        for char in text:
            fine = char in allowed or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
            assert fine and char not in "\u202e\u202d\u2066\u2069\u200f\u200e\u061c\uffff", f"{column}: {text!r}"


def check_registrations(events: list[Event]) -> None:
    """Every registration is one that the form could make, whatever columns were named in it."""
    now = clock.now()
    for row in db.session.scalars(select(Registration)):
        event = next(event for event in events if event.id == row.event_id)
        assert 1 <= row.seats <= 1 + event.companions_allowed
        assert row.standing in set(Standing) and row.language in ("fr", "en") and row.sequence < 50
        assert now - timedelta(minutes=10) < row.registered_at <= now and row.id < 100_000
        assert len(row.nonce) == 16 and row.erased_at is None
        assert len(row.name) <= 100 and len(row.organisation) <= 120 and len(row.email or "") <= 254
    for needs in db.session.scalars(select(Needs)):
        assert len(needs.diet_list) <= 3 and len(needs.allergies) <= 300 and len(needs.access) <= 500


def frozen_rows() -> dict[str, list[tuple[object, ...]]]:
    """All rows of the tables that must stay as they are."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if table.name in FROZEN]
    return {table.name: [tuple(row) for row in db.session.execute(select(table).order_by(table.c.id))] for table in tables}


def links_of_all() -> list[str]:
    """The path of everybody's own page."""
    db.session.rollback()
    rows = db.session.scalars(select(Registration).order_by(Registration.id))
    return [f"/r/{personal_tokens(row.nonce).link}" for row in rows]


def attack(app: Flask, request: Request, statuses: Counter[int]) -> None:
    """Send one request and check the answer."""
    reply = send(app, request)
    check(request, reply)
    check_given_back(request, reply)
    statuses[reply.status] += 1


def crawl(app: Flask, organiser: FlaskClient, event: Event, most: int = 25) -> int:
    """Open every page on which stored texts are shown, files and letters included, of so many people; returns how many."""
    cookie = organiser.get_cookie("lunchkit")
    assert cookie is not None
    inside = {"Cookie": f"lunchkit={cookie.value}"}
    area = f"/organiser/e/{event.slug}"
    numbers = db.session.scalars(select(Registration.id).where(Registration.event_id == event.id).limit(most)).all()
    letters = db.session.scalars(select(OutboxLetter).limit(most)).all()
    paths = ["/", f"/e/{event.slug}", f"/e/{event.slug}/poster", f"/e/{event.slug}/event.ics", "/calendar.ics", "/feed.atom"]
    paths += [link + part for link in links_of_all()[:most] for part in ("", "/ticket", "/edit", "/cancellation", "/erasure", "/data.json")]
    private = [area, f"{area}/caterer", f"{area}/registrations.csv", "/organiser/", "/organiser/letters"]
    private += [f"{area}/registrations?page={page}" for page in range(1, 9)]
    private += [f"{area}/registrations/{number}" for number in numbers]
    private += [f"/organiser/letters/{letter.id}{part}" for letter in letters for part in ("", "/html")]
    for path in paths:
        check(shown := Request("GET", path.encode()), send(app, shown))
    for path in private:
        target, _, query = path.partition("?")
        request = Request("GET", target.encode(), query.encode(), headers=inside)
        reply = send(app, request)
        assert reply.status == 200, f"{reply.status} {path}"
        if "/html" not in path:  # a letter alone, under a policy of its own
            check(request, reply)
        assert "<canary" not in reply.text or path.endswith(".csv"), path
    book = send(app, Request("GET", f"{area}/registrations.xlsx".encode(), headers=inside))
    assert load_workbook(BytesIO(book.body)).active.max_row > 1
    with app.test_request_context():
        for row in letters:
            letter = render_letter(row)
            assert letter is None or "<canary" not in letter.html
    return len(paths) + len(private) + 1


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
    """Every route with every method first, then routes by chance, their parts replaced by hostile ones."""
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    rounds = [(rule, method) for rule in rules for method in METHODS]
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
    targets = [b"/", b"/privacy", b"/healthz", b"/organiser/", b"/organiser/sign-in", b"/r/x", b"/nowhere", f"/e/{slug}/event.ics".encode()]
    return [
        Request(dice.random.choice(("GET", "GET", "POST", "HEAD")), dice.random.choice(targets), dice.query(), b"", None, dice.headers())
        for _ in range(LIES)
    ]


def organiser_posts(app: Flask, organiser: FlaskClient, dice: Dice, slug: str) -> list[Request]:
    """Forms of the organisers' area, sent by somebody who is signed in and whose form tokens are good."""
    page = organiser.get("/organiser/sessions").get_data(as_text=True)
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    cookie = organiser.get_cookie("lunchkit")
    assert cookie is not None
    area = f"/organiser/e/{slug}"
    targets = ["/organiser/e/new", f"{area}/registrations/new", f"{area}/registrations/1", f"{area}/speakers", f"{area}/polls", f"{area}/registrations/1/move"]
    names = ("title", "theme", "summary", "date", "starts", "ends", "day", "from", "until", "venue", "capacity", "colour", "contact_email", "purge_days", "role", "question", "choices", "choices-0", "choices-1", "event", "language", "organisation", "name", "email")
    made = []
    for _ in range(ORGANISERS):
        target = dice.random.choice(targets)
        pairs = [(name, dice.text() if dice.random.random() < 0.5 else dice.short_text()) for name in names if dice.random.random() < 0.9]
        pairs = dice.pairs("x") if "registrations" in target and dice.random.random() < 0.7 else pairs
        body = b"&".join(escaped(name) + b"=" + escaped(value[:2000]) for name, value in [("csrf_token", token), *pairs])
        made.append(Request("POST", target.encode(), body=body, content_type=URLENCODED, headers={"Cookie": f"lunchkit={cookie.value}"}))
    return made


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # files that came with a form
def test_ten_thousand_hostile_requests_to_each_database(app: Flask, organiser_client: FlaskClient, lunches: list[Event]) -> None:
    dice = Dice(SEED)
    statuses: Counter[int] = Counter()
    before = frozen_rows()
    for request in [*forms(app, dice, lunches), *doors(app, dice, DOORS), *liars(dice, lunches[0].slug)]:
        attack(app, request, statuses)
    everybody = links_of_all()
    assert len(everybody) > 100, "too few were stored for the rest of this test to mean anything"
    for _ in range(CHANGES):
        link = dice.random.choice(everybody)
        attack(app, dice.posted(f"{link}/edit", [pair for pair in dice.pairs("x") if pair[0] != "email"]), statuses)
    assert frozen_rows() == before, "an attendee's form changed what only organisers may change"
    check_stored()
    check_registrations(lunches)
    shown = crawl(app, organiser_client, lunches[0])
    for request in organiser_posts(app, organiser_client, dice, lunches[0].slug):
        attack(app, request, statuses)
    check_stored()
    crawl(app, organiser_client, lunches[0])
    assert sum(statuses.values()) >= 10_000, (statuses, shown)
    assert {200, 303, 400, 403, 404, 405, 413, 422} <= set(statuses), statuses


def test_a_real_server_answers_what_no_client_library_would_send(sqlite_template: Path, tmp_path: Path) -> None:
    (tmp_path / "lunchkit.sqlite").write_bytes(sqlite_template.read_bytes())
    dice = Dice(SEED)
    with Server(tmp_path, {"PUBLIC_URL": f"http://{HOST}"}) as server:
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
        connection.shutdown(socket.SHUT_WR)
        try:
            answer = connection.recv(65_536).split()
        except ConnectionError:
            return 0
    return int(answer[1]) if len(answer) > 1 and answer[1].isdigit() else 0


@contextmanager
def crippled(settings: Settings):  # type: ignore[no-untyped-def]
    """A second application that a control may spoil."""
    app = create_app(settings)
    app.testing = False
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_control_a_page_that_does_not_escape_is_caught(event: Event, settings: Settings, app: Flask) -> None:
    register_by_hand(event, details("<canary>Ana"), language="fr")
    (link,) = links_of_all()
    check(Request("GET", link.encode()), send(app, Request("GET", link.encode())))
    with crippled(settings) as naive:
        naive.jinja_env.autoescape = False
        reply = send(naive, Request("GET", link.encode()))
        with pytest.raises(AssertionError, match="unescaped"):
            check(Request("GET", link.encode()), reply)


def test_control_a_route_that_raises_or_drops_headers_is_caught(settings: Settings) -> None:
    with crippled(settings) as app:
        app.add_url_rule("/boom", "boom", lambda: 1 // 0)
        with pytest.raises(AssertionError, match="^500 to"):
            check(Request("GET", b"/boom"), send(app, Request("GET", b"/boom")))
        app.after_request_funcs.clear()
        with pytest.raises(AssertionError, match="Content-Security-Policy is ''"):
            check(Request("GET", b"/"), send(app, Request("GET", b"/")))


def test_control_a_lost_form_is_caught(app: Flask, event: Event) -> None:
    request = Request("POST", b"/e/lunch-1/register", body=b"name=Ana", content_type=URLENCODED, typed={"name": "Ana"})
    reply = send(app, request)
    check_given_back(request, reply)
    with pytest.raises(AssertionError, match="name is lost"):
        check_given_back(Request("POST", b"/", typed={"name": "Bea"}), reply)


@pytest.mark.parametrize("name", ["Ana\nBcc: x", "\u202eAna", "A\x1bna", "A\uffffna"])
def test_control_an_unclean_text_in_the_database_is_caught(event: Event, name: str) -> None:
    register_by_hand(event, details(name), language="fr")
    with pytest.raises(AssertionError, match="registration.name"):
        check_stored()


def test_control_a_column_set_by_a_form_is_caught(event: Event) -> None:
    registration = register_by_hand(event, details(), language="fr")
    before = frozen_rows()
    check_registrations([event])
    registration.sequence, event.capacity = 999, 1000
    db.session.commit()
    assert frozen_rows() != before
    with pytest.raises(AssertionError):
        check_registrations([event])


def test_the_columns_that_forms_are_tried_with_are_all_there_are(app: Flask) -> None:
    columns = {attribute.key for model in (Registration, Needs) for attribute in inspect(model).mapper.attrs}
    forms = {"name", "email", "organisation", "is_member", "shows_name", "allergies", "access"}
    from_dice = {pair[0] for _ in range(400) for pair in Dice(SEED + _).pairs("x")}
    assert columns - forms - from_dice - {"registration"} == set()

"""House rules of HTTP: headers, hosts, foreign posts, static files, error pages, and a database that cannot write."""

import gzip
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as database_event
from sqlalchemy import func, select
from werkzeug.routing import IntegerConverter
from werkzeug.test import TestResponse

from lunchkit import stamps
from lunchkit.app import create_app
from lunchkit.config import Settings
from lunchkit.db import SQLITE_DRIVER, db
from lunchkit.events.models import Event
from lunchkit.links import personal_tokens
from lunchkit.mail.message import build_message
from lunchkit.mail.models import OutboxLetter
from lunchkit.mail.rendering import render_letter
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.models import Registration
from lunchkit.web import HEADERS, POLICY, STATIC, build_hash
from tests.conftest import details, new_client

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "FOO")
only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
FORM = {"name": "Ana <b>Bold</b>", "email": "ana@example.org", "organisation": "Coopérative & Cie", "diets-0": "vegan", "allergies": "Noix", "access": "Rampe"}


def lacks(answer: TestResponse) -> list[str]:
    """The security headers that an answer does not carry as it should."""
    wrong = [name for name, value in HEADERS.items() if answer.headers.get(name) not in (value, "no-referrer" if name == "Referrer-Policy" else value)]
    return wrong + [name for name in ("Cache-Control",) if name not in answer.headers]


def test_the_policy_allows_nothing_inline_and_no_other_host() -> None:
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules["default-src"] == "'none'" and rules["frame-ancestors"] == "'none'" and rules["base-uri"] == "'none'"
    assert set(rules.values()) == {"'none'", "'self'"}


def test_every_route_answers_every_method_with_the_security_headers(app: Flask, client: FlaskClient, event: Event) -> None:
    person = register_by_hand(event, details(), language="fr")
    values = {"slug": event.slug, "token": personal_tokens(person.nonce).link, "ticket": personal_tokens(person.nonce).ticket, "build": build_hash(), "path": "css/base.css"}
    adapter = app.url_map.bind("lunch.example")
    statuses = set()
    for rule in app.url_map.iter_rules():
        parts = {name: 1 if isinstance(rule._converters[name], IntegerConverter) else values[name] for name in rule.arguments}
        for method in METHODS:
            answer = client.open(adapter.build(rule.endpoint, parts), method=method)
            assert lacks(answer) == [], f"{method} {rule.rule}: {answer.status}"
            assert answer.status_code < 500, f"{method} {rule.rule}"
            statuses.add(answer.status_code)
    assert {200, 302, 303, 400, 401, 404, 405, 422} - statuses == set()


def test_errors_carry_the_headers_too(app: Flask, client: FlaskClient, event: Event) -> None:
    app.add_url_rule("/boom", "boom", lambda: 1 // 0)
    answers = {
        400: client.get("/", headers={"Host": "evil.example"}),
        403: client.post(f"/e/{event.slug}/register", headers={"Sec-Fetch-Site": "cross-site"}),
        404: client.get("/nowhere"),
        405: client.delete("/"),
        413: client.post(f"/e/{event.slug}/register", data={"name": "x" * 1_100_000}),
        500: client.get("/boom"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert lacks(answer) == [], status
        assert answer.headers["Cache-Control"] == "no-store", status
    assert set(answers[405].headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_personal_pages_tell_no_other_page_their_address(client: FlaskClient, event: Event) -> None:
    link = f"/r/{personal_tokens(register_by_hand(event, details(), language='fr').nonce).link}"
    for path in (link, f"{link}/ticket", f"{link}/edit", f"{link}/cancellation", f"{link}/erasure", f"{link}/data.json", "/r/wrong"):
        answer = client.get(path)
        assert answer.headers["Referrer-Policy"] == "no-referrer", path
        assert answer.headers["Cache-Control"] == "no-store", path


def test_https_is_remembered_only_where_it_is_served(settings: Settings, client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    secure = create_app(replace(settings, public_url="https://lunch.example"))
    assert "max-age=31536000" in new_client(secure).get("/healthz").headers["Strict-Transport-Security"]
    with secure.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("host", ["evil.example", "lunch.example.evil.example", "xlunch.example", "evil.example:80", "", "a@lunch.example", "[::2]"])
def test_an_unknown_host_is_refused(client: FlaskClient, host: str) -> None:
    for method in ("GET", "POST", "HEAD"):
        answer = client.open("/", method=method, headers={"Host": host})
        assert answer.status_code in (400, 403), f"{method} {answer.status}"
        assert b"evil" not in answer.data


@pytest.mark.parametrize("host", ["lunch.example", "lunch.example:8000", "LUNCH.EXAMPLE", "localhost", "127.0.0.1:8000", "[::1]:8000"])
def test_the_hosts_of_the_house_are_served(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_a_public_address_in_ipv6_is_served(settings: Settings) -> None:
    app = create_app(replace(settings, public_url="http://[fd00::7]:8000"))
    assert new_client(app).get("/healthz", headers={"Host": "[fd00::7]:8000"}).status_code == 200
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded", "X-Original-URL"])
def test_forwarding_headers_mean_nothing_without_a_proxy(client: FlaskClient, header: str) -> None:
    said = {"X-Forwarded-Proto": "https", "Forwarded": "host=evil.example;proto=https"}.get(header, "evil.example")
    plain = client.get("/organiser/")
    forged = client.get("/organiser/", headers={header: said})
    assert forged.status_code == plain.status_code and forged.headers["Location"] == plain.headers["Location"]
    assert client.get("/", headers={header: said}).data == client.get("/").data


def test_behind_a_proxy_the_host_must_still_be_ours(settings: Settings) -> None:
    app = create_app(replace(settings, proxies=1))
    proxied = new_client(app)
    inside = {"Host": "127.0.0.1:8000"}
    assert proxied.get("/healthz", headers=inside | {"X-Forwarded-Host": "lunch.example"}).status_code == 200
    assert proxied.get("/healthz", headers=inside | {"X-Forwarded-Host": "evil.example"}).status_code == 400
    with app.app_context():
        db.engine.dispose()


def message_of(row: OutboxLetter) -> EmailMessage:
    """The letter as it would leave."""
    letter = render_letter(row)
    assert letter is not None
    return build_message(letter, sender="lunch@lunch.example", recipient=row.recipient, message_id=row.message_id, date=row.created_at)


def test_what_leaves_the_house_holds_only_the_public_address(app: Flask, client: FlaskClient, event: Event) -> None:
    local = {"Host": "localhost:5000"}
    with app.test_request_context():
        stamp = stamps.issue(event.slug)
    answer = client.post(f"/e/{event.slug}/register", data=FORM | {"stamp": stamp}, headers=local)
    assert answer.status_code == 303
    with app.test_request_context("/", base_url="http://evil.example"):
        message = message_of(db.session.scalars(select(OutboxLetter)).one())
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    texts = [part if isinstance(part, str) else part.decode("latin-1") for part in parts]
    for path in ("/calendar.ics", "/feed.atom", f"/e/{event.slug}/event.ics", f"/e/{event.slug}/qr.svg", f"/e/{event.slug}/poster"):
        texts.append(client.get(path, headers=local).get_data(as_text=True))
    page = client.get(f"/e/{event.slug}", headers=local).text
    for text in [*texts, page]:
        assert "localhost" not in text and "evil.example" not in text
    for text in (texts[0], texts[1], *texts[-5:]):
        assert "lunch.example/" in text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://lunch.example"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://lunch.example.evil.example"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Origin": "lunch.example"}, 403),
        ({"Origin": "http://lunch.example"}, 422),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Sec-Fetch-Site": "none"}, 422),
        ({}, 422),
    ],
)
def test_a_form_of_another_site_is_refused(client: FlaskClient, event: Event, headers: dict[str, str], status: int) -> None:
    assert client.post(f"/e/{event.slug}/register", headers=headers).status_code == status
    assert client.get(f"/e/{event.slug}/register", headers=headers).status_code == 200


def test_static_files_are_kept_for_ever_under_their_version(client: FlaskClient) -> None:
    page = client.get("/").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding" and answer.content_type == "text/css; charset=utf-8"
    assert client.get(re.sub("/static/[^/]+/", "/static/older/", address)).headers["Cache-Control"] == "no-cache"


def test_static_files_travel_compressed_to_those_who_want_it(client: FlaskClient) -> None:
    path = f"/static/{build_hash()}/css/base.css"
    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data == (STATIC / "css/base.css").read_bytes()
    assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip;q=0"}).headers


@pytest.mark.parametrize(
    "path",
    ["../web.py", "css/../../web.py", "..%2fweb.py", "%2e%2e/web.py", "/etc/passwd", "css", "css/", "css/base.css/", "base.css%00", "%00",
     "a" * 300, "a/" * 2000, "..\\web.py", "css\\base.css", "C:/x", ".git/config", "css/%ff", "css/base.css%0a"],
)  # fmt: skip
def test_nothing_but_static_files_is_served_as_such(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/static/{build_hash()}/{path}")
    assert answer.status_code in (404, 308), path
    assert b"Blueprint" not in answer.data and b"root:" not in answer.data


@pytest.mark.parametrize("path", ["/.git/config", "/.env", "/lunchkit.sqlite", "/secret_key", "/console", "/admin", "/debug", "/server-status", "/static/", "/instance/", "/robots.txt~", "/wp-login.php"])
def test_nothing_else_lies_about(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_head_answers_like_get_without_the_body(client: FlaskClient, event: Event) -> None:
    for path in ("/", "/privacy", "/healthz", "/calendar.ics", "/feed.atom", f"/e/{event.slug}", f"/e/{event.slug}/qr.svg", f"/static/{build_hash()}/mark.svg", "/nowhere"):
        get, head = client.get(path), client.head(path)
        assert (head.status_code, head.data) == (get.status_code, b""), path
        assert head.headers["Content-Length"] == get.headers["Content-Length"] and head.content_type == get.content_type


def test_an_unforeseen_error_shows_a_reference_and_nothing_else(app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    app.add_url_rule("/boom", "boom", lambda: {}["a secret word"])
    with caplog.at_level(logging.ERROR, "lunchkit"):
        page = client.get("/boom", headers={"Accept-Language": "en"})
    assert page.status_code == 500
    reference = page.text.split("Reference for the organisers: ")[1].split("<")[0]
    assert re.fullmatch("[0-9a-f]{8}", reference)
    assert f"unexpected error {reference} at GET boom" in caplog.text and "a secret word" in caplog.text
    for leak in ("secret word", "KeyError", "Traceback", ".py", "flask", "werkzeug", "sqlalchemy"):
        assert leak not in page.text.lower().replace("lunchkit", ""), leak
    assert client.get("/").status_code == 200


@contextmanager
def shorter_patience(milliseconds: int = 50) -> Iterator[None]:
    """Let every connection to SQLite wait only so long for its turn."""

    def impatient(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA busy_timeout={milliseconds}")  # type: ignore[attr-defined]

    db.session.remove()
    db.engine.dispose()
    database_event.listen(db.engine, "connect", impatient)
    yield
    database_event.remove(db.engine, "connect", impatient)
    db.session.remove()
    db.engine.dispose()


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Another program is writing to the file, and does not come to an end."""
    other = SQLITE_DRIVER.connect(str(settings.instance / "lunchkit.sqlite"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with shorter_patience():
        yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def full() -> Iterator[None]:
    """The disk has no room for one more page."""

    def freeze(connection: object, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined]
        connection.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]

    db.session.remove()
    db.engine.dispose()
    database_event.listen(db.engine, "connect", freeze)
    yield
    database_event.remove(db.engine, "connect", freeze)
    db.session.remove()
    db.engine.dispose()


def fields_of(page: str) -> dict[str, str]:
    """What stands in the fields of a page's form, as far as this test typed it."""
    return {name: value for name, value in FORM.items() if value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in page}


def count_people() -> int:
    """How many registrations there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Registration)) or 0


def stamp_for(app: Flask, event: Event) -> str:
    """A stamp as the form carries it."""
    with app.test_request_context():
        return stamps.issue(event.slug)


@only_sqlite
def test_a_busy_database_gives_the_form_back(app: Flask, settings: Settings, client: FlaskClient, event: Event) -> None:
    slug, stamp = event.slug, stamp_for(app, event)
    with locked(settings):
        answer = client.post(f"/e/{slug}/register", data=FORM | {"stamp": stamp})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert fields_of(answer.text) == FORM and stamp in answer.text
        assert [client.get(path).status_code for path in ("/", f"/e/{slug}", f"/e/{slug}/register", "/calendar.ics")] == [200] * 4
    assert count_people() == 0
    assert client.post(f"/e/{slug}/register", data=FORM | {"stamp": stamp}).status_code == 303, "the same form, sent again"
    assert count_people() == 1


@only_sqlite
def test_a_full_disk_gives_the_form_back(app: Flask, client: FlaskClient, event: Event) -> None:
    slug = event.slug
    with full():
        answers = [client.post(f"/e/{slug}/register", data=FORM | {"stamp": stamp_for(app, event), "email": f"p{n}@example.org"}) for n in range(60)]
        refused = answers[-1]
        assert (refused.status_code, refused.headers["Retry-After"]) == (507, "60")
        assert set(fields_of(refused.text)) == set(FORM) - {"email"} and "p59@example.org" in refused.text
        assert [client.get(path).status_code for path in ("/", f"/e/{slug}", f"/e/{slug}/register", "/calendar.ics")] == [200] * 4
    assert count_people() == sum(answer.status_code == 303 for answer in answers)
    assert {answer.status_code for answer in answers} <= {303, 507}
    assert client.post(f"/e/{slug}/register", data=FORM | {"stamp": stamp_for(app, event)}).status_code == 303


@only_sqlite
def test_a_change_that_cannot_be_saved_gives_the_form_back(settings: Settings, client: FlaskClient, event: Event) -> None:
    link = f"/r/{personal_tokens(register_by_hand(event, details(), language='fr').nonce).link}"
    with locked(settings):
        answer = client.post(f"{link}/edit", data=FORM)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert set(fields_of(answer.text)) == set(FORM) - {"email"}
        for path in ("cancellation", "erasure"):
            answer = client.post(f"{link}/{path}")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert client.get(link).status_code == client.get(f"{link}/ticket").status_code == 200
    assert client.post(f"{link}/edit", data=FORM).status_code == 303

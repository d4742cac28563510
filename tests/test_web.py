"""House rules of HTTP: headers, hosts, foreign posts, static files, error pages, and a database that cannot write."""

import gzip
import logging
import re
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import TestResponse

from lunchkit.app import create_app
from lunchkit.events.models import Event
from lunchkit.platform.config import Settings
from lunchkit.platform.links import personal_tokens
from lunchkit.platform.static_files import build_hash
from lunchkit.platform.web import HEADERS, PICTURE_BODY, read_whole_form
from lunchkit.registrations.actions import register_by_hand
from lunchkit.site.presenter.views import POLICY_WITH_EMPTY_ICON
from tests.conftest import details, new_client
from tests.room import code_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
"""None of this depends on the database."""


METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "FOO")


def lacks(answer: TestResponse) -> list[str]:
    """The security headers that an answer does not carry as it should."""
    also = {"Referrer-Policy": "no-referrer", "Content-Security-Policy": POLICY_WITH_EMPTY_ICON}
    wrong = [name for name, value in HEADERS.items() if answer.headers.get(name) not in (value, also.get(name, value))]
    return wrong + [name for name in ("Cache-Control",) if name not in answer.headers]


def test_the_policy_allows_nothing_inline_and_no_other_host(client: FlaskClient) -> None:
    rules = dict(rule.split(" ", 1) for rule in client.get("/").headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == "'none'" and rules["frame-ancestors"] == "'none'" and rules["base-uri"] == "'none'"
    assert set(rules.values()) == {"'none'", "'self'"}


def test_every_route_and_method_answers_with_security_headers(app: Flask, client: FlaskClient, event: Event) -> None:
    person = register_by_hand(event, details(), language="fr")
    tokens = personal_tokens(person.nonce)
    values = {
        "slug": event.slug, "token": tokens.link, "ticket": tokens.ticket, "build": build_hash(), "path": "css/base.css",
        "code": code_of(event), "kind": "confirmation", "language": "fr", "members": "x" * 32,
        "remark_id": "0" * 32, "section": "look", "step": "beginning", "verdict": "approval", "what": "draft", "phase": "day", "ending": "csv",
        "page": "page",
    }  # fmt: skip
    adapter = app.url_map.bind("lunch.example")
    statuses = set()
    for rule in app.url_map.iter_rules():
        parts = {name: values.get(name, 1) for name in rule.arguments}
        for method in METHODS:
            answer = client.open(adapter.build(rule.endpoint, parts), method=method)
            answer.close()  # a stream would go on
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
    for path in ("", "/ticket", "/edit", "/cancellation", "/erasure", "/data.json", "wrong"):
        answer = client.get(link + path)
        assert answer.headers["Referrer-Policy"] == "no-referrer", path
        assert answer.headers["Cache-Control"] == "no-store", path


def test_https_is_remembered_only_where_it_is_served(settings: Settings, client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    secure = create_app(replace(settings, public_url="https://lunch.example"))
    assert "max-age=31536000" in new_client(secure).get("/healthz").headers["Strict-Transport-Security"]


def test_static_files_are_kept_by_their_version_and_compressed_if_wanted(client: FlaskClient) -> None:
    page = client.get("/").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding" and answer.content_type == "text/css; charset=utf-8"
    assert client.get(re.sub("/static/[^/]+/", "/static/older/", address)).headers["Cache-Control"] == "no-cache"
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in answer.headers
    assert gzip.decompress(packed.data) == answer.data
    assert "Content-Encoding" not in client.get(address, headers={"Accept-Encoding": "gzip;q=0"}).headers


PATHS = [
    "../web.py", "css/../../web.py", "..%2fweb.py", "%2e%2e/web.py", "/etc/passwd", "css/", "base.css%00", "a" * 300,
    "a/" * 2000, "..\\platform/web.py", "C:/x", ".git/config", "css/%ff", "css/base.css%0a",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_nothing_but_static_files_is_served_as_such(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/static/{build_hash()}/{path}")
    assert answer.status_code in (404, 308), path
    assert b"Blueprint" not in answer.data and b"root:" not in answer.data


def test_an_unforeseen_error_shows_a_reference_and_nothing_else(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
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


def test_a_form_that_is_too_long_is_not_even_read(app: Flask, client: FlaskClient) -> None:
    """E-mail by e-mail it would keep everybody waiting; a picture's door makes no exception for it."""
    long = {"a": "x" * 400_000}
    assert client.post("/e/nothing/register", data=long).status_code == 413
    with app.test_request_context("/s/x/portrait", method="POST", data=long), pytest.raises(RequestEntityTooLarge):
        read_whole_form()
    with app.test_request_context("/s/x/portrait", method="POST", data={"picture": (BytesIO(b"x"), "x.png")}):
        read_whole_form()
        assert request.max_content_length == PICTURE_BODY, "control: a picture comes as a file"
    heavy = {"content_type": "multipart/form-data; boundary=x", "content_length": 9_500_000}
    answer = client.post("/s/nobody/portrait", input_stream=BytesIO(b"--x"), **heavy)
    assert answer.status_code == 404 and "Traceback" not in answer.text, "a link that is gone is answered in words"

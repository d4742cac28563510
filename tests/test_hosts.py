"""Whose server this is: host names, proxies, forms of other sites, and addresses that leave the house."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.app import create_app
from lunchkit.events.models import Event
from lunchkit.platform import form_tokens as stamps
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.mail.message import build_message
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.rendering import render_email
from tests.conftest import new_client

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
"""None of this depends on the database."""


@pytest.mark.parametrize(
    "host",
    ["evil.example", "lunch.example.evil.example", "xlunch.example", "evil.example:80", "", "a@lunch.example", "[::2]"],
)
def test_an_unknown_host_is_refused(client: FlaskClient, host: str) -> None:
    for method in ("GET", "POST", "HEAD"):
        answer = client.open("/", method=method, headers={"Host": host})
        assert answer.status_code in (400, 403), f"{method} {answer.status}"
        assert b"evil" not in answer.data
    for ours in ("lunch.example", "lunch.example:8000", "LUNCH.EXAMPLE", "localhost", "127.0.0.1:8000"):
        assert client.get("/", headers={"Host": ours}).status_code == 200, f"control: {ours}"


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded", "X-Original-URL"],
)
def test_forwarding_headers_mean_nothing_without_a_proxy(client: FlaskClient, header: str) -> None:
    said = {"X-Forwarded-Proto": "https", "Forwarded": "host=evil.example;proto=https"}.get(header, "evil.example")
    plain = client.get("/organiser/")
    forged = client.get("/organiser/", headers={header: said})
    assert forged.status_code == plain.status_code and forged.headers["Location"] == plain.headers["Location"]
    assert client.get("/", headers={header: said}).data == client.get("/").data


@pytest.mark.usefixtures("app")
def test_behind_a_proxy_the_host_must_still_be_ours(settings: Settings) -> None:
    proxied = new_client(create_app(replace(settings, proxies=1)))
    inside = {"Host": "127.0.0.1:8000"}
    assert proxied.get("/healthz", headers=inside | {"X-Forwarded-Host": "lunch.example"}).status_code == 200
    assert proxied.get("/healthz", headers=inside | {"X-Forwarded-Host": "evil.example"}).status_code == 400


def test_what_leaves_the_house_holds_only_the_public_address(app: Flask, client: FlaskClient, event: Event) -> None:
    local = {"Host": "localhost:5000"}
    with app.test_request_context():
        stamp = stamps.issue(event.slug)
    answer = client.post(
        f"/e/{event.slug}/register",
        data={"name": "Ana", "email": "ana@example.org", "diets-0": "vegan", "stamp": stamp},
        headers=local,
    )
    assert answer.status_code == 303
    with app.test_request_context("/", base_url="http://evil.example"):
        row = db.session.scalars(select(OutboxEmail)).one()
        email = render_email(row)
        assert email is not None
        named = {"sender": "lunch@lunch.example", "recipient": row.recipient, "message_id": row.message_id}
        message = build_message(email, **named, date=row.created_at)
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    texts = [part if isinstance(part, str) else part.decode("latin-1") for part in parts]
    for path in (
        "/calendar.ics",
        "/feed.atom",
        *(f"/e/{event.slug}/{part}" for part in ("event.ics", "qr.svg", "poster")),
    ):
        texts += [client.get(path, headers=local).text]
    for text in [*texts, client.get(f"/e/{event.slug}", headers=local).text]:
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
        ({"Origin": "http://lunch.example:8000"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Sec-Fetch-Site": "none"}, 422),
        ({}, 422),
    ],
)
def test_a_foreign_form_is_refused(client: FlaskClient, event: Event, headers: dict[str, str], status: int) -> None:
    headers = {"Host": "lunch.example"} | headers
    assert client.post(f"/e/{event.slug}/register", headers=headers).status_code == status
    assert client.get(f"/e/{event.slug}/register", headers=headers).status_code == 200

"""The organisers' area: the one lock, the sessions behind it, and where one goes after signing in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

from lunchkit.app import create_app
from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.team.actions import add_organiser
from lunchkit.team.forms import return_path
from lunchkit.team.models import OrganiserSession
from lunchkit.team.queries import organiser_by_email

from .browser import INSIDE, sign_in
from .conftest import Outbox, csrf_of, new_client

NOON = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
DOORS = {"ask", "asked", "by_code", "confirm", "enter", "set_up", "found", "invitation", "join"}
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS")


def rules_of_organisers(app: Flask) -> list[tuple[Rule, str]]:
    """Every rule under /organiser but the pages of signing in, with an address that it matches."""
    doors = {f"sign_in.{name}" for name in DOORS}
    adapter = app.url_map.bind("lunch.example")
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.lower().startswith("/organiser") and rule.endpoint not in doors:
            values = {name: value_for(rule._converters[name]) for name in rule.arguments}
            found.append((rule, adapter.build(rule.endpoint, values)))
    return found


def value_for(converter: BaseConverter) -> object:
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else "x"


def unlocked_doors(app: Flask) -> list[str]:
    """What answers under /organiser without asking for the login, for any method."""
    app.config["WTF_CSRF_ENABLED"] = False  # so that it is the login that refuses, and nothing before it
    client = new_client(app)
    unlocked = []
    for rule, path in rules_of_organisers(app):
        for method in METHODS:
            answer = client.open(path, method=method)
            asks = answer.status_code == 401 or (
                answer.status_code in (302, 303) and answer.headers["Location"].startswith("/organiser/sign-in?next=")
            )
            if not asks and not (answer.status_code == 405 and method not in (rule.methods or ())):
                unlocked.append(f"{method} {rule.rule}: {answer.status_code}")
    return unlocked


def test_every_page_of_the_organisers_asks_for_the_login(app: Flask, settings: Settings) -> None:
    assert len(rules_of_organisers(app)) > 10
    assert unlocked_doors(app) == []
    naked = create_app(settings)  # control: one that does not would be found
    naked.add_url_rule("/organiser/naked", "naked", lambda: "come in", methods=["GET", "POST"])
    with naked.app_context():
        assert [door.split(":")[0] for door in unlocked_doors(naked)] == [
            f"{method} /organiser/naked" for method in ("GET", "HEAD", "POST", "OPTIONS")
        ]
        db.engine.dispose()


@pytest.mark.parametrize("length", [{"content_length": 5_000_000}, {"headers": {"Transfer-Encoding": "chunked"}}])
def test_nothing_large_of_strangers_is_read(app: Flask, organiser_client: FlaskClient, length: dict[str, Any]) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="x"\r\n\r\n'
    body = head + b"x" * (5_000_000 - len(head) - 9) + b"\r\n--x--\r\n"
    stranger = new_client(app)
    stranger.get("/organiser/sign-in")  # a cookie, but no session of ours in it
    for client, status in ((stranger, 401), (organiser_client, 400)):
        sent = BytesIO(body)
        kind = {"content_type": "multipart/form-data; boundary=x", "environ_overrides": {"wsgi.input_terminated": True}}
        answer = client.post("/organiser/house/sections/look", input_stream=sent, **kind, **length)
        assert answer.status_code == status
        assert (sent.tell() == 0) is (status == 401), "control: whoever is signed in is read"


def test_every_post_needs_the_token_of_its_form_and_no_page_is_kept_by_a_cache(
    organiser_client: FlaskClient, app: Flask
) -> None:
    posts = [path for rule, path in rules_of_organisers(app) if "POST" in (rule.methods or ())]
    posts += ["/organiser/sign-in", "/organiser/sign-in/x", "/organiser/set-up/x"]
    assert {organiser_client.post(path).status_code for path in posts} == {400}
    token = csrf_of(organiser_client, INSIDE)
    assert organiser_client.post(f"{INSIDE}/others/end", data={"csrf_token": token}).status_code == 303
    paths = [path for rule, path in rules_of_organisers(app) if "GET" in (rule.methods or ())]
    for client in (organiser_client, new_client(app)):
        for path in [*paths, "/organiser/sign-in", "/organiser/sign-in/x", "/organiser/nowhere"]:
            assert client.get(path).headers["Cache-Control"] == "no-store", path
    assert organiser_client.get("/organiser/sign-in/x").headers["Referrer-Policy"] == "no-referrer"


def test_the_one_cookie_is_closed_to_scripts_and_bound_to_the_host(app: Flask, settings: Settings) -> None:
    secure = create_app(replace(settings, public_url="https://lunch.example"))
    for server, start, end in ((app, "lunchkit=", "; HttpOnly; Path=/; SameSite=Lax"),
                               (secure, "__Host-lunchkit=", "; Secure; HttpOnly; Path=/; SameSite=Lax")):  # fmt: skip
        page = new_client(server).get("/organiser/sign-in", headers={"Host": "lunch.example"})
        cookies = page.headers.getlist("Set-Cookie")
        assert len(cookies) == 1 and cookies[0].startswith(start) and cookies[0].endswith(end)
    with secure.app_context():
        db.engine.dispose()


def test_a_session_ends_after_two_hours_without_use_and_after_twelve_in_any_case(app: Flask) -> None:
    ada = add_organiser("Ada Ressort", "ada@lunch.example")
    for last, status in ((119, 200), (120, 302)):
        client = new_client(app)
        with clock.fixed_at(NOON):
            sign_in(client, ada)
        with clock.fixed_at(NOON + timedelta(minutes=last)):
            assert client.get(INSIDE).status_code == status
    with clock.fixed_at(NOON):
        sign_in(client, ada)
    for minutes in range(100, 800, 100):
        with clock.fixed_at(NOON + timedelta(minutes=min(minutes, 720))):
            assert client.get(INSIDE).status_code == (200 if minutes < 720 else 302)


def test_signing_in_again_ends_the_old_session_and_an_old_cookie_is_worth_nothing(
    app: Flask, client: FlaskClient
) -> None:
    ada = add_organiser("Ada Ressort", "ada@lunch.example")
    tokens = []
    for _ in range(2):
        sign_in(client, ada)
        with client.session_transaction() as cookie:
            tokens.append(cookie["session"])
    assert tokens[0] != tokens[1]
    still_open = select(func.count()).select_from(OrganiserSession).where(OrganiserSession.ended_at.is_(None))
    assert db.session.scalar(still_open) == 1
    kept = client.get_cookie("lunchkit")
    assert kept is not None and client.get(INSIDE).status_code == 200
    client.post("/organiser/sign-out", data={"csrf_token": csrf_of(client, INSIDE)})
    thief = new_client(app)
    thief.set_cookie("lunchkit", kept.value)
    assert [browser.get(INSIDE).status_code for browser in (thief, client)] == [302, 302]


def test_one_sees_ones_sessions_and_ends_all_others(organiser_client: FlaskClient, app: Flask) -> None:
    ada = organiser_by_email("ada@lunch.example")
    assert ada is not None
    phone = new_client(app)
    sign_in(phone, ada)
    assert organiser_client.get(INSIDE).text.count("Navigateur inconnu") == 2
    form = {"csrf_token": csrf_of(organiser_client, INSIDE)}
    organiser_client.post(f"{INSIDE}/others/end", data=form)
    assert [client.get(INSIDE).status_code for client in (organiser_client, phone)] == [200, 302]


def test_a_person_who_comes_back_too_late_can_still_send_what_they_typed(app: Flask, client: FlaskClient) -> None:
    ada = add_organiser("Ada Ressort", "ada@lunch.example")
    with clock.fixed_at(NOON):
        sign_in(client, ada)
        form = {"csrf_token": csrf_of(client, INSIDE)}
    with clock.fixed_at(NOON + timedelta(hours=3)):
        late = client.post(f"{INSIDE}/others/end", data=form)
        assert late.status_code == 401
        assert "/organiser/sign-in" in late.text
        sign_in(client, ada)
        assert client.post(f"{INSIDE}/others/end", data=form).status_code == 303


def test_the_page_that_was_asked_for_opens_after_signing_in(app: Flask, client: FlaskClient, outbox: Outbox) -> None:
    add_organiser("Ada Ressort", "ada@lunch.example")
    ask = client.get(INSIDE).headers["Location"]
    form = {"csrf_token": csrf_of(client, ask), "email": "ada@lunch.example"}
    assert 'value="/organiser/sessions"' in client.get(ask).text
    client.post("/organiser/sign-in", data=form | {"next": INSIDE})
    path = outbox.last().text.split("http://lunch.example")[1].split()[0]
    answer = client.post(path, data={"csrf_token": csrf_of(client, path)})
    assert answer.headers["Location"] == INSIDE


HOSTS = ("//evil.ch", "/\\evil.ch", "\\\\evil.ch", "https://evil.ch", "https:evil.ch", "javascript:alert(1)", "evil.ch")
TRICKS = [
    *HOSTS,
    *(f"/organiser/{host}" for host in HOSTS[:3]),
    *(f"{char}{host}" for char in ("\t", "\n", " ", "\x00", "\u200b", "%09", "%0a") for host in HOSTS[:4]),
    "///evil.ch", "////evil.ch", "/%2f%2fevil.ch", "/%5cevil.ch", "%2f%2fevil.ch", "/.evil.ch", "@evil.ch", "/@evil.ch",
    "//lunch.example@evil.ch", "https://lunch.example@evil.ch/organiser/", "https://lunch.example/organiser/sessions",
    "http://lunch.example.evil.ch/organiser/", "/organiser/../../evil", "/organiser/..//evil.ch", "/organiser@evil.ch",
    "/organiser/sessions#@evil.ch", "/organiser/sessions?next=//evil.ch", "/organiser/sessions\r\nSet-Cookie: a=b",
    "/organiser/sessions/", "/organiser/sign-out", "/organiser/sign-in", "/organiser/sign-in/x", "/organiser/nowhere",
    "/", "/e/lunch-1", "/privacy", "/static/x/y", "data:text/html,x", "//", "", "organiser/sessions",
    "/Organiser/sessions", "/organiser/sessions" + "/" * 300, "／／evil.ch", "/organiser/\u202e", "http:///evil.ch", "ftp://evil.ch",
    "//[::1]",
]  # fmt: skip


def test_no_trick_leads_to_another_site(app: Flask) -> None:
    with app.test_request_context():
        assert [(trick, path) for trick in TRICKS if (path := return_path(trick)) is not None] == []
        assert return_path(INSIDE) == INSIDE
        assert return_path("/organiser/") == "/organiser/"

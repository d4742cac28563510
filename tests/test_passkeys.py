"""Passkeys as a second factor: what a half-open session opens (nothing), and whose answer opens it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lunchkit.platform import clock
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.config import Settings
from lunchkit.platform.db import SQLITE_DRIVER, db, transaction
from lunchkit.platform.mail.rendering import render_email
from lunchkit.team.actions import add_organiser, remove_organiser
from lunchkit.team.emails import NOTICES, enqueue_notice
from lunchkit.team.models import Organiser, OrganiserSession, Passkey, RecoveryCode
from lunchkit.team.passkeys import actions, authenticators
from lunchkit.team.passkeys.actions import code_hash, new_codes
from lunchkit.team.passkeys.authenticators import passkey_host, passkey_obstacle, passkey_origin
from lunchkit.team.sign_in.actions import issue_console_link, sign_in as use_link
from tests.authenticator import Authenticator, to_bytes
from tests.browser import INSIDE, SIGN_IN, form_token, is_inside, post, press, sign_in
from tests.conftest import EventMaker, Outbox, base_settings, new_client
from tests.test_cli import lunchkit
from tests.test_policies import locked_rules, methods_of, sample

CONFIRMATION = "/organiser/confirmation"
NEW = "/organiser/passkeys/new"
HOME = "http://localhost"
NOON = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
ADA, LEO = "ada@lunch.example", "leo@lunch.example"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An address at which browsers know passkeys."""
    actions.attempts._times.clear()
    return replace(settings, public_url=HOME)


@pytest.fixture
def ada(app: Flask) -> Organiser:
    """The owner."""
    return add_organiser("Ada Ressort", ADA, "en")


@pytest.fixture
def leo(ada: Organiser) -> Organiser:
    return add_organiser("Léo Boulon", LEO, "en")


def device(**fields: Any) -> Authenticator:
    return Authenticator(**{"origin": HOME, "rp_id": "localhost"} | fields)


def add(client: FlaskClient, key: Authenticator, name: str = "My phone") -> TestResponse:
    options = post(client, "/organiser/passkeys/challenge").get_json()
    return post(client, "/organiser/passkeys", name=name, answer=key.create(options))


def codes_on(answer: TestResponse) -> list[str]:
    return re.findall(r"<code>([a-z0-9-]+)</code>", answer.text)


def question(client: FlaskClient) -> dict[str, Any]:
    options: dict[str, Any] = post(client, f"{CONFIRMATION}/challenge").get_json()
    return options


def show(client: FlaskClient, key: Authenticator, **changed: Any) -> TestResponse:
    """Confirm with a passkey."""
    return post(client, CONFIRMATION, answer=key.get(question(client), **changed))


def guarded(app: Flask, person: Organiser, key: Authenticator) -> tuple[FlaskClient, list[str]]:
    """A browser in which somebody is in who has just added their first passkey, and the codes that they were shown."""
    client = new_client(app)
    sign_in(client, person)
    answer = add(client, key)
    assert answer.status_code == 200, answer.text
    return client, codes_on(answer)


def half_open(app: Flask, person: Organiser) -> FlaskClient:
    """A browser in which the link was used, and the passkey is still to come."""
    client = new_client(app)
    assert press(client, issue_console_link(person)) == 303
    return client


def verbs() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def rows(model: type[Any]) -> list[Any]:
    db.session.rollback()
    return list(db.session.scalars(select(model).order_by(model.id).execution_options(populate_existing=True)))


# The way in


def test_with_a_passkey_the_link_alone_lets_nobody_in_and_the_passkey_does(ada: Organiser, app: Flask) -> None:
    key = device()
    guarded(app, ada, key)
    client = half_open(app, ada)
    before = client.get_cookie("lunchkit")
    assert not is_inside(client) and before is not None
    assert client.get("/organiser/team").headers["Location"].startswith(CONFIRMATION)
    assert "confirmation.js" in client.get(CONFIRMATION).text
    assert show(client, key).headers["Location"] == "/organiser/"
    assert is_inside(client)
    assert verbs()[-2:] == ["sign_in.begin", "sign_in.passkey"]
    assert rows(Passkey)[0].used_at is not None and rows(Passkey)[0].sign_count == key.count
    thief = new_client(app)
    thief.set_cookie("lunchkit", before.value)
    assert not is_inside(thief), "the token of the half-open session opens nothing"
    assert thief.get(CONFIRMATION).status_code == 302


def routes(app: Flask) -> list[tuple[str, str]]:
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in locked_rules(app):
        path = adapter.build(rule.endpoint, sample(rule), append_unknown=False)
        found += [(method, path) for method in methods_of(rule)]
    return found


def opened(client: FlaskClient, app: Flask) -> list[str]:
    """The routes that do not ask for the passkey or the login."""
    wrong = []
    for method, path in routes(app):
        answer = client.open(path, method=method)
        asks = answer.headers.get("Location", "").startswith(CONFIRMATION) and answer.status_code == 302
        if not asks and answer.status_code != 401:
            wrong.append(f"{method} {path}: {answer.status_code}")
    return wrong


def test_a_half_open_session_opens_no_route_of_the_organisers(
    ada: Organiser, app: Flask, make_event: EventMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_event()
    guarded(app, ada, device())
    client = half_open(app, ada)
    app.config["WTF_CSRF_ENABLED"] = False  # so that it is the lock that refuses, and nothing before it
    assert opened(client, app) == []
    assert len(routes(app)) > 150
    monkeypatch.setattr(OrganiserSession, "is_valid", lambda row, _now: row.ended_at is None)
    assert len(opened(client, app)) > 50, "control: a lock that forgets the passkey is found"


# Whose answer, to which question


def test_an_answer_is_good_once_and_to_the_question_of_its_session(ada: Organiser, app: Flask) -> None:
    key = device(counts=False)  # so that it is the challenge that refuses, and not the count
    client, _codes = guarded(app, ada, key)
    asked = question(client)
    said = key.get(asked)
    assert post(client, CONFIRMATION, answer=said).status_code == 303
    assert post(client, CONFIRMATION, answer=said).status_code == 403
    assert post(client, CONFIRMATION, answer=key.get(asked)).status_code == 403, "nor another one to the same question"
    asked = question(client)
    assert post(client, CONFIRMATION, answer="{}").status_code == 403
    assert post(client, CONFIRMATION, answer=key.get(asked)).status_code == 403, "a refused answer uses it up"
    assert show(client, key).status_code == 303, "control: to a new question it is"
    mine, another = half_open(app, ada), half_open(app, ada)
    theirs = question(another)
    question(mine)
    assert post(mine, CONFIRMATION, answer=key.get(theirs)).status_code == 403 and not is_inside(mine)
    assert post(another, CONFIRMATION, answer=key.get(theirs)).status_code == 303, "control: there it is good"


def test_a_question_is_good_for_five_minutes_and_a_half_open_session_for_ten(ada: Organiser, app: Flask) -> None:
    key = device(counts=False)
    with clock.fixed_at(NOON):
        guarded(app, ada, key)
        waiting = []
        for seconds, status in ((299, 303), (301, 403), (601, 401)):
            client = half_open(app, ada)
            data = {"csrf_token": form_token(client, SIGN_IN), "answer": key.get(question(client))}
            waiting.append((client, data, seconds, status))
    for client, data, seconds, status in waiting:
        with clock.fixed_at(NOON + timedelta(seconds=seconds)):
            assert client.post(CONFIRMATION, data=data).status_code == status, seconds


def test_a_count_that_goes_back_as_that_of_a_copy_is_refused(ada: Organiser, app: Flask) -> None:
    key = device()
    guarded(app, ada, key)
    assert show(half_open(app, ada), key).status_code == 303
    key.count -= 1
    client = half_open(app, ada)
    assert show(client, key).status_code == 403 and not is_inside(client)
    assert show(client, key).status_code == 303, "control: the true one goes on"


def test_an_answer_from_another_place_or_without_the_person_is_refused(ada: Organiser, app: Flask) -> None:
    key = device()
    guarded(app, ada, key)
    client, adding = half_open(app, ada), new_client(app)
    sign_in(adding, add_organiser("Noa Panais", "noa@lunch.example", "en"))
    for name, value in (
        ("origin", "https://localhost"),
        ("origin", "http://localhost.evil.example"),
        ("origin", "http://localhost:8000"),
        ("rp_id", "evil.example"),
        ("verifies", False),
    ):
        good = getattr(key, name)
        setattr(key, name, value)
        assert show(client, key).status_code == 403 and not is_inside(client), (name, value)
        setattr(key, name, good)
        assert add(adding, device(**{name: value})).status_code == 403, (name, value)
    assert len(rows(Passkey)) == 1
    assert show(client, key).status_code == 303, "control"


def test_the_host_of_the_request_decides_nothing(ada: Organiser, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client, _codes = guarded(app, ada, device())
    cookie = client.get_cookie("lunchkit")
    assert cookie is not None
    elsewhere = new_client(app)
    elsewhere.set_cookie("lunchkit", cookie.value, domain="127.0.0.1")
    for path in (f"{CONFIRMATION}/challenge", "/organiser/passkeys/challenge"):
        options = elsewhere.post(path, base_url="http://127.0.0.1").get_json()
        assert options.get("rpId", options.get("rp", {}).get("id")) == "localhost"


def test_nonsense_and_damaged_answers_are_refused_calmly(ada: Organiser, app: Flask) -> None:
    key = device()
    client, _codes = guarded(app, ada, key)
    for nonsense in ("", "x", "[]", "{}", "null", '{"id": 7}', "[" * 5000, '{"id": "' + "A" * 30_000 + '"}'):
        question(client)
        assert post(client, CONFIRMATION, answer=nonsense).status_code == 403
        post(client, "/organiser/passkeys/challenge")
        assert post(client, "/organiser/passkeys", name="Two", answer=nonsense).status_code == 403
    for part in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        for change in (lambda text: text[:-7], lambda text: "", lambda text: "AAAA" + text, lambda text: "é" + text):
            said = json.loads(key.get(question(client)))
            said["response"][part] = change(said["response"][part])
            answer = post(client, CONFIRMATION, answer=json.dumps(said))
            assert answer.status_code == 403, (part, said)
    for change in (lambda text: text[:40], lambda text: "oA", lambda text: "//8" + text):
        made = json.loads(device().create(post(client, "/organiser/passkeys/challenge").get_json()))
        made["response"]["attestationObject"] = change(made["response"]["attestationObject"])
        answer = post(client, "/organiser/passkeys", name="Two", answer=json.dumps(made))
        assert answer.status_code == 403


def test_devices_know_people_by_a_random_handle(ada: Organiser, leo: Organiser, app: Flask) -> None:
    mine, theirs = device(), device()
    client, _codes = guarded(app, ada, mine)
    guarded(app, leo, theirs)
    assert len(mine.handle) == 32 and mine.handle != theirs.handle
    second = device()
    add(client, second, "Two")
    assert second.handle == mine.handle
    asked = question(half_open(app, ada))
    assert {to_bytes(each["id"]) for each in asked["allowCredentials"]} == {mine.id, second.id}
    assert asked["userVerification"] == "required"
    other = half_open(app, ada)
    assert show(other, theirs).status_code == 403 and not is_inside(other), "a passkey of another account"
    mine.handle = theirs.handle
    assert show(other, mine).status_code == 403, "a passkey that says that it is somebody else’s"


# Recovery codes


def test_a_recovery_code_stands_in_for_the_passkey_once(ada: Organiser, app: Flask, outbox: Outbox) -> None:
    _client, codes = guarded(app, ada, device())
    assert len(codes) == 8 == len(set(codes))
    client = half_open(app, ada)
    assert post(client, f"{CONFIRMATION}/code", code=f" {codes[0].upper().replace('-', ' ')}").status_code == 303
    assert is_inside(client)
    assert "left: 7" in outbox.last(ADA).text
    again = half_open(app, ada)
    assert post(again, f"{CONFIRMATION}/code", code=codes[0]).status_code == 422
    assert not is_inside(again)
    assert verbs()[-3:] == ["sign_in.code", "sign_in.begin", "sign_in.wrong_code"]
    assert post(again, f"{CONFIRMATION}/code", code=codes[1]).status_code == 303, "control: another one is good"


def test_of_two_who_use_one_code_at_once_one_gets_in(ada: Organiser, app: Flask) -> None:
    _client, codes = guarded(app, ada, device())
    waiting = [half_open(app, ada) for _ in range(2)]
    tokens = [form_token(client, SIGN_IN) for client in waiting]

    def use(number: int) -> int:
        data = {"csrf_token": tokens[number], "code": codes[0]}
        return int(waiting[number].post(f"{CONFIRMATION}/code", data=data).status_code)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(use, range(2))) == [303, 422]


def test_codes_cannot_be_guessed_but_whoever_has_the_mailbox_locks_nobody_out(
    ada: Organiser, leo: Organiser, app: Flask
) -> None:
    _client, codes = guarded(app, ada, device())
    _theirs, others = guarded(app, leo, device())
    assert post(half_open(app, ada), f"{CONFIRMATION}/code", code=others[0]).status_code == 422
    thief, owner = half_open(app, ada), half_open(app, ada)
    tried = [post(thief, f"{CONFIRMATION}/code", code=f"aaaa-{n}").status_code for n in range(6)]
    assert tried == [422] * 5 + [429]
    assert post(thief, f"{CONFIRMATION}/code", code=codes[0]).status_code == 429, "nor a good one, for a while"
    assert post(owner, f"{CONFIRMATION}/code", code=codes[0]).status_code == 303


def test_codes_are_long_random_and_stored_as_a_hash(ada: Organiser, app: Flask) -> None:
    client, codes = guarded(app, ada, device())
    assert not any(code in client.get(INSIDE).text for code in codes), "they are shown once"
    made = [code for _ in range(20) for code in new_codes()]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", code) for code in made)
    db.session.rollback()
    for table in db.metadata.sorted_tables:
        dump = repr(db.session.execute(table.select()).all())
        assert not any(code in dump or code.replace("-", "") in dump for code in codes), table.name
    assert {row.code_hash for row in rows(RecoveryCode)} == {code_hash(ada.id, code) for code in codes}, "control"


# Adding, removing, and what one must show before


def test_the_first_passkey_ends_the_sessions_that_the_letter_alone_had_opened(ada: Organiser, app: Flask) -> None:
    earlier = new_client(app)
    sign_in(earlier, ada)
    client, codes = guarded(app, ada, device())
    assert is_inside(client) and not is_inside(earlier)
    assert codes
    second = add(client, device(), "Laptop")
    assert second.headers["Location"].endswith("done=passkey"), "no new codes with the second one"
    page, log = client.get(INSIDE).text, client.get("/organiser/log").text
    assert all("My phone" in text and "Laptop" in text for text in (page, log))


def test_a_link_used_while_the_first_passkey_is_added_opens_nothing_without_it(app: Flask) -> None:
    for number in range(2):
        person = add_organiser(f"Noa {number}", f"noa{number}@lunch.example", "en")
        client = new_client(app)
        sign_in(client, person)
        row = rows(OrganiserSession)[-1]
        answer = device().create(post(client, "/organiser/passkeys/challenge").get_json())
        token = issue_console_link(person).rpartition("/")[2]

        def run(action: Callable[..., object], *values: Any) -> None:
            with app.app_context():
                action(*values)

        both = [(actions.add_passkey, row, "Phone", answer), (use_link, token)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda one: run(*one), reversed(both) if number else both))
        now = clock.now()
        valid = [one.id for one in rows(OrganiserSession) if one.organiser_id == person.id and one.is_valid(now)]
        assert valid == [row.id]


def test_a_device_is_added_once_and_ten_are_enough(ada: Organiser, leo: Organiser, app: Flask) -> None:
    key = device()
    client, _codes = guarded(app, ada, key)
    assert add(client, key).status_code == 409
    other = new_client(app)
    sign_in(other, leo)
    assert add(other, key).status_code == 409, "nor by somebody else"
    for number in range(9):
        assert add(client, device(), f"No. {number}").status_code == 303
    assert post(client, "/organiser/passkeys/challenge").status_code == 409
    page = client.get(NEW).text
    assert "déjà dix clés" in page and "data-passkey" not in page
    assert len(rows(Passkey)) == 10


def test_without_a_passkey_a_letter_confirms(ada: Organiser, client: FlaskClient, outbox: Outbox) -> None:
    with clock.fixed_at(NOON):
        sign_in(client, ada)
    with clock.fixed_at(NOON + timedelta(minutes=30)):
        asked = client.get(NEW).headers["Location"]
        assert post(client, f"{CONFIRMATION}/letter", asked, next=NEW).headers["Location"] == "/organiser/sign-in/asked"
        link = re.search(r"http://localhost/organiser/sign-in/\S+", outbox.last(ADA).text)
        assert link is not None
        token = form_token(client, INSIDE)
        assert client.post(link[0], data={"csrf_token": token}).headers["Location"] == NEW
        assert client.get(NEW).status_code == 200


def test_the_last_passkey_takes_the_second_factor_with_it(
    ada: Organiser, leo: Organiser, app: Flask, outbox: Outbox
) -> None:
    client, _codes = guarded(app, ada, device())
    assert add(client, device(), "…").status_code == 422, "a name needs a letter"
    add(client, device(), "Laptop")
    phone, laptop = (row.id for row in rows(Passkey))
    theirs, _codes = guarded(app, leo, device())
    assert theirs.get(f"/organiser/passkeys/{phone}/removal").status_code == 404
    post(theirs, f"/organiser/passkeys/{phone}/removal")
    assert len(rows(Passkey)) == 3, "nobody removes another person’s"
    assert "restent" in client.get(f"/organiser/passkeys/{phone}/removal").text
    assert post(client, f"/organiser/passkeys/{phone}/removal").status_code == 303
    assert outbox.rows(ADA)[-1].facts["what"] == "passkey_removed" and len(rows(RecoveryCode)) == 16
    assert "la dernière" in client.get(f"/organiser/passkeys/{laptop}/removal").text
    assert post(client, f"/organiser/passkeys/{laptop}/removal").status_code == 303
    assert outbox.rows(ADA)[-1].facts["what"] == "passkey_removed" and len(rows(RecoveryCode)) == 8
    assert post(client, f"/organiser/passkeys/{laptop}/removal").status_code == 303, "a second tap"
    assert len([row for row in outbox.rows(ADA) if row.facts["what"] == "passkey_removed"]) == 2
    again = new_client(app)
    sign_in(again, ada)
    assert is_inside(again)


def test_every_notice_is_written_in_both_languages(ada: Organiser, outbox: Outbox) -> None:
    facts = {"by": "Zoé <b>", "device": "A & B", "left": "3", "who": "Léo", "role": "helper", "email": LEO, "host": "x"}
    with transaction() as session:
        for what in NOTICES:
            enqueue_notice(session, what, ada, **facts)
    for row in outbox.rows(ADA):
        for language in ("en", "fr"):
            row.language = language
            email = render_email(row)
            assert email is not None and "localhost/organiser/sessions" in email.text
            assert "&amp;" not in email.text and "<b>" not in email.html
    db.session.rollback()


# Lost devices


def test_the_owner_resets_a_colleague(ada: Organiser, leo: Organiser, app: Flask, outbox: Outbox) -> None:
    owner = new_client(app)
    sign_in(owner, ada)
    theirs, _codes = guarded(app, leo, device())
    emails = len(outbox.rows(LEO))
    post(half_open(app, leo), f"{CONFIRMATION}/letter")
    assert len(outbox.rows(LEO)) == emails, "no e-mail replaces a passkey"
    assert f"/organiser/team/{leo.id}/passkeys" in owner.get(f"/organiser/team/{leo.id}").text
    path = f"/organiser/team/{leo.id}/passkeys"
    assert "Léo" in owner.get(path).text
    assert post(owner, path).status_code == 303
    assert rows(Passkey) == [] and rows(RecoveryCode) == [] and not is_inside(theirs)
    email = outbox.last(LEO)
    assert "Ada Ressort" in email.text and "off your account" in email.text
    assert verbs()[-1] == "passkeys.reset"
    sign_in(theirs, leo)
    assert is_inside(theirs)
    assert post(owner, path).status_code == 409, "there is nothing left"
    assert post(theirs, f"/organiser/team/{ada.id}/passkeys").status_code == 403, "nobody but the owner may"


def test_whoever_is_taken_off_the_team_meanwhile_stays_out(ada: Organiser, leo: Organiser, app: Flask) -> None:
    key = device()
    guarded(app, leo, key)
    client = half_open(app, leo)
    asked, token = question(client), form_token(client, SIGN_IN)
    remove_organiser(leo)
    assert client.post(CONFIRMATION, data={"csrf_token": token, "answer": key.get(asked)}).status_code == 401


# What the server needs


def test_a_server_that_lost_the_library_lets_nobody_in_by_the_letter_alone(
    ada: Organiser, app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = device()
    inside, codes = guarded(app, ada, key)
    waiting = half_open(app, ada)
    asked = question(waiting)
    monkeypatch.setattr(authenticators, "IS_INSTALLED", False)
    client = half_open(app, ada)
    page = client.get(CONFIRMATION).text
    assert not is_inside(client) and "[passkeys]" in page and "confirmation.js" not in page
    assert post(client, f"{CONFIRMATION}/challenge").status_code == 409
    assert post(waiting, CONFIRMATION, answer=key.get(asked)).status_code == 409
    assert not is_inside(waiting)
    assert "[passkeys]" in inside.get(INSIDE).text and "[passkeys]" in inside.get(NEW).text
    assert post(client, f"{CONFIRMATION}/code", code=codes[0]).status_code == 303
    assert is_inside(client)


def test_a_server_that_moves_warns_of_its_passkeys_and_asks_for_a_code_afterwards(ada: Organiser, app: Flask) -> None:
    client = new_client(app)
    sign_in(client, ada)
    data = {"csrf_token": form_token(client, "/organiser/house"), "public_url": "https://lunch.example"}
    through = {"X-Forwarded-For": "192.0.2.7"}

    def ask() -> str:
        answer = client.post("/organiser/house/sections/address", data=data, headers=through)
        assert 'value="move"' in answer.text
        return answer.text

    assert "code de secours" not in ask()
    codes = codes_on(add(client, device()))
    assert "code de secours" in ask()
    for row in rows(Passkey):
        row.rp_id = "old.example"
    db.session.commit()
    client = half_open(app, ada)
    page = client.get(CONFIRMATION).text
    assert not is_inside(client) and "old.example" in page and "confirmation.js" not in page
    assert post(client, f"{CONFIRMATION}/code", code=codes[0]).status_code == 303
    assert "créée pour old.example" in client.get(INSIDE).text


@pytest.mark.parametrize(
    ("address", "origin", "obstacle"),
    [
        ("https://Lunch.Example:443/lunches", "https://lunch.example", ""),
        ("https://lunch.example:8443", "https://lunch.example:8443", ""),
        ("https://après-ge.example", "https://xn--aprs-ge-4xa.example", ""),
        ("http://localhost:8000", "http://localhost:8000", ""),
        ("http://lunch.example", "http://lunch.example", "tls"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "name"),
        ("https://192.0.2.7", "https://192.0.2.7", "name"),
    ],
)
def test_who_asks_is_read_from_the_public_address(
    address: str, origin: str, obstacle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authenticators, "current_settings", lambda: base_settings(tmp_path, public_url=address))
    assert (passkey_host(), passkey_origin(), passkey_obstacle()) == (urlsplit(origin).hostname, origin, obstacle)


PLANT = """
import sys
sys.modules["webauthn"] = None
from lunchkit.platform import schema
from lunchkit.app import create_app
from lunchkit.team.passkeys import authenticators
print(authenticators.IS_INSTALLED, bool(create_app().url_map))
"""


def test_the_program_starts_without_the_library(tmp_path: Path) -> None:
    env = {**os.environ, "LUNCHKIT_INSTANCE": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", PLANT], env=env, capture_output=True, text=True, timeout=60)
    assert told.stdout == "False True\n", told.stderr


def test_the_command_line_resets_passkeys(tmp_path: Path) -> None:
    email, instance = ADA, tmp_path / "instance"
    lunchkit(instance, "upgrade")
    assert lunchkit(instance, "organiser", "add", "Ada Ressort", email).returncode == 0
    told = lunchkit(instance, "organiser", "reset-passkeys", email)
    assert told.returncode == 1 and "n’a pas de clé d’accès" in told.stderr + told.stdout
    assert lunchkit(instance, "organiser", "reset-passkeys", "nobody@lunch.example").returncode == 1
    with SQLITE_DRIVER.connect(instance / "lunchkit.sqlite") as connection:
        connection.execute(
            "insert into passkey (organiser_id, name, credential_id, public_key, sign_count, transports, rp_id, created_at)"
            " values (1, 'Phone', x'01', x'02', 0, '[]', 'lunch.example', '2026-05-13 10:00:00')"
        )
    told = lunchkit(instance, "organiser", "reset-passkeys", email)
    assert told.returncode == 0 and email in told.stdout, told.stderr
    with SQLITE_DRIVER.connect(instance / "lunchkit.sqlite") as connection:
        assert connection.execute("select count(*) from passkey").fetchone()[0] == 0
        assert connection.execute("select kind from outbox_email").fetchall()[-1][0] == "team/notice"

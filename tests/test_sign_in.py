"""Getting in on the day: a code beside the link, no outsider who keeps anybody out, and a code to open on a phone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.room.actions import room_of
from lunchkit.team.actions import add_organiser, remove_organiser
from lunchkit.team.models import Organiser, OrganiserSession, Role
from lunchkit.team.sign_in import actions
from tests.browser import SIGN_IN, form_token, is_inside, press, sign_in
from tests.conftest import Outbox, csrf_of, new_client

pytestmark = pytest.mark.both_databases


ADA = "ada@lunch.example"
ASKED, CODE = f"{SIGN_IN}/asked", f"{SIGN_IN}/code"
NOON = datetime(2026, 5, 13, 10, 3, tzinfo=UTC)
LINK = re.compile(r"http://lunch\.example(/organiser/sign-in/\S+)")
FIGURES = re.compile(r"\b(\d{4}) (\d{4})\b")
PHONE = "/organiser/phone"


@pytest.fixture(autouse=True)
def no_tries_yet() -> Iterator[None]:
    actions.tries._times.clear()
    actions.guesses._times.clear()
    yield


@pytest.fixture
def ada(app: Flask) -> Organiser:
    """The owner."""
    return add_organiser("Ada Ressort", ADA, "fr")


def ask(client: FlaskClient, email: str = ADA) -> str:
    """Ask for an e-mail; the page that follows."""
    answer = client.post(SIGN_IN, data={"csrf_token": csrf_of(client, f"{SIGN_IN}?again=1"), "email": email})
    assert answer.headers["Location"] == ASKED
    return client.get(ASKED).text


def link_in(outbox: Outbox) -> str:
    found = LINK.search(outbox.last(ADA).text)
    assert found
    return found[1]


def code_in(outbox: Outbox) -> str:
    found = FIGURES.search(outbox.last(ADA).text)
    assert found
    return found[1] + found[2]


def type_code(client: FlaskClient, code: str) -> TestResponse:
    return client.post(CODE, data={"csrf_token": form_token(client, ASKED), "code": code})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


# The code


def test_the_code_of_the_email_lets_in_where_it_was_asked_for_and_once(
    ada: Organiser, app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    ask(client)
    code = code_in(outbox)
    assert code in outbox.last(ADA).html.replace("&nbsp;", "").replace("\xa0", "")
    dump = repr([db.session.execute(table.select()).all() for table in db.metadata.sorted_tables])
    assert code not in dump and outbox.rows()[0].facts["nonce"] in dump
    thief = new_client(app)
    assert type_code(thief, code).status_code == 422, "it did not request the e-mail"
    ask(thief, "nobody@lunch.example")
    assert type_code(thief, code).status_code == 422 and not is_inside(thief)
    assert type_code(client, f" {code[:4]}-{code[4:]} ").status_code == 303
    assert is_inside(client)


def test_link_and_code_are_one_way_in_and_used_up_together(
    ada: Organiser, app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    ask(client)
    link, code, other = link_in(outbox), code_in(outbox), new_client(app)
    ask(other)
    assert type_code(client, code).status_code == 303
    assert press(other, link) == 410
    assert type_code(other, code).status_code == 422 and not is_inside(other)


def test_a_code_is_good_for_ten_minutes(ada: Organiser, client: FlaskClient, outbox: Outbox) -> None:
    with clock.fixed_at(NOON):
        ask(client)
        code = code_in(outbox)
    for minutes, status in ((10.01, 422), (9.98, 303)):
        with clock.fixed_at(later(minutes)):
            assert type_code(client, code).status_code == status


def test_five_wrong_codes_are_enough_and_the_link_stays_good(
    ada: Organiser, client: FlaskClient, outbox: Outbox
) -> None:
    ask(client)
    link, code = link_in(outbox), code_in(outbox)
    assert [type_code(client, wrong(code)).status_code for _ in range(7)] == [422] * 5 + [429] * 2
    assert type_code(client, code).status_code == 429
    assert press(client, link) == 303


def test_of_a_thousand_guesses_in_many_browsers_few_are_looked_at(
    ada: Organiser, app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    ask(client)
    link, code, looked_at = link_in(outbox), code_in(outbox), 0
    for _ in range(8):
        guesser = new_client(app)
        ask(guesser)
        looked_at += [type_code(guesser, wrong(code)).status_code for _ in range(5)].count(422)
    assert looked_at == 25
    assert press(client, link) == 303, "nobody is kept out by it"


def test_an_unknown_address_gets_the_same_answers_to_codes(ada: Organiser, app: Flask, outbox: Outbox) -> None:
    told = []
    for email in ("nobody@lunch.example", ADA):
        client = new_client(app)
        with clock.fixed_at(NOON):
            pages = [ask(client, email), ask(client, email)]
            pages += [type_code(client, "12345678").text for _ in range(6)]
        told.append([re.sub('(name="csrf_token"[^>]*) value="[^"]*"', r"\1", page) for page in pages])
    assert told[0] == told[1]


# No outsider keeps an organiser out


def test_an_outsider_without_cookies_causes_six_emails_an_hour_and_keeps_nobody_out(
    ada: Organiser, app: Flask, outbox: Outbox
) -> None:
    for minute in range(60):
        with clock.fixed_at(later(minute)):
            ask(new_client(app))
            ask(new_client(app))
    assert len(outbox.rows(ADA)) == 6
    with clock.fixed_at(later(59.5)):
        mine = new_client(app)
        ask(mine)
        assert len(outbox.rows(ADA)) == 6, "the e-mail that is there already is good here as well"
        assert press(mine, link_in(outbox)) == 303 and is_inside(mine)


# The phone


def code_on(answer: TestResponse) -> str:
    """The address in the QR code of a page, which stands beside it in letters."""
    found = re.search(r'value="http://lunch\.example(/organiser/sign-in/[^"]+)"', answer.text)
    assert answer.status_code == 200 and found, answer.text
    return found[1].replace("&amp;", "&")


def make_code(client: FlaskClient, then: str = "") -> str:
    answer = client.post(PHONE, data={"csrf_token": form_token(client, PHONE), "next": then})
    assert answer.headers["Cache-Control"] == "no-store" and "<svg" in answer.text
    return code_on(answer)


def open_on(phone: FlaskClient, path: str) -> TestResponse:
    """What the page behind the code sends when its button is pressed."""
    page = phone.get(path).text
    fields = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page.split("<form")[1]))
    return phone.post(path.partition("?")[0], data=fields)


def test_the_code_of_the_check_in_page_opens_it_on_a_phone_once(
    ada: Organiser, app: Flask, client: FlaskClient, event: Event
) -> None:
    sign_in(client, ada)
    room_of(event)
    door = f"/organiser/e/{event.slug}/door"
    for page in (door, f"/organiser/e/{event.slug}/room"):
        assert f'href="{PHONE}?next={page}"' in client.get(page).text
    path, phone, late = make_code(client, door), new_client(app), new_client(app)
    assert not is_inside(phone) and phone.get(path).status_code == 200
    assert open_on(phone, path).headers["Location"] == door
    assert is_inside(phone) and is_inside(client)
    assert press(late, path) == 410 and not is_inside(late)


def test_the_code_is_good_for_two_minutes(ada: Organiser, app: Flask, client: FlaskClient) -> None:
    with clock.fixed_at(NOON):
        sign_in(client, ada)
        path = make_code(client)
    for minutes, status in ((2.01, 410), (1.98, 303)):
        with clock.fixed_at(later(minutes)):
            assert press(new_client(app), path) == status


def test_a_phone_gets_no_fresher_and_no_longer_session_and_a_helper_stays_one(
    ada: Organiser, app: Flask, client: FlaskClient
) -> None:
    noa = add_organiser("Noa Panais", "noa@lunch.example", role=Role.HELPER)
    with clock.fixed_at(NOON):
        sign_in(client, noa)
    phone = new_client(app)
    with clock.fixed_at(later(100)):
        assert press(phone, make_code(client)) == 303
        assert phone.get("/organiser/team").status_code == 403
    db.session.rollback()
    rows = db.session.query(OrganiserSession).order_by(OrganiserSession.id).all()
    first, second = rows[-2:]
    assert (second.confirmed_at, second.started_at) == (first.confirmed_at, first.started_at)
    assert second.seen_at > first.started_at, "control: it was opened later"


def test_a_code_dies_with_the_session_that_made_it(ada: Organiser, app: Flask, client: FlaskClient) -> None:
    assert client.get(PHONE).status_code == 302
    assert client.post(PHONE, data={"csrf_token": csrf_of(client, SIGN_IN)}).status_code == 401
    sign_in(client, ada)
    path = make_code(client)
    press(client, "/organiser/sign-out")
    assert press(new_client(app), path) == 410
    sign_in(client, ada)
    path = make_code(client)
    remove_organiser(ada)
    assert press(new_client(app), path) == 410

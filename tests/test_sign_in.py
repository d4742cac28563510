"""Signing in by link, by code and on a phone; no outsider keeps anybody out; accounts from the console."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.mail.addresses import BadAddress
from lunchkit.platform.mail.rendering import render_email
from lunchkit.room.actions import room_of
from lunchkit.team.actions import add_organiser, remove_organiser
from lunchkit.team.errors import AddressTaken, AlreadySetUp, LastOrganiser, Nameless
from lunchkit.team.models import Organiser, OrganiserSession, Role, SignInLink
from lunchkit.team.queries import present_organisers
from lunchkit.team.sign_in import actions
from lunchkit.team.sign_in.actions import issue_console_link, issue_setup_link, request_sign_in
from tests.browser import SIGN_IN, form_token, is_inside, path_of, press, sign_in
from tests.conftest import Outbox, csrf_of, new_client

both = pytest.mark.both_databases


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
    return add_organiser("Ada Ressort", "ada@Lunch.Example", "fr")


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


def count(model: type[db.Model]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def everything() -> list[object]:
    db.session.rollback()
    return [db.session.execute(table.select()).all() for table in db.metadata.sorted_tables]


# The link


def test_the_letter_leads_in_by_link_page_and_button(ada: Organiser, client: FlaskClient, outbox: Outbox) -> None:
    ask(client)
    path = link_in(outbox)
    assert "Ada Ressort" in client.get(path).text
    assert not is_inside(client)
    assert press(client, path) == 303
    assert is_inside(client)


def test_a_stranger_gets_the_same_answer_and_no_letter(ada: Organiser, app: Flask, outbox: Outbox) -> None:
    answers = []
    for email in ("nobody@lunch.example", "ADA@lunch.example"):
        client = new_client(app)
        with clock.fixed_at(NOON):
            ask(client, email)
            page = client.get(f"{SIGN_IN}/asked")
        answers.append((page.status_code, re.sub('(name="csrf_token"[^>]*) value="[^"]*"', r"\1", page.text)))
    assert answers[0] == answers[1]
    assert [row.recipient for row in outbox.rows()] == [ADA]


def test_questions_about_strangers_leave_at_most_one_row_behind(ada: Organiser, app: Flask, outbox: Outbox) -> None:
    for number in range(5):
        request_sign_in(f"{number}@lunch.example")
    assert count(SignInLink) == 1
    assert outbox.rows() == []


def test_a_link_is_good_for_ten_minutes_and_once(ada: Organiser, client: FlaskClient, outbox: Outbox) -> None:
    with clock.fixed_at(NOON):
        ask(client)
        path = link_in(outbox)
    kept = client.get_cookie("lunchkit")
    assert kept is not None
    with clock.fixed_at(NOON + timedelta(minutes=10.01)):
        assert press(client, path) == 410 and not is_inside(client)
    with clock.fixed_at(NOON + timedelta(minutes=9.98)):
        assert press(client, path) == 303 and is_inside(client)
        page = client.get(path)
        assert page.status_code == 410 and 'href="/organiser/"' in page.text and "/organiser/sign-in" not in page.text
        client.set_cookie("lunchkit", kept.value)
        assert 'href="/organiser/sign-in"' in client.get(path).text, "who is not in asks for a new one"
        assert press(client, path) == 410


def test_a_link_opens_only_where_it_was_asked_for(
    ada: Organiser, app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    ask(client)
    path = link_in(outbox)
    other = new_client(app)
    assert other.get(path).status_code == 403
    assert "Ada" not in other.get(path).text
    ask(other, "nobody@lunch.example")
    assert press(other, path) == 403
    assert press(client, path) == 303, "the other browser's attempts have not used it up"


def test_mail_scanners_change_nothing(ada: Organiser, app: Flask, client: FlaskClient, outbox: Outbox) -> None:
    ask(client)
    path, setup = link_in(outbox), path_of(issue_console_link(ada))
    before = everything()
    for scanner in (new_client(app), client):
        for address in (path, setup):
            for look in (scanner.head, scanner.options, *[scanner.get] * 5):
                look(address)
    assert everything() == before
    assert press(client, path) == 303


def test_signing_in_voids_the_other_links_of_the_person(
    ada: Organiser, app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    ask(client)
    first = link_in(outbox)
    spare = path_of(issue_console_link(ada))
    ask(client)
    assert press(client, link_in(outbox)) == 303
    assert press(client, first) == 410
    assert press(new_client(app), spare) == 410
    assert render_email(outbox.rows()[0]) is None, "an e-mail that has not left yet would bring a dead link"


def test_of_two_who_press_at_once_one_gets_in(ada: Organiser, app: Flask) -> None:
    path = path_of(issue_console_link(ada))
    clients = [new_client(app) for _ in range(8)]
    forms = [{"csrf_token": csrf_of(client, path)} for client in clients]
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda client, form: client.post(path, data=form).status_code, clients, forms))
    assert statuses == [303] + [410] * 7
    db.session.rollback()
    assert count(OrganiserSession) == 1


def test_a_copy_of_the_database_opens_nothing(ada: Organiser, app: Flask, client: FlaskClient, outbox: Outbox) -> None:
    ask(client)
    path = link_in(outbox)
    console = issue_console_link(ada)
    dump = repr(everything())
    assert path.rpartition("/")[2] not in dump
    assert console.rpartition("/")[2] not in dump
    nonce = outbox.rows()[0].facts["nonce"]
    assert press(client, f"{SIGN_IN}/{nonce}") == 410
    press(client, path)
    with client.session_transaction() as cookie:
        assert cookie["session"] not in repr(everything())


def test_guesses_lock_nobody_out(ada: Organiser, client: FlaskClient, outbox: Outbox) -> None:
    ask(client)
    path = link_in(outbox)
    form = {"csrf_token": csrf_of(client, SIGN_IN)}
    for guess in ("A" * 32, path[-32:].swapcase(), "%00", "é" * 50, "." * 9) * 10:
        assert client.post(f"{SIGN_IN}/{guess}", data=form).status_code in (404, 410)
    assert press(client, path) == 303


# The code


@both
def test_the_code_of_the_email_lets_in_where_it_was_asked_for_and_once(
    ada: Organiser, app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    ask(client)
    code = code_in(outbox)
    assert code in outbox.last(ADA).html.replace("&nbsp;", "").replace("\xa0", "")
    dump = repr(everything())
    assert code not in dump and outbox.rows()[0].facts["nonce"] in dump
    thief = new_client(app)
    assert type_code(thief, code).status_code == 422, "it did not request the e-mail"
    ask(thief, "nobody@lunch.example")
    assert type_code(thief, code).status_code == 422 and not is_inside(thief)
    assert type_code(client, f" {code[:4]}-{code[4:]} ").status_code == 303
    assert is_inside(client)


@both
def test_link_and_code_are_one_way_in_and_used_up_together(
    ada: Organiser, app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    ask(client)
    link, code, other = link_in(outbox), code_in(outbox), new_client(app)
    ask(other)
    assert type_code(client, code).status_code == 303
    assert press(other, link) == 410
    assert type_code(other, code).status_code == 422 and not is_inside(other)


@both
def test_a_code_is_good_for_ten_minutes(ada: Organiser, client: FlaskClient, outbox: Outbox) -> None:
    with clock.fixed_at(NOON):
        ask(client)
        code = code_in(outbox)
    for minutes, status in ((10.01, 422), (9.98, 303)):
        with clock.fixed_at(later(minutes)):
            assert type_code(client, code).status_code == status


@both
def test_five_wrong_codes_are_enough_and_the_link_stays_good(
    ada: Organiser, client: FlaskClient, outbox: Outbox
) -> None:
    ask(client)
    link, code = link_in(outbox), code_in(outbox)
    assert [type_code(client, wrong(code)).status_code for _ in range(7)] == [422] * 5 + [429] * 2
    assert type_code(client, code).status_code == 429
    assert press(client, link) == 303


@both
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


@both
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


@both
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


@both
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


@both
def test_the_code_is_good_for_two_minutes(ada: Organiser, app: Flask, client: FlaskClient) -> None:
    with clock.fixed_at(NOON):
        sign_in(client, ada)
        path = make_code(client)
    for minutes, status in ((2.01, 410), (1.98, 303)):
        with clock.fixed_at(later(minutes)):
            assert press(new_client(app), path) == status


@both
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


@both
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


# Accounts from the console


def test_there_is_no_way_into_a_fresh_server_but_the_set_up_link(app: Flask, client: FlaskClient) -> None:
    replaced = path_of(issue_setup_link())
    path = path_of(issue_setup_link())
    form = {"csrf_token": csrf_of(client, path), "name": "Ada Ressort", "email": "ada@"}
    assert client.post(replaced, data=form).status_code == 410
    assert client.post(path, data=form).status_code == 422, "a slip in the form leaves the link good"
    assert client.post(path, data=form | {"email": ADA}).status_code == 303
    assert is_inside(client)
    assert [organiser.email for organiser in present_organisers()] == [ADA]
    late = new_client(app)
    form = {"csrf_token": csrf_of(late, SIGN_IN), "name": "Eve", "email": "eve@lunch.example"}
    assert late.post(path, data=form).status_code == 410
    with pytest.raises(AlreadySetUp):
        issue_setup_link()


def test_a_set_up_link_is_good_for_one_hour_and_signs_nobody_in(app: Flask, client: FlaskClient) -> None:
    with clock.fixed_at(NOON):
        path = path_of(issue_setup_link())
        assert client.get(path).status_code == 200
        assert client.get(path.replace("set-up", "sign-in")).status_code == 410
    with clock.fixed_at(NOON + timedelta(minutes=61)):
        assert client.get(path).status_code == 410


def test_organisers_are_told_apart_by_address(ada: Organiser) -> None:
    with pytest.raises(AddressTaken):
        add_organiser("Another", "ADA@lunch.example")
    with pytest.raises(BadAddress):
        add_organiser("Another", "not an address")
    with pytest.raises(LastOrganiser):
        remove_organiser(ada, spare_last=True)
    remove_organiser(ada)
    assert present_organisers() == []
    assert add_organiser("Ada again", ADA).id == ada.id


@pytest.mark.parametrize("nothing", ["", "\u2066\u200e", "…"])
def test_the_first_organiser_needs_a_name_and_an_address(client: FlaskClient, nothing: str) -> None:
    path = path_of(issue_setup_link())
    form = {"csrf_token": csrf_of(client, path), "name": "Ada Ressort", "email": ADA}
    for field in ("name", "email"):
        assert client.post(path, data=form | {field: nothing}).status_code == 422, field
    assert present_organisers() == []
    with pytest.raises(Nameless):
        add_organiser(nothing, ADA)
    assert client.post(path, data=form).status_code == 303, "control: the link and the rest of the form are good"

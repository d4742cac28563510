"""Sign-in links: who gets one, how long it is good, for whom, and how often; and accounts from the console."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.mail.addresses import BadAddress
from lunchkit.platform.mail.rendering import render_email
from lunchkit.team.actions import add_organiser, remove_organiser
from lunchkit.team.errors import AddressTaken, AlreadySetUp, LastOrganiser, Nameless
from lunchkit.team.models import Organiser, OrganiserSession, SignInLink
from lunchkit.team.queries import present_organisers
from lunchkit.team.sign_in.actions import issue_console_link, issue_setup_link, request_sign_in

from .browser import SIGN_IN, is_inside, path_of, press
from .conftest import Outbox, csrf_of, new_client

ADA = "ada@lunch.example"
NOON = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)


@pytest.fixture
def ada(app: Flask) -> Organiser:
    return add_organiser("Ada Ressort", "ada@Lunch.Example", "fr")


def ask(client: FlaskClient, email: str = ADA, then: str = "") -> None:
    data = {"csrf_token": csrf_of(client, SIGN_IN), "email": email, "next": then}
    assert client.post(SIGN_IN, data=data).headers["Location"] == "/organiser/sign-in/asked"


def link_in(outbox: Outbox) -> str:
    found = re.search(r"http://lunch\.example(/organiser/sign-in/\S+)", outbox.last(ADA).text)
    assert found
    return found[1]


def count(model: type[db.Model]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def everything() -> list[object]:
    db.session.rollback()
    return [db.session.execute(table.select()).all() for table in db.metadata.sorted_tables]


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

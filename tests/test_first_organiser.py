"""Accounts from the console: the set-up link, links for those in trouble, and who is an organiser."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.mail.addresses import BadAddress
from lunchkit.platform.mail.outbox import enqueue
from lunchkit.team.actions import add_organiser, remove_organiser
from lunchkit.team.errors import AddressTaken, AlreadySetUp, LastOrganiser, Nameless
from lunchkit.team.models import Organiser, OrganiserSession, SignInLink
from lunchkit.team.queries import present_organisers
from lunchkit.team.sign_in.actions import forget_old_sign_ins, issue_console_link, issue_setup_link

from .browser import SIGN_IN, is_inside, path_of, press
from .conftest import Outbox, csrf_of, new_client

ADA = "ada@lunch.example"
NOON = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)


@pytest.fixture
def ada(app: Flask) -> Organiser:
    return add_organiser("Ada Ressort", "ada@Lunch.Example", "fr")


def count(model: type[db.Model]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


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


def test_old_links_and_sessions_are_forgotten_after_a_day(ada: Organiser, client: FlaskClient) -> None:
    with clock.fixed_at(NOON):
        press(client, path_of(issue_console_link(ada)))
        issue_console_link(ada)
        forget_old_sign_ins()
        assert (count(SignInLink), count(OrganiserSession)) == (1, 1)
    with clock.fixed_at(NOON + timedelta(days=2)):
        forget_old_sign_ins()
    assert (count(SignInLink), count(OrganiserSession)) == (0, 0)
    assert db.session.execute(text("select count(*) from organiser")).scalar() == 1


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


def test_letters_with_old_links_are_forgotten_after_a_day(ada: Organiser, client: FlaskClient, outbox: Outbox) -> None:
    with clock.fixed_at(NOON):
        with transaction() as session:
            enqueue(session, kind="x/other", recipient=ADA, language="fr", facts={})
        client.post(SIGN_IN, data={"csrf_token": csrf_of(client, SIGN_IN), "email": ADA})
    with clock.fixed_at(NOON + timedelta(hours=23)):
        forget_old_sign_ins()
        assert outbox.kinds() == ["other", "sign_in"]
    with clock.fixed_at(NOON + timedelta(hours=25)):
        forget_old_sign_ins()
        assert outbox.kinds() == ["other"]

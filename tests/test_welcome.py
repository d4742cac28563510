"""Whoever joins the team reads once what their role can do, and where to begin."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.platform import clock
from lunchkit.team.models import Organiser, Role
from tests.conftest import EventMaker
from tests.test_team import ada, ada_client, ask, join, link_of

__all__ = ["ada", "ada_client"]
WELCOME = "/organiser/welcome"


@pytest.fixture
def joined(ada: Organiser, app: Flask, client: FlaskClient, request: pytest.FixtureRequest) -> FlaskClient:
    path = link_of(ask(role=request.param), app)
    assert join(client, path, "Noa Panais") == 303
    return client


helper = pytest.mark.parametrize("joined", [Role.HELPER], indirect=True)
organiser = pytest.mark.parametrize("joined", [Role.ORGANISER], indirect=True)
each = pytest.mark.parametrize("joined", [Role.HELPER, Role.ORGANISER], indirect=True)


def test_accepting_leads_there_and_signing_in_does_not(ada: Organiser, app: Flask, client: FlaskClient) -> None:
    path = link_of(ask(), app)
    token = client.get(path).text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = client.post(path, data={"csrf_token": token, "name": "Noa Panais"})
    assert (answer.status_code, answer.headers["Location"]) == (303, WELCOME)
    assert client.get("/organiser/").headers["Location"] == "/organiser/doors", "it is shown once"


@each
def test_it_calls_them_by_name_and_says_who_holds_the_house_and_how_to_come_back(joined: FlaskClient) -> None:
    page = joined.get(WELCOME).text
    assert "Bienvenue, Noa Panais" in page and "Ada" in page
    assert "http://lunch.example/organiser/" in page


@helper
def test_a_helper_is_led_to_the_door_that_is_open(joined: FlaskClient, make_event: EventMaker) -> None:
    soon = make_event(starts_at=clock.now() + timedelta(days=9, hours=1))
    page = joined.get(WELCOME).text
    assert "Vous pourrez accueillir les gens dès" in page and f"/organiser/e/{soon.slug}" not in page
    assert "/organiser/events" not in page and "/organiser/e/new" not in page
    near = make_event(starts_at=clock.now() + timedelta(hours=30))
    page = joined.get(WELCOME).text
    assert f'href="/organiser/e/{near.slug}/door"' in page and "Vous pourrez accueillir les gens dès" not in page


@organiser
def test_an_organiser_is_led_to_the_next_lunch(joined: FlaskClient, make_event: EventMaker) -> None:
    make_event(starts_at=clock.now() - timedelta(days=3))
    later, following = (make_event(starts_at=clock.now() + timedelta(days=days, hours=1)) for days in (9, 5))
    draft = make_event(starts_at=clock.now() + timedelta(days=2), published_at=None)
    page = joined.get(WELCOME).text
    assert f'href="/organiser/e/{following.slug}"' in page
    assert not any(f"/organiser/e/{other.slug}" in page for other in (later, draft))


@each
def test_without_a_lunch_in_sight_it_says_so_and_leads_on(joined: FlaskClient) -> None:
    page = joined.get(WELCOME).text
    assert "Aucun lunch en vue" in page
    begin = page.split('<div class="buttons">')[1].split('href="')[1].split('"')[0]
    assert joined.get(begin).status_code == 200


def test_strangers_are_asked_to_sign_in(client: FlaskClient) -> None:
    assert "/organiser/sign-in" in client.get(WELCOME).headers["Location"]

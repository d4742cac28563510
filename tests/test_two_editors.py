"""Two organisers at the form of one lunch: the second one sees what the first has saved, and nothing is lost."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from tests.conftest import EventMaker, csrf_of
from tests.seating import all_at_once
from tests.test_dates import fresh
from tests.test_telling import typed as filled

pytestmark = pytest.mark.both_databases


VERSION = re.compile(r'name="version" type="hidden" value="([^"]*)"')


def page_of(client: FlaskClient, event: Event) -> MultiDict[str, str]:
    page = filled(fresh(event))
    page.setdefault("theme", "")
    page["csrf_token"] = csrf_of(client, f"/organiser/e/{event.slug}/edit")
    return page


def save(client: FlaskClient, event: Event, page: MultiDict[str, str], **typed: str) -> TestResponse:
    sent = page.copy()
    for name, value in typed.items():
        sent[name] = value
    answered = client.post(f"/organiser/e/{event.slug}/edit", data=sent)
    fresh(event)
    return answered


@pytest.fixture
def lunch(make_event: EventMaker) -> Event:
    return make_event(food_note="Soupe", access_notes="Par la cour", summary="Un lunch.\n\nDeux heures.")


def test_who_saves_second_sees_both_texts_and_loses_nothing(organiser_client: FlaskClient, lunch: Event) -> None:
    mine, theirs = (page_of(organiser_client, lunch) for _ in range(2))
    assert save(organiser_client, lunch, theirs, food_note="Soupe de Carla", theme="Sa main").status_code == 303
    asked = save(organiser_client, lunch, mine, food_note="Soupe de Lia", access_notes="Par le jardin")
    assert asked.status_code == 409 and (lunch.food_note, lunch.access_notes) == ("Soupe de Carla", "Par la cour")
    page = unescape(asked.text)
    both = page[page.index('class="versions"') : page.index("</dl>")]
    assert all(text in both for text in ("Soupe de Carla", "Soupe de Lia", "Sa main", "Par la cour", "Par le jardin"))
    assert "Deux heures" not in both, "what is the same is not named"
    for version in ("", "0", "-1", "hier", "9" * 400, "é"):
        assert save(organiser_client, lunch, mine, version=version).status_code == 409, "it does not say what it showed"
    mine["version"] = VERSION.findall(asked.text)[0]
    again = save(organiser_client, lunch, mine, food_note="Soupe de Lia", access_notes="Par le jardin", theme="Sa main")
    assert again.status_code == 303
    assert (lunch.food_note, lunch.access_notes, lunch.theme) == ("Soupe de Lia", "Par le jardin", "Sa main")


def at_once(app: Flask, *works: Callable[[], object]) -> list[str]:
    """Do several things at the same moment; what became of each: its answer, or the name of what was raised."""
    came = all_at_once(app, works)
    return [type(one).__name__ if isinstance(one, Exception) else str(one) for one in came]


def test_of_two_who_save_at_once_one_is_told(app: Flask, organiser_client: FlaskClient, lunch: Event) -> None:
    pages = [page_of(organiser_client, lunch) for _ in range(2)]
    slug, cookie = lunch.slug, organiser_client.get_cookie("lunchkit")
    assert cookie is not None

    def press(page: MultiDict[str, str], name: str, text: str) -> int:
        client = app.test_client()
        client.set_cookie("lunchkit", cookie.value)
        sent = page.copy()
        sent[name] = text
        return client.post(f"/organiser/e/{slug}/edit", data=sent).status_code

    db.session.remove()
    came = at_once(app, lambda: press(pages[0], "theme", "Pain"), lambda: press(pages[1], "food_note", "Soupe 2"))
    assert sorted(came) == ["303", "409"]

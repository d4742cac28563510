"""The proposal of a first lunch: nothing of it stands in public before somebody has read it."""

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit import clock
from lunchkit.db import db
from lunchkit.events.actions import publish_event
from lunchkit.events.forms import event_form
from lunchkit.events.models import Event
from lunchkit.planning.actions import make_lunch
from lunchkit.planning.forms import first_values
from lunchkit.polls.models import Poll
from tests.test_organiser_lunches import filled, lunch_details


def proposed(title: str = "Le premier") -> Event:
    event = make_lunch(lunch_details(title=title), from_template=True)
    publish_event(event)
    return event


def test_how_to_get_in_is_left_to_those_who_know(app: Flask, organiser_client: FlaskClient) -> None:
    with app.test_request_context():
        assert not event_form(proposal=first_values(clock.now())).access_notes.data
    event = proposed()
    page = organiser_client.get(f"/organiser/e/{event.slug}").text
    assert "#access_notes" in page and f"/organiser/e/{event.slug}/polls" in page


def test_questions_of_the_proposal_show_once_they_are_worded(
    client: FlaskClient, organiser_client: FlaskClient
) -> None:
    event = proposed()
    first, second, _third = db.session.query(Poll).order_by(Poll.position)
    here = f"/e/{event.slug}"
    page = client.get(here).text
    assert first.question not in page and second.question not in page
    assert "À lire" in organiser_client.get(f"/organiser{here}").text
    second.question = "Que voudriez-vous essayer ?"
    db.session.commit()
    assert "Que voudriez-vous essayer" in client.get(here).text
    first.opened_at = clock.now()
    db.session.commit()
    assert 'class="poll"' in client.get(here).text and client.get(here).text.count('class="poll"') == 2


@pytest.mark.parametrize(("today", "first"), [("2026-11-25", "2027-01-12"), ("2026-10-01", "2026-11-03")])
def test_no_lunch_is_proposed_over_the_holidays(app: Flask, today: str, first: str) -> None:
    with app.test_request_context():
        assert str(first_values(datetime.fromisoformat(f"{today}T12:00+01:00"))["date"]) == first


def test_draft_is_previewed_by_the_team_and_by_nobody_else(client: FlaskClient, organiser_client: FlaskClient) -> None:
    event = make_lunch(lunch_details(title="Le premier"), from_template=True)
    here = f"/organiser/e/{event.slug}/preview"
    page = organiser_client.get(here)
    assert page.status_code == 200 and 'content="noindex"' in page.text and "brouillon" in page.text
    assert 'rel="canonical"' not in page.text and here in organiser_client.get(f"/organiser/e/{event.slug}").text
    assert client.get(f"/e/{event.slug}").status_code == 404
    assert "Le premier" not in client.get(here, follow_redirects=True).text
    publish_event(event)
    assert organiser_client.get(here).location == f"/e/{event.slug}"


def test_rare_settings_are_folded_until_one_is_set_or_wrong(organiser_client: FlaskClient, app: Flask) -> None:
    usual = make_lunch(lunch_details(title="Le premier", colour="tomate"))
    rare = make_lunch(lunch_details(title="Le second", colour="tomate", companions_allowed=2))
    folded = '<details class="more folded">'
    assert folded in organiser_client.get("/organiser/e/new").text
    assert folded in organiser_client.get(f"/organiser/e/{usual.slug}/edit").text
    assert folded not in organiser_client.get(f"/organiser/e/{rare.slug}/edit").text
    with app.test_request_context():
        assert not filled(colour="tomate", purge_days="1", companions_allowed="0").is_usual("tomate", 30)

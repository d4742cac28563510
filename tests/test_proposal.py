"""The proposal of a first lunch: nothing of it is public before a person has read it."""

import re

from flask import Flask
from flask.testing import FlaskClient

from lunchkit.events.actions import publish_event
from lunchkit.events.forms import event_form
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.room.polls.models import Poll
from lunchkit.run_sheet.actions import make_lunch
from lunchkit.run_sheet.forms import first_values
from tests.test_organiser_lunches import lunch_details


def proposed(title: str = "Le premier") -> Event:
    event = make_lunch(lunch_details(title=title), from_template=True)
    publish_event(event)
    return event


def test_how_to_get_in_is_left_to_those_who_know(app: Flask, organiser_client: FlaskClient) -> None:
    with app.test_request_context():
        assert not event_form(proposal=first_values(clock.now())).access_notes.data
    event = proposed()
    page = organiser_client.get(f"/organiser/e/{event.slug}").text
    assert "#access_notes" in page and f"/organiser/e/{event.slug}/run" in page


def test_questions_of_the_proposal_show_once_they_are_worded(
    client: FlaskClient, organiser_client: FlaskClient
) -> None:
    event = proposed()
    first, second, _third = db.session.query(Poll).order_by(Poll.position)
    here = f"/e/{event.slug}"

    def shown() -> str:
        return re.sub("<.*?>", "", client.get(here).text)

    assert not any(poll.question.rstrip(" ?") in shown() for poll in (first, second))
    assert "Les votes proposés" in organiser_client.get(f"/organiser{here}").text
    polls = f"/organiser{here}/run"
    assert organiser_client.get(polls).text.count("Encore la proposition") == 3
    second.question = "Que voudriez-vous essayer ?"
    db.session.commit()
    assert "Que voudriez-vous essayer" in shown()
    assert organiser_client.get(polls).text.count("Encore la proposition") == 2, "the first, which is put twice"
    first.opened_at = clock.now()
    db.session.commit()
    assert client.get(here).text.count('row poll"') == 2


def test_draft_is_previewed_by_the_team_and_by_nobody_else(client: FlaskClient, organiser_client: FlaskClient) -> None:
    event = make_lunch(lunch_details(title="Le premier"), from_template=True)
    here = f"/organiser/e/{event.slug}/preview"
    page = organiser_client.get(here)
    assert page.status_code == 200 and 'content="noindex"' in page.text and "brouillon" in page.text
    assert f'href="/organiser/e/{event.slug}"' in page.text, "a way back"
    assert 'rel="canonical"' not in page.text and here in organiser_client.get(f"/organiser/e/{event.slug}").text
    assert client.get(f"/e/{event.slug}").status_code == 404
    assert "Le premier" not in client.get(here, follow_redirects=True).text
    publish_event(event)
    assert organiser_client.get(here).location == f"/e/{event.slug}"

"""The proposal of a first lunch: nothing of it stands in public before somebody has read it."""

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
from tests.test_organiser_lunches import lunch_details

FIRST = "Votre organisation pourrait-elle faire de même"


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

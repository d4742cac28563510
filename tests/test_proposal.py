"""The proposal of a first lunch, and its draft before it is public."""

from flask import Flask
from flask.testing import FlaskClient

from lunchkit.events.actions import publish_event
from lunchkit.events.forms import event_form
from lunchkit.platform import clock
from lunchkit.run_sheet.actions import make_lunch
from lunchkit.run_sheet.forms import first_values
from tests.test_organiser_lunches import lunch_details


def test_how_to_get_in_is_left_to_those_who_know(app: Flask, organiser_client: FlaskClient) -> None:
    with app.test_request_context():
        assert not event_form(proposal=first_values(clock.now())).access_notes.data
    event = make_lunch(lunch_details(title="Le premier"), from_template=True)
    page = organiser_client.get(f"/organiser/e/{event.slug}").text
    assert "#access_notes" in page and f"/organiser/e/{event.slug}/run" in page


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

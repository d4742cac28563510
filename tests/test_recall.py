"""How the team comes in again: from any public page, from the first run, from the e-mails that invite."""

from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.settings.emails import trial_email
from lunchkit.team.actions import invite
from lunchkit.team.models import Organiser, Role
from tests.conftest import Outbox

HERE = "http://lunch.example/organiser/"


def test_public_pages_lead_to_the_team(client: FlaskClient, event: Event) -> None:
    for page in ("/", f"/e/{event.slug}", f"/e/{event.slug}/register", "/privacy"):
        assert 'href="/organiser/"' in client.get(page).text.split("<footer")[1]


def test_letters_into_the_team_say_where_to_come_back(organiser_client: FlaskClient, outbox: Outbox) -> None:
    ada = db.session.query(Organiser).one()
    invite("Léa Cresson", "lea@lunch.example", Role.HELPER, ada)
    email = outbox.last("lea@lunch.example")
    assert HERE in email.text and HERE in email.html
    assert HERE in trial_email(current_settings(), "fr").text

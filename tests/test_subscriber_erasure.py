"""Guests keep their rights when the lunch at which they said yes is forgotten: their data, and an end at once."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from lunchkit.admin.retention.actions import purge_people
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.subscribers.models import Consent, Subscriber
from tests.attendee import people, send
from tests.conftest import EventMaker
from tests.subscribers import door_of, invitations, invite, said_yes, wish_of

pytestmark = pytest.mark.both_databases


def test_data_and_erasure_outlive_the_purge_of_the_lunch(
    client: FlaskClient, event: Event, make_event: EventMaker
) -> None:
    send(client, event, name="Ana", email="ana@example.org", wants_invitations="y")
    door = door_of(said_yes("Ana"))
    said_yes("Bea")
    invite(make_event(starts_at=event.starts_at + timedelta(days=90)))
    with clock.fixed_at(event.ends_at + timedelta(days=60)):
        purge_people()
        assert people()[0].email is None, "control: of the lunch nothing is left"
        answer = client.get(f"{door}/data.json")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert (answer.json["email"], len(answer.json["letters"])) == ("ana@example.org", 1)
        page = client.get(f"{door}/erasure")
        assert page.status_code == 200 and "ana@" not in page.text and wish_of("Ana") is Consent.YES, (
            "a look changes nothing"
        )
        answer = client.post(f"{door}/erasure")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/invitations/erased")
        assert wish_of("Ana") is None and wish_of("Bea") is Consent.YES
        assert [row.recipient for row in invitations()] == ["bea@example.org"]
        assert client.get("/invitations/erased").status_code == 200
        assert client.get(f"{door}/data.json").status_code == client.get(f"{door}/erasure").status_code == 404
        assert client.post(f"{door}/erasure").status_code == 303, "done already is done"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True, scope="session")
def test_whoever_is_being_erased_while_invitations_are_made_gets_none(app: Flask, event: Event) -> None:
    """Without a lock, the e-mail would be promised to an address that is gone a moment later, and stay."""
    for name in ("Ana", "Bea"):
        said_yes(name)
    event_id = event.id
    db.session.rollback()
    with db.engine.connect() as other:
        other.execute(delete(OutboxEmail).where(OutboxEmail.recipient == "ana@example.org"))
        other.execute(delete(Subscriber).where(Subscriber.email == "ana@example.org"))

        def send() -> None:
            with app.app_context():
                invite(db.session.get_one(Event, event_id))
                db.session.remove()

        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(send)
            wait([sending], timeout=1)  # it waits for the other; had it not to, it would be done long before
            other.commit()
            sending.result(timeout=20)
    assert [row.recipient for row in invitations()] == ["bea@example.org"]

"""Members first: a secret address opens the form before it opens for everybody, and the seat rule stays the same."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.events.actions import renew_members_link
from lunchkit.events.details import apply_details, details_of, members_token
from lunchkit.events.models import Event
from lunchkit.platform import clock, form_tokens as stamps
from lunchkit.platform.db import db
from lunchkit.registrations.models import Registration
from tests.conftest import EventMaker
from tests.test_organiser_lunches import TYPED, post


@pytest.fixture
def early(make_event: EventMaker) -> Event:
    """A lunch that opens for everybody in a week, and for members since yesterday."""
    now = clock.now()
    event = make_event(capacity=1, opens_at=now + timedelta(days=7), members_open_at=now - timedelta(days=1))
    apply_details(event, details_of(event))
    db.session.commit()
    return event


def register(client: FlaskClient, event: Event, path: str, name: str = "Ana") -> int:
    """Send the form of an address; its status."""
    with client.application.test_request_context():
        stamp = stamps.issue(event.slug)
    return client.post(path, data={"name": name, "email": f"{name}@example.org", "stamp": stamp}).status_code


def link(event: Event) -> str:
    """The members' address."""
    return f"/e/{event.slug}/register/members/{members_token(event)}"


def test_members_register_by_their_address_and_nobody_else_does(client: FlaskClient, early: Event) -> None:
    public = f"/e/{early.slug}/register"
    assert client.get(public).status_code == 302
    assert register(client, early, public) == 409
    page = client.get(link(early))
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert 'name="is_member"' not in page.get_data(as_text=True), "who has the address is not asked"
    assert register(client, early, link(early)) == 303
    person = db.session.scalars(select(Registration)).one()
    assert (person.is_member, person.status) == (True, "seated")
    assert register(client, early, link(early), "Bea") == 303
    db.session.rollback()
    statuses = db.session.scalars(select(Registration.status).order_by(Registration.id)).all()
    assert list(statuses) == ["seated", "waiting"], "the rule of the queue is the same"


def test_a_renewed_address_shuts_the_earlier_one(
    client: FlaskClient, organiser_client: FlaskClient, early: Event
) -> None:
    before = link(early)
    page = f"/organiser/e/{early.slug}"
    assert members_token(early) in organiser_client.get(page).get_data(as_text=True).replace("<wbr>", "")
    assert post(organiser_client, f"{page}/members-link", page).status_code == 303
    assert client.get(before).status_code == 302
    db.session.rollback()
    db.session.expire_all()
    assert client.get(link(db.session.get_one(Event, early.id))).status_code == 200


def test_members_wait_for_their_own_hour_and_no_copy_of_the_database_opens_the_form(
    client: FlaskClient, make_event: EventMaker
) -> None:
    now = clock.now()
    event = make_event(opens_at=now + timedelta(days=7), members_open_at=now + timedelta(days=1))
    renew_members_link(event)
    assert client.get(link(event)).status_code == 302
    row = repr({name: getattr(event, name) for name in Event.__table__.columns.keys()})  # noqa: SIM118
    assert members_token(event) not in row


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"members_open_at": "2031-04-01T08:00"}, "opens_at"),
        ({"members_open_at": "2031-04-08T08:00", "opens_at": "2031-04-07T08:00"}, "members_open_at"),
        ({"members_open_at": "bientôt", "opens_at": "2031-04-07T08:00"}, "members_open_at"),
    ],
)
def test_members_come_before_everybody_or_not_at_all(
    organiser_client: FlaskClient, typed: dict[str, str], field: str
) -> None:
    answer = post(organiser_client, "/organiser/e/new", "/organiser/e/new", **(TYPED | typed))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)

"""The door's pages after the end, and of who waits: what they offer, and what they say of an hour; on both databases."""

import secrets
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.actions import change_capacity
from lunchkit.registrations.check_in.actions import take_scan
from lunchkit.registrations.models import Registration, Standing
from lunchkit.team.actions import add_organiser
from lunchkit.team.models import Role
from tests.browser import sign_in
from tests.conftest import EventMaker, csrf_of, new_client
from tests.test_check_in import scan_of
from tests.test_check_in_full import afterwards, full_lunch


def test_whoever_is_noted_on_the_list_afterwards_stays_on_it(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = full_lunch(make_event, seats=4, here=1)
    base = f"/organiser/e/{event.slug}/door"
    absent = db.session.scalars(select(Registration).where(Registration.arrived == 0).order_by(Registration.id)).first()
    assert absent is not None
    asked = {"q": "gast", "whom": "absent", "order": "surname"}

    def press(**more: str) -> str:
        said = {"csrf_token": csrf_of(organiser_client, f"{base}/walk-in"), "nonce": secrets.token_urlsafe(16)}
        return organiser_client.post(f"{base}/{absent.id}/arrival", data={**said, **more}).headers["Location"]

    with clock.fixed_at(event.starts_at + timedelta(minutes=5)):
        during = organiser_client.get(f"{base}/list", query_string=asked).get_data(as_text=True)
        assert 'name="from_list"' not in during, "at the door each is shown large"
    with afterwards(event, hours=20):
        listed = organiser_client.get(f"{base}/list", query_string=asked).get_data(as_text=True)
        assert all(f'name="{name}" value="{value}"' in listed for name, value in {**asked, "from_list": "1"}.items())
        address, parts = press(**asked, from_list="1").split("?")
        assert address.endswith(f"{base}/list")
        assert parts == f"q=gast&whom=absent&order=surname&page=1&came={absent.id}#p{absent.id}"
        page = organiser_client.get(f"{base}/list?{parts.partition('#')[0]}&lang=en").get_data(as_text=True)
        assert f"Noted as present: {absent.name}." in page
        for stranger in ("0", "99999999999", "x"):
            assert "Noted as present" not in organiser_client.get(f"{base}/list?came={stranger}").get_data(as_text=True)
        assert f"/door/{absent.id}?" in press(), "control: from their own page they are shown"


def test_afterwards_nobody_came_at_the_hour_at_which_it_was_written_down(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = full_lunch(make_event, seats=4, here=1)
    here, late = db.session.scalars(select(Registration).order_by(Registration.arrived.desc(), Registration.id)).all()[
        :2
    ]

    def read(path: str) -> str:
        return organiser_client.get(f"/organiser/e/{event.slug}/door/{path}?lang=en").get_data(as_text=True)

    assert "Since " in read(str(here.id))
    with afterwards(event, hours=20):
        take_scan(event, scan_of(late))
        assert "Came in at " in read(str(here.id)) and "Since " not in read(str(here.id))
        assert "Noted: " in read(str(late.id)) and "Came in at " not in read(str(late.id))
        first = here.arrived_at, late.arrived_at
        assert all(first)
        row = read("list").partition(f'id="p{late.id}"')[2].partition("</tr>")[0]
        assert "Came</span></td>" in row, "no hour"
        row = read("list").partition(f'id="p{here.id}"')[2].partition("</tr>")[0]
        assert "Came</span> " in row, "control"


def test_who_waits_is_offered_a_seat_on_their_page_only_where_one_is_free(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = full_lunch(make_event, seats=4, here=2, waiting=1)
    waiting = db.session.scalars(select(Registration).where(Registration.standing == Standing.WAITING)).one()

    def read() -> str:
        return organiser_client.get(f"/organiser/e/{event.slug}/door/{waiting.id}?lang=en").get_data(as_text=True)

    full = read()
    assert "Give a free seat" not in full and "Let in all the same" in full and "Every seat is given." in full
    for person in db.session.scalars(select(Registration).where(Registration.arrived == 0)).all():
        if person.standing == Standing.SEATED:
            take_scan(event, scan_of(person))
    assert "Let in all the same" not in read(), "nobody is missing: there is no chair"
    change_capacity(event, 5)
    assert "Give a free seat" in read() and "Let in all the same" not in read()


def test_helpers_are_told_that_a_lunch_is_over_and_what_can_still_be_done(app: Flask, make_event: EventMaker) -> None:
    event = full_lunch(make_event)
    helper = new_client(app)
    sign_in(helper, add_organiser("Noa Panais", "noa@lunch.example", "en", Role.HELPER))
    base = f"/organiser/e/{event.slug}/door"

    def read(path: str) -> str:
        return helper.get(path, query_string={"lang": "en"}).get_data(as_text=True)

    assert "Check-in open now" in read("/organiser/doors") and "Complete who came" not in read("/organiser/doors")
    with afterwards(event, hours=2):
        page = read("/organiser/doors")
        assert "Check-in open now" not in page and f'href="{base}/list"' in page and "Complete who came" in page
        assert "Complete who came" in read(base) and "Add somebody who came" in read(base)

"""New phones: as many as a room has seats at once, then a few a minute; never counted by address, and nothing is lost."""

from datetime import timedelta

from flask import Flask, Response
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import transaction
from lunchkit.room.devices import cookie_name, new_device, remember
from lunchkit.room.errors import ManyNewPhones
from lunchkit.room.polls.actions import NEW_PHONES_A_MINUTE, close_poll, open_poll, save_ballot
from lunchkit.room.polls.answers import ballot_of
from lunchkit.room.polls.models import Poll
from lunchkit.room.queries import ballot_store
from tests.conftest import EventMaker, new_client
from tests.room import Phone, ask, asked, code_of, running_event
from tests.statements import statements


def new_phone(app: Flask, event: Event) -> Phone:
    """A browser with a number of ours, as one has it that has opened the page."""
    with app.test_request_context():
        response = Response()
        remember(response, new_device())
    client = new_client(app)
    client.set_cookie(cookie_name(), response.headers["Set-Cookie"].partition("=")[2].partition(";")[0])
    return Phone(client, code_of(event))


def script(event: Event, number: int) -> int:
    """So many invented phones vote one after the other; says how many were counted."""
    code, counted = code_of(event), 0
    for _phone in range(number):
        try:
            save_ballot(code, new_device(), ballot_of(MultiDict({"choice": "1"})))
            counted += 1
        except ManyNewPhones:
            pass
    return counted


def test_150_phones_of_one_address_in_a_room_of_150_seats_are_all_counted(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event, capacity=150)
    poll = asked(event)
    assert {new_phone(app, event).vote(1).status_code for _ in range(150)} == {200}
    assert ballot_store().count(poll.id) == 150


def test_a_script_with_400_phones_is_held_and_an_organiser_makes_place_by_more_seats(
    app: Flask, make_event: EventMaker
) -> None:
    event = running_event(make_event, capacity=30)
    poll = asked(event)
    start = clock.now()
    with clock.fixed_at(start):
        assert script(event, 400) == ballot_store().count(poll.id) == 30 + NEW_PHONES_A_MINUTE
    with clock.fixed_at(start + timedelta(minutes=1, seconds=1)):
        assert script(event, 50) == NEW_PHONES_A_MINUTE
        with transaction() as session:
            session.execute(update(Event).where(Event.id == event.id).values(capacity=90))
        script(event, 50)
    assert ballot_store().count(poll.id) == 90


def test_a_phone_that_is_held_is_told_what_to_do_and_comes_in_later(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event, capacity=2)
    poll = asked(event)
    start = clock.now()
    with clock.fixed_at(start):
        script(event, 50)
        phone = new_phone(app, event)
        answer = phone.vote(2)
        assert (answer.status_code, answer.get_json()["state"], answer.headers["Retry-After"]) == (429, "crowded", "60")
        assert "dans une minute" in answer.get_json()["error"]
        page = phone.send({"choice": 2}, json=False)
        assert page.headers["Location"] == f"/v/{phone.code}?note=crowded"
        assert "dans une minute" in phone.client.get(page.headers["Location"]).get_data(as_text=True)
    with clock.fixed_at(start + timedelta(minutes=1, seconds=1)):
        assert phone.vote(2).status_code == 200
    assert ballot_store().answers(poll.id)["2"] == 1


def test_phones_that_have_voted_are_never_held_nor_those_of_another_room(app: Flask, make_event: EventMaker) -> None:
    event, other = running_event(make_event, capacity=2), running_event(make_event, slug="other", capacity=2)
    first, second, elsewhere = asked(event), ask(event), asked(other)
    start = clock.now()
    with clock.fixed_at(start):
        phone = new_phone(app, event)
        phone.vote(1)
        script(event, 50)
        assert phone.vote(2).status_code == 200, "a change of mind"
        close_poll(first)
        open_poll(second)
        script(event, 50)
        phone.turn = 0
        assert phone.vote(1).status_code == 200, "the next question"
        assert script(other, 2) == ballot_store().count(elsewhere.id) == 2


def test_a_vote_asks_the_database_nothing_but_the_first_of_a_room(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event, capacity=150)
    poll: Poll = asked(event)
    code = code_of(event)
    ballot = ballot_of(MultiDict({"choice": "1"}))
    with statements() as first:
        save_ballot(code, new_device(), ballot)
    with statements() as rest:
        for _ in range(20):
            save_ballot(code, new_device(), ballot)
    assert ballot_store().count(poll.id) == 21
    assert len([said for said in first if said.startswith("SELECT")]) == 2, "the seats, and who came or has one"
    assert rest == []

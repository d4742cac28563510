"""Voting slips: an opt-in code for each seat, used once, by one phone; and nothing ties a slip to a ballot or a name."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.codes import SLIP_LENGTH
from lunchkit.platform.db import db
from lunchkit.room.actions import make_slips, room_of, use_slip
from lunchkit.room.devices import new_device
from lunchkit.room.models import Room, VotingSlip
from lunchkit.room.operations import CLOSES_AFTER
from lunchkit.room.polls.actions import close_poll, finish_closings
from lunchkit.room.queries import ballot_store, lacks_slip, slips_of
from tests.conftest import EventMaker, csrf_of
from tests.room import Phone, asked, phones, running_event
from tests.seating import all_at_once

pytestmark = pytest.mark.both_databases


ASKS = 'name="slip"'


@pytest.fixture
def event(app: Flask, make_event: EventMaker) -> Event:
    return running_event(make_event)


def made(event: Event, number: int = 3) -> list[str]:
    return make_slips(event, number, slips_of(event.id)[2])


def use(phone: Phone, slip: str) -> str:
    return str(phone.client.post(f"/v/{phone.code}/slip", data={"slip": slip}).location)


def test_a_phone_votes_once_it_has_used_a_slip(app: Flask, event: Event) -> None:
    slips = made(event)
    poll = asked(event)
    one, two = phones(app, event, 2)
    assert ASKS in one.page
    answer = one.vote(1)
    assert (answer.status_code, answer.get_json()["state"]) == (403, "slip")
    assert "dix caractères" in answer.get_json()["error"]
    assert one.send({"choice": 1}, json=False).location == f"/v/{one.code}?note=slip"
    typed = f" {slips[0][:5].lower()} {slips[0][5:]} "
    assert use(one, typed) == f"/v/{one.code}"
    assert ASKS not in one.look()
    assert one.vote(1).status_code == 200
    assert use(two, slips[0]) == f"/v/{two.code}?note=slip", "another phone has used it"
    assert use(one, slips[0]) == f"/v/{one.code}", "the answer to the first time was lost on the way"
    assert two.vote(1).status_code == 403
    assert ballot_store().count(poll.id) == 1
    close_poll(poll)
    later = asked(event, "Et ensuite ?")
    one.turn = 0
    assert one.vote(1).status_code == 200, "one slip for all questions"
    assert ballot_store().count(later.id) == 1


def test_a_slip_of_another_lunch_or_of_before_is_none(app: Flask, event: Event, make_event: EventMaker) -> None:
    other = running_event(make_event, slug="other")
    foreign = made(other)
    old = made(event)
    (phone,) = phones(app, event, 1)
    assert "note=slip" not in use(phone, old[0])
    new = made(event)
    assert lacks_slip(event.id, b"nobody")
    assert ASKS in phone.look(), "new slips make the earlier ones void, also where a phone has used one"
    for slip in (old[1], foreign[0], "", "A" * 500):
        assert "note=slip" in use(phone, slip)
    assert "note=slip" not in use(phone, new[0])


def test_of_many_phones_that_use_one_slip_at_once_one_succeeds(app: Flask, event: Event) -> None:
    event_id = event.id
    for slip in made(event, 8):

        def take(slip: str = slip) -> None:
            use_slip(db.session.get_one(Room, event_id), slip, new_device())

        assert sorted(map(repr, all_at_once(app, [take] * 6))) == ["None"] + ["SlipMissing()"] * 5
    assert slips_of(event_id)[:2] == (8, 8)


def test_what_is_kept_is_no_code_in_no_order_and_no_tag_of_a_ballot(app: Flask, event: Event) -> None:
    slips = made(event, 40)
    printed = db.session.scalars(select(VotingSlip.code_hash)).all()
    assert printed == sorted(printed), "as they lie in the table: not in the order in which they are printed"
    poll = asked(event)
    (phone,) = phones(app, event, 1)
    use(phone, slips[7])
    phone.vote(1)
    rows = db.session.execute(select(VotingSlip.code_hash, VotingSlip.used_by)).all()
    kept = [row.code_hash for row in rows]
    assert not any(slip.encode() in code for slip in slips for code in kept)
    (used,) = [row.used_by for row in rows if row.used_by]
    ballots = ballot_store().rows("select voter from ballot where poll_id = ?", poll.id)
    assert len(ballots) == 1
    assert used != ballots[0][0]
    assert {column.name for column in VotingSlip.__table__.columns} == {"event_id", "code_hash", "used_by"}


def test_a_question_that_is_open_goes_on_without_slips_and_they_go_two_hours_after_the_lunch(
    app: Flask, event: Event
) -> None:
    asked(event)
    made(event)
    assert phones(app, event, 1)[0].vote(1).status_code == 200
    with clock.fixed_at(event.over_at + CLOSES_AFTER - timedelta(minutes=1)):
        finish_closings()
        assert slips_of(event.id)[0] == 3
    with clock.fixed_at(event.over_at + CLOSES_AFTER):
        finish_closings()
    assert db.session.scalar(select(func.count()).select_from(VotingSlip)) == 0


def press(client: FlaskClient, event: Event, number: int, seen: str | None = None) -> str:
    """The organiser's button; the page that it leads to."""
    address = f"/organiser/e/{event.slug}/paper/slips"
    token = csrf_of(client, address)
    data = {"csrf_token": token, "number": str(number), "seen": slips_of(event.id)[2] if seen is None else seen}
    return str(client.post(address, data=data, follow_redirects=True).get_data(as_text=True))


def test_slips_are_printed_once_and_a_page_sent_twice_makes_none_void(
    organiser_client: FlaskClient, event: Event
) -> None:
    sheet = press(organiser_client, event, 20, seen="")
    printed = ["".join(parts) for parts in re.findall(r'<p class="code">([A-Z0-9]{5}) ([A-Z0-9]{5})</p>', sheet)]
    assert len(set(printed)) == 20
    assert sheet.count('class="qr"') == 20
    assert {len(code) for code in printed} == {SLIP_LENGTH}
    again = press(organiser_client, event, 20, seen="")
    assert 'class="code"' not in again
    assert "20 bons sont créés" in again
    assert not any(code in again for code in printed)
    use_slip(room_of(event), printed[0], new_device())
    assert slips_of(event.id)[:2] == (20, 1)
    assert "bons sont créés" not in press(organiser_client, event, 0)
    db.session.rollback()
    assert slips_of(event.id)[:2] == (0, 0)

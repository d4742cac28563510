"""Ballots: one a phone, the latest one holds, none is lost, and none is counted that came too late."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy.pool import QueuePool

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.room.ballot_store import BallotStore
from lunchkit.room.polls.actions import annul_poll, close_poll, finish_closings, open_poll, reveal_poll
from lunchkit.room.polls.errors import AlreadyClosed, AnotherPollIsOpen
from lunchkit.room.polls.models import Poll, Stage
from lunchkit.room.polls.queries import result_of
from lunchkit.room.queries import ballot_store, keys
from tests.conftest import EventMaker, new_client
from tests.room import JSON, Phone, ask, asked, code_of, fresh, leave_no_keys, phones, running_event, voted
from tests.seating import all_at_once

pytestmark = pytest.mark.usefixtures(leave_no_keys.__name__)
both_databases = pytest.mark.both_databases  # others meet the database little: ballots are in a file of their own


@pytest.fixture
def event(make_event: EventMaker) -> Event:
    return running_event(make_event)


def counts(poll: Poll) -> dict[int, int]:
    return {row.position: row.count for row in result_of(fresh(poll), "fr").rows}


def test_the_latest_answer_of_a_phone_counts_and_none_that_comes_late(app: Flask, event: Event) -> None:
    poll = asked(event)
    (phone,) = phones(app, event, 1)
    phone.client.get(f"/v/{phone.code}?choice=1&poll=1&turn=1")
    assert ballot_store().count(poll.id) == 0, "looking never votes"
    for choice in (1, 3, 2):
        answer = phone.vote(choice)
        assert (answer.status_code, answer.get_json().keys()) == (200, {"rev"})
    answer = phone.send({"choice": 2}, json=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/v/{phone.code}")
    assert phone.send({"choice": 1}, turn=1).status_code == 200, "an old answer changes nothing"
    close_poll(poll)
    assert counts(poll) == {1: 0, 2: 1, 3: 0, 0: 0}
    answer = phone.vote(1)
    assert (answer.status_code, answer.get_json()["state"], fresh(poll).ballots) == (409, "closed", 1)


@pytest.mark.parametrize(
    ("kind", "more", "good", "bad"),
    [
        ("single", {}, {"choice": ["2"]}, {"choice": ["9"]}),
        ("single", {}, {"choice": ["0"]}, {"choice": ["1", "2"]}),
        ("single", {"allows_none": False}, {"choice": ["1"]}, {"choice": ["0"]}),
        ("scale", {}, {"choice": ["3"]}, {"choice": ["x"]}),
        ("multiple", {"most_choices": 2}, {"choice": ["1", "3"]}, {"choice": ["1", "2", "3"]}),
        ("words", {"most_choices": 2}, {"word": ["confiance", "l’emploi"]}, {"word": ["", "—"]}),
        ("text", {}, {"text": ["Une phrase."]}, {"text": ["x" * 281]}),
        ("ranking", {}, {"rank-1": ["3"], "rank-2": ["1"], "rank-3": ["2"]}, {"rank-1": ["1"], "rank-2": ["1"]}),
        ("statements", {}, {"statement-1": ["agree"], "statement-3": ["pass"]}, {"statement-1": ["maybe"]}),
    ],
)
def test_every_kind_of_question_takes_its_answers_and_refuses_what_is_none(
    app: Flask, event: Event, kind: str, more: dict[str, Any], good: dict[str, Any], bad: dict[str, Any]
) -> None:
    poll = asked(event, choices=() if kind in ("words", "text") else ("Un", "Deux", "Trois"), kind=kind, **more)
    (phone,) = phones(app, event, 1)
    assert phone.send(bad).status_code == 422
    assert phone.send(good).status_code == 200
    phone.look()
    close_poll(poll)
    assert fresh(poll).ballots == 1


@both_databases
def test_one_question_at_a_time_and_no_answer_to_the_one_before(app: Flask, event: Event) -> None:
    first, second = asked(event), ask(event)
    (phone,) = phones(app, event, 1)
    with pytest.raises(AnotherPollIsOpen):
        open_poll(second)
    close_poll(first)
    open_poll(second)
    with pytest.raises(AlreadyClosed):
        open_poll(first)
    assert phone.send({"choice": 1, "poll": first.position}).status_code == 409
    assert phone.send({"choice": 1, "poll": second.position}).status_code == 200


def test_nothing_counts_of_a_phone_without_cookie_or_of_another_site(app: Flask, event: Event) -> None:
    poll = asked(event)
    bare = Phone(new_client(app), code_of(event))
    answer = bare.vote(1)
    assert (answer.status_code, answer.get_json()["state"]) == (403, "no-cookie")
    bare.client.set_cookie("voter", "A" * 32)
    assert bare.vote(1).status_code == 403, "a number that was not given here"
    (phone,) = phones(app, event, 1)
    headers = {**JSON, "Sec-Fetch-Site": "cross-site"}
    assert phone.client.post(f"/v/{phone.code}", data={"choice": 1}, headers=headers).status_code == 403
    close_poll(poll)
    assert fresh(poll).ballots == 0


def test_a_code_may_be_typed_as_people_type(app: Flask, event: Event) -> None:
    code, client = code_of(event), new_client(app)
    for typed in (code, code.lower(), f" {code[:2]} {code[2:].lower()} "):
        answer = client.get("/v", query_string={"code": typed})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/v/{code}")
    assert client.get(f"/V/{code}").status_code == 200, "the QR code is in capitals"


@both_databases
def test_what_was_annulled_may_be_asked_anew_and_begins_at_nothing(app: Flask, event: Event) -> None:
    poll = asked(event)
    voted(app, event, 3, 1)
    annul_poll(poll)
    assert fresh(poll).stage is Stage.VOID
    open_poll(poll)
    voted(app, event, 1, 2)
    close_poll(poll)
    reveal_poll(poll)
    assert (fresh(poll).ballots, counts(poll)[1], counts(poll)[2]) == (1, 0, 1)


@both_databases
def test_two_hundred_phones_at_once_are_two_hundred_ballots(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event, capacity=200)
    poll = asked(event)

    def tap(phone: Phone, choice: int) -> list[int]:
        return [phone.send({"choice": choice}, turn=1).status_code for _ in range(2)]  # a double tap

    taps = [partial(tap, phone, number % 3 + 1) for number, phone in enumerate(phones(app, event, 200))]
    assert all_at_once(app, taps) == [[200, 200]] * 200
    close_poll(poll)
    assert fresh(poll).ballots == 200
    assert counts(poll) == {1: 67, 2: 67, 3: 66, 0: 0}


@both_databases
@pytest.mark.parametrize("kind", ["poll", "survey"])
def test_an_answer_that_waits_for_the_disk_holds_no_connection(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    if kind == "poll":
        asked(event)
    else:
        event.ends_at = clock.now()
    (phone,) = phones(app, event, 1)
    db.session.commit()
    write, pool = BallotStore.write, cast(QueuePool, db.engine.pool)
    held: list[int] = []

    def look_and_write(self: BallotStore, *batch: Any) -> list[bool]:
        held.append(pool.checkedout())
        return write(self, *batch)

    monkeypatch.setattr(BallotStore, "write", look_and_write)
    address = f"/v/{phone.code}{'' if kind == 'poll' else '/feedback'}"
    for _ in range(2):  # the first answer to a survey opens it, the second reads and waits
        assert phone.client.post(address, data={"choice": 1, "mark": 4}, headers=JSON).status_code == 200
    assert held == [0, 0], "a room that waits with all of them waits for ever: each needs another for its revision"


@both_databases
def test_votes_that_race_the_close_are_counted_or_refused_never_both(app: Flask, event: Event) -> None:
    poll = asked(event)
    poll_id = poll.id
    taps = [lambda phone=phone: phone.vote(1).status_code for phone in phones(app, event, 60)]
    told = all_at_once(app, [*taps, lambda: close_poll(db.session.get_one(Poll, poll_id))])[:-1]
    assert set(told) <= {200, 409}
    assert fresh(poll).ballots == told.count(200)


def test_a_poll_whose_key_was_lost_closes_with_what_was_counted(app: Flask, event: Event) -> None:
    poll = asked(event)
    voted(app, event, 2, 3)
    keys().destroy(str(poll.id))  # the machine was started again
    (late,) = phones(app, event, 1)
    assert late.vote(1).status_code == 409
    finish_closings()
    assert (fresh(poll).stage, counts(poll)[3]) == (Stage.CLOSED, 2)


def test_a_full_disk_is_said_and_whoever_was_told_saved_is_counted(
    app: Flask, make_event: EventMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = running_event(make_event, capacity=120)
    poll = asked(event, choices=(), kind="text")
    connect = BallotStore.connect

    def connect_to_a_small_disk(self: BallotStore) -> Any:
        connection = connect(self)
        connection.execute("PRAGMA max_page_count=12")
        return connection

    monkeypatch.setattr(BallotStore, "connect", connect_to_a_small_disk)
    answers = [phone.send({"text": f"{number} " + "x" * 270}) for number, phone in enumerate(phones(app, event, 120))]
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 507}
    assert answers[-1].get_json()["error"] != ""
    assert ballot_store().count(poll.id) == statuses.count(200)
    monkeypatch.undo()
    app.extensions.pop("lunchkit_batches")  # the disk was emptied; the connection that met its end is not used again
    assert phones(app, event, 1)[0].send({"text": "et maintenant ?"}).status_code == 200
    close_poll(poll)
    assert fresh(poll).ballots == statuses.count(200) + 1


def test_a_box_that_is_locked_is_said_to_be_busy(app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    poll = asked(event)
    (phone,) = phones(app, event, 1)
    monkeypatch.setattr("lunchkit.room.ballot_file.BUSY_TIMEOUT", 50)
    app.extensions.pop("lunchkit_batches", None)
    other = ballot_store().connect()
    other.execute("begin immediate")
    answer = phone.vote(1)
    assert (answer.status_code, answer.get_json()["state"]) == (503, "later")
    assert "Retry-After" in answer.headers
    other.execute("rollback")
    other.close()
    assert phone.vote(1).status_code == 200
    assert ballot_store().count(poll.id) == 1


@both_databases
@pytest.mark.parametrize("is_killed", [False, True])
def test_what_another_request_did_to_one_of_a_pair_counts_for_the_movement(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch, is_killed: bool
) -> None:
    before = asked(event)
    after = ask(event, before_id=before.id)
    crowd = voted(app, event, 6, 1)
    close_poll(before)
    open_poll(after)
    for phone in crowd:
        phone.vote(2)
    assert after.before is before and before.closed_at is not None, "both were read by this request"

    def elsewhere(action: Callable[[Poll], None], poll_id: int) -> None:
        all_at_once(app, [lambda: action(db.session.get_one(Poll, poll_id))])

    if is_killed:  # the first vote is annulled, and the server killed before its ballots are destroyed
        with monkeypatch.context() as patch:
            patch.setattr(BallotStore, "clear", lambda *_: 1 / 0)
            elsewhere(annul_poll, before.id)
        close_poll(after)
    else:
        elsewhere(close_poll, after.id)
        annul_poll(before)
    assert (fresh(after).stage, after.movement) == (Stage.CLOSED, None)

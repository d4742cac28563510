"""What must hold in the room when two act at once, files are damaged, and somebody tries to be clever."""

import gc
import socket
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.live.hub import Channel, Feed
from lunchkit.platform.live.streams import GIVEN, SOCKET, WATCH, Watch, detaching, hub, most_streams
from lunchkit.platform.text import MOST_MARKS, clean_line
from lunchkit.room.keys import LENGTH, KeyRing
from lunchkit.room.models import Room, Slide
from lunchkit.room.polls import actions, operations
from lunchkit.room.polls.actions import (
    annul_poll,
    close_poll,
    enter_hand_counts,
    finish_closings,
    hide_poll,
    judge_answers,
    open_poll,
    reveal_poll,
)
from lunchkit.room.polls.models import Poll, Stage
from lunchkit.room.polls.queries import public_view, result_of
from lunchkit.room.queries import ballot_store
from lunchkit.site.presenter.actions import end_rehearsal, show_slide, start_rehearsal
from tests.conftest import EventMaker, new_client
from tests.room import ask, asked, code_of, fresh, leave_no_keys, phones, running_event, voted

pytestmark = pytest.mark.usefixtures(leave_no_keys.__name__)


@pytest.fixture
def event(app: Flask, make_event: EventMaker) -> Event:
    return running_event(make_event)


def counts(poll: Poll) -> list[int]:
    return [row.count for row in result_of(fresh(poll), "fr").rows]


def test_a_few_phones_beside_raised_hands_are_not_shown(app: Flask, event: Event) -> None:
    poll = asked(event)
    phones(app, event, 1)[0].vote(3)
    enter_hand_counts(poll, {1: 4})
    close_poll(poll)
    reveal_poll(poll)
    assert not result_of(fresh(poll), "fr").is_shown, "hands are seen by all: the phone would stand alone"
    enter_hand_counts(poll, {1: 0})
    assert not result_of(fresh(poll), "fr").is_shown


def test_a_word_shows_as_it_was_read_whoever_writes_it_otherwise_later(app: Flask, event: Event) -> None:
    poll = asked(event, choices=(), kind="words", is_live=True)
    crowd = phones(app, event, 12)
    crowd[0].send({"word": "confiance"})
    judge_answers(poll, "approve", "confiance")
    for phone in crowd[1:]:
        phone.send({"word": "Confiance 🖕"})
    live = new_client(app).get(f"/screen/{code_of(event)}/state.json").get_data(as_text=True)
    assert "🖕" not in live
    close_poll(poll)
    assert [(word.text, word.count) for word in result_of(fresh(poll), "fr").written] == [("confiance", 12)]


def test_a_first_result_that_is_hidden_is_not_told_by_the_second(app: Flask, event: Event) -> None:
    before = ask(event)
    after = ask(event, before_id=before.id)
    crowd = phones(app, event, 12)
    for poll in (before, after):
        open_poll(poll)
        for number, phone in enumerate(crowd):
            phone.vote(1 if poll is before and number < 6 else 2)
        close_poll(poll)
        reveal_poll(poll)
    assert public_view(fresh(after), "fr").movement is not None, "control"
    hide_poll(before)
    assert public_view(fresh(after), "fr").movement is None
    show_slide(event, Slide.MOVEMENT, after)
    assert fresh(before).stage is Stage.REVEALED, "to show how opinions moved is to show both"
    annul_poll(before)
    assert fresh(after).movement is None
    hide_poll(after)
    db.session.execute(delete(Room))  # as only test data has it
    reveal_poll(after)
    assert fresh(after).stage is Stage.REVEALED


@pytest.mark.parametrize("verb", [annul_poll, end_rehearsal])
def test_what_is_opened_while_an_earlier_opening_is_cleared_up_keeps_its_ballots(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch, verb: Any
) -> None:
    if verb is end_rehearsal:
        start_rehearsal(event)
    poll = asked(event)
    crowd = phones(app, event, 6)
    clear_up = operations.clear_ballots

    def clear_up_late(old: Poll) -> list[int]:
        monkeypatch.setattr(operations, "clear_ballots", clear_up)
        open_poll(poll)  # somebody else was quicker
        for phone in crowd:
            assert phone.vote(1).status_code == 200
        return clear_up(old)

    monkeypatch.setattr(operations, "clear_ballots", clear_up_late)
    verb(event if verb is end_rehearsal else poll)
    assert crowd[0].vote(2).status_code == 200
    close_poll(poll)
    assert counts(poll) == [5, 1, 0, 0]


def test_to_rehearse_the_second_vote_costs_the_first_none_of_its_ballots(app: Flask, event: Event) -> None:
    before = asked(event)
    after = ask(event, before_id=before.id)
    crowd = voted(app, event, 12, 1)
    close_poll(before)
    start_rehearsal(event)
    open_poll(after)
    crowd[0].vote(2)
    close_poll(after)
    end_rehearsal(event)
    finish_closings()
    assert ballot_store().count(before.id) == 12
    open_poll(after)
    for phone in crowd:
        phone.vote(2)
    close_poll(after)
    assert fresh(after).movement is not None


def test_a_contest_that_an_aborted_opening_left_takes_no_answers_of_the_next(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ask(event), ask(event)

    def fails(*_args: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(actions, "touch", fails)
    with pytest.raises(OSError, match="full"):
        open_poll(first)
    monkeypatch.undo()
    db.session.rollback()
    open_poll(second)
    phone = phones(app, event, 1)[0]
    assert phone.send({"choice": 1, "poll": second.position}).status_code == 200
    close_poll(second)
    assert counts(second) == [1, 0, 0, 0]


def test_a_damaged_box_is_said_and_is_no_error_of_ours(app: Flask, event: Event, tmp_path: Path) -> None:
    asked(event)
    (phone,) = phones(app, event, 1)
    ballot_store().path.write_bytes(b"no database" * 1000)
    for extension in ("lunchkit_ballot_store", "lunchkit_batches"):
        app.extensions.pop(extension, None)
    assert phone.vote(1).status_code == 507
    assert new_client(app).get(f"/v/{code_of(event)}").status_code == 507


def test_a_heap_of_marks_is_cut_and_a_key_of_zeros_is_none_and_is_replaced(tmp_path: Path) -> None:
    assert 1 < len(clean_line("e" + "\u0301\u0323" * 5000)) <= MOST_MARKS + 1
    assert clean_line("e\u0301te\u0301") == "été"
    ring = KeyRing(tmp_path / "instance", tmp_path)
    ring.ensure("1")
    assert ring.folder is not None
    (ring.folder / "1").write_bytes(bytes(LENGTH))  # a destruction that was killed
    assert ring.get("1") is None
    assert ring.ensure("1") != bytes(LENGTH)


def test_a_stream_that_cannot_begin_costs_no_descriptor(app: Flask) -> None:
    def fails() -> bytes:
        raise OSError("the database is away")

    channel = Channel(Feed(("failing",), lambda: 1, fails))

    def stream_app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        environ[WATCH] = Watch(channel, b"retry: 1\n\n", None, packs=False)
        return []

    near, far = socket.socketpair()
    with near, far:
        gc.collect()  # closes what earlier tests have left open
        before = len(list(Path("/dev/fd").iterdir()))
        for _ in range(10):
            with pytest.raises(StopIteration):
                detaching(stream_app)({"REQUEST_METHOD": "GET", GIVEN: far}, lambda *_args: None)  # type: ignore[arg-type]
        assert len(list(Path("/dev/fd").iterdir())) == before


def test_a_browser_that_takes_half_a_message_is_let_go(app: Flask) -> None:
    channel = Channel(Feed(("big",), lambda: 1, lambda: b"x" * 3_000_000))
    near, far = socket.socketpair()
    with near, far:
        far.setblocking(False)
        with pytest.raises(OSError, match="beginning"):
            channel.attach(far.fileno(), b"", None, packs=False)
    assert channel.sockets == {}


def test_streams_leave_descriptors_for_votes(app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(event)
    (phone,) = phones(app, event, 1)
    monkeypatch.setattr(type(hub()), "watchers", property(lambda _hub: most_streams()))
    answer = phone.client.get(f"/v/{phone.code}/stream", environ_overrides={SOCKET: None})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert phone.client.get(f"/v/{phone.code}/state.json").status_code == 200
    assert phone.vote(1).status_code == 200


def test_phones_hear_that_the_lunch_is_over(app: Flask, event: Event) -> None:
    (phone,) = phones(app, event, 1)
    address = f"/v/{phone.code}/state.json"
    first = phone.client.get(address)
    event.ends_at = clock.now()
    db.session.commit()
    finish_closings()
    again = phone.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.get_json()["key"].startswith("feedback")

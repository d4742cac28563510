"""Secrecy: when a poll is closed, nothing that is left tells who answered what; not to the host, not to a thief.

Each attack has its control: before the close, with the key in memory, the same attack must succeed.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from lunchkit.events.models import Event
from lunchkit.platform.backup import back_up
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import SQLITE_DRIVER, db
from lunchkit.room.ballot_store import BallotStore
from lunchkit.room.devices import device_of, voter_hash
from lunchkit.room.keys import KeyRing
from lunchkit.room.polls.actions import annul_poll, close_poll, finish_closings, open_poll, reveal_poll
from lunchkit.room.polls.models import Poll, Stage
from lunchkit.room.polls.queries import result_of
from lunchkit.room.queries import ballot_store, keys
from lunchkit.site.presenter.actions import end_rehearsal, start_rehearsal
from tests.conftest import EventMaker
from tests.room import (
    Phone,
    all_bytes,
    ask,
    asked,
    code_of,
    fresh,
    key_bytes,
    leave_no_keys,
    phones,
    running_event,
    voted,
)

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures(leave_no_keys.__name__)]


CLOSINGS = 10


def device(app: Flask, phone: Phone) -> bytes:
    """The number behind a cookie, which only the server can read off it."""
    with app.test_request_context(headers={"Cookie": f"voter={phone.cookie}"}) as context:
        found = device_of(context.request)
    assert found is not None
    return found


def traces(app: Flask, poll_id: int, crowd: list[Phone]) -> dict[str, bytes]:
    """All that could tie an answer to a phone: cookies, numbers, keys, tags; as bytes and as people write bytes."""
    found: dict[str, bytes] = {}
    opened = ballot_store().opened(poll_id)
    assert opened is not None
    for number, key in enumerate(key_bytes()):
        found |= spelled(f"key {number}", key)
    poll_key = keys().get(opened.key_name)
    assert poll_key is not None
    for number, phone in enumerate(crowd):
        found[f"cookie {number}"] = phone.cookie.encode()
        found |= spelled(f"device {number}", device(app, phone))
        found |= spelled(f"tag {number}", voter_hash(poll_key, opened.key_name, device(app, phone)))
    return found


def spelled(name: str, value: bytes) -> dict[str, bytes]:
    return {name: value, f"{name} in hex": value.hex().encode()}


def hits(searched: dict[str, bytes], *places: Path, log: str = "") -> list[str]:
    """What of it lies anywhere under these folders, or in the log."""
    files = [*all_bytes(*places), (Path("log"), log.encode())]
    return [f"{name} in {path.name}" for path, content in files for name, value in searched.items() if value in content]


def places(app: Flask, tmp_path: Path) -> list[Path]:
    folder = keys().folder
    assert folder is not None
    return [tmp_path, folder]


@pytest.fixture
def event(make_event: EventMaker) -> Event:
    return running_event(make_event)


def test_after_the_close_no_byte_is_left_of_cookie_key_or_tag(
    app: Flask, make_event: EventMaker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    event = running_event(make_event, capacity=8 * CLOSINGS)
    for closing in range(CLOSINGS):
        poll = asked(event)
        crowd = phones(app, event, 8)
        for number, phone in enumerate(crowd):
            assert phone.vote(number % 3 + 1).status_code == 200
        if db.engine.dialect.name == "sqlite":
            back_up(current_settings(), tmp_path / f"backup-{closing}.zip")
        searched = traces(app, poll.id, crowd)
        found = hits(searched, *places(app, tmp_path), log=caplog.text)
        assert any("tag" in hit for hit in found), "the control: before the close the search finds ballots"
        assert any("key" in hit for hit in found), "the control: before the close the search finds the key"
        assert not any("cookie" in hit or "device" in hit for hit in found), "a phone's number is written nowhere, ever"
        close_poll(poll)
        assert fresh(poll).cleared_at is not None
        assert hits(searched, *places(app, tmp_path), log=caplog.text) == []


def link(app: Flask, files: list[Path], crowd: list[Phone], key: bytes | None, scope: str) -> dict[int, str]:
    """The attack of somebody who has all files, and even the number of each phone: who answered what?"""
    linked = {}
    for path in files:
        with SQLITE_DRIVER.connect(f"file:{path}?mode=ro", uri=True) as connection:
            for table, column in tag_columns(connection):
                rows = dict(connection.execute(f'select "{column}", answer from "{table}"'))  # noqa: S608
                for number, phone in enumerate(crowd):
                    voter = voter_hash(key or b"", scope, device(app, phone))
                    if voter in rows:
                        linked[number] = rows[voter]
    return linked


def tag_columns(connection: Any) -> list[tuple[str, str]]:
    """Columns that hold bytes beside an answer."""
    found = []
    for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
        columns = {row[1]: row[2] for row in connection.execute(f'pragma table_info("{table}")')}
        if "answer" in columns:
            found += [(table, name) for name, kind in columns.items() if kind.lower() == "blob"]
    return found


def test_the_linking_attack_succeeds_before_the_close_and_finds_nothing_after(
    app: Flask, event: Event, tmp_path: Path
) -> None:
    poll = asked(event)
    crowd = phones(app, event, 30)
    chosen = {number: str(number * 7 % 3 + 1) for number in range(30)}
    for number, phone in enumerate(crowd):
        phone.vote(int(chosen[number]))
    opened = ballot_store().opened(poll.id)
    assert opened is not None
    key = keys().get(opened.key_name)
    assert link(app, [tmp_path / "ballots.sqlite"], crowd, key, opened.key_name) == chosen, "the control"
    close_poll(poll)
    assert link(app, sorted(tmp_path.glob("*.sqlite")), crowd, key, opened.key_name) == {}
    assert key_bytes() == []


def test_the_order_of_rows_tells_nothing_of_the_order_of_votes(app: Flask, event: Event, tmp_path: Path) -> None:
    poll = asked(event)
    crowd = phones(app, event, 60)
    for number, phone in enumerate(crowd):
        phone.vote(1 if number < 30 else 2)  # whoever came first said yes
    with SQLITE_DRIVER.connect(f"file:{tmp_path / 'ballots.sqlite'}?mode=ro", uri=True) as connection:
        answers = [answer for (answer,) in connection.execute("select answer from ballot order by voter")]
        columns = [row[1] for row in connection.execute("pragma table_info(ballot)")]
    assert answers != sorted(answers), "even before the close: rows lie by their voter hash"
    assert not any(re.search("time|date|_at|address|agent|name|id$", name) for name in columns if name != "poll_id")
    close_poll(poll)
    rows = db.session.execute(text("select position, count from tally order by position")).all()
    assert [tuple(row) for row in rows] == [(1, 30), (2, 30)]


def test_no_table_of_the_database_holds_a_row_a_ballot(app: Flask, event: Event) -> None:
    poll = asked(event)
    before = sizes()
    voted(app, event, 25, 1)
    assert sizes() == before, "nothing is written to the database while people vote"
    close_poll(poll)
    grown = {name: count - before[name] for name, count in sizes().items() if count != before[name]}
    assert grown == {"tally": 1}


def sizes() -> dict[str, int]:
    db.session.commit()
    names = inspect(db.engine).get_table_names()
    return {name: db.session.execute(text(f'select count(*) from "{name}"')).scalar_one() for name in names}  # noqa: S608


def test_every_choice_is_answered_with_the_same_length(app: Flask, event: Event) -> None:
    asked(event)
    crowd = phones(app, event, 4)
    for json in (True, False):
        answers = [phone.send({"choice": choice}, turn=1, json=json) for choice, phone in enumerate(crowd)]
        assert len({(answer.status_code, len(answer.data), str(answer.headers)) for answer in answers}) == 1
    pages = [phone.look() for phone in crowd]
    assert len({len(page.encode()) for page in pages}) == 1, [len(page) for page in pages]
    assert len(set(pages)) == 4, "the control: the pages are not the same"


def test_what_a_phone_receives_says_nothing_of_how_many_have_voted(app: Flask, event: Event) -> None:
    asked(event)
    watcher, *crowd = phones(app, event, 51)
    before = [received(watcher), projected(watcher)]
    for number, phone in enumerate(crowd):
        phone.vote(number % 3 + 1)
    after = [received(watcher), projected(watcher)]
    assert after[0] == before[0]
    assert after[1] != before[1], "the control: the projector shows how many"
    assert crowd[0].vote(1).get_json() == watcher.vote(1).get_json()


def received(phone: Phone) -> list[object]:
    state = phone.client.get(f"/v/{phone.code}/state.json")
    return [phone.look(), state.data, state.headers["ETag"]]


def projected(phone: Phone) -> bytes:
    """The state of the projector, once the hub has looked again."""
    return bytes(phone.client.get(f"/screen/{phone.code}/state.json").data)


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(app: Flask, place: type, name: str, when: str = "before") -> Iterator[None]:
    """A process that is killed before or after a step, and what a new one finds."""
    work = getattr(place, name)

    def killed(*args: object, **more: object) -> None:
        if when == "after":
            work(*args, **more)
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, name, killed)
        with pytest.raises(Killed):
            yield
    db.session.rollback()
    for extension in ("lunchkit_ballot_store", "lunchkit_keys", "lunchkit_batches"):
        app.extensions.pop(extension, None)


STEPS = [
    (BallotStore, "stop"), (BallotStore, "answers"), (BallotStore, "pairs"), (KeyRing, "destroy"),
    (BallotStore, "clear"), (BallotStore, "vacuum"), (BallotStore, "release"),
]  # fmt: skip


def voted_twice(app: Flask, event: Event) -> tuple[Poll, Poll, list[Phone]]:
    """A question that twelve phones answered before the debate, and the open one that they answered after it."""
    before = asked(event)
    after = ask(event, before_id=before.id)
    crowd = phones(app, event, 12)
    for number, phone in enumerate(crowd):
        phone.vote(1 if number < 6 else 2)
    close_poll(before)
    open_poll(after)
    for phone in crowd:
        phone.vote(2)
    return before, after, crowd


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("place", "name"), STEPS, ids=[name for _, name in STEPS])
def test_a_closing_that_is_killed_ends_the_same_when_it_is_run_again(
    app: Flask, event: Event, tmp_path: Path, place: type, name: str, when: str
) -> None:
    before, after, crowd = voted_twice(app, event)
    searched = traces(app, after.id, crowd)
    with killed_at(app, place, name, when):
        close_poll(after)
    if (name, when) == ("stop", "before"):
        close_poll(after)  # nothing had begun: the organiser taps once more
    finish_closings()
    assert_ended_well(before, after)
    assert hits(searched, *places(app, tmp_path)) == []
    assert finish_closings() == 0, "and nothing is left to do"


def assert_ended_well(before: Poll, after: Poll) -> None:
    """Both are closed and cleared, with the same counts and the same movement as without any trouble."""
    for poll in (before, after):
        assert (fresh(poll).stage, poll.ballots) == (Stage.CLOSED, 12)
        assert poll.cleared_at is not None
    assert [row.count for row in result_of(before, "fr").rows] == [6, 6, 0, 0]
    assert [row.count for row in result_of(after, "fr").rows] == [0, 12, 0, 0]
    assert after.movement is not None
    assert after.movement["level"] == "flows"


def test_the_ballots_of_a_before_wait_for_the_after_and_go_with_it(app: Flask, event: Event, tmp_path: Path) -> None:
    before = asked(event)
    after = ask(event, before_id=before.id)
    crowd = voted(app, event, 6, 1)
    close_poll(before)
    finish_closings()
    assert ballot_store().count(before.id) == 6
    assert fresh(before).cleared_at is None
    open_poll(after)
    searched = traces(app, after.id, crowd)
    for phone in crowd:
        phone.vote(3)
    close_poll(after)
    reveal_poll(after)
    assert hits(searched, *places(app, tmp_path)) == []
    assert fresh(before).cleared_at is not None


def test_a_file_in_use_at_the_close_keeps_no_key_and_is_written_over_later(
    app: Flask, event: Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = asked(event)
    after = ask(event, before_id=before.id)
    crowd = voted(app, event, 6, 1)
    close_poll(before)
    assert len(key_bytes()) == 1, "the control: it waits for the second vote"
    open_poll(after)
    searched = traces(app, after.id, crowd)
    with monkeypatch.context() as patch:
        patch.setattr(BallotStore, "vacuum", lambda _self: False)
        close_poll(after)
    assert (key_bytes(), fresh(after).cleared_at, fresh(before).cleared_at) == ([], None, None)
    assert len(ballot_store().opened_polls()) == 2, "so that it is seen and run again"
    finish_closings()
    assert ballot_store().opened_polls() == [] and hits(searched, *places(app, tmp_path)) == []
    assert fresh(after).cleared_at is not None and fresh(before).cleared_at is not None


def test_an_after_whose_first_ballots_were_lost_says_nothing_of_movement(app: Flask, event: Event) -> None:
    before = asked(event)
    after = ask(event, before_id=before.id)
    crowd = voted(app, event, 6, 1)
    close_poll(before)
    keys().destroy(str(before.id))  # the machine was started again
    open_poll(after)
    for phone in crowd:
        phone.vote(2)
    close_poll(after)
    assert fresh(after).movement is None, "not: everybody answered only once"
    assert fresh(before).cleared_at is not None


def test_what_is_annulled_or_practised_leaves_nothing(app: Flask, event: Event, tmp_path: Path) -> None:
    annulled = asked(event)
    crowd = voted(app, event, 6, 1)
    searched = traces(app, annulled.id, crowd)
    annul_poll(annulled)
    start_rehearsal(event)
    practised = asked(event)
    for phone in crowd:
        phone.vote(2)
    searched |= traces(app, practised.id, crowd)
    close_poll(practised)
    reveal_poll(practised)
    assert not fresh(practised).is_public
    end_rehearsal(event)
    assert hits(searched, *places(app, tmp_path)) == []
    assert sizes()["tally"] == 0
    assert fresh(practised).stage is Stage.PLANNED


def test_a_rehearsal_whose_end_was_killed_leaves_no_ballots(app: Flask, event: Event, tmp_path: Path) -> None:
    start_rehearsal(event)
    practised = asked(event)
    crowd = voted(app, event, 6, 2)
    searched = traces(app, practised.id, crowd)
    with killed_at(app, KeyRing, "destroy"):
        end_rehearsal(event)
    assert hits(searched, *places(app, tmp_path)) != []
    finish_closings()
    assert hits(searched, *places(app, tmp_path)) == []


def test_a_key_lies_in_memory_and_is_closed_to_others_and_an_early_result_is_on_no_page(
    app: Flask, event: Event, tmp_path: Path
) -> None:
    poll = asked(event)
    folder = keys().folder
    assert folder is not None
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]
    assert not folder.is_relative_to(tmp_path)
    voted(app, event, 9, 1)
    close_poll(poll)
    client = phones(app, event, 1)[0].client
    for path in ("", ".csv", ".json", ".svg"):
        assert client.get(f"/e/{event.slug}/polls/{poll.position}{path}").status_code == 404
    assert code_of(event) in client.get(f"/v/{code_of(event)}").get_data(as_text=True)

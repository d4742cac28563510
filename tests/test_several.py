"""Several machines on one PostgreSQL: the life of a poll is the same, and what they share in memory is on no disk."""

import hmac
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from secrets import token_hex

import pytest
from flask import Flask
from sqlalchemy import text

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import BadSettings, Settings, current_settings, load_settings
from lunchkit.platform.db import db
from lunchkit.platform.limits import Newcomers, Window
from lunchkit.platform.memory import SharedMemory
from lunchkit.room import sealed_store
from lunchkit.room.devices import voter_hash
from lunchkit.room.errors import KeyIsLost
from lunchkit.room.keys import KeyRing
from lunchkit.room.live_counts import STEP
from lunchkit.room.polls.actions import close_lost_polls, close_poll, finish_closings, open_poll
from lunchkit.room.polls.models import Stage
from lunchkit.room.polls.queries import result_of
from lunchkit.room.queries import ballot_store, keys
from lunchkit.room.sealed_store import Sealed, SealedStore
from lunchkit.room.shared_keys import SharedKeys
from lunchkit.room.survey.actions import close_feedback
from lunchkit.room.survey.queries import feedback_of
from tests import test_ballots, test_secrecy
from tests.conftest import EventMaker, base_settings
from tests.nodes import Hall, Valkey, cookies
from tests.room import JSON, all_bytes, asked, code_of, fresh, phones, running_event, voted
from tests.seating import assert_sound
from tests.server import Server, wait_until


@pytest.fixture(autouse=True)
def lost_at_first_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("shared_keys", "polls.operations"):
        monkeypatch.setattr(f"lunchkit.room.{module}.LOST", 1e-9)


@pytest.fixture(scope="module")
def database() -> str:
    return "postgresql"


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with Valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest, valkey: Valkey) -> Settings:
    url = request.getfixturevalue("postgresql_migrated")
    request.getfixturevalue("postgresql_emptier")()
    valkey.ask("flushall")
    return base_settings(tmp_path, database_url=url, valkey_url=valkey.url)


event = test_ballots.event
test_latest = test_ballots.test_the_latest_answer_of_a_phone_counts_and_none_that_comes_late
test_annulled = test_ballots.test_what_was_annulled_may_be_asked_anew_and_begins_at_nothing
test_race = test_ballots.test_votes_that_race_the_close_are_counted_or_refused_never_both
test_pair = test_secrecy.test_an_after_whose_first_ballots_were_lost_says_nothing_of_movement


def new_process(app: Flask) -> None:
    """What another server of the database, or this one started again, has in memory: nothing."""
    for name in ("lunchkit_ballot_store", "lunchkit_keys", "lunchkit_batches", "lunchkit_memory"):
        app.extensions.pop(name, None)


@contextmanager
def killed_at(app: Flask, place: type, name: str) -> Iterator[None]:
    with test_secrecy.killed_at(app, place, name, "after"):
        yield
    new_process(app)


STEPS = [(SharedKeys if place is KeyRing else place, name) for place, name in test_secrecy.STEPS]
STEPS = [(SealedStore if name == "vacuum" else place, name) for place, name in STEPS]


@pytest.mark.parametrize(("place", "name"), STEPS, ids=[name for _, name in STEPS])
def test_a_closing_that_is_killed_ends_the_same_on_another_machine(
    app: Flask, event: Event, place: type, name: str
) -> None:
    before, after, _crowd = test_secrecy.voted_twice(app, event)
    with killed_at(app, place, name):
        close_poll(after)
    finish_closings()
    test_secrecy.assert_ended_well(before, after)
    assert finish_closings() == 0, "and nothing is left to do"
    assert keys().names() == set() and ballot_store().opened_polls() == []


def test_a_live_poll_shows_the_same_groups(app: Flask, event: Event) -> None:
    poll = asked(event, choices=(), kind="words", is_live=True)
    for number, phone in enumerate(phones(app, event, 2 * STEP)):
        phone.send({"word": "confiance" if number < STEP else "doute"})
    assert ballot_store().shown_answers(poll.id) == (STEP, {"confiance": STEP})
    close_poll(poll)
    assert fresh(poll).ballots == 2 * STEP


def test_the_survey_is_counted_and_its_key_destroyed(app: Flask, event: Event) -> None:
    event.ends_at = clock.now()
    db.session.commit()
    for number, phone in enumerate(phones(app, event, 6)):
        answer = phone.client.post(
            f"/v/{phone.code}/feedback", data={"mark": 4, "better": "é" * (500 - number)}, headers=JSON
        )
        assert answer.status_code == 200
    assert len({len(row[0]) for row in ballot_store().rows("select answer from ballot")}) == 1
    close_feedback(event)
    found = feedback_of(event.id)
    assert found is not None and found.answered == 6 and keys().names() == set()


def test_without_the_shared_memory_no_answer_is_taken_and_who_saw_the_key_counts(
    app: Flask, event: Event, valkey: Valkey
) -> None:
    poll = asked(event)
    crowd = voted(app, event, 5, 2)
    (late,) = phones(app, event, 1)
    assert late.vote(1).status_code == 200, "control"
    valkey.kill()
    assert late.vote(3).status_code in (409, 503)
    valkey.start()
    assert crowd[0].vote(3).status_code == 409, "a memory that was started again has no key"
    close_lost_polls()
    assert fresh(poll).stage is Stage.CLOSED
    assert [row.count for row in result_of(poll, "fr").rows] == [1, 5, 0, 0]
    assert poll.cleared_at is not None and ballot_store().opened_polls() == []


def test_a_key_that_could_not_be_destroyed_is_so_at_the_next_look(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = asked(event)
    with monkeypatch.context() as patch:
        patch.setattr(SharedKeys, "destroy", lambda _self, _name: False)
        close_poll(poll)
    assert keys().names() == {str(poll.id)}, "the control"
    other = asked(event)
    close_lost_polls()
    assert keys().names() == {str(other.id)}


def test_a_database_that_was_started_again_is_busy_once(app: Flask, event: Event) -> None:
    asked(event)
    (phone,) = phones(app, event, 1)
    assert phone.vote(1).status_code == 200
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s"
    db.session.commit()
    with db.engine.connect() as connection:
        connection.exec_driver_sql(cut, (sealed_store.NAME,))
    said = [phone.vote(2).status_code for _ in range(4)]
    assert set(said) <= {200, 503} and said[-1] == 200 and 503 in said


def test_where_nobody_has_the_key_any_more_the_poll_is_annulled_after_a_minute(
    app: Flask, event: Event, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = asked(event)
    voted(app, event, 5, 2)
    valkey.kill()
    valkey.start()
    new_process(app)
    close_lost_polls()
    assert fresh(poll).stage is Stage.OPEN, "another server may have seen the key"
    with pytest.raises(KeyIsLost):
        close_poll(poll)
    monkeypatch.setattr("lunchkit.room.polls.actions.GIVEN_UP", 0.0)
    close_lost_polls()
    assert fresh(poll).stage is Stage.VOID and ballot_store().opened_polls() == []
    open_poll(poll)
    voted(app, event, 2, 1)
    close_poll(poll)
    assert fresh(poll).ballots == 2


def test_two_servers_of_which_one_is_killed_lose_double_and_refuse_nothing(
    app: Flask, make_event: EventMaker, settings: Settings, tmp_path: Path
) -> None:
    event = running_event(make_event, capacity=300)
    coming = make_event(capacity=200)
    poll = asked(event)
    crowd, code, slug = cookies(240), code_of(event), coming.slug
    db.session.commit()
    given = {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "VALKEY_URL": settings.valkey_url,
    }
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with Server(tmp_path / "one", given) as one, Server(tmp_path / "two", given) as two:
        hall = Hall([one.port, two.port])
        votes = [partial(hall.vote, code, cookie, number % 3 + 1, 1) for number, cookie in enumerate(crowd)]
        people = [partial(hall.register, slug, f"guest-{number}@example.org") for number in range(40)]
        mixed = [task for group in batched_together(votes, people) for task in group]
        threads = hall.run(mixed)
        wait_until(lambda: len(hall.told) > 60 and len(hall.registered) > 5)
        one.kill()
        for thread in threads:
            thread.join()
        told = Counter(hall.told.values())
        close_poll(fresh(poll))
    assert hall.refused == [] and hall.unanswered > 0, "the control: the kill met somebody"
    assert [row.count for row in result_of(fresh(poll), "fr").rows] == [told[1], told[2], told[3], 0] == [80, 80, 80, 0]
    assert sorted(hall.registered) == sorted(row.email or "" for row in assert_sound(coming.id))


def batched_together(votes: list[partial[None]], people: list[partial[None]]) -> list[list[partial[None]]]:
    """A registration after every sixth vote."""
    return [[*votes[6 * n : 6 * n + 6], person] for n, person in enumerate(people)]


class Unsealed(Sealed):
    """The control: what is found where nothing is encrypted."""

    def put(self, tag: bytes, text: str) -> bytes:
        return text.encode()

    def read(self, tag: bytes, kept: bytes) -> str:
        return kept.decode()


@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "control"])
def test_neither_log_nor_table_nor_copy_tells_an_answer_or_leads_to_a_phone(
    app: Flask, event: Event, tmp_path: Path, valkey: Valkey, monkeypatch: pytest.MonkeyPatch, *, is_sealed: bool
) -> None:
    if not is_sealed:
        monkeypatch.setattr(sealed_store, "Sealed", Unsealed)
    data = Path(db.session.execute(text("show data_directory")).scalar_one())
    poll, run = asked(event, choices=(), kind="text"), token_hex(8)
    crowd = phones(app, event, 9)
    for number, phone in enumerate(crowd):
        assert phone.send({"text": f"{run} {number}" + "x" * 20 * number}).status_code == 200
    key = keys().get(str(poll.id)) or b""
    copy = ballot_store().rows("select voter, answer from ballot where poll_id = ?", poll.id)
    with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("checkpoint")  # everything is in its file
    assert len(copy) == 9 and (len({len(row[1]) for row in copy}) == 1) == is_sealed, "no length tells answers apart"
    answers = [f"{run} {number}".encode() for number in range(9)]
    found = {value for _path, content in all_bytes(data) for value in answers if value in content}
    assert found == (set() if is_sealed else set(answers))
    tags = {voter_hash(key, str(poll.id), test_secrecy.device(app, phone)) for phone in crowd}
    assert tags == {bytes(row[0]) for row in copy}, "the control: who has the key finds each phone"
    close_poll(poll)
    assert fresh(poll).ballots == 9 and keys().get(str(poll.id)) is None and keys().names() == set()
    secrets = [key, hmac.digest(key, b"answers", "sha256"), *(phone.cookie.encode() for phone in crowd)]
    kept = [path for path, content in all_bytes(data, valkey.folder, tmp_path) for one in secrets if one in content]
    assert kept == [], "the key was never on a disk, nor a phone's number"
    left = [path for path, content in all_bytes(data / "pg_wal") if any(tag in content for tag in tags)]
    assert left != [], "the log does keep the rows: it is the key alone that they need"


def test_a_limit_and_the_seats_hold_on_all_machines_together(app: Flask, settings: Settings) -> None:
    window = Window("control", 3, 60)
    answers = []
    for _ in range(5):
        new_process(app)
        answers.append(Window("control", 3, 60).allows("somebody"))
    assert answers == [True] * 3 + [False] * 2 and window.allows("somebody else")
    others = [Newcomers(2).lets_in("ACDEF", bytes([number]), lambda: 3) for number in range(8)]
    assert others == [True] * 5 + [False] * 3
    assert Newcomers(2).lets_in("ACDEF", bytes([0]), lambda: 3), "who is in stays in"


def test_a_memory_that_writes_to_a_disk_is_refused(app: Flask, tmp_path: Path) -> None:
    with Valkey(tmp_path, options=("--save", "3600 1")) as saving:
        ring = SharedKeys(SharedMemory(replace(current_settings(), valkey_url=saving.url)))
        with pytest.raises(BadSettings, match="writes to a disk"):
            ring.prepare()
    with pytest.raises(BadSettings, match="LUNCHKIT_VALKEY_URL"):
        ring.prepare()
    keys().prepare()


def test_a_shared_memory_without_postgresql_is_refused_in_one_line() -> None:
    for values in ({}, {"LUNCHKIT_DATABASE_URL": "postgresql://localhost/x", "LUNCHKIT_VALKEY_URL": "localhost"}):
        with pytest.raises(BadSettings) as refused:
            load_settings({"LUNCHKIT_VALKEY_URL": "valkey://localhost"} | values, make_key=False)
        assert str(refused.value).startswith("LUNCHKIT_VALKEY_URL: ") and "\n" not in str(refused.value)

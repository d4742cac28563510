"""Several machines on one PostgreSQL: the life of a poll is the same, and what they share in memory is on no disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import BadSettings, Settings, current_settings, load_settings
from lunchkit.platform.db import db
from lunchkit.platform.limits import Newcomers, Window
from lunchkit.platform.memory import SharedMemory
from lunchkit.room import shared_keys
from lunchkit.room.errors import KeyIsLost
from lunchkit.room.keys import KeyRing
from lunchkit.room.live_counts import STEP
from lunchkit.room.polls.actions import close_lost_polls, close_poll, finish_closings, open_poll
from lunchkit.room.polls.models import Stage
from lunchkit.room.polls.queries import result_of
from lunchkit.room.queries import ballot_store, keys
from lunchkit.room.sealed_store import SealedStore
from lunchkit.room.shared_keys import SharedKeys
from lunchkit.room.survey.actions import close_feedback
from lunchkit.room.survey.queries import feedback_of
from tests import test_ballots, test_secrecy
from tests.conftest import base_settings
from tests.nodes import Valkey
from tests.room import JSON, ask, asked, fresh, phones, voted


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
test_crowd = test_ballots.test_two_hundred_phones_at_once_are_two_hundred_ballots
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
    before = asked(event)
    after = ask(event, before_id=before.id)
    crowd = phones(app, event, 12)
    for number, phone in enumerate(crowd):
        phone.vote(1 if number < 6 else 2)
    close_poll(before)
    open_poll(after)
    for phone in crowd:
        phone.vote(2)
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
    monkeypatch.setattr(shared_keys, "PATIENCE", -1.0)
    close_lost_polls()
    assert fresh(poll).stage is Stage.VOID and ballot_store().opened_polls() == []
    open_poll(poll)
    voted(app, event, 2, 1)
    close_poll(poll)
    assert fresh(poll).ballots == 2


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

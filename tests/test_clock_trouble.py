"""A clock that leaps destroys nothing; one that goes on, or comes back, or is vouched for, is believed."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lunchkit import jobs as background
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.heartbeat import DAILY, NAME, OFF, WAIT, clock_is_believed
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.models import Registration
from lunchkit.room.polls.actions import finish_closings
from lunchkit.room.polls.models import Poll, Stage
from lunchkit.room.survey.actions import close_due_feedback
from tests.conftest import EventMaker, details
from tests.room import asked
from tests.test_cli import lunchkit

pytestmark = pytest.mark.both_databases
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


class Machine:
    """A machine whose clock is set at will, and whose programs are started afresh or go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = datetime(2026, 3, 20, 12, tzinfo=UTC)
        self.ticks = 0.0
        monkeypatch.setattr("lunchkit.platform.heartbeat.looked", {})
        monkeypatch.setattr("lunchkit.platform.heartbeat.time", self)
        self._patch = monkeypatch

    CLOCK_MONOTONIC = time.CLOCK_MONOTONIC

    def clock_gettime(self, _which: int) -> float:
        return self.ticks

    def runs(self, span: timedelta, *, leap: timedelta = timedelta(0)) -> None:
        self.ticks += span.total_seconds()
        self.now += span + leap

    def restarts(self) -> None:
        self._patch.setattr("lunchkit.platform.heartbeat.looked", {})

    def believes(self, off: timedelta = OFF, *, vouched: bool = False) -> bool:
        with clock.fixed_at(self.now):
            return clock_is_believed(off, vouched=vouched)


@pytest.fixture
def machine(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(monkeypatch)
    for _hour in range(24):
        assert machine.believes()
        machine.runs(HOUR)
    return machine


@pytest.mark.parametrize("leap", [200 * DAY, DAY, 2 * HOUR, -100 * DAY])
def test_a_clock_that_leaps_while_the_server_runs_is_not_believed_for_a_day(machine: Machine, leap: timedelta) -> None:
    machine.runs(timedelta(seconds=5), leap=leap)
    waited = timedelta(0)
    while not machine.believes():
        machine.runs(HOUR)
        waited += HOUR
    assert WAIT <= waited <= WAIT + HOUR
    machine.runs(HOUR)
    assert machine.believes()


@pytest.mark.parametrize("leap", [200 * DAY, DAY, -100 * DAY])
def test_a_clock_that_leaps_between_two_starts_is_not_believed(machine: Machine, leap: timedelta) -> None:
    assert machine.believes()
    machine.runs(HOUR, leap=leap)
    machine.restarts()
    assert not machine.believes()
    machine.runs(HOUR)
    machine.restarts()
    assert not machine.believes(), "what the server writes meanwhile proves nothing"
    machine.runs(timedelta(seconds=5), leap=-leap)
    assert machine.believes(), "it came back"


def test_what_is_no_leap_is_believed(machine: Machine) -> None:
    machine.runs(timedelta(seconds=5), leap=timedelta(minutes=40))
    assert machine.believes(), "a clock that is set right by minutes"
    machine.runs(OFF - HOUR)
    machine.restarts()
    assert machine.believes(), "a server that was off for a night"
    machine.runs(14 * HOUR)
    assert machine.believes(), "a machine that slept while the server ran"


def test_a_timer_that_runs_daily_is_believed_and_a_weekly_one_asks_for_a_word(machine: Machine) -> None:
    for late in (HOUR, -HOUR, 2 * HOUR, -2 * HOUR):
        machine.runs(DAY + late)
        machine.restarts()
        assert machine.believes(DAILY)
    for _week in range(3):
        machine.runs(7 * DAY)
        machine.restarts()
        assert not machine.believes(DAILY)
    machine.runs(DAY - HOUR)
    machine.restarts()
    assert machine.believes(DAILY), "two runs a day apart agree with each other"
    machine.runs(7 * DAY)
    machine.restarts()
    assert machine.believes(DAILY, vouched=True)


def test_an_instance_without_a_sign_goes_by_its_newest_row(app: Flask, settings: Settings, event: Event) -> None:
    register_by_hand(event, details(), language="fr")
    for leap, is_believed in ((200 * DAY, False), (HOUR, True), (-5 * DAY, False)):
        (settings.instance / NAME).unlink(missing_ok=True)
        with clock.fixed_at(clock.now() + leap), pytest.MonkeyPatch.context() as patch:
            patch.setattr("lunchkit.platform.heartbeat.looked", {})
            assert clock_is_believed() == is_believed, leap


@sqlite_only
def test_a_poll_does_not_close_by_a_clock_that_is_not_believed(make_event: EventMaker) -> None:
    poll_id = asked(make_event(starts_at=clock.now() - HOUR)).id
    with clock.fixed_at(clock.now() + DAY):
        assert finish_closings(by_hours=False) == 0 and close_due_feedback(by_hours=False) == 0
        assert db.session.get_one(Poll, poll_id).stage is Stage.OPEN
        assert finish_closings() == 1, "control: by a clock that is believed it does"


def test_the_background_work_asks_before_it_destroys(
    app: Flask, make_event: EventMaker, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.fixed_at(machine.now):
        event = make_event(starts_at=machine.now + 21 * DAY)
        register_by_hand(event, details(), language="fr")
    machine.restarts()
    machine.now += 200 * DAY
    with clock.fixed_at(machine.now):
        background.run_due_jobs({})
    assert names() == ["Camille Poireau"]
    machine.now -= 200 * DAY
    assert machine.believes()
    for _half_day in range(2 * 60):
        machine.runs(DAY / 2)
        assert machine.believes()
    with clock.fixed_at(machine.now):
        background.run_due_jobs({})
    assert names() == [""], "control: what is due by a clock that is believed is erased"


def names() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration.name)))


@sqlite_only
def test_purge_says_what_it_waits_for(app: Flask, settings: Settings, make_event: EventMaker) -> None:
    event = make_event(starts_at=clock.now() + 21 * DAY)
    register_by_hand(event, details(), language="fr")
    db.session.remove()
    with clock.fixed_at(clock.now() + 200 * DAY):
        for _again in range(2):
            refused = lunchkit(settings.instance, "purge")
            assert refused.returncode == 1 and "--clock-is-right" in refused.stderr and not refused.stdout
        assert names() == ["Camille Poireau"]
        db.session.remove()
        done = lunchkit(settings.instance, "purge", "--clock-is-right")
        assert done.returncode == 0 and "personnes\u00a0: 1" in done.stdout
    assert names() == [""]

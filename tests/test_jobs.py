"""What happens by itself: reminders at their hour, and forgetting what was promised to be forgotten."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from lunchkit.admin.retention.actions import REMINDER_WINDOW, due_at, enqueue_reminders
from lunchkit.events.actions import publish_event
from lunchkit.events.details import details_of
from lunchkit.events.models import REMINDERS, Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.actions import cancel_registration, erase_registration, register_by_hand
from lunchkit.registrations.event_changes.actions import cancel_event, change_event
from lunchkit.registrations.models import Registration, Status
from tests.conftest import EventMaker, Outbox, details
from tests.seating import all_at_once

pytestmark = pytest.mark.both_databases


ZURICH = ZoneInfo("Europe/Zurich")
ALL_REMINDERS = {"remind_seven_days": True, "remind_two_days": True, "remind_same_morning": True}


@pytest.fixture
def lunch(make_event: EventMaker) -> Event:
    starts = datetime(2026, 5, 12, 12, 0, tzinfo=ZURICH)
    with clock.fixed_at(starts - timedelta(days=60)):
        return make_event(starts_at=starts, **ALL_REMINDERS)


def register(event: Event, name: str, *, before: timedelta = timedelta(days=30)) -> Registration:
    with clock.fixed_at(event.starts_at - before):
        return register_by_hand(event, details(name, f"{name.lower()}@example.org"), language="fr")


def reminders(outbox: Outbox) -> int:
    return outbox.kinds().count("reminder")


def run_through(first: datetime, last: datetime) -> list[datetime]:
    moments = []
    day = first.astimezone(ZURICH).date()
    while day <= last.astimezone(ZURICH).date():
        for hour, minute in ((6, 59), (7, 0), (8, 59), (9, 0), (9, 1), (23, 0)):
            moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZURICH)
            if not first <= moment <= last:
                continue
            with clock.fixed_at(moment):
                if enqueue_reminders():
                    moments.append(moment)
        day += timedelta(days=1)
    return moments


def test_each_reminder_leaves_once_at_its_hour(lunch: Event, outbox: Outbox) -> None:
    register(lunch, "Ana")
    register(lunch, "Bea")
    left = run_through(lunch.starts_at - timedelta(days=9), lunch.starts_at + timedelta(hours=3))
    assert [f"{moment:%d.%m %H:%M}" for moment in left] == ["05.05 09:00", "10.05 09:00", "12.05 07:00"]
    assert reminders(outbox) == 2 * 3


@pytest.mark.parametrize(
    ("starts", "days"),  # two Tuesdays after the Sundays on which clocks go forward and back
    [(datetime(2026, 3, 31, 12, tzinfo=ZURICH), "24.03 29.03 31.03"),
     (datetime(2026, 10, 27, 12, tzinfo=ZURICH), "20.10 25.10 27.10")],
)  # fmt: skip
def test_the_hour_is_that_of_the_wall_when_clocks_change(make_event: EventMaker, starts: datetime, days: str) -> None:
    event = make_event(starts_at=starts, **ALL_REMINDERS)
    register(event, "Ana")
    left = run_through(starts - timedelta(days=9), starts)
    assert " ".join(f"{moment:%d.%m}" for moment in left) == days
    assert [moment.hour for moment in left] == [9, 9, 7]


def test_only_the_reminders_that_the_organiser_chose_leave(make_event: EventMaker, outbox: Outbox) -> None:
    starts = datetime(2026, 5, 12, 12, 0, tzinfo=ZURICH)
    for number, chosen in enumerate(
        ({}, {"remind_two_days": False}, {"remind_two_days": False, "remind_same_morning": True})
    ):
        register(make_event(starts_at=starts, **chosen), f"Person{number}")
    left = run_through(starts - timedelta(days=9), starts)
    assert [f"{moment:%d.%m %H:%M}" for moment in left] == ["10.05 09:00", "12.05 07:00"]
    assert [outbox.kinds(f"person{number}@example.org").count("reminder") for number in range(3)] == [1, 0, 1]


def test_whoever_registers_after_a_reminder_left_gets_only_the_later_ones(lunch: Event, outbox: Outbox) -> None:
    register(lunch, "Early")
    register(lunch, "Late", before=timedelta(days=7) - timedelta(hours=4))
    register(lunch, "Last", before=timedelta(hours=4))
    run_through(lunch.starts_at - timedelta(days=9), lunch.starts_at)
    assert [outbox.kinds(f"{name}@example.org").count("reminder") for name in ("early", "late", "last")] == [3, 2, 0]


def test_nobody_is_reminded_who_does_not_come_or_has_no_address(lunch: Event, outbox: Outbox) -> None:
    lunch.capacity = 3
    gone, unreachable = register(lunch, "Gone"), register(lunch, "Nobody")
    unreachable.email = unreachable.email_key = None
    register(lunch, "Here")
    register(lunch, "Erased")
    waiting = register(lunch, "Waiting")
    db.session.commit()
    with clock.fixed_at(lunch.starts_at - timedelta(days=20)):
        erase_registration(db.session.scalars(select(Registration).where(Registration.name == "Erased")).one())
    assert waiting.status == Status.WAITING
    with clock.fixed_at(lunch.starts_at - timedelta(minutes=1)):
        cancel_registration(gone)
    run_through(lunch.starts_at - timedelta(days=9), lunch.starts_at)
    reminded = {row.recipient for row in outbox.rows() if row.kind.endswith("reminder")}
    assert reminded <= {"here@example.org", "waiting@example.org"}


def test_a_draft_and_a_cancelled_lunch_remind_nobody(make_event: EventMaker, lunch: Event, outbox: Outbox) -> None:
    draft = make_event(starts_at=lunch.starts_at, **ALL_REMINDERS)
    register(draft, "Ana")
    draft.published_at = None
    db.session.commit()
    register(lunch, "Bea")
    with clock.fixed_at(lunch.starts_at - timedelta(days=10)):
        cancel_event(lunch)
    assert run_through(lunch.starts_at - timedelta(days=9), lunch.starts_at) == []
    assert reminders(outbox) == 0
    with clock.fixed_at(lunch.starts_at - timedelta(days=2)):
        publish_event(draft)
        assert enqueue_reminders() == 1


def test_a_server_that_was_off_for_a_day_does_not_remind_late(lunch: Event) -> None:
    register(lunch, "Ana")
    two_days_before = due_at(lunch, REMINDERS[1])
    with clock.fixed_at(two_days_before + REMINDER_WINDOW):
        assert enqueue_reminders() == 0
    with clock.fixed_at(two_days_before + REMINDER_WINDOW - timedelta(seconds=1)):
        assert enqueue_reminders() == 1


def test_a_lunch_that_moves_to_another_day_reminds_anew(lunch: Event, outbox: Outbox) -> None:
    register(lunch, "Ana")
    run_through(lunch.starts_at - timedelta(days=9), lunch.starts_at - timedelta(days=1))
    before = reminders(outbox)
    week = timedelta(days=7)
    with clock.fixed_at(lunch.starts_at - timedelta(days=1)):
        later = {"starts_at": lunch.starts_at + week, "ends_at": lunch.ends_at + week}
        change_event(lunch, replace(details_of(lunch), **later))
    run_through(lunch.starts_at - timedelta(days=8), lunch.starts_at)
    assert (before, reminders(outbox)) == (2, 5)


def test_several_workers_promise_each_reminder_once(app: Flask, lunch: Event, outbox: Outbox) -> None:
    for number in range(20):
        register(lunch, f"Person{number}")
    with clock.fixed_at(due_at(lunch, REMINDERS[1])):
        counted = all_at_once(app, [enqueue_reminders] * 4)
    assert sorted(map(str, counted)) == ["0", "0", "0", "20"]
    assert reminders(outbox) == 20

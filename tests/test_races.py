"""Many at once: threads, processes, and doubled forms, on both databases; and the same races lost on purpose.

``LUNCHKIT_TEST_ROUNDS`` raises the number of rounds.
"""

import multiprocessing
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from lunchkit.app import create_app
from lunchkit.events.details import details_of
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.registrations import actions
from lunchkit.registrations.event_changes.actions import change_event
from lunchkit.registrations.models import Registration, Status
from tests.conftest import EventMaker, details, new_client
from tests.seating import all_at_once, assert_sound, letters_of, registrations_of, seats_given
from tests.server import stamp_of

pytestmark = pytest.mark.both_databases


ROUNDS = int(os.environ.get("LUNCHKIT_TEST_ROUNDS", "2"))
PROCESSES, ASKED, SEATS = 6, 300, 100
SMALL_LUNCHES, SMALL_ASKED, SMALL_SEATS = 15, 8, 4
"""For the races that are lost on purpose: so many that one of them is lost for sure."""


def register(event_id: int, name: str, **fields: Any) -> actions.Placed:
    event = db.session.get_one(Event, event_id)
    person = details(name, f"{name.lower()}@example.org", **fields)
    return actions.register_attendee(event, person, form_key=f"{event_id}/{name}", language="fr")


def test_sixteen_threads_ask_for_the_last_seats(app: Flask, make_event: EventMaker) -> None:
    for asked_each in (1, *[3] * ROUNDS):
        event_id = make_event(capacity=20).id

        def ask(number: int, event_id: int = event_id, asked_each: int = asked_each) -> None:
            for turn in range(asked_each):
                register(event_id, f"Subscriber{number}x{turn}")

        assert all_at_once(app, [partial(ask, number) for number in range(16)]) == [None] * 16
        rows = assert_sound(event_id)
        assert len(rows) == 16 * asked_each
        assert seats_given(rows) == min(20, 16 * asked_each)


def test_seats_given_back_are_given_on_while_others_ask(
    app: Flask, make_event: EventMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions.unconfirmed, "most", 1000)
    for _ in range(ROUNDS):
        event_id = make_event(capacity=10).id
        for number in range(20):
            register(event_id, f"Early{number}")
        ids = [row.id for row in registrations_of(event_id)]

        def cancel(row_id: int) -> None:
            actions.cancel_registration(db.session.get_one(Registration, row_id))

        def enlarge(event_id: int = event_id) -> None:
            event = db.session.get_one(Event, event_id)
            change_event(event, replace(details_of(event), capacity=12))

        jobs: list[Callable[[], object]] = [partial(cancel, row_id) for row_id in (*ids[:6], *ids[:2], *ids[12:14])]
        jobs += [partial(register, event_id, f"Late{number}") for number in range(5)] + [enlarge]
        assert not [result for result in all_at_once(app, jobs) if isinstance(result, Exception)]
        rows = assert_sound(event_id)
        assert Counter(row.status for row in rows) == {"seated": 12, "cancelled": 8, "waiting": 5}
        assert sum("promotion" in kinds for kinds in letters_of(event_id).values()) >= 6


# From separate processes.

RACERS = multiprocessing.get_context("forkserver")
"""Each racer is a process of its own; all are forked from one that has imported what they need."""
RACERS.set_forkserver_preload([__name__])

_app: Flask


def _open(settings: Settings, start: Barrier) -> None:
    global _app
    _app = create_app(settings)
    with _app.app_context():
        db.session.execute(text("select 1"))
        db.session.remove()
    start.wait(timeout=60)


def _join(job: tuple[int, int]) -> str:
    with _app.app_context():
        placed = register(job[0], f"Subscriber{job[1]}")
        return str(placed.position or placed.status)


def _take_naively(job: tuple[int, int]) -> str:
    event_id, number = job
    now = clock.now()
    with _app.app_context(), db.engine.connect() as connection:
        seated = select(func.count()).select_from(Registration).where(Registration.event_id == event_id)
        status = "seated" if connection.scalars(seated).one() < SMALL_SEATS else "waiting"
        if connection.dialect.name == "sqlite":
            connection.rollback()  # the driver's default begins a transaction at the first write only
        time.sleep(0.005)  # a page of a real program computes something in between
        row = {
            "event_id": event_id, "name": f"Subscriber{number}", "status": status, "registered_at": now,
            "queued_at": now, "nonce": secrets.token_bytes(16), "link_hash": secrets.token_bytes(32),
            "ticket_hash": secrets.token_bytes(32),
        }  # fmt: skip
        try:
            connection.execute(insert(Registration).values(row))
            connection.commit()
        except IntegrityError as error:
            return "refused" if "no seat left" in str(error) else str(error)
        return status


def race(
    settings: Settings, jobs: list[tuple[int, int]], take: Callable[[tuple[int, int]], str], processes: int
) -> Counter[str]:
    start = RACERS.Barrier(processes)
    with RACERS.Pool(processes, initializer=_open, initargs=(settings, start)) as pool:
        told = pool.map(take, jobs, chunksize=1)
        pool.close()
        pool.join()
    return Counter(told)


def test_processes_seat_exactly_as_many_as_there_are_seats(settings: Settings, make_event: EventMaker) -> None:
    event_id = make_event(capacity=SEATS).id
    told = race(settings, [(event_id, number) for number in range(ASKED)], _join, PROCESSES)
    places = [str(place) for place in range(1, ASKED - SEATS + 1)]
    assert told == {"seated": SEATS} | dict.fromkeys(places, 1), "each place in the queue is told to one person"
    assert len(assert_sound(event_id)) == ASKED


@pytest.fixture
def without_guard(app: Flask) -> Iterator[None]:
    if db.engine.dialect.name == "sqlite":
        sleep, wake = ["drop trigger registration_insert_guard", "drop trigger registration_update_guard"], []
    else:
        alter = "alter table registration {} trigger registration_guard"
        sleep, wake = [alter.format("disable")], [alter.format("enable")]
    for statements in (sleep, wake):
        with db.engine.connect().execution_options(writes=True) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            connection.commit()
        if statements is sleep:
            yield


def race_naively(settings: Settings, make_event: EventMaker) -> tuple[Counter[str], list[int]]:
    ids = [make_event(capacity=SMALL_SEATS).id for _ in range(SMALL_LUNCHES)]
    jobs = [(event_id, number) for event_id in ids for number in range(SMALL_ASKED)]
    told = race(settings, jobs, _take_naively, processes=3)
    return told, [seats_given(registrations_of(event_id)) for event_id in ids]


def test_control_without_lock_and_guard_seats_are_oversold(
    settings: Settings, make_event: EventMaker, without_guard: None
) -> None:
    told, given = race_naively(settings, make_event)
    assert max(given) > SMALL_SEATS, "these races prove nothing: they cannot be lost"
    assert sum(given) == told["seated"]


def test_the_guard_alone_stops_a_program_that_does_not_lock(settings: Settings, make_event: EventMaker) -> None:
    told, given = race_naively(settings, make_event)
    assert given == [SMALL_SEATS] * SMALL_LUNCHES
    assert told["refused"] > 0, "nobody ran into the guard"


# The same form again.


def test_a_form_sent_five_times_at_once_is_one_registration(app: Flask, make_event: EventMaker) -> None:
    for turn in range(ROUNDS * 3):
        event = make_event(capacity=1)
        page = new_client(app).get(f"/e/{event.slug}/register").text
        form = {"name": "Camille Poireau", "email": f"camille{turn}@example.org", "stamp": stamp_of(page)}

        def send(client: FlaskClient, slug: str = event.slug, form: dict[str, str] = form) -> tuple[int, str]:
            response = client.post(f"/e/{slug}/register", data=form)
            return response.status_code, response.headers.get("Location", "")

        answers = all_at_once(app, [partial(send, new_client(app)) for _ in range(5)])
        assert len(set(answers)) == 1, answers
        (row,) = assert_sound(event.id)
        assert row.status == Status.SEATED
        assert letters_of(event.id) == {row.email: ["confirmation"]}

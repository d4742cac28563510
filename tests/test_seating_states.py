"""Random histories of a lunch against a model of it that is too simple to be wrong.

``LUNCHKIT_TEST_EXAMPLES`` raises the number of histories, each of 30 steps.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from lunchkit.events.details import details_of
from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.registrations import actions, errors
from lunchkit.registrations.event_changes.actions import change_event
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.queries import place_in_queue
from tests.conftest import EventMaker, details
from tests.seating import letters_of, registrations_of, seats_given

pytestmark = pytest.mark.both_databases


EXAMPLES = {"sqlite": 15, "postgresql": 8}
NAMES = ["ana", "bea", "cleo", "dora", "eve", "flo", "gil", "hal"]
people = st.sampled_from(NAMES)
picks = st.integers(0, len(NAMES) - 1)
"""One of those who are there."""
companions = st.sampled_from([0, 0, 1, 1, 2])
examples = count()


@dataclass
class Table:
    """One lunch as a child would play it with dolls: chairs, a queue, and e-mails."""

    event_id: int
    capacity: int
    seated: dict[str, int] = field(default_factory=dict)
    """Seats by person."""
    queue: list[str] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)
    emails: dict[str, list[str]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)

    def free(self) -> int:
        return self.capacity - sum(self.seated.values())

    def has(self, person: str) -> bool:
        return person in self.seated or person in self.waiting

    def write(self, person: str, kind: str) -> None:
        self.emails.setdefault(person, []).append(kind)

    def join(self, person: str, seats: int) -> None:
        self.queue.append(person)
        self.waiting[person] = seats
        self.serve(newcomer=person)

    def leave(self, person: str) -> None:
        self.seated.pop(person, None)
        if self.waiting.pop(person, None):
            self.queue.remove(person)
        self.write(person, "cancellation")

    def serve(self, newcomer: str = "") -> None:
        while first := next((one for one in self.queue if self.waiting[one] <= self.free()), None):
            self.queue.remove(first)
            self.seated[first] = self.waiting.pop(first)
            self.write(first, "confirmation" if first == newcomer else "promotion")
        if newcomer in self.waiting:
            self.write(newcomer, "waiting")


class OneLunch(RuleBasedStateMachine):
    """Each rule does the same thing to the real lunch and to the model."""

    def __init__(self, make_event: EventMaker) -> None:
        super().__init__()
        self.prefix = f"x{next(examples)}"
        self.table = Table(make_event(capacity=4, companions_allowed=2).id, 4)
        self.given = 0
        self.keys = count()
        for number, person in enumerate(NAMES[:5]):  # it is full from the start
            self.register(person, number % 3)

    def email(self, person: str) -> str:
        return f"{self.prefix}-{person}@example.org"

    def event(self) -> Event:
        db.session.rollback()  # which forgets what was read
        return db.session.get_one(Event, self.table.event_id)

    def real(self, person: str) -> Registration:
        event = self.event()
        wanted = select(Registration).where(
            Registration.event_id == event.id, Registration.email_key == self.email(person)
        )
        return db.session.scalars(wanted).one()

    def someone(self, pick: int) -> str:
        there = [*sorted(self.table.seated), *self.table.queue]
        return there[pick % len(there)] if there else ""

    def send(self, person: str, more: int, key: str) -> actions.Placed:
        said = details(person, self.email(person), companions=more)
        return actions.register_attendee(self.event(), said, form_key=key, language="fr")

    @rule(person=people, more=companions)
    def register(self, person: str, more: int) -> None:
        table, key = self.table, f"{self.prefix}/{next(self.keys)}"
        placed = self.send(person, more, key)
        if table.has(person):
            if len(table.emails.get(person, ())) < actions.EMAILS_AN_HOUR:
                table.write(person, "repeat")
            full = 1 + more > table.free()
            assert placed == actions.Placed(*(("waiting", len(table.queue) + 1) if full else ("seated", None)))
            return
        table.join(person, 1 + more)
        table.forms[person] = f"{key} {more}"
        position = table.queue.index(person) + 1 if person in table.waiting else None
        assert placed == actions.Placed(Status.WAITING if position else Status.SEATED, position)

    @rule(pick=picks)
    def send_the_same_form_again(self, pick: int) -> None:
        table = self.table
        person = self.someone(pick)
        if person in table.forms:
            key, more = table.forms[person].split()
            assert self.send(person, int(more), key).status == self.real(person).status

    @rule(pick=picks, more=companions)
    def bring_others(self, pick: int, more: int) -> None:
        table = self.table
        person = self.someone(pick)
        if not person:
            return
        real, said = self.real(person), details(person, None, companions=more)
        if person in table.seated and more + 1 - table.seated[person] > max(0, table.free()):
            with pytest.raises(errors.NoSeatForCompanions):
                actions.update_registration(real, said)
            return
        actions.update_registration(real, said)
        (table.seated if person in table.seated else table.waiting)[person] = 1 + more
        table.serve()

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        table = self.table
        if person := self.someone(pick):
            real = self.real(person)
            actions.cancel_registration(real)
            actions.cancel_registration(real)
            table.leave(person)
            table.serve()

    @rule(pick=picks)
    def erase(self, pick: int) -> None:
        table = self.table
        if person := self.someone(pick):
            actions.erase_registration(self.real(person))
            table.leave(person)
            table.emails[person] = [kind for kind in table.emails[person] if kind == "cancellation"]
            table.serve()

    @rule(capacity=st.integers(0, 6))
    def change_capacity(self, capacity: int) -> None:
        table, event = self.table, self.event()
        change_event(event, replace(details_of(event), capacity=capacity))
        table.capacity = capacity
        table.serve()

    @invariant()
    def both_agree(self) -> None:
        table = self.table
        rows = [row for row in registrations_of(table.event_id) if row.is_active]
        names = [row.name for row in rows]
        assert len(names) == len(set(names)), "somebody stands in two places"
        assert {row.name: row.seats for row in rows if row.status == Status.SEATED} == table.seated
        waiting = {row.name: place_in_queue(row) for row in rows if row.status == Status.WAITING}
        assert waiting == {name: place for place, name in enumerate(table.queue, 1)}
        emails = letters_of(table.event_id)
        assert emails == {self.email(name): kinds for name, kinds in table.emails.items() if kinds}
        given = seats_given(rows)
        assert given <= max(table.capacity, self.given), "seats were given that are not there"
        assert not [row for row in rows if row.name in waiting and row.seats <= table.capacity - given]
        self.given = given


def test_random_histories(app: Flask, database: str, make_event: EventMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions.unconfirmed, "most", 1_000_000)  # held seats have tests of their own
    monkeypatch.setattr(actions.arrivals, "most", 1_000_000)
    histories = int(os.environ.get("LUNCHKIT_TEST_EXAMPLES", EXAMPLES[database]))
    machine: Callable[[], OneLunch] = lambda: OneLunch(make_event)  # noqa: E731
    wanted = settings(max_examples=histories, stateful_step_count=30, deadline=None, database=None)
    run_state_machine_as_test(machine, settings=settings(wanted, suppress_health_check=list(HealthCheck)))

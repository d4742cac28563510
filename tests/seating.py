"""What must hold for everybody at one lunch at any moment, read from the database alone."""

import threading
from collections.abc import Callable, Sequence

from flask import Flask
from sqlalchemy import select

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.queries import place_in_queue


def registrations_of(event_id: int) -> list[Registration]:
    """Everybody at a lunch as they stand now, in the order in which they came."""
    db.session.rollback()
    rows = select(Registration).where(Registration.event_id == event_id).order_by(Registration.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def letters_of(event_id: int) -> dict[str, list[str]]:
    """The kinds of e-mails that were promised about a lunch, by address, in order."""
    emails: dict[str, list[str]] = {}
    about = select(OutboxEmail).where(OutboxEmail.event_id == event_id).order_by(OutboxEmail.id)
    for row in db.session.scalars(about):
        emails.setdefault(row.recipient, []).append(row.kind.partition("/")[2])
    return emails


def seats_given(rows: Sequence[Registration]) -> int:
    """Seats that are given."""
    return sum(row.seats for row in rows if row.status == Status.SEATED)


def assert_sound(event_id: int) -> list[Registration]:
    """No seat too many, none empty while somebody who fits waits, one queue, and one e-mail for each step of each."""
    rows = registrations_of(event_id)
    event = db.session.get_one(Event, event_id, populate_existing=True)
    free = event.capacity - seats_given(rows)
    waiting = [row for row in rows if row.status == Status.WAITING]
    assert free >= 0, f"oversold by {-free}"
    assert not [row.name for row in waiting if row.seats <= free], "somebody who fits waits beside a free seat"
    assert sorted(place_in_queue(row) or 0 for row in waiting) == list(range(1, len(waiting) + 1))
    emails = letters_of(event_id)
    for row in rows:
        assert (row.seated_at is not None) == (row.status == Status.SEATED) or row.status == Status.CANCELLED
        assert emails[row.email or ""] == _letters_due(row, emails[row.email or ""][0])
    assert len({row.email_key for row in rows}) == len(rows)
    return rows


def _letters_due(row: Registration, first: str) -> list[str]:
    """One for each step that a registration took: whoever waited first was promoted if ever seated."""
    due = [first]
    if first == "waiting" and row.seated_at is not None:
        due.append("promotion")
    if row.status == Status.CANCELLED:
        due.append("cancellation")
    return due


def all_at_once(app: Flask, jobs: Sequence[Callable[[], object]]) -> list[object]:
    """Each job in a thread and an application context of its own, all released together; returns what they return."""
    barrier = threading.Barrier(len(jobs))
    results: list[object] = [None] * len(jobs)

    def work(number: int) -> None:
        with app.app_context():
            barrier.wait(timeout=30)
            try:
                results[number] = jobs[number]()
            except Exception as error:
                results[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

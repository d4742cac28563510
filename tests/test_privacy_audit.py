"""``lunchkit privacy audit``: each promise broken, told, and mended by the jobs that keep it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, update

from lunchkit.admin.retention.actions import erase_needs, purge_people
from lunchkit.admin.system_status.privacy import find_kept
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.actions import erase_registration, register_by_hand
from lunchkit.registrations.models import Needs, Registration
from lunchkit.subscribers.actions import forget_old_subscribers
from lunchkit.subscribers.models import ANSWER_WITHIN, Subscriber
from tests.conftest import EventMaker, details
from tests.test_cli import lunchkit

both_databases = pytest.mark.both_databases  # the command itself is tried on SQLite


@pytest.fixture
def person(app: Flask, make_event: EventMaker) -> Iterator[Registration]:
    with app.test_request_context("/organiser/", headers={"Accept-Language": "en"}):
        yield register_by_hand(make_event(title="Recycler"), details("Bea", "bea@example.org"), language="fr")


def told() -> str:
    db.session.rollback()
    return " | ".join(f"{problem.text}" for problem in find_kept())


@both_databases
def test_an_erasure_is_late_a_day_after_its_day_and_not_before(person: Registration) -> None:
    event = person.event
    day = event.ends_at + timedelta(days=event.purge_days)
    with clock.fixed_at(day):
        assert "Food and access needs of: Recycler" in told() and "addresses of: –" in told()
        erase_needs()
        assert told() == "", "the timer has the whole day"
    with clock.fixed_at(day + timedelta(days=3)):
        assert "addresses of: Recycler" in told()
        purge_people()
        assert told() == ""


@both_databases
def test_a_wish_for_invitations_that_is_never_confirmed_is_told(person: Registration) -> None:
    asked = {"nonce": b"n", "link_hash": b"h", "email": "a@example.org", "email_key": "a@example.org"}
    row = asked | {"language": "fr", "wording": "1", "basis": "", "asked_at": clock.now()}
    db.session.execute(insert(Subscriber).values(row))
    db.session.commit()
    with clock.fixed_at(clock.now() + ANSWER_WITHIN + timedelta(days=2)):
        assert "invitations: 1" in told()
        forget_old_subscribers()
        assert "invitations" not in told()


@both_databases
def test_what_is_left_of_somebody_who_is_erased_is_told_by_its_column(person: Registration) -> None:
    erase_registration(person)
    assert told() == ""
    db.session.execute(update(Registration).values(name="Bea", shows_name=True, email=None))
    db.session.execute(insert(Needs).values(registration_id=person.id, diets="", allergies="Noix", access=""))
    db.session.commit()
    assert told().endswith("left in: registration.name, registration.shows_name, needs.")


def test_the_command_finds_files_that_others_may_read_and_leaves_them(tmp_path: Path) -> None:
    assert lunchkit(tmp_path, "upgrade").returncode == 0
    file = tmp_path / "lunchkit.sqlite"
    sound = lunchkit(tmp_path, "privacy", "audit", LANGUAGE="en")
    assert (sound.returncode, sound.stdout) == (0, "ok  No problem found.\n"), sound.stderr
    file.chmod(0o644)
    sick = lunchkit(tmp_path, "privacy", "audit", LANGUAGE="en")
    assert sick.returncode == 1 and "lunchkit.sqlite" in sick.stdout
    assert file.stat().st_mode & 0o777 == 0o644, "nothing is changed"

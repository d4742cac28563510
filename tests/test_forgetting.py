"""What was promised to be erased is erased, to the last byte."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from lunchkit.admin.retention.actions import erase_needs, purge_people
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db, vacuum
from lunchkit.registrations.actions import erase_registration, register_by_hand
from lunchkit.registrations.models import Diet, Needs, Registration, Status
from tests.conftest import EventMaker, Outbox, details
from tests.test_jobs import ZURICH, lunch, register

__all__ = ["lunch"]
pytestmark = pytest.mark.both_databases


SEEDS = [f"Zyxwolf{number:03}" for number in range(150)]
"""Names that occur nowhere else, enough of them to fill many pages of the file."""


def test_food_and_access_needs_are_erased_two_days_after_the_lunch(lunch: Event, make_event: EventMaker) -> None:
    later = make_event(starts_at=lunch.starts_at + timedelta(days=1))
    for event in (lunch, later):
        with clock.fixed_at(lunch.starts_at - timedelta(days=3)):
            register_by_hand(event, details(diets=(Diet.VEGAN,), allergies="Noix", access="Rampe"), language="fr")
    with clock.fixed_at(lunch.starts_at):
        assert (erase_needs(), purge_people()) == (0, 0), "a lunch to come loses nobody"
    with clock.fixed_at(lunch.ends_at + timedelta(days=2)):
        assert erase_needs() == 0
    with clock.fixed_at(lunch.ends_at + timedelta(days=2, seconds=1)):
        assert erase_needs() == 1
        assert erase_needs() == 0
    assert db.session.scalar(select(func.count()).select_from(Needs)) == 1
    person = db.session.scalars(select(Registration).where(Registration.event_id == lunch.id)).one()
    assert person.name and person.email, "the person stays until the purge day"


def test_people_are_forgotten_on_the_day_that_the_form_announced(lunch: Event, outbox: Outbox) -> None:
    lunch.purge_days, lunch.capacity = 12, 1
    db.session.commit()
    person, waiting = register(lunch, "Ana"), register(lunch, "Bea")
    day = lunch.purge_on
    assert (day - lunch.ends_local.date()).days == 12
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZURICH)
    with clock.fixed_at(midnight - timedelta(seconds=1)):
        assert purge_people() == 0
    with clock.fixed_at(midnight):
        assert purge_people() == 2
        assert purge_people() == 0
    db.session.expire_all()
    left = (person.name, person.email, person.email_key, person.organisation, person.needs)
    assert left == ("", None, None, "", None)
    assert (person.status, person.seats, waiting.status) == (Status.SEATED, 1, Status.WAITING), "counts stay"
    assert outbox.rows() == []


only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
"""PostgreSQL's files are its own affair: it reuses the space of erased rows at its next vacuum."""


@pytest.fixture
def seeded(lunch: Event) -> Event:
    """A lunch at which 150 people with unmistakable names have registered, changed their minds, and been written to."""
    for name in SEEDS:
        with clock.fixed_at(lunch.starts_at - timedelta(days=3)):
            said = {"organisation": f"{name} SA", "allergies": f"{name} noix"}
            register_by_hand(lunch, details(name, f"{name}@example.org", **said), language="fr")
    for row in db.session.scalars(select(Registration)):
        row.organisation = f"{row.name} Sàrl, {'longer ' * (row.id % 13)}"
    db.session.commit()
    return lunch


def files_of(settings: Settings) -> dict[str, bytes]:
    """The database and whatever lies beside it."""
    return {path.name: path.read_bytes().lower() for path in Path(settings.instance).glob("lunchkit.sqlite*")}


def names_in(files: dict[str, bytes]) -> dict[str, int]:
    """How many of the seeded names each file still holds."""
    counts = {file: sum(name.lower().encode() in content for name in SEEDS) for file, content in files.items()}
    return {file: count for file, count in counts.items() if count}


@only_sqlite
def test_no_byte_of_a_name_stays_in_the_files_after_the_purge(seeded: Event, settings: Settings) -> None:
    found = names_in(files_of(settings))
    assert max(found.values()) == len(SEEDS), "control: the search finds what is there"
    with clock.fixed_at(seeded.ends_at + timedelta(days=2, hours=1)):
        assert erase_needs() == len(SEEDS)
    with clock.fixed_at(seeded.ends_at + timedelta(days=40)):
        assert purge_people() == len(SEEDS)
    assert names_in(files_of(settings)) == {}


@only_sqlite
def test_no_byte_of_somebody_who_erased_themselves_stays_for_long(seeded: Event, settings: Settings) -> None:
    for row in db.session.scalars(select(Registration)).all():
        with clock.fixed_at(seeded.starts_at + timedelta(hours=1)):
            erase_registration(row)
    with clock.fixed_at(seeded.starts_at + timedelta(hours=1)):
        purge_people()
    assert names_in(files_of(settings)) == {}


@only_sqlite
def test_a_reader_at_the_wrong_moment_only_delays_it(app: Flask, seeded: Event, settings: Settings) -> None:
    reader = db.engine.connect()
    reader.execute(select(Registration.name).limit(1)).all()
    with clock.fixed_at(seeded.ends_at + timedelta(days=40)):
        purge_people()
        assert names_in(files_of(settings)) != {}, "control: the reader held it up"
        assert vacuum() is False
        reader.close()
        purge_people()
    assert names_in(files_of(settings)) == {}

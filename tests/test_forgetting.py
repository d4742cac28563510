"""What was promised to be erased is erased, to the last byte."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, false, func, select, true

from lunchkit.admin.retention.actions import erase_needs, purge_people
from lunchkit.events.models import CustomField, Event
from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db, transaction
from lunchkit.platform.personal import erase_people
from lunchkit.platform.vacuum import vacuum, vacuum_if_marked
from lunchkit.registrations.actions import erase_registration, register_by_hand
from lunchkit.registrations.models import Diet, Needs, Registration, Status
from lunchkit.room.polls.models import Poll
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
@pytest.mark.parametrize(
    ("change", "is_marked"),
    [
        (lambda person: db.session.execute(delete(Needs)), True),
        (lambda person: db.session.delete(person.needs), True),
        (lambda person: db.session.execute(delete(Poll)), True),  # takes the written answers along
        (lambda person: setattr(person, "organisation", ""), True),
        (lambda person: setattr(person, "email", None), True),
        (lambda person: erase_people(db.session(), Registration, true(), clock.now()), True),
        (lambda person: setattr(person, "organisation", "Another"), False),
        (lambda person: setattr(person, "cancelled_at", None), False),
        (lambda person: db.session.execute(delete(Needs).where(false())), False),
        (lambda person: db.session.execute(delete(CustomField)), False),
    ],
)
def test_files_are_written_again_once_personal_data_went(
    event: Event, settings: Settings, change: Callable[[Registration], object], is_marked: bool
) -> None:
    asked = CustomField(event_id=event.id, position=1, label="Atelier", kind="text")
    db.session.add_all([asked, Poll(event_id=event.id, position=1, question="?", kind="text")])
    person = register_by_hand(event, details(organisation="APRÈS", allergies="Noix"), language="fr")
    person.cancelled_at = clock.now()
    db.session.commit()
    mark = Path(settings.instance) / "vacuum-needed"
    assert not mark.exists()
    with transaction():
        change(person)
    assert mark.exists() == is_marked
    vacuum_if_marked()
    assert not mark.exists()


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

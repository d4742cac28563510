"""``lunchkit copy-to``: a whole instance moves from SQLite to PostgreSQL, and each row is read back."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url

from lunchkit.app import create_app
from lunchkit.demo.actions import create_demo
from lunchkit.events.models import Event
from lunchkit.platform import schema, transfer
from lunchkit.platform.db import db
from tests.conftest import base_settings
from tests.test_cli import lunchkit


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, with a lunch whose capacity was lowered below its seats."""
    folder = tmp_path_factory.mktemp("instance")
    app = create_app(base_settings(folder))
    with app.app_context(), app.test_request_context():
        schema.upgrade(db.engine)
        create_demo().coming.capacity = 1
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def empty_database(postgresql_url: str) -> Iterator[str]:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("create database moved_to")
        yield make_url(postgresql_url).set(database="moved_to").render_as_string(hide_password=False)
        connection.execute("drop database moved_to with (force)")


def test_every_row_arrives_and_the_next_one_gets_a_number_of_its_own(instance: Path, empty_database: str) -> None:
    done = lunchkit(instance, "copy-to", empty_database, SECRET_KEY="k" * 40)
    assert done.returncode == 0, done.stderr
    assert "LUNCHKIT_DATABASE_URL" in done.stdout
    told = {name: int(number) for number, name in (line.split() for line in done.stdout.splitlines()[:-1])}
    assert set(told) == set(db.metadata.tables)
    assert told["registration"] > 20 < told["outbox_email"] and told["picture_file"]
    app = create_app(base_settings(instance, database_url=empty_database))
    with app.app_context():
        assert {name: count_of(name) for name in told} == told
        newest = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert newest
        numbers = select(text("last_value")).select_from(text("event_id_seq"))
        assert db.session.scalar(numbers) == newest.id
        db.session.remove()
        db.engine.dispose()
    again = lunchkit(instance, "copy-to", empty_database, SECRET_KEY="k" * 40)
    assert again.returncode == 1 and "audit_entry" in again.stderr


def count_of(table: str) -> int:
    return db.session.scalar(select(func.count()).select_from(db.metadata.tables[table])) or 0


def test_a_row_that_changes_on_the_way_is_noticed_and_nothing_stays(
    instance: Path, empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = transfer.copy_table

    def careless(table, reading, writing) -> None:  # type: ignore[no-untyped-def]
        honest(table, reading, writing)
        if table.name == "poll":
            writing.execute(text("update poll set question = question || ' ' where id = 1"))

    monkeypatch.setattr(transfer, "copy_table", careless)
    done = lunchkit(instance, "copy-to", empty_database, SECRET_KEY="k" * 40)
    assert done.returncode == 1 and "poll" in done.stderr.splitlines()[-1]
    engine = create_engine(make_url(empty_database).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from event")) == 0
    engine.dispose()


def test_what_is_no_postgresql_database_is_refused(instance: Path, tmp_path: Path) -> None:
    done = lunchkit(instance, "copy-to", f"sqlite:///{tmp_path / 'other.sqlite'}", SECRET_KEY="k" * 40)
    assert done.returncode == 2 and "postgresql://" in done.stderr
    assert lunchkit(tmp_path, "copy-to", "postgresql://nowhere/x").returncode == 2, "there is no instance here"

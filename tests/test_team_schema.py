"""Organisers of an earlier version get their roles, on both databases, and no step is left half done."""

from collections.abc import Iterator

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import Connection, create_engine, text
from sqlalchemy import event as sqlalchemy_event

from lunchkit import schema
from lunchkit.app import create_app
from lunchkit.config import Settings
from lunchkit.db import db

from .conftest import base_settings

BEFORE = "0003"
PEOPLE = (
    "insert into organiser (id, name, email, email_key, language, created_at, removed_at) values"
    " (1, 'Gone', 'gone@x.ch', 'gone@x.ch', 'fr', '2025-01-01', '2025-02-01'),"
    " (2, 'Ada', 'ada@x.ch', 'ada@x.ch', 'fr', '2025-01-02', null),"
    " (3, 'Leo', 'leo@x.ch', 'leo@x.ch', 'fr', '2025-01-03', null)"
)


@pytest.fixture
def old_settings(database: str, tmp_path: object, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """A database of its own, of the schema before there were roles."""
    folder = request.getfixturevalue("tmp_path")
    if database == "sqlite":
        yield base_settings(folder)
        return
    server = create_engine(base_settings(folder, database_url=request.getfixturevalue("postgresql_url")).database)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("drop database if exists earlier"))
        connection.execute(text("create database earlier"))
        url = server.url.set(database="earlier").render_as_string(hide_password=False)
        yield base_settings(folder, database_url=url.replace("postgresql+psycopg", "postgresql"))
        connection.execute(text("drop database earlier"))
    server.dispose()


@pytest.fixture
def old_app(old_settings: Settings) -> Iterator[Flask]:
    app = create_app(old_settings)
    with app.app_context():
        with db.engine.connect().execution_options(writes=True) as connection:
            upgrade(connection, BEFORE)
            connection.execute(text(PEOPLE))
            connection.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


def upgrade(connection: Connection, revision: str) -> None:
    config = schema._config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def roles() -> list[tuple[str, str]]:
    with db.engine.connect() as connection:
        return [
            (row.name, row.role) for row in connection.execute(text("select name, role from organiser order by id"))
        ]


def test_the_first_who_is_present_owns_the_house_and_the_others_are_organisers(old_app: Flask) -> None:
    schema.upgrade(db.engine)
    assert roles() == [("Gone", "organiser"), ("Ada", "owner"), ("Leo", "organiser")]


def test_a_step_that_fails_half_way_changes_nothing_and_can_be_run_again(old_app: Flask) -> None:
    done: list[str] = []

    def fail(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith(("ALTER", "CREATE", "UPDATE ORGANISER")):
            done.append(statement)
            if len(done) == wanted:
                raise RuntimeError("the machine dies here")

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", fail)
    for wanted in range(1, 200):  # noqa: B007 – it is what the listener reads
        done.clear()
        try:
            schema.upgrade(db.engine)
        except RuntimeError:
            assert schema.present(db.engine) == BEFORE
            continue
        break
    else:
        pytest.fail("the step has more statements than were tried")
    sqlalchemy_event.remove(db.engine, "before_cursor_execute", fail)
    assert wanted > 6, "control: it failed at each of them"
    assert roles()[1] == ("Ada", "owner") and schema.is_current(db.engine)

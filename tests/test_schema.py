"""An upgrade that fails half way leaves the database as it was, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, event as sqlalchemy_event, inspect, text

from lunchkit.app import create_app
from lunchkit.platform import schema
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db

from .conftest import base_settings

pytestmark = pytest.mark.both_databases


@pytest.fixture
def own_settings(database: str, tmp_path: object, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """An empty database of its own."""
    folder = request.getfixturevalue("tmp_path")
    if database == "sqlite":
        yield base_settings(folder)
        return
    server = create_engine(base_settings(folder, database_url=request.getfixturevalue("postgresql_url")).database)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("drop database if exists upgraded"))
        connection.execute(text("create database upgraded"))
        url = server.url.set(database="upgraded").render_as_string(hide_password=False)
        yield base_settings(folder, database_url=url.replace("postgresql+psycopg", "postgresql"))
        connection.execute(text("drop database upgraded"))
    server.dispose()


def test_an_upgrade_that_fails_at_any_statement_changes_nothing_and_can_be_run_again(own_settings: Settings) -> None:
    app, done, wanted = create_app(own_settings), 0, 0

    def fail(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        nonlocal done
        if statement.lstrip().upper().startswith("CREATE"):
            done += 1
            if done == wanted:
                raise RuntimeError("the machine dies here")

    with app.app_context():
        sqlalchemy_event.listen(db.engine, "before_cursor_execute", fail)
        for wanted in range(2, 400, 23):  # noqa: B007 – the listener reads it
            done = 0
            try:
                schema.upgrade(db.engine)
            except RuntimeError:
                assert schema.present(db.engine) is None
                assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
                continue
            break
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", fail)
        assert wanted > 50, "control: it failed at many of them"
        assert schema.is_current(db.engine)
        db.session.remove()
        db.engine.dispose()

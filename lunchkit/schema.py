"""Bringing a database to the present schema, and refusing one that is newer than this program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

FOLDER = Path(__file__).parent / "migrations"


class NewerSchema(Exception):
    """The database was written by a later version of lunchkit."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def head() -> str | None:
    """The schema that this program writes."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def present(engine: Engine) -> str | None:
    """The schema that a database has; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(engine: Engine) -> bool:
    """Whether the database has the schema of this program."""
    return present(engine) == head()


def upgrade(engine: Engine) -> None:
    """Bring a database to the schema of this program, all steps or none.

    Raises NewerSchema where the database is ahead of the program.
    """
    config = _config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = present(engine)
    if found is not None and found not in known:
        raise NewerSchema(f"the database has schema {found}, which this version of lunchkit does not know")
    with engine.connect().execution_options(writes=True) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise NewerSchema(str(error)) from error
        connection.commit()

"""Bringing a database to the present schema, and refusing one that is newer than this program."""

from gettext import gettext as _
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

FOLDER = Path(__file__).parent.parent / "migrations"


class OtherSchema(Exception):
    """The database was written by another version of lunchkit; the text says what to do."""


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


def is_foreign(found: str | None) -> bool:
    """Whether this program does not know a schema that a database has."""
    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return found is not None and found not in {step.revision for step in steps}


def require_current(found: str) -> None:
    """Raise OtherSchema where a database has another schema than this program, with what to do about it."""
    if is_foreign(found):
        foreign = _("the database was written by another version of lunchkit (schema {found}): install that version")
        raise OtherSchema(foreign.format(found=found))
    if found != head():
        raise OtherSchema(_("the database has an older schema than this program: run «lunchkit upgrade»"))


def upgrade(engine: Engine) -> None:
    """Bring a database to the schema of this program, all steps or none. Raises OtherSchema where it is ahead."""
    config, found = _config(), present(engine)
    if is_foreign(found):
        require_current(str(found))
    with engine.connect().execution_options(writes=True) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise OtherSchema(str(error)) from error
        connection.commit()

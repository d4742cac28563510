"""Bringing a database to the present schema, and refusing one that is newer than this program."""

from gettext import gettext as _
from pathlib import Path

from sqlalchemy import Engine, inspect

from lunchkit.platform.late import alembic_command, alembic_config

FOLDER = Path(__file__).parent.parent / "migrations"


class OtherSchema(Exception):
    """The database was written by another version of lunchkit; the text says what to do."""


def _steps() -> list[str]:
    """The schemas that this program knows, in order: each step is named for the one that it leads to."""
    return sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def head() -> str:
    return _steps()[-1]


def present(engine: Engine) -> str | None:
    """The schema that a database has; None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return found


def is_current(engine: Engine) -> bool:
    return present(engine) == head()


def is_foreign(found: str | None) -> bool:
    """Whether this program does not know a schema that a database has."""
    return found is not None and found not in _steps()


def require_current(found: str | None) -> None:
    """Raise OtherSchema where a database has another schema than this program or none, with what to do about it."""
    if found is None:
        raise OtherSchema(_("the database has no tables yet: run «lunchkit upgrade»"))
    if is_foreign(found):
        foreign = _("the database was written by another version of lunchkit (schema {found}): install that version")
        raise OtherSchema(foreign.format(found=found))
    if found != head():
        raise OtherSchema(_("the database has an older schema than this program: run «lunchkit upgrade»"))


def upgrade(engine: Engine) -> None:
    """Bring a database to the schema of this program, all steps or none. Raises OtherSchema where it is ahead."""
    found = present(engine)
    if is_foreign(found):
        require_current(found)
    steps = alembic_config.Config()
    steps.set_main_option("script_location", str(FOLDER))
    with engine.connect().execution_options(writes=True) as connection:
        steps.attributes["connection"] = connection
        alembic_command.upgrade(steps, "head")
        connection.commit()

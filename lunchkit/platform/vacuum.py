"""No byte of what was erased stays in SQLite's files: they are written again after personal data went.

Columns declare what is personal. The hooks below see rows that any ``delete`` takes away, and columns that the session
empties; an ``update`` that erases by itself calls ``mark_for_vacuum``.
"""

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Delete, Engine, event, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from lunchkit.platform.db import BUSY_TIMEOUT, SQLITE_DRIVER, db, transaction

_EMPTY: tuple[Any, ...] = (None, "", b"", [], {})


def vacuum() -> bool:
    """Leave no byte of erased rows in SQLite's files: rewrite every page, and empty the write-ahead log.
    ``secure_delete`` overwrites neither what stays behind in a page that was split, nor the log.
    Returns False where the database was in use: try again later. Does nothing on other databases.
    """
    if db.engine.dialect.name != "sqlite":
        return True
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=100")
        cursor.execute("VACUUM")
        blocked = bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
    except SQLITE_DRIVER.OperationalError:
        connection.invalidate()
        return False
    finally:
        connection.close()
    return not blocked


def mark_for_vacuum(engine: Engine) -> None:
    """Mark that bytes of what this transaction erases may stay in SQLite's files; the mark outlives the process."""
    mark = _mark(engine)
    if mark is not None:
        mark.write_text(secrets.token_hex(8))


@event.listens_for(Engine, "after_execute")
def _mark_deleted(connection: Connection, statement: Any, _many: Any, _one: Any, _options: Any, result: Any) -> None:
    if isinstance(statement, Delete) and result.rowcount and _holds_personal_data(str(statement.table)):
        mark_for_vacuum(connection.engine)


@event.listens_for(Session, "after_flush")
def _mark_emptied(session: Session, _context: object) -> None:
    for row in session.dirty:
        state = inspect(row)
        personal = [one.key for one in state.mapper.column_attrs if one.columns[0].info["personal"]]
        if any(new in _EMPTY for key in personal for new in state.attrs[key].history.added):
            mark_for_vacuum(session.connection().engine)


@lru_cache
def _holds_personal_data(name: str) -> bool:
    """Whether rows of a table, or of those that the database deletes with them, have a personal column."""
    table = db.metadata.tables[name]
    parts = [
        other.name
        for other in db.metadata.sorted_tables
        for key in other.foreign_keys
        if key.ondelete == "CASCADE" and key.column.table is table
    ]
    return any(column.info["personal"] for column in table.columns) or any(map(_holds_personal_data, parts))


def vacuum_if_marked() -> None:
    """Vacuum if anything was erased since the last time; where the database was in use, the mark stays."""
    mark = _mark(db.engine)
    marked = _read(mark)
    if mark is not None and marked and vacuum():
        with transaction():  # nobody erases anything just now
            if _read(mark) == marked:
                mark.unlink(missing_ok=True)


def _read(mark: Path | None) -> str:
    return mark.read_text() if mark is not None and mark.exists() else ""


def _mark(engine: Engine) -> Path | None:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(engine.url.database).with_name("vacuum-needed")

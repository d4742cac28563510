"""What columns and tables say of the personal data that they hold: what is erased, and what people are shown of it.

Each column declares in its ``info`` whether it is personal, each table with such a column how that data goes
(``__erased__``). Erasure and the export of one's own data are read from it, so that a new column needs no other line.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Table, and_, delete, inspect, select, update
from sqlalchemy.orm import Session

from lunchkit.platform.db import Erased, db
from lunchkit.platform.vacuum import mark_for_vacuum


def personal_columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.info["personal"]]


def tables_of(way: Erased) -> list[Table]:
    return [table for table in db.metadata.sorted_tables if table.info.get("erased") == way]


def blanks(table: Table) -> dict[str, Any]:
    """What the personal columns of a row hold once its person is erased."""
    return {column.key: _blank(column) for column in personal_columns(table)}


def _blank(column: Column[Any]) -> Any:
    if column.nullable:
        return None
    return {} if isinstance(column.type, JSON) else column.type.python_type()


def erase_people(session: Session, model: Any, which: ColumnElement[bool], now: datetime) -> int:
    """Erase the people in these rows of a ``BLANKED`` table, and what is deleted with them; returns how many.
    The session's own objects do not follow: expire those that are still read.
    """
    table: Table = model.__table__
    present = and_(which, table.c.erased_at.is_(None))
    for other in tables_of(Erased.WITH_PERSON):
        session.execute(delete(other).where(other.c.registration_id.in_(select(table.c.id).where(present))))
    mark_for_vacuum(db.engine)
    erased = session.execute(update(table).where(present).values(**blanks(table), erased_at=now))
    return int(getattr(erased, "rowcount", 0))


def erase_of_event(session: Session, event_id: int) -> None:
    """Delete what goes on the purge day of an event beside its people."""
    for table in tables_of(Erased.AT_PURGE):
        session.execute(delete(table).where(table.c.event_id == event_id))


def own_columns(row: Any) -> dict[str, Any]:
    """Everything that a row tells of its person, as plain JSON values."""
    columns = (column for column in inspect(type(row)).columns if column.info.get("told", True))
    told = {column.key: getattr(row, column.key) for column in columns}
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in told.items()}

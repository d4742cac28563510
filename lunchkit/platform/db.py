"""The database: one engine, one way to write, and types that keep time zones.

SQLite gets a write lock at the start of a writing transaction (``BEGIN IMMEDIATE``): with the
driver's default, two requests may both read "one seat left" before either writes.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, Table, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import DeclarativeBase, Mapper, Session, make_transient_to_detached, mapped_column
from sqlalchemy.types import TypeDecorator

try:
    import pysqlite3
except ImportError:  # no wheel for this platform: the standard library's SQLite, checked at the start
    pysqlite3 = sqlite3

SQLITE_DRIVER = pysqlite3
SAFE_SQLITE = (3, 51, 3)
"""The first SQLite without the WAL-reset bug, which can lose commits when two connections write and checkpoint."""
BUSY_TIMEOUT = 10_000
"""Milliseconds that a writer waits for its turn."""
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"busy_timeout={BUSY_TIMEOUT}",
)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Moment = Annotated[datetime, mapped_column(UTCDateTime)]
PERSONAL = {"personal": True}
"""Tells something of a person."""
NOT_PERSONAL = {"personal": False}
"""A number, a state, a count, a moment, or a text for everybody."""
DERIVED = {"personal": True, "told": False}
"""Personal, and made of what the export of one's own data tells in another column."""
KEY = {"personal": False, "told": False}
"""Tells nothing to anybody: the number of a row, a random value, the hash of one."""


class Erased(StrEnum):
    """How the personal data of a table goes where nothing else is done than that."""

    BLANKED = "blanked with the person: the row stays as a count"
    WITH_PERSON = "deleted with the person: rows name them in registration_id"
    AT_PURGE = "deleted on the purge day of the event: rows name it in event_id"


class Base(DeclarativeBase):
    """The base of all tables.
    ``__erased__`` says how personal data in the table goes: as one of ``Erased``, or in a sentence that ends with what
    erases it, or begins with «kept» and says why.
    """

    __erased__: ClassVar[str] = ""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


@event.listens_for(Mapper, "after_mapper_constructed")
def _declare(mapper: Mapper[Any], model: type[Base]) -> None:
    cast(Table, mapper.local_table).info["erased"] = model.__erased__


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def engine_options(url: str) -> dict[str, Any]:
    """Options of the engine for a database address. Errors hide their parameters: logs are no place for names."""
    if url.startswith("sqlite"):
        return {"hide_parameters": True, "module": SQLITE_DRIVER, "connect_args": {"timeout": 10}}
    return {"hide_parameters": True, "pool_size": 10, "max_overflow": 20, "pool_pre_ping": True}


def init_db(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions on its own
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def remember_damage(found: str) -> None:
    """Remember in this process what is damaged, in SQLite's words: nothing more is written. Empty where nothing is."""
    current_app.extensions["lunchkit_damage"] = found


def known_damage() -> str:
    return str(current_app.extensions.get("lunchkit_damage", ""))


_before_commit: list[Callable[[Session], None]] = []


def before_commit(hook: Callable[[Session], None]) -> Callable[[Session], None]:
    """Have the decorated function called at the end of every writing transaction, inside it."""
    _before_commit.append(hook)
    return hook


@contextmanager
def transaction() -> Iterator[Session]:
    """One writing transaction: commits at the end, rolls back on any error.
    What the session read before may be outdated: read again, under the lock, what the writing depends on.
    Raises DatabaseError where the database is known to be damaged.
    """
    if damage := known_damage():
        raise DatabaseError(None, None, SQLITE_DRIVER.DatabaseError(f"database disk image is malformed: {damage}"))
    session = db.session()
    session.commit()
    session.connection(execution_options={"writes": True})
    try:
        yield session
        for hook in _before_commit:
            hook(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise


def insert(session: Session, row: Any, *parts: Any) -> None:
    """Insert a new row at once, and those that bear its number, for a third of what a flush costs."""
    for one in (row, *parts):
        if one is not row:
            one.registration_id = row.id
        table = cast(Table, one.__table__)
        values = {column.key: vars(one)[column.key] for column in table.columns if column.key in vars(one)}
        done = session.connection().execute(table.insert(), values)
        for column, value in zip(table.primary_key, done.inserted_primary_key or (), strict=True):
            setattr(one, column.key, value)
        make_transient_to_detached(one)
    session.add(row)


def page_of(found: int, page: int, size: int) -> tuple[int, int]:
    """The page of a list that there is (the last where one beyond it is asked for), and how many there are."""
    pages = max(1, -(-found // size))
    return min(max(1, page), pages), pages

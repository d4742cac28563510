"""Copying all rows of a database into an empty one of another kind, when an instance outgrows SQLite."""

import hashlib
import json
from collections.abc import Iterator
from gettext import gettext as _
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select, text

from lunchkit.platform import schema
from lunchkit.platform.db import db

BATCH = 500
"""Rows in memory at a time; those of pictures weigh up to 1 MB."""


class NotCopied(Exception):
    """Nothing was copied; the text says why."""


def copy_rows(source: Engine, target: Engine) -> Iterator[tuple[str, int]]:
    """Copy everything in one transaction, and read it back; gives each table's name and number of rows.

    The source must not change meanwhile. Raises NotCopied where the target holds rows, or something else than the
    source afterwards; OtherSchema where the target has the schema of another version.
    """
    schema.upgrade(target)
    with source.connect() as reading, target.begin() as writing:
        for table in db.metadata.sorted_tables:
            if writing.scalar(select(func.count()).select_from(table)):
                raise NotCopied(_("the other database is not empty: {table} has rows").format(table=table.name))
        for table in db.metadata.sorted_tables:
            copy_table(table, reading, writing)
            before, after = digest(table, reading), digest(table, writing)
            if before != after:
                raise NotCopied(_("{table} reads otherwise in the other database").format(table=table.name))
            yield table.name, before[0]


def copy_table(table: Table, reading: Connection, writing: Connection) -> None:
    """The guard of the seats is for people who register: a lunch may be over a capacity that was lowered."""
    writing.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
    for rows in _in_order(table, reading).mappings().partitions():
        writing.execute(insert(table), [dict(row) for row in rows])
    writing.execute(text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
    for column in table.primary_key:
        if column is table.autoincrement_column:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            last = select(func.setval(sequence, func.max(column))).having(func.max(column).is_not(None))
            writing.execute(last)


def digest(table: Table, connection: Connection) -> tuple[int, str]:
    """How many rows a table has, and a SHA-256 over their values as Python reads them, in the order of their keys."""
    number, sha = 0, hashlib.sha256()
    for row in _in_order(table, connection):
        number += 1
        sha.update(repr([_plain(value) for value in row]).encode())
    return number, sha.hexdigest()


def _plain(value: Any) -> Any:
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value


def _in_order(table: Table, connection: Connection) -> Any:
    """All rows, by their keys: of rows that name each other, the one that is named came first."""
    return connection.execute(select(table).order_by(*table.primary_key).execution_options(yield_per=BATCH))

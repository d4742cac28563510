"""The file of the ballot store: an SQLite file beside the database, whatever the database is, and in no backup.

Only here can we promise that nothing is left in a log, and the keys bind the ballots to this machine anyway.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from lunchkit.platform.db import BUSY_TIMEOUT, SQLITE_DRIVER

# temp_store: what is written again must not pass through a file of its own
_SCHEMA = """
pragma journal_mode=WAL; pragma synchronous=FULL; pragma secure_delete=ON; pragma temp_store=MEMORY;
create table if not exists open_poll (
  id integer primary key, event_id integer not null, code text not null, position integer not null,
  key_name text not null, spec text not null, is_live integer not null, closing integer not null
);
create table if not exists ballot (
  poll_id integer not null, voter blob not null, answer text not null, turn integer, is_new integer not null,
  primary key (poll_id, voter)
) without rowid;
create index if not exists ballot_group on ballot (poll_id, is_new);
create table if not exists turnout (event_id integer primary key, revision integer not null);
create table if not exists shown (poll_id integer primary key, ballots integer not null, answers text not null);
"""


class BallotFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._reader: Any = None

    def row(self, statement: str, *values: object) -> Any:
        """The first row, or None; through one connection of this process, in short statements."""
        rows = self.rows(statement, *values)
        return rows[0] if rows else None

    def rows(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                self._reader = self._reader or self.connect()
                return list(self._reader.execute(statement, values).fetchall())
            except SQLITE_DRIVER.DatabaseError as error:
                self._reader = None
                raise as_storage_error(error) from error

    @contextmanager
    def writing(self) -> Iterator[Any]:
        connection = None
        try:
            connection = self.connect()
            connection.execute("begin immediate")
            yield connection
            connection.execute("commit")
        except SQLITE_DRIVER.DatabaseError as error:
            raise as_storage_error(error) from error
        finally:
            if connection is not None:
                connection.close()

    def vacuum(self) -> bool:
        """Write the file again without what was destroyed and empty its log; False while another connection uses it."""
        connection = self.connect()
        try:
            connection.execute("PRAGMA busy_timeout=2000")
            connection.execute("VACUUM")
            return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except SQLITE_DRIVER.OperationalError:
            return False
        finally:
            connection.close()

    def connect(self) -> Any:
        """A connection to the file, to be used by one thread at a time."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = SQLITE_DRIVER.connect(str(self.path), isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
            connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection


def as_storage_error(error: Exception) -> OperationalError:
    """A failure of the ballot store in the shape in which the database's own are answered."""
    return OperationalError("the ballot store", {}, error, hide_parameters=True)

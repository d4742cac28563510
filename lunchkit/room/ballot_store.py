"""The ballot store: the ballots of the polls and surveys that are open, in an SQLite file of their own.

It lies beside the database and in no backup. A ballot is one row per open poll and voter hash, unique: a phone may send
as often as it likes. The hash is made with a key that is on no disk (``room.keys``); neither time nor
address nor order stands beside it. When an open poll is over, its rows go, then the pages and the log that held them.

SQLite whatever the database is: only here can we promise that nothing is left in a log, and the keys bind the
ballots to this machine anyway.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from lunchkit.platform.db import BUSY_TIMEOUT, SQLITE_DRIVER

TAKES_ANSWERS = 0
"""``closing`` of an open poll that is open; 1 is being closed, 2 waits for its after."""
STEP = 7
"""Live counts grow by at least so many phones: four friends who subtract their own still see three others as one."""
STEPS_OF_ALL = 10
"""And by at least such a part of all ballots."""
SHOWN, NEXT, LATEST = 0, 1, 2
"""``is_new`` of a ballot in a live poll: in the counts that are shown, in the group that shows next, in the latest."""
_SCHEMA = """
create table if not exists open_poll (
  id integer primary key, event_id integer not null, code text not null, position integer not null,
  key_name text not null, scope text not null, spec text not null, is_live integer not null, closing integer not null
);
create table if not exists ballot (
  poll_id integer not null, voter blob not null, answer text not null, turn integer, is_new integer not null,
  primary key (poll_id, voter)
) without rowid;
create index if not exists ballot_answer on ballot (poll_id, answer);
drop index if exists ballot_new;
create index if not exists ballot_group on ballot (poll_id, is_new);
create table if not exists turnout (event_id integer primary key, revision integer not null);
create table if not exists shown (poll_id integer primary key, ballots integer not null, answers text not null);
drop table if exists feedback_slip;
drop table if exists feedback_sheet;
"""
_SAVE = """
insert into ballot (poll_id, voter, answer, turn, is_new) values (?, ?, ?, ?, ?)
on conflict (poll_id, voter) do update set answer = excluded.answer,
  turn = max(coalesce(excluded.turn, 0), coalesce(ballot.turn, 0))
where excluded.turn is null or excluded.turn >= coalesce(ballot.turn, 0)
"""
Answers = dict[str, int]
"""How many phones gave each answer, as ``room.polls.answers`` writes answers."""


@dataclass(frozen=True)
class OpenPoll:
    """What can be voted on, as it was when it opened."""

    id: int
    """Of the poll. A survey after a lunch has the negative number of its lunch, so that the two never meet."""
    event_id: int
    code: str
    """What answers to it are sent under: of all open polls of a code only the latest takes answers."""
    position: int
    key_name: str
    scope: str
    """What the voter hashes are made of beside the device: the same for a before and its after."""
    spec: str
    """How answers are read, in the words of whoever opened it."""
    is_live: bool
    is_closing: bool = False


@dataclass(frozen=True)
class NewBallot:
    """An answer on its way into the ballot store."""

    poll_id: int
    voter: bytes
    answer: str
    turn: int | None
    """Counts the answers of this phone: an old one that comes late changes nothing. None always counts."""


@dataclass(frozen=True)
class KeptBallot:
    """The ballot of one phone."""

    answer: str
    turn: int


class BallotStore:
    """The ballots of one instance."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._reader: Any = None

    # Reading: one connection of this process, short statements, never a greenlet switch in between.

    def opened_for(self, code: str) -> OpenPoll | None:
        """What the phones of a room vote on at this moment."""
        return _opened(self._row("select * from open_poll where code = ? and closing = 0", code))

    def opened(self, poll_id: int) -> OpenPoll | None:
        """An open poll that is open, or being closed."""
        return _opened(self._row("select * from open_poll where id = ?", poll_id))

    def opened_polls(self) -> list[OpenPoll]:
        """All polls whose ballots are here: open, being closed, or kept for an after."""
        return self._opened_polls("id > 0")

    def surveys(self) -> list[OpenPoll]:
        """All surveys whose ballots are here: open, or being closed."""
        return self._opened_polls("id < 0")

    def ballot_of(self, poll_id: int, voter: bytes) -> KeptBallot | None:
        """What a phone has answered."""
        row = self._row("select answer, turn from ballot where poll_id = ? and voter = ?", poll_id, voter)
        return KeptBallot(row[0], row[1] or 0) if row else None

    def count(self, poll_id: int) -> int:
        """How many phones have answered."""
        row = self._row("select count(*) from ballot where poll_id = ?", poll_id)
        return int(row[0]) if row else 0

    def answers(self, poll_id: int) -> Answers:
        """All answers, counted."""
        return dict(self._rows("select answer, count(*) from ballot where poll_id = ? group by answer", poll_id))

    def shown_answers(self, poll_id: int) -> tuple[int, Answers]:
        """The counts that a live poll shows: how many phones they are of, and the answers."""
        row = self._row("select ballots, answers from shown where poll_id = ?", poll_id)
        return (int(row[0]), json.loads(row[1])) if row else (0, {})

    def pairs(self, before_id: int, after_id: int) -> dict[tuple[str | None, str | None], int]:
        """How many phones answered one thing before and another after; None where they did not answer."""
        both = "select b.answer, a.answer, count(*) from ballot b join ballot a on a.voter = b.voter and a.poll_id = ?"
        rows = self._rows(f"{both} where b.poll_id = ? group by 1, 2", after_id, before_id)
        alone = (
            "select x.answer, count(*) from ballot x where x.poll_id = ?"
            " and not exists (select 1 from ballot y where y.poll_id = ? and y.voter = x.voter) group by 1"
        )
        found: dict[tuple[str | None, str | None], int] = {(was, now): count for was, now, count in rows}
        found |= {(was, None): count for was, count in self._rows(alone, before_id, after_id)}
        found |= {(None, now): count for now, count in self._rows(alone, after_id, before_id)}
        return found

    def revision(self, event_id: int) -> int:
        """Rises with every batch of ballots of a lunch."""
        row = self._row("select revision from turnout where event_id = ?", event_id)
        return int(row[0]) if row else 0

    # Writing: a connection of its own each time, or of the thread that writes batches.

    def open(self, opened: OpenPoll) -> None:
        """Take answers to an open poll from now on; whatever lay there under its number is thrown away."""
        with self.writing() as connection:
            for table in ("ballot", "shown"):
                connection.execute(f"delete from {table} where poll_id = ?", (opened.id,))  # noqa: S608
            connection.execute(
                "update open_poll set closing = 1 where code = ? and id <> ? and closing = 0",
                (opened.code, opened.id),
            )
            connection.execute(
                "insert or replace into open_poll values (?, ?, ?, ?, ?, ?, ?, ?, 0)",
                (
                    opened.id, opened.event_id, opened.code, opened.position, opened.key_name, opened.scope,
                    opened.spec, int(opened.is_live),
                ),
            )  # fmt: skip

    def stop(self, poll_id: int) -> None:
        """Take no more answers."""
        with self.writing() as connection:
            connection.execute("update open_poll set closing = 1 where id = ?", (poll_id,))

    def keep_for_after(self, poll_id: int) -> None:
        """The open poll is closed and counted, but its ballots wait to be compared."""
        with self.writing() as connection:
            connection.execute("update open_poll set closing = 2 where id = ? and closing <> 0", (poll_id,))

    def clear(self, poll_ids: Sequence[int]) -> None:
        """Destroy the ballots of those of these polls that take no more answers.

        What else is known of them stays until ``release``, so that an interrupted end is seen and run again.
        """
        with self.writing() as connection:
            for table in ("ballot", "shown"):
                connection.executemany(
                    f"delete from {table} where poll_id = ?"  # noqa: S608
                    " and poll_id not in (select id from open_poll where closing = ?)",
                    [(poll_id, TAKES_ANSWERS) for poll_id in poll_ids],
                )

    def release(self, poll_ids: Sequence[int], key_name: str, forget: Callable[[str], object]) -> None:
        """Forget those of these polls that take no more answers, and the key unless another open poll needs it.

        An open poll that was opened again meanwhile stays, and with it the key.
        """
        with self.writing() as connection:
            closed = "delete from open_poll where id = ? and closing <> ?"
            connection.executemany(closed, [(poll_id, TAKES_ANSWERS) for poll_id in poll_ids])
            if not connection.execute("select 1 from open_poll where key_name = ?", (key_name,)).fetchone():
                forget(key_name)

    def vacuum(self) -> bool:
        """Write the file again without what was destroyed, and empty its log; False where somebody was at it."""
        connection = self.connect()
        try:
            connection.execute("PRAGMA busy_timeout=2000")
            connection.execute("VACUUM")
            return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except SQLITE_DRIVER.OperationalError:
            return False
        finally:
            connection.close()

    def write(self, ballots: Sequence[NewBallot], connection: Any) -> list[bool]:
        """Put a batch of answers into the ballot store in one transaction; says of each whether it was counted."""
        connection.execute("begin immediate")
        try:
            lives = dict(connection.execute("select id, is_live from open_poll where closing = 0").fetchall())
            counted = [ballot for ballot in ballots if ballot.poll_id in lives]
            rows = [(c.poll_id, c.voter, c.answer, c.turn, LATEST if lives[c.poll_id] else SHOWN) for c in counted]
            connection.executemany(_SAVE, rows)
            touched = {ballot.poll_id for ballot in counted}
            for poll_id in touched:
                _move_on(connection, poll_id, is_live=bool(lives[poll_id]))
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:  # of a full disk SQLite has rolled back itself
                connection.execute("rollback")
            raise
        return [ballot.poll_id in lives for ballot in ballots]

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """A connection in a writing transaction of its own."""
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

    def writer(self) -> Callable[[Sequence[NewBallot]], list[bool]]:
        """What writes batches through a connection that is kept; a new one after any failure."""
        kept: list[Any] = []

        def write(ballots: Sequence[NewBallot]) -> list[bool]:
            try:
                if not kept:
                    kept.append(self.connect())
                return self.write(ballots, kept[0])
            except SQLITE_DRIVER.Error as error:
                kept.clear()
                raise as_storage_error(error) from error

        return write

    def connect(self) -> Any:
        """A connection to the file, to be used by one thread at a time."""
        connection = SQLITE_DRIVER.connect(str(self.path), isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _opened_polls(self, which: str) -> list[OpenPoll]:
        rows = self._rows(f"select * from open_poll where {which} order by id")  # noqa: S608
        return [opened for row in rows if (opened := _opened(row))]

    def _row(self, statement: str, *values: object) -> Any:
        rows = self._rows(statement, *values)
        return rows[0] if rows else None

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                self._reader = self._reader or self.connect()
                return list(self._reader.execute(statement, values).fetchall())
            except SQLITE_DRIVER.DatabaseError as error:
                self._reader = None
                raise as_storage_error(error) from error


def _prepare(connection: Any) -> None:
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT}", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON",
        "temp_store=MEMORY",  # what is written again must not pass through a file of its own
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(_SCHEMA)


def _move_on(connection: Any, poll_id: int, *, is_live: bool) -> None:
    connection.execute(
        "insert into turnout select event_id, 1 from open_poll where id = ?"
        " on conflict (event_id) do update set revision = revision + 1",
        (poll_id,),
    )
    if not is_live:
        return
    rows = connection.execute(
        "select is_new, count(*) from ballot where poll_id = ? group by is_new", (poll_id,)
    ).fetchall()
    phones = dict(rows)
    step = max(STEP, -(-sum(phones.values()) // STEPS_OF_ALL))
    if phones.get(LATEST, 0) < step:
        return
    if phones.get(NEXT, 0) >= step:
        _show_next(connection, poll_id)
    connection.execute("update ballot set is_new = 1 where poll_id = ? and is_new = 2", (poll_id,))


def _show_next(connection: Any, poll_id: int) -> None:
    """Add the group before the latest to the counts that are shown, for good: as its phones answer now.

    A phone is in one group only, so that a change of mind shows at the close alone; and the latest group stays hidden
    until then, so that the result, less what was shown, tells nobody's answer either.
    """
    grown = connection.execute(
        "select answer, count(*) from ballot where poll_id = ? and is_new = 1 group by answer", (poll_id,)
    ).fetchall()
    row = connection.execute("select answers from shown where poll_id = ?", (poll_id,)).fetchone()
    answers = Counter(json.loads(row[0]) if row else {})
    answers.update(dict(grown))
    connection.execute("insert or replace into shown values (?, ?, ?)", (poll_id, answers.total(), json.dumps(answers)))
    connection.execute("update ballot set is_new = 0 where poll_id = ? and is_new = 1", (poll_id,))


@lru_cache(maxsize=64)
def _opened(row: tuple[Any, ...] | None) -> OpenPoll | None:
    if row is None:
        return None
    id_, event_id, code, position, key_name, scope, spec, is_live, closing = row
    return OpenPoll(id_, event_id, code, position, key_name, scope, spec, bool(is_live), bool(closing))


def as_storage_error(error: Exception) -> OperationalError:
    """A failure of the ballot store in the shape in which the database's own are answered."""
    return OperationalError("the ballot store", {}, error, hide_parameters=True)

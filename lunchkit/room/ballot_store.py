"""The ballot box: the ballots of the polls and surveys that are open, in an SQLite file of their own.

It lies beside the database and in no backup. A ballot is one row per contest and voter's tag, unique: a phone may send
as often as it likes. The tag is made with a key that is on no disk (``room.keys``); neither time nor
address nor order stands beside it. When a contest is over, its rows go, then the pages and the log that held them.

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
"""``closing`` of a contest that is open; 1 is being closed, 2 waits for its after."""
STEP = 7
"""Live counts grow by at least so many phones: four friends who subtract their own still see three others as one."""
STEPS_OF_ALL = 10
"""And by at least such a part of all ballots."""
SHOWN, NEXT, LATEST = 0, 1, 2
"""``is_new`` of a ballot in a live poll: in the counts that are shown, in the group that shows next, in the latest."""
_SCHEMA = """
create table if not exists contest (
  id integer primary key, event_id integer not null, code text not null, position integer not null,
  key_name text not null, scope text not null, spec text not null, is_live integer not null, closing integer not null
);
create table if not exists ballot (
  contest_id integer not null, tag blob not null, answer text not null, turn integer, is_new integer not null,
  primary key (contest_id, tag)
) without rowid;
create index if not exists ballot_answer on ballot (contest_id, answer);
drop index if exists ballot_new;
create index if not exists ballot_group on ballot (contest_id, is_new);
create table if not exists turnout (event_id integer primary key, revision integer not null);
create table if not exists shown (contest_id integer primary key, ballots integer not null, answers text not null);
drop table if exists feedback_slip;
drop table if exists feedback_sheet;
"""
_CAST = """
insert into ballot (contest_id, tag, answer, turn, is_new) values (?, ?, ?, ?, ?)
on conflict (contest_id, tag) do update set answer = excluded.answer,
  turn = max(coalesce(excluded.turn, 0), coalesce(ballot.turn, 0))
where excluded.turn is null or excluded.turn >= coalesce(ballot.turn, 0)
"""
Answers = dict[str, int]
"""How many phones gave each answer, as ``room.polls.answers`` writes answers."""


@dataclass(frozen=True)
class Contest:
    """What can be voted on, as it was when it opened."""

    id: int
    """Of the poll. A survey after a lunch has the negative number of its lunch, so that the two never meet."""
    event_id: int
    code: str
    """What answers to it are sent under: of all contests of a code only the latest takes answers."""
    position: int
    key_name: str
    scope: str
    """What the tags are made of beside the device: the same for a before and its after."""
    spec: str
    """How answers are read, in the words of whoever opened it."""
    is_live: bool
    is_closing: bool = False


@dataclass(frozen=True)
class Cast:
    """An answer on its way into the box."""

    contest_id: int
    tag: bytes
    answer: str
    turn: int | None
    """Counts the answers of this phone: an old one that comes late changes nothing. None always counts."""


@dataclass(frozen=True)
class Kept:
    """The ballot of one phone."""

    answer: str
    turn: int


class Box:
    """The ballots of one instance."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._reader: Any = None

    # Reading: one connection of this process, short statements, never a greenlet switch in between.

    def open_contest(self, code: str) -> Contest | None:
        """What the phones of a room vote on at this moment."""
        return _contest(self._row("select * from contest where code = ? and closing = 0", code))

    def contest(self, contest_id: int) -> Contest | None:
        """A contest that is open, or being closed."""
        return _contest(self._row("select * from contest where id = ?", contest_id))

    def contests(self) -> list[Contest]:
        """All polls whose ballots are here: open, being closed, or kept for an after."""
        return self._contests("id > 0")

    def surveys(self) -> list[Contest]:
        """All surveys whose ballots are here: open, or being closed."""
        return self._contests("id < 0")

    def ballot_of(self, contest_id: int, tag: bytes) -> Kept | None:
        """What a phone has answered."""
        row = self._row("select answer, turn from ballot where contest_id = ? and tag = ?", contest_id, tag)
        return Kept(row[0], row[1] or 0) if row else None

    def count(self, contest_id: int) -> int:
        """How many phones have answered."""
        row = self._row("select count(*) from ballot where contest_id = ?", contest_id)
        return int(row[0]) if row else 0

    def answers(self, contest_id: int) -> Answers:
        """All answers, counted."""
        return dict(self._rows("select answer, count(*) from ballot where contest_id = ? group by answer", contest_id))

    def shown_answers(self, contest_id: int) -> tuple[int, Answers]:
        """The counts that a live poll shows: how many phones they are of, and the answers."""
        row = self._row("select ballots, answers from shown where contest_id = ?", contest_id)
        return (int(row[0]), json.loads(row[1])) if row else (0, {})

    def pairs(self, before_id: int, after_id: int) -> dict[tuple[str | None, str | None], int]:
        """How many phones answered one thing before and another after; None where they did not answer."""
        both = "select b.answer, a.answer, count(*) from ballot b join ballot a on a.tag = b.tag and a.contest_id = ?"
        rows = self._rows(f"{both} where b.contest_id = ? group by 1, 2", after_id, before_id)
        alone = (
            "select x.answer, count(*) from ballot x where x.contest_id = ?"
            " and not exists (select 1 from ballot y where y.contest_id = ? and y.tag = x.tag) group by 1"
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

    def open(self, contest: Contest) -> None:
        """Take answers to a contest from now on; whatever lay there under its number is thrown away."""
        with self.writing() as connection:
            for table in ("ballot", "shown"):
                connection.execute(f"delete from {table} where contest_id = ?", (contest.id,))  # noqa: S608
            connection.execute(
                "update contest set closing = 1 where code = ? and id <> ? and closing = 0",
                (contest.code, contest.id),
            )
            connection.execute(
                "insert or replace into contest values (?, ?, ?, ?, ?, ?, ?, ?, 0)",
                (
                    contest.id, contest.event_id, contest.code, contest.position, contest.key_name, contest.scope,
                    contest.spec, int(contest.is_live),
                ),
            )  # fmt: skip

    def stop(self, contest_id: int) -> None:
        """Take no more answers."""
        with self.writing() as connection:
            connection.execute("update contest set closing = 1 where id = ?", (contest_id,))

    def keep_for_after(self, contest_id: int) -> None:
        """The contest is closed and counted, but its ballots wait to be compared."""
        with self.writing() as connection:
            connection.execute("update contest set closing = 2 where id = ? and closing <> 0", (contest_id,))

    def clear(self, contest_ids: Sequence[int]) -> None:
        """Destroy the ballots of those of these contests that take no more answers.

        What else is known of them stays until ``release``, so that an interrupted end is seen and run again.
        """
        with self.writing() as connection:
            for table in ("ballot", "shown"):
                connection.executemany(
                    f"delete from {table} where contest_id = ?"  # noqa: S608
                    " and contest_id not in (select id from contest where closing = ?)",
                    [(contest_id, TAKES_ANSWERS) for contest_id in contest_ids],
                )

    def release(self, contest_ids: Sequence[int], key_name: str, forget: Callable[[str], object]) -> None:
        """Forget those of these contests that take no more answers, and the key unless another contest needs it.

        A contest that was opened again meanwhile stays, and with it the key.
        """
        with self.writing() as connection:
            closed = "delete from contest where id = ? and closing <> ?"
            connection.executemany(closed, [(contest_id, TAKES_ANSWERS) for contest_id in contest_ids])
            if not connection.execute("select 1 from contest where key_name = ?", (key_name,)).fetchone():
                forget(key_name)

    def scrub(self) -> bool:
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

    def write(self, casts: Sequence[Cast], connection: Any) -> list[bool]:
        """Put a batch of answers into the box in one transaction; says of each whether it was counted."""
        connection.execute("begin immediate")
        try:
            lives = dict(connection.execute("select id, is_live from contest where closing = 0").fetchall())
            counted = [cast for cast in casts if cast.contest_id in lives]
            rows = [(c.contest_id, c.tag, c.answer, c.turn, LATEST if lives[c.contest_id] else SHOWN) for c in counted]
            connection.executemany(_CAST, rows)
            touched = {cast.contest_id for cast in counted}
            for contest_id in touched:
                _move_on(connection, contest_id, is_live=bool(lives[contest_id]))
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:  # of a full disk SQLite has rolled back itself
                connection.execute("rollback")
            raise
        return [cast.contest_id in lives for cast in casts]

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

    def writer(self) -> Callable[[Sequence[Cast]], list[bool]]:
        """What writes batches through a connection that is kept; a new one after any failure."""
        kept: list[Any] = []

        def write(casts: Sequence[Cast]) -> list[bool]:
            try:
                if not kept:
                    kept.append(self.connect())
                return self.write(casts, kept[0])
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

    def _contests(self, which: str) -> list[Contest]:
        rows = self._rows(f"select * from contest where {which} order by id")  # noqa: S608
        return [contest for row in rows if (contest := _contest(row))]

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


def _move_on(connection: Any, contest_id: int, *, is_live: bool) -> None:
    connection.execute(
        "insert into turnout select event_id, 1 from contest where id = ?"
        " on conflict (event_id) do update set revision = revision + 1",
        (contest_id,),
    )
    if not is_live:
        return
    rows = connection.execute(
        "select is_new, count(*) from ballot where contest_id = ? group by is_new", (contest_id,)
    ).fetchall()
    phones = dict(rows)
    step = max(STEP, -(-sum(phones.values()) // STEPS_OF_ALL))
    if phones.get(LATEST, 0) < step:
        return
    if phones.get(NEXT, 0) >= step:
        _show_next(connection, contest_id)
    connection.execute("update ballot set is_new = 1 where contest_id = ? and is_new = 2", (contest_id,))


def _show_next(connection: Any, contest_id: int) -> None:
    """Add the group before the latest to the counts that are shown, for good: as its phones answer now.

    A phone is in one group only, so that a change of mind shows at the close alone; and the latest group stays hidden
    until then, so that the result, less what was shown, tells nobody's answer either.
    """
    grown = connection.execute(
        "select answer, count(*) from ballot where contest_id = ? and is_new = 1 group by answer", (contest_id,)
    ).fetchall()
    row = connection.execute("select answers from shown where contest_id = ?", (contest_id,)).fetchone()
    answers = Counter(json.loads(row[0]) if row else {})
    answers.update(dict(grown))
    connection.execute(
        "insert or replace into shown values (?, ?, ?)", (contest_id, answers.total(), json.dumps(answers))
    )
    connection.execute("update ballot set is_new = 0 where contest_id = ? and is_new = 1", (contest_id,))


@lru_cache(maxsize=64)
def _contest(row: tuple[Any, ...] | None) -> Contest | None:
    if row is None:
        return None
    id_, event_id, code, position, key_name, scope, spec, is_live, closing = row
    return Contest(id_, event_id, code, position, key_name, scope, spec, bool(is_live), bool(closing))


def as_storage_error(error: Exception) -> OperationalError:
    """A failure of the box in the shape in which the database's own are answered."""
    return OperationalError("the ballot box", {}, error, hide_parameters=True)

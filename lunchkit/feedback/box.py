"""The slips of those who answer, until feedback closes: in the file of the ballot box, under tags, and in no backup.

One row per lunch and tag, unique, so that a phone may send as often as it likes; neither time nor address nor order
stands beside it. What somebody writes gets a name by dice, by which an organiser can erase it.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lunchkit.db import SQLITE_DRIVER
from lunchkit.rooms.box import Box, as_storage_error

_SCHEMA = """
create table if not exists feedback_sheet (event_id integer primary key, closing integer not null);
create table if not exists feedback_slip (
  event_id integer not null, tag blob not null, mark integer, again text, better text, dice text not null,
  turn integer, is_new integer not null, primary key (event_id, tag)
) without rowid;
create index if not exists feedback_new on feedback_slip (event_id) where is_new = 1;
"""
_WRITE = """
insert into feedback_slip values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)
on conflict (event_id, tag) do update set
  is_new = feedback_slip.is_new
    or coalesce(excluded.mark, feedback_slip.mark) is not feedback_slip.mark
    or coalesce(excluded.again, feedback_slip.again) is not feedback_slip.again
    or (coalesce(excluded.better, feedback_slip.better) is not feedback_slip.better and feedback_slip.dice <> ?8),
  dice = case when coalesce(excluded.better, feedback_slip.better) is feedback_slip.better or feedback_slip.dice = ?8
    then feedback_slip.dice else excluded.dice end,
  mark = coalesce(excluded.mark, feedback_slip.mark),
  again = coalesce(excluded.again, feedback_slip.again),
  better = case when feedback_slip.dice = ?8 then feedback_slip.better
    else coalesce(excluded.better, feedback_slip.better) end,
  turn = max(coalesce(excluded.turn, 0), coalesce(feedback_slip.turn, 0))
where excluded.turn is null or excluded.turn >= coalesce(feedback_slip.turn, 0)
"""
"""Where an organiser has erased a text, its seal lies in the place of its dice: the same text does not come back."""
_SAYS = "(mark is not null or again is not null or coalesce(better, '') <> '')"

_COUNT_NEW = f"select count(*) from feedback_slip where event_id = ? and is_new = 1 and {_SAYS}"  # noqa: S608
"""Whoever has taken back all that they said is not one of those behind whom others can hide."""


@dataclass(frozen=True)
class Slip:
    """What a phone says, on its way into the box; what is None stays as it was."""

    event_id: int
    tag: bytes
    mark: int | None
    again: str | None
    better: str | None
    dice: str
    """The name of what was written, if it is new."""
    turn: int | None
    """Counts what this phone sends: an old one that comes late changes nothing. None always counts."""
    seal: str = ""
    """What this text is known by once an organiser has erased it: see ``lunchkit.feedback.queries.seal_of``."""


@dataclass(frozen=True)
class Kept:
    """What the box has of one phone, or of nobody in particular."""

    mark: int | None
    again: str | None
    better: str
    dice: str
    turn: int


class FeedbackBox:
    """The slips of one instance."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._lock = threading.RLock()
        self._reader: Any = None

    def takes_answers(self, event_id: int) -> bool:
        """Whether slips of a lunch are taken."""
        return bool(self._rows("select 1 from feedback_sheet where event_id = ? and closing = 0", event_id))

    def sheets(self) -> list[int]:
        """The lunches of which slips are here, or were a moment ago."""
        return [row[0] for row in self._rows("select event_id from feedback_sheet order by event_id")]

    def count(self, event_id: int) -> int:
        """How many phones have said something."""
        found = self._rows(f"select count(*) from feedback_slip where event_id = ? and {_SAYS}", event_id)  # noqa: S608
        return int(found[0][0])

    def of_phone(self, event_id: int, tag: bytes) -> Kept | None:
        """What one phone has said."""
        found = self._rows(
            "select mark, again, coalesce(better, ''), dice, coalesce(turn, 0) from feedback_slip"
            " where event_id = ? and tag = ?",
            event_id, tag,
        )  # fmt: skip
        return Kept(*found[0]) if found else None

    def count_new(self, event_id: int) -> int:
        """How many phones have said something since ``take_if_new`` gave all that was said."""
        return int(self._rows(_COUNT_NEW, event_id)[0][0])

    def slips(self, event_id: int) -> list[Kept]:
        """All that was said, without whose it is; in the order of the dice."""
        with self._box.writing() as connection:
            return _read(connection, event_id)

    def take_if_new(self, event_id: int, step: int) -> list[Kept] | None:
        """The same once ``step`` phones have said something new since the last time; None before."""
        with self._box.writing() as connection:
            (fresh,) = connection.execute(_COUNT_NEW, (event_id,)).fetchone()
            if fresh < step:
                return None
            connection.execute("update feedback_slip set is_new = 0 where event_id = ? and is_new = 1", (event_id,))
            return _read(connection, event_id)

    def open(self, event_id: int) -> None:
        """Take slips of a lunch, unless they are being counted already."""
        self._prepare()
        with self._box.writing() as connection:
            connection.execute("insert or ignore into feedback_sheet values (?, 0)", (event_id,))

    def stop(self, event_id: int) -> None:
        """Take no more."""
        with self._box.writing() as connection:
            connection.execute("update feedback_sheet set closing = 1 where event_id = ?", (event_id,))

    def erase_text(self, event_id: int, dice: str, seal: Callable[[bytes, str], str]) -> None:
        """Forget what somebody wrote, whatever else they said; ``seal`` says of a tag and its text what stays of it."""
        self._prepare()
        with self._box.writing() as connection:
            found = connection.execute(
                "select tag, coalesce(better, '') from feedback_slip where event_id = ? and dice = ?", (event_id, dice)
            )
            for tag, text in found.fetchall():
                connection.execute(
                    "update feedback_slip set better = '', dice = ? where event_id = ? and tag = ?",
                    (seal(tag, text), event_id, tag),
                )

    def clear(self, event_id: int) -> None:
        """Destroy the slips of a lunch that takes no more."""
        with self._box.writing() as connection:
            connection.execute(
                "delete from feedback_slip where event_id in"
                " (select event_id from feedback_sheet where event_id = ? and closing = 1)",
                (event_id,),
            )

    def forget(self, event_id: int) -> None:
        """Nothing is left to be done for a lunch."""
        with self._box.writing() as connection:
            connection.execute("delete from feedback_sheet where event_id = ? and closing = 1", (event_id,))

    def connect(self) -> Any:
        """A connection for whoever writes batches, to be used by one thread at a time."""
        connection = self._box.connect()
        connection.executescript(_SCHEMA)
        return connection

    def write(self, slips: Sequence[Slip], connection: Any) -> list[bool]:
        """Put a batch of slips into the box in one transaction; says of each whether it was taken."""
        connection.execute("begin immediate")
        try:
            found = connection.execute("select event_id from feedback_sheet where closing = 0").fetchall()
            takes = {row[0] for row in found}
            rows = [
                (slip.event_id, slip.tag, slip.mark, slip.again, slip.better, slip.dice, slip.turn, slip.seal)
                for slip in slips
                if slip.event_id in takes
            ]
            connection.executemany(_WRITE, rows)
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:  # of a full disk SQLite has rolled back itself
                connection.execute("rollback")
            raise
        return [slip.event_id in takes for slip in slips]

    def _prepare(self) -> None:
        self._rows("select 1")

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                self._reader = self._reader or self.connect()
                return list(self._reader.execute(statement, values).fetchall())
            except SQLITE_DRIVER.DatabaseError as error:
                self._reader = None
                raise as_storage_error(error) from error


def _read(connection: Any, event_id: int) -> list[Kept]:
    rows = connection.execute(
        "select mark, again, coalesce(better, ''), dice, 0 from feedback_slip"  # noqa: S608
        f" where event_id = ? and {_SAYS} order by dice",
        (event_id,),
    )
    return [Kept(*row) for row in rows.fetchall()]

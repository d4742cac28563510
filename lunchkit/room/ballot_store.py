"""The ballot store: the ballots of the polls and surveys that are open, in an SQLite file of their own.
On several machines the same rows lie in PostgreSQL, encrypted: ``room.sealed_store``.

A ballot is one row per open poll and voter hash, unique: a phone may send as often as it likes. The hash is made with
a key that is on no disk (``room.keys``); neither time nor address nor order is beside it. When an open poll is over,
its rows are deleted, then the pages and the log that contained them.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lunchkit.platform.db import SQLITE_DRIVER
from lunchkit.room.ballot_file import BallotFile, as_storage_error
from lunchkit.room.live_counts import LATEST, SHOWN, Seal, show_groups

TAKES_ANSWERS = 0
"""``closing`` of a poll that is open; 1 is being closed, or waits for its after."""
_SAVE = """
insert into ballot (poll_id, voter, answer, turn, is_new) values (?, ?, ?, ?, ?)
on conflict (poll_id, voter) do update set answer = excluded.answer,
  turn = coalesce(excluded.turn, ballot.turn, 0)
where excluded.turn is null or excluded.turn >= coalesce(ballot.turn, 0)
"""
_NEXT_REVISION = """
insert into turnout select event_id, 1 from open_poll where id = ?
on conflict (event_id) do update set revision = turnout.revision + 1
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
    """Of the key that voter hashes are made with: the same for a before and its after."""
    spec: str
    """How answers are read: see ``room.polls.answers.Spec``."""
    is_live: bool
    is_closing: bool = False


@dataclass(frozen=True)
class NewBallot:
    poll_id: int
    voter: bytes
    answer: str
    turn: int | None
    """Counts the answers of this phone: an old one that comes late changes nothing. None always counts."""


PLAIN = Seal()


class BallotStore(BallotFile):
    is_shared = False
    """Whether other machines use it too."""

    def opened_for(self, code: str) -> OpenPoll | None:
        """What the phones of a room vote on at this moment."""
        return _opened(self.row("select * from open_poll where code = ? and closing = 0", code))

    def opened(self, poll_id: int) -> OpenPoll | None:
        """A poll that is open, or being closed."""
        return _opened(self.row("select * from open_poll where id = ?", poll_id))

    def opened_polls(self) -> list[OpenPoll]:
        """All polls whose ballots are here: open, being closed, or kept for an after."""
        return self._opened_polls("id > 0")

    def surveys(self) -> list[OpenPoll]:
        """All surveys whose ballots are here: open, or being closed."""
        return self._opened_polls("id < 0")

    def ballot_of(self, poll_id: int, voter: bytes) -> tuple[str, int] | None:
        """The answer of a phone, and the number of the times that it has answered."""
        row = self.row("select answer, turn from ballot where poll_id = ? and voter = ?", poll_id, voter)
        return (self._seal(poll_id).read(voter, row[0]), row[1] or 0) if row else None

    def count(self, poll_id: int) -> int:
        row = self.row("select count(*) from ballot where poll_id = ?", poll_id)
        return int(row[0]) if row else 0

    def answers(self, poll_id: int) -> Answers:
        return dict(Counter(self._votes(poll_id).values()))

    def _votes(self, poll_id: int) -> dict[bytes, str]:
        """The answers by what they are kept under."""
        rows = self.rows("select voter, answer from ballot where poll_id = ?", poll_id)
        seal = self._seal(poll_id) if rows else PLAIN
        return {voter: seal.read(voter, kept) for voter, kept in rows}

    def _seal(self, _poll_id: int) -> Seal:
        return PLAIN

    def _seal_under(self, _poll_id: int, _key_name: str) -> Seal | None:
        """How an answer is kept from now on; None where the poll has no key any more."""
        return PLAIN

    def shown_answers(self, poll_id: int) -> tuple[int, Answers]:
        """The counts that a live poll shows: how many phones they are of, and the answers."""
        row = self.row("select ballots, answers from shown where poll_id = ?", poll_id)
        return (int(row[0]), json.loads(self._seal(poll_id).read(b"", row[1]))) if row else (0, {})

    def pairs(self, before_id: int, after_id: int) -> dict[tuple[str | None, str | None], int]:
        """How many phones answered one thing before and another after; None where they did not answer."""
        before, after = self._votes(before_id), self._votes(after_id)
        return Counter((before.get(voter), after.get(voter)) for voter in before.keys() | after.keys())

    def revision(self, event_id: int) -> int:
        """Rises with every batch of ballots of a lunch."""
        row = self.row("select revision from turnout where event_id = ?", event_id)
        return int(row[0]) if row else 0

    def open(self, opened: OpenPoll) -> None:
        """Take answers to an open poll from now on; earlier ballots of its number are deleted."""
        with self.writing() as connection:
            for table in ("ballot", "shown"):
                connection.execute(f"delete from {table} where poll_id = ?", (opened.id,))  # noqa: S608
            others = "update open_poll set closing = 1 where code = ? and id <> ? and closing = 0"
            connection.execute(others, (opened.code, opened.id))
            values = (opened.id, opened.event_id, opened.code, opened.position, opened.key_name, opened.spec)
            connection.execute("delete from open_poll where id = ?", (opened.id,))
            connection.execute("insert into open_poll values (?, ?, ?, ?, ?, ?, ?, 0)", (*values, int(opened.is_live)))

    def stop(self, poll_id: int) -> None:
        """Take no more answers."""
        with self.writing() as connection:
            connection.execute("update open_poll set closing = 1 where id = ?", (poll_id,))

    def clear(self, poll_ids: Sequence[int]) -> None:
        """Destroy the ballots of those of these polls that take no more answers.

        Their rows in ``open_poll`` stay until ``release``, so that an interrupted end is seen and run again.
        """
        with self.writing() as connection:
            for table in ("ballot", "shown"):
                connection.executemany(
                    f"delete from {table} where poll_id = ?"  # noqa: S608
                    " and poll_id not in (select id from open_poll where closing = ?)",
                    [(poll_id, TAKES_ANSWERS) for poll_id in poll_ids],
                )

    def release(
        self, poll_ids: Sequence[int], key_name: str, destroy_key: Callable[[str], object], *, is_clean: bool
    ) -> None:
        """Destroy the key unless a poll with ballots, or one that takes answers, needs it; then delete these rows.

        The rows stay where bytes may be left in the file (``is_clean``), or where a poll was opened again meanwhile.
        """
        needed = (
            "select 1 from open_poll where key_name = ? and"
            " (closing = ? or exists (select 1 from ballot where poll_id = open_poll.id))"
        )
        with self.writing() as connection:
            if not connection.execute(needed, (key_name, TAKES_ANSWERS)).fetchone():
                destroy_key(key_name)
            if is_clean:
                over = [(poll_id, TAKES_ANSWERS) for poll_id in poll_ids]
                connection.executemany("delete from open_poll where id = ? and closing <> ?", over)

    def write(self, ballots: Sequence[NewBallot], connection: Any) -> list[bool]:
        """Put a batch of answers into the ballot store in one transaction; says of each whether it was counted."""
        connection.execute("begin immediate")
        try:
            counted = self.put(ballots, connection)
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:  # of a full disk SQLite has rolled back itself
                connection.execute("rollback")
            raise
        return counted

    def put(self, ballots: Sequence[NewBallot], connection: Any) -> list[bool]:
        """The same as a part of a transaction that nobody else writes in."""
        rows = connection.execute("select id, is_live, key_name from open_poll where closing = 0").fetchall()
        asked = {ballot.poll_id for ballot in ballots}
        seals = {poll_id: self._seal_under(poll_id, name) for poll_id, _is_live, name in rows if poll_id in asked}
        lives = {poll_id: is_live for poll_id, is_live, _name in rows}
        saved = [
            (b.poll_id, b.voter, seal.put(b.voter, b.answer), b.turn, LATEST if lives[b.poll_id] else SHOWN)
            for b in ballots
            if (seal := seals.get(b.poll_id)) is not None
        ]
        connection.executemany(_SAVE, saved)
        for poll_id, seal in seals.items():
            if seal is not None:
                connection.execute(_NEXT_REVISION, (poll_id,))
                if lives[poll_id]:
                    show_groups(connection, poll_id, seal)
        return [seals.get(ballot.poll_id) is not None for ballot in ballots]

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

    def _opened_polls(self, which: str) -> list[OpenPoll]:
        rows = self.rows(f"select * from open_poll where {which} order by id")  # noqa: S608
        return [opened for row in rows if (opened := _opened(row))]


@lru_cache(maxsize=64)
def _opened(row: tuple[Any, ...] | None) -> OpenPoll | None:
    return None if row is None else OpenPoll(*row)

"""The ballot store of several machines: rows in PostgreSQL, each answer encrypted under the key of its poll.

PostgreSQL's log, replicas and dumps keep these rows for as long as they like. Once the poll is closed its key is
nowhere, so that they are bytes: no answer can be read, and no tag led back to a phone. See docs/decisions/0035.
"""

import hmac
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError

from lunchkit.platform.db import engine_options
from lunchkit.platform.late import Lazy
from lunchkit.room.ballot_file import as_storage_error
from lunchkit.room.ballot_store import Answers, BallotStore, NewBallot
from lunchkit.room.errors import KeyIsLost
from lunchkit.room.live_counts import Seal
from lunchkit.room.shared_keys import SharedKeys

aead: Any = Lazy("cryptography.hazmat.primitives.ciphers.aead")
invalid: Any = Lazy("cryptography.exceptions")
NONCE = 12
WIDTHS = {"poll": 1200, "survey": 2200}
"""Bytes to which answers are filled up: as many as the longest has, or lengths would tell answers apart."""
WRITERS = 0x62616C6C6F7473  # the number of the lock of those who write
NAME = "lunchkit ballots"  # of its connections, for who administers the database
HELD_FOR = "10s"
"""A server that dies or hangs while it writes lets go of the lock then."""
log = logging.getLogger("lunchkit.ballots")


class Sealed(Seal):
    """AES-256-GCM with a new nonce for each writing; bound to the poll and to what the answer is kept under."""

    def __init__(self, key: bytes, poll_id: int) -> None:
        self._cipher = aead.AESGCM(hmac.digest(key, b"answers", "sha256"))
        self._poll = f"{poll_id}/".encode()
        self._width = WIDTHS["poll" if poll_id > 0 else "survey"]

    def put(self, tag: bytes, text: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        sealed: bytes = self._cipher.encrypt(nonce, text.encode().ljust(self._width, b"\0"), self._poll + tag)
        return nonce + sealed

    def read(self, tag: bytes, kept: bytes) -> str:
        plain: bytes = self._cipher.decrypt(kept[:NONCE], kept[NONCE:], self._poll + tag)
        return plain.rstrip(b"\0").decode()


class Rows:
    """A connection to PostgreSQL that takes the statements of the ballot file."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:
        return self._connection.exec_driver_sql(statement.replace("?", "%s"), tuple(values))

    def executemany(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            self._connection.exec_driver_sql(statement.replace("?", "%s"), list(rows))


@contextmanager
def _busy_where_cut() -> Iterator[None]:
    """Say that PostgreSQL is busy where it was started again: the next one has a new connection."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise as_storage_error(OSError("the database is busy: its connection was cut")) from error
        raise


class SealedStore(BallotStore):
    is_shared = True

    def __init__(self, url: URL, keys: SharedKeys) -> None:
        self._keys = keys
        # of its own: who waits for a ballot holds a connection of the other pool
        limits = {"options": f"-c idle_in_transaction_session_timeout={HELD_FOR}", "application_name": NAME}
        options = engine_options(str(url)) | {"pool_pre_ping": False}  # it costs as much as a vote
        self._engine = create_engine(url, **options, connect_args=limits)
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    def rows(self, statement: str, *values: object) -> list[Any]:
        with _busy_where_cut(), self._reading.connect() as connection:
            return list(Rows(connection).execute(statement, values).fetchall())

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """One after the other on all machines, as in the file."""
        with _busy_where_cut(), self._engine.begin() as connection:
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({WRITERS})")
            yield Rows(connection)

    def writer(self) -> Callable[[Sequence[NewBallot]], list[bool]]:
        def write(ballots: Sequence[NewBallot]) -> list[bool]:
            with self.writing() as connection:
                return self.put(ballots, connection)

        return write

    def follow_keys(self) -> bool:
        """See the keys of all that is open, and destroy what a close could not. Returns whether one is lost."""
        names = {name for (name,) in self.rows("select key_name from open_poll")}
        is_lost = self._keys.follow(names)
        with suppress(OperationalError):
            if self._keys.names() - names:
                with self.writing() as connection:  # so that none is that of a poll that is being opened
                    needed = {name for (name,) in connection.execute("select key_name from open_poll")}
                    for name in self._keys.names() - needed:
                        self._keys.destroy(name)
        return is_lost

    def vacuum(self) -> bool:
        """Nothing to do: what is left can be read by nobody."""
        return True

    def shown_answers(self, poll_id: int) -> tuple[int, Answers]:
        try:
            return super().shown_answers(poll_id)
        except KeyIsLost:
            return 0, {}

    def _votes(self, poll_id: int) -> dict[bytes, str]:
        """Raises KeyIsLost where none can be read."""
        rows = self.rows("select voter, answer from ballot where poll_id = ?", poll_id)
        seal, found = self._seal(poll_id) if rows else None, {}
        for voter, kept in rows:
            try:
                found[voter] = seal.read(voter, kept) if seal else ""
            except invalid.InvalidTag:
                continue
        if rows and not found:
            raise KeyIsLost
        if len(found) < len(rows):
            log.error("%d ballots of poll %d cannot be read", len(rows) - len(found), poll_id)
        return found

    def _seal(self, poll_id: int) -> Seal:
        """Raises KeyIsLost."""
        opened = self.opened(poll_id)
        key = self._keys.to_count(opened.key_name) if opened is not None else None
        if key is None:
            raise KeyIsLost
        return Sealed(key, poll_id)

    def _seal_under(self, poll_id: int, key_name: str) -> Seal | None:
        key = self._keys.get(key_name)
        return Sealed(key, poll_id) if key is not None else None

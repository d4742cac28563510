"""The folder of an instance: who uses it at this moment, and that no other user of the machine reads it.

Each command and server holds ``lock``, a restore and an upgrade alone; a server holds ``lock-server`` as well.
The operating system releases both when the last process that has them open ends, however it ends.
"""

import fcntl
import os
import re
import socket
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from lunchkit.platform.config import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

USED, SERVED = "lock", "lock-server"
HANDED_OVER = "LUNCHKIT_INTERNAL_LOCKS"
"""The open files of both, for the program that this process becomes: the server, and the next one after USR2."""
ENDING = 10.0  # seconds in which the workers of a killed server end
DATABASE_KEY = 0x6C756E63686B6974  # the number of PostgreSQL's lock
BALLOTS_KEY = 0x62616C6C
OTHER_BALLOTS = """
select 1 from pg_locks where locktype = 'advisory' and classid = {key} and objid <> {place} and objsubid = 2
and granted and database = (select oid from pg_database where datname = current_database())
"""
OURS = (
    "lunchkit.sqlite*", "ballots.sqlite*", "backups", "backups/lunchkit-*", "secret_key*", ".env*", "lock*",
    "background-alive*", "vacuum-needed",
)  # fmt: skip
"""What lunchkit puts into the folder."""


class InUse(Exception):
    """Another process uses the instance, or the port; the text says which."""


@contextmanager
def holding(folder: Path, command: str, *, alone: bool = False) -> Iterator[None]:
    """Use an instance for a command, ``alone`` or beside others and a server. Raises InUse."""
    held = _lock(folder, USED, alone=alone)
    try:
        _sign(held, command)
        yield
    finally:
        os.close(held)


def hold_as_server(settings: Settings) -> None:
    """Use an instance until the last process of this server ends; on SQLite as its only one. Raises InUse."""
    folder, alone = settings.instance, settings.is_sqlite
    files = _handed_over(folder)
    if not files:
        files = [_lock(folder, USED)]
        try:
            files.append(_lock(folder, SERVED, alone=alone))
        except InUse:
            os.close(files[0])
            raise
    os.environ[HANDED_OVER] = " ".join(map(str, files))
    for file in files:
        os.set_inheritable(file, True)
    _sign(files[1], f"http://{settings.host}:{settings.port}")


def _handed_over(folder: Path) -> list[int]:
    """The locks that this process was started with; none where they are not those of this folder."""
    files = [int(number) for number in os.environ.get(HANDED_OVER, "").split()]
    with suppress(OSError):
        if [os.fstat(file).st_ino for file in files] == [(folder / name).stat().st_ino for name in (USED, SERVED)]:
            return files
    return []


def _lock(folder: Path, name: str, *, alone: bool = False) -> int:
    file = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    if os.geteuid() == 0:  # of a command that root runs: the server must be able to open it too
        os.fchown(file, folder.stat().st_uid, folder.stat().st_gid)
    deadline = time.monotonic() + ENDING
    while True:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            who = _who_holds(folder)
            if _is_running(who) or time.monotonic() > deadline:
                os.close(file)
                raise InUse(who) from error
            time.sleep(0.1)
        else:
            return file


def _sign(file: int, name: str) -> None:
    os.ftruncate(file, 0)
    os.pwrite(file, f"{os.getpid()} {name}".encode(), 0)


def _who_holds(folder: Path) -> str:
    """The server that runs, as it has signed its lock; else the last command."""
    holders = {
        SERVED: _("a server runs on this instance (pid {pid}, {name}): stop it first"),
        USED: _("«lunchkit {name}» runs on this instance (pid {pid}): wait until it has ended"),
    }
    for name, sentence in holders.items():
        with suppress(OSError), (folder / name).open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid, _space, signed = file.read().partition(" ")
                return sentence.format(pid=pid, name=signed)
    return _("another process uses this instance: try again")


def _is_running(who: str) -> bool:
    """Whether the process that these words name still runs; a zombie does not."""
    named = re.search(r"\(pid (\d+)", who)
    if named is None:
        return False  # a process has just opened the lock, and has not written into it yet
    with suppress(OSError):
        os.kill(int(named[1]), 0)
        stat = Path(f"/proc/{named[1]}/stat")
        return not stat.exists() or ") Z" not in stat.read_text()
    return False


@contextmanager
def holding_database(engine: "Engine", *, alone: bool = False, ballots: str = "") -> Iterator[None]:
    """Use a PostgreSQL database likewise (SQLite's is in the instance): an upgrade alone. Raises InUse.
    ``ballots`` is where a server keeps them: all servers of a database in one place.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # closed at the end, and with it the lock is gone
        kind = "" if alone else "_shared"
        if not connection.exec_driver_sql(f"select pg_try_advisory_lock{kind}({DATABASE_KEY})").scalar():
            raise InUse(_("a server or a command uses this database, on this machine or another: stop it first"))
        if ballots:
            place = zlib.crc32(ballots.encode()) >> 1
            connection.exec_driver_sql(f"select pg_advisory_lock_shared({BALLOTS_KEY}, {place})")
            if connection.exec_driver_sql(OTHER_BALLOTS.format(key=BALLOTS_KEY, place=place)).first():
                raise InUse(_("a server on another machine uses this database: give both one LUNCHKIT_VALKEY_URL"))
        yield


def place_of_ballots(settings: Settings) -> str:
    """Where a server keeps ballots: in the database where there is a shared memory, else on this machine."""
    return "database" if settings.valkey_url else f"{socket.gethostname()}:{settings.instance.resolve()}"


def exposed(folder: Path) -> list[Path]:
    """The folder, and what lunchkit has put into it, where other users of the machine may read it."""
    ours = (path for pattern in OURS for path in folder.glob(pattern))
    return [path for path in (folder, *ours) if not path.is_symlink() and path.stat().st_mode & 0o077]


def make_private(folder: Path) -> None:
    """Make the folder of an instance if there is none, and close it to others, with all that is in it already."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in exposed(folder):
        with suppress(OSError):  # another user's file: the doctor says so
            path.chmod(path.stat().st_mode & 0o700)


def free_port(host: str, ports: Sequence[int], setting: str) -> int:
    """The first of these ports on which nobody listens yet. Raises InUse, which names the ``setting`` to change."""
    for port in ports:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return port
    tried = " to ".join(map(str, dict.fromkeys((ports[0], ports[-1]))))
    raise InUse(f"cannot listen on {host}, port {tried}: another program does; choose another {setting}")

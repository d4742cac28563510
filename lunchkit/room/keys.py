"""The keys under which ballots are kept apart while a poll is open: in memory, never on a disk.

A key is a file of mode 0600 on a file system that lives in memory, so that every process of this machine can use it,
and none after a restart of the machine. Where there is no such file system (macOS), keys live in the process alone.
What belongs to another user, or is open to others, is no key: somebody could have put it there to know it.
"""

import errno
import fcntl
import hashlib
import json
import logging
import math
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lunchkit.room.ballot_file import as_storage_error
from lunchkit.room.errors import NoPlaceForKeys

MEMORY = Path("/dev/shm")  # noqa: S108
LENGTH = 32
LOST = 4.0
"""Seconds after which a key is lost that several machines share: at the second look of a server."""
GIVEN_UP = 60.0
"""Seconds after which no server can have a copy any more: until then they leave the counting to each other."""
HELD = "LUNCHKIT_HELD_KEYS"
"""Where a process that becomes the server finds the keys that it held before; there is none where files can be kept."""
_NOT_OURS = (errno.EACCES, errno.ELOOP, errno.ENOTDIR)
log = logging.getLogger("lunchkit.keys")


def memory() -> Path:
    """Where files live in memory: the first ``RuntimeDirectory=`` of systemd's unit, or /dev/shm."""
    given = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(given) if given else MEMORY


class KeyRing:
    def __init__(self, instance: Path, place: Path | None = None) -> None:
        place = place or memory()
        mark = hashlib.sha256(str(instance.resolve()).encode()).hexdigest()[:16]
        is_usable = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
        self.folder = place / f"lunchkit-{os.getuid()}-{mark}" if is_usable else None
        held = json.loads(os.environ.pop(HELD, "{}"))
        self._held = {name: bytes.fromhex(key) for name, key in held.items()}

    def hand_over(self) -> None:
        """Keep what this process holds for the program that it becomes."""
        if self._held:
            os.environ[HELD] = json.dumps({name: key.hex() for name, key in self._held.items()})

    def prepare(self) -> None:
        """Make the folder of the keys. Raises NoPlaceForKeys where another user made it first, or may enter it."""
        if self.folder is not None:
            with suppress(FileExistsError):
                self.folder.mkdir(mode=0o700)
            with self._opened():
                pass

    def names(self) -> set[str]:
        """The names of all keys that there are. Raises NoPlaceForKeys."""
        if self.folder is not None:
            with suppress(FileNotFoundError), self._opened():
                return {path.name for path in self.folder.iterdir()}
        return set(self._held)

    def ensure(self, name: str) -> bytes:
        """The key of this name, made if there is none. Raises NoPlaceForKeys."""
        key = self.get(name)
        if key is None:
            self._keep(name, secrets.token_bytes(LENGTH))
            key = self.get(name)  # of two who make it at once, both take the first
        if key is None:
            raise as_storage_error(OSError("no space for the key of a poll"))
        return key

    def get(self, name: str) -> bytes | None:
        """The key of this name; None where it was destroyed, lost with a restart of the machine, or is not ours."""
        if self.folder is None:
            return self._held.get(name)
        try:
            with self._opened() as folder, self._open(name, os.O_RDONLY, folder) as file:
                key = os.read(file, LENGTH + 1)
        except (FileNotFoundError, NoPlaceForKeys):
            return None
        return key if len(key) == LENGTH and key != bytes(LENGTH) else None

    def lost_for(self, name: str) -> float:
        """Seconds since a key was lost, 0 where it is there: on one machine nobody can have it any more."""
        return math.inf if self.get(name) is None else 0.0

    def destroy(self, name: str) -> bool:
        """Leave nothing of a key; one that is gone already is no error. False where it stays: the log says why."""
        if self.folder is None:
            self._held.pop(name, None)
            return True
        try:
            with self._opened() as folder:
                with self._open(name, os.O_WRONLY, folder) as file:
                    os.write(file, bytes(LENGTH))
                os.unlink(name, dir_fd=folder)
        except FileNotFoundError:
            return True
        except (OSError, NoPlaceForKeys) as error:
            log.warning("the key %s of a vote cannot be destroyed: %s", name, error)
            return False
        return True

    def _keep(self, name: str, key: bytes) -> None:
        if self.folder is None:
            self._held.setdefault(name, key)
            return
        try:
            self.prepare()
            with self._opened() as folder:
                self._keep_in_file(folder, name, key)
        except OSError as error:
            raise as_storage_error(error) from error

    def _keep_in_file(self, folder: int, name: str, key: bytes) -> None:
        fcntl.flock(folder, fcntl.LOCK_EX)  # of two, the second finds the key of the first; until the folder is closed
        if self.get(name) is not None:
            return
        draft = f"{name}.{secrets.token_hex(4)}"
        try:
            with self._open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, folder) as file:
                os.write(file, key)
            os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)  # also what an interrupted destruction left
        finally:
            with suppress(FileNotFoundError):
                os.unlink(draft, dir_fd=folder)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The folder. Raises NoPlaceForKeys, FileNotFoundError."""
        with self._open(str(self.folder), os.O_RDONLY | os.O_DIRECTORY) as folder:
            yield folder

    @contextmanager
    def _open(self, name: str, flags: int, folder: int | None = None) -> Iterator[int]:
        """A file or folder that is open. Raises NoPlaceForKeys where it is a link, or anybody else's too; OSError."""
        try:
            file = os.open(name, flags | os.O_NOFOLLOW, 0o600, dir_fd=folder)
        except OSError as error:
            if error.errno in _NOT_OURS:
                raise NoPlaceForKeys(self.folder) from error
            raise
        try:
            found = os.fstat(file)
            if found.st_uid != os.getuid() or found.st_mode & 0o077:
                raise NoPlaceForKeys(self.folder)
            yield file
        finally:
            os.close(file)

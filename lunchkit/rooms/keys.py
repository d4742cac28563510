"""The keys under which ballots are kept apart while a poll is open: in memory, never on a disk.

A key is a file of mode 0600 on a file system that lives in memory, so that every process of this machine can use it,
and none after a restart of the machine. Where there is no such file system (macOS), keys live in the process alone.
"""

import hashlib
import json
import os
import secrets
import stat
from pathlib import Path

from lunchkit.rooms.box import as_storage_error

MEMORY = Path("/dev/shm")  # noqa: S108
LENGTH = 32
HELD = "LUNCHKIT_HELD_KEYS"
"""Where a process that becomes the server finds the keys that it held before; there is none where files can be kept."""


class KeyRing:
    """The keys of one instance, by name."""

    def __init__(self, instance: Path, memory: Path = MEMORY) -> None:
        mark = hashlib.sha256(str(instance.resolve()).encode()).hexdigest()[:16]
        self.folder = memory / f"lunchkit-{os.getuid()}-{mark}" if memory.is_dir() else None
        held = json.loads(os.environ.pop(HELD, "{}"))
        self._held = {name: bytes.fromhex(key) for name, key in held.items()}

    def hand_over(self) -> None:
        """Keep what this process holds for the program that it becomes."""
        if self._held:
            os.environ[HELD] = json.dumps({name: key.hex() for name, key in self._held.items()})

    def ensure(self, name: str) -> bytes:
        """The key of this name, made if there is none."""
        key = self.get(name)
        if key is None:
            self._keep(name, secrets.token_bytes(LENGTH))
            key = self.get(name)  # of two who make it at once, both take the first
        if key is None:
            raise as_storage_error(OSError("no space for the key of a poll"))
        return key

    def get(self, name: str) -> bytes | None:
        """The key of this name; None where it was destroyed, or lost with a restart of the machine."""
        if self.folder is None:
            return self._held.get(name)
        try:
            file = os.open(f"{self.folder}/{name}", os.O_RDONLY)  # with each vote: pathlib takes three times as long
        except FileNotFoundError:
            return None
        try:
            key = os.read(file, LENGTH + 1)
        finally:
            os.close(file)
        return key if len(key) == LENGTH and key != bytes(LENGTH) else None

    def destroy(self, name: str) -> None:
        """Leave nothing of a key; one that is gone already is no error."""
        if self.folder is None:
            self._held.pop(name, None)
            return
        place = self.folder / name
        try:
            with place.open("r+b") as file:
                file.write(b"\0" * LENGTH)
        except FileNotFoundError:
            return
        place.unlink(missing_ok=True)

    def _keep(self, name: str, key: bytes) -> None:
        if self.folder is None:
            self._held.setdefault(name, key)
            return
        try:
            self._keep_in_file(self._own_folder(), name, key)
        except OSError as error:
            raise as_storage_error(error) from error

    def _own_folder(self) -> Path:
        """The folder, made if need be. Raises OSError where it is somebody else's, who could have put keys there."""
        folder = self.folder or MEMORY
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise PermissionError(f"no space of our own for keys: {folder} belongs to somebody else")
        return folder

    def _keep_in_file(self, folder: Path, name: str, key: bytes) -> None:
        draft = folder / f"{name}.{secrets.token_hex(4)}"
        try:
            draft.touch(mode=0o600)
            draft.write_bytes(key)
            if (folder / name).exists() and self.get(name) is None:  # what an interrupted destruction left
                (folder / name).unlink(missing_ok=True)
            (folder / name).hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)

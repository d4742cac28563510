"""The keys of polls and surveys on several machines: in their shared memory, and in the memory of each server.

The shared memory decides: without its key a poll takes no answers. What a server has seen of it is there for one
purpose, to count what was answered before the shared memory was lost.
"""

import logging
import secrets
import time

from sqlalchemy.exc import OperationalError

from lunchkit.platform.memory import SharedMemory
from lunchkit.room.ballot_file import as_storage_error
from lunchkit.room.keys import LENGTH, LOST, KeyRing

PLACE = "keys"
log = logging.getLogger("lunchkit.keys")


class SharedKeys(KeyRing):
    folder = None

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self._held = {}
        self._seen: dict[str, bytes] = {}
        self._lost_at: dict[str, float] = {}

    def prepare(self) -> None:
        """Raises BadSettings where the shared memory does not answer, or keeps on a disk what it holds."""
        self._memory.require_volatile()

    def names(self) -> set[str]:
        """The names of all keys that there are. Raises OperationalError where the shared memory does not answer."""
        return {name.decode() for name in self._memory.ask("HKEYS", PLACE)}

    def ensure(self, name: str) -> bytes:
        self._memory.ask("HSETNX", PLACE, name, secrets.token_bytes(LENGTH))
        key = self.get(name)
        if key is None:
            raise as_storage_error(OSError("the shared memory is busy"))
        return key

    def get(self, name: str) -> bytes | None:
        """The key of this name; None where it was destroyed, or lost with the shared memory."""
        try:
            key: bytes | None = self._memory.ask("HGET", PLACE, name)
        except OperationalError:
            key = None
        if key is None:
            self._lost_at.setdefault(name, time.monotonic())
        else:
            self._seen[name] = key
            self._lost_at.pop(name, None)
        return key

    def to_count(self, name: str) -> bytes | None:
        """The key of this name, even if only this server has it any more."""
        return self.get(name) or self._seen.get(name)

    def lost_for(self, name: str) -> float:
        return 0.0 if self.get(name) else time.monotonic() - self._lost_at[name]

    def destroy(self, name: str) -> bool:
        self._seen.pop(name, None)
        try:
            self._memory.ask("HDEL", PLACE, name)
        except OperationalError as error:
            log.warning("the key %s of a vote cannot be destroyed: %s", name, error.orig)
            return False
        return True

    def follow(self, names: set[str]) -> bool:
        """See the keys of these names, and forget all others. Returns whether one of them is lost."""
        for known in (self._seen, self._lost_at):
            for name in known.keys() - names:
                del known[name]
        return any([self.lost_for(name) >= LOST for name in names])  # noqa: C419  each is looked at

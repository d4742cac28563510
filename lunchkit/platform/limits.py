"""Limits per resource, never per address of the network: a whole room shares one address.

Counted in the memory that several machines share, where there is one. Else in that of each process: a restart forgives,
and several processes allow so much each.
"""

import hashlib
import secrets
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import OperationalError

from lunchkit.platform import clock
from lunchkit.platform.memory import SharedMemory, shared_memory

KNOWN_FOR = 86_400  # seconds that several machines remember who was let in


class Window:
    """At most ``most`` times within ``seconds``, for each key; a caller may set another ``most`` for a key.
    ``name`` is what all machines know it by.
    """

    def __init__(self, name: str, most: int, seconds: float) -> None:
        self.name = name
        self.most = most
        self.seconds = seconds
        self._times: defaultdict[object, deque[float]] = defaultdict(deque)

    def allows(self, key: object, most: int | None = None) -> bool:
        """Count one more for a key, and say whether that is still within the limit."""
        now, memory = clock.now().timestamp(), shared_memory()
        if memory is not None:
            with suppress(OperationalError):  # a memory that is lost keeps nobody out
                return self._allows_everywhere(memory, key, most or self.most, now)
        times = self._times[key]
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(times) >= (most or self.most):
            return False
        times.append(now)
        if len(self._times) > 10_000:
            recent = {key: times for key, times in self._times.items() if times[-1] > now - self.seconds}
            self._times = defaultdict(deque, recent)
        return True

    def _allows_everywhere(self, memory: SharedMemory, key: object, most: int, now: float) -> bool:
        place, mine = f"limit/{self.name}/{memory.mark(key)}", secrets.token_hex(8)
        _gone, _added, times, _set = memory.ask_all(
            ("ZREMRANGEBYSCORE", place, 0, now - self.seconds),
            ("ZADD", place, now, mine),
            ("ZCARD", place),
            ("EXPIRE", place, int(self.seconds) + 1),
        )
        if times > most:
            memory.ask("ZREM", place, mine)
        return bool(times <= most)


class Newcomers:
    """Lets in as many people as a place has seats, then some others a minute; a person who was let in stays in."""

    def __init__(self, a_minute: int) -> None:
        self._beyond = Window("newcomers", a_minute, 60)
        self._key = secrets.token_bytes(16)
        self._known: dict[str, tuple[set[bytes], int]] = {}

    def lets_in(self, place: str, who: bytes, seats: Callable[[], int]) -> bool:
        """Whether a person may come in; ``seats`` is called only when as many people are in as it returned last."""
        memory = shared_memory()
        if memory is not None:
            return self._lets_in_everywhere(memory, place, who, seats)
        mark = hashlib.blake2b(who, key=self._key, digest_size=8).digest()
        known, free = self._known.get(place, (set(), 0))
        if mark not in known and len(known) >= free:
            free = seats()
            if len(known) >= free and not self._beyond.allows(place):
                return False
        known.add(mark)
        self._known[place] = known, free
        return True

    def _lets_in_everywhere(self, memory: SharedMemory, place: str, who: bytes, seats: Callable[[], int]) -> bool:
        """Raises OperationalError where the shared memory does not answer."""
        known, mark = f"newcomers/{place}", memory.mark(who)
        is_in, others = memory.ask_all(("SISMEMBER", known, mark), ("SCARD", known))
        _known, free = self._known.get(place, (set(), 0))
        if not is_in and others >= free:
            free = seats()
            if others >= free and not self._beyond.allows(place):
                return False
        self._known[place] = set(), free
        if not is_in:
            memory.ask_all(("SADD", known, mark), ("EXPIRE", known, KNOWN_FOR))
        return True

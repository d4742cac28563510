"""Limits per resource, never per address of the network: a whole room shares one address.

Counted in the memory of each process: a restart forgives, and several processes allow so much each.
"""

import hashlib
import secrets
from collections import defaultdict, deque
from collections.abc import Callable

from lunchkit.platform import clock


class Window:
    """At most ``most`` times within ``seconds``, for each key; a caller may set another ``most`` for a key."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._times: defaultdict[object, deque[float]] = defaultdict(deque)

    def allows(self, key: object, most: int | None = None) -> bool:
        """Count one more for a key, and say whether that is still within the limit."""
        now = clock.now().timestamp()
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


class Newcomers:
    """Lets in as many people as a place has seats, then some others a minute; a person who was let in stays in."""

    def __init__(self, a_minute: int) -> None:
        self._beyond = Window(a_minute, 60)
        self._key = secrets.token_bytes(16)
        self._known: dict[str, tuple[set[bytes], int]] = {}

    def lets_in(self, place: str, who: bytes, seats: Callable[[], int]) -> bool:
        """Whether a person may come in; ``seats`` is called only when as many people are in as it returned last."""
        mark = hashlib.blake2b(who, key=self._key, digest_size=8).digest()
        known, free = self._known.get(place, (set(), 0))
        if mark not in known and len(known) >= free:
            free = seats()
            if len(known) >= free and not self._beyond.allows(place):
                return False
        known.add(mark)
        self._known[place] = known, free
        return True

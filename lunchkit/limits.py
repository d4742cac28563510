"""Limits per resource, never per address of the network: a whole room shares one address.

Counted in the memory of each process: a restart forgives, and several processes allow so much each.
"""

from collections import defaultdict, deque

from lunchkit import clock


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
            self._times = defaultdict(
                deque, {key: times for key, times in self._times.items() if times[-1] > now - self.seconds}
            )
        return True

"""Group commit: each writer waits a few milliseconds for others, and one transaction writes all.

Each gets an answer after the commit. Many writers cost one flush to the disk: each waits for one or two at most.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
GATHER = 0.005  # seconds of waiting for company
CROWD, CROWD_GATHER = 8, 0.02
"""After a batch of CROWD more are on their way: a longer wait makes fewer transactions of them."""
MOST = 500
PATIENCE = 20.0
"""Seconds after which a writer is told that it did not work."""


class Aside:
    """How blocking work is done: in this thread, or where the server says, so that its event loop goes on."""

    run: Callable[[Callable[[], None]], object] = staticmethod(lambda work: work())


class _Waiting(Generic[Item, Outcome]):
    def __init__(self, item: Item) -> None:
        self.item = item
        self.done = threading.Event()
        self.outcome: Outcome | None = None
        self.error: Exception | None = None


class Batches(Generic[Item, Outcome]):
    """One writer for all requests of this process."""

    def __init__(self, write: Callable[[Sequence[Item]], Sequence[Outcome]]) -> None:
        self._write = write
        self._waiting: list[_Waiting[Item, Outcome]] = []
        self._lock = threading.Lock()
        self._writes = False

    def submit(self, item: Item) -> Outcome:
        """Write one thing with whatever else waits. Returns after the commit; raises what the writing raised."""
        mine: _Waiting[Item, Outcome] = _Waiting(item)
        with self._lock:
            self._waiting.append(mine)
            starts, self._writes = not self._writes, True
        if starts:
            threading.Thread(target=self._work, name="batches", daemon=True).start()
        if not mine.done.wait(PATIENCE):
            raise TimeoutError
        if mine.error is not None:
            raise mine.error
        return mine.outcome  # type: ignore[return-value]

    def _work(self) -> None:
        batch: list[_Waiting[Item, Outcome]] = []
        while True:
            time.sleep(GATHER if len(batch) < CROWD else CROWD_GATHER)
            with self._lock:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                if not batch:
                    self._writes = False
                    return
            try:
                Aside.run(lambda batch=batch: self._write_all(batch))  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001 - each of those who wait must be told
                for waiting in batch:
                    waiting.error = error
            for waiting in batch:
                waiting.done.set()

    def _write_all(self, batch: list[_Waiting[Item, Outcome]]) -> None:
        try:
            outcomes = self._write([waiting.item for waiting in batch])
            for waiting, outcome in zip(batch, outcomes, strict=True):
                waiting.outcome = outcome
        except Exception as error:  # noqa: BLE001 - in another thread gevent would print it
            for waiting in batch:
                waiting.error = error

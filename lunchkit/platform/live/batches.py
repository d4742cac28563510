"""Group commit: each writer waits a few milliseconds for others, and one transaction writes all.

Each gets an answer after the commit. Many writers cost one flush to the disk: each waits for one or two at most.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
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


class Batches(Generic[Item, Outcome]):
    """One writer for all requests of this process."""

    def __init__(self, write: Callable[[Sequence[Item]], Sequence[Outcome]], *, blocks: bool = True) -> None:
        """``blocks`` where the writing would stop the event loop, as that of a file does."""
        self._write = write
        self._blocks = blocks
        self._waiting: list[tuple[Item, Future[Outcome]]] = []
        self._lock = threading.Lock()
        self._writes = False

    def submit(self, item: Item) -> Outcome:
        """Write one thing with whatever else waits. Returns after the commit; raises what the writing raised."""
        mine: Future[Outcome] = Future()
        with self._lock:
            self._waiting.append((item, mine))
            starts, self._writes = not self._writes, True
        if starts:
            threading.Thread(target=self._work, name="batches", daemon=True).start()
        return mine.result(PATIENCE)

    def _work(self) -> None:
        batch: list[tuple[Item, Future[Outcome]]] = []
        while True:
            time.sleep(GATHER if len(batch) < CROWD else CROWD_GATHER)
            with self._lock:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                if not batch:
                    self._writes = False
                    return
            outcomes = self._written([item for item, _waiting in batch])
            for (_item, waiting), outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, Exception):
                    waiting.set_exception(outcome)
                else:
                    waiting.set_result(outcome)

    def _written(self, items: Sequence[Item]) -> Sequence[Outcome | Exception]:
        """What became of each: its outcome, or the error that all of them share."""
        found: list[Outcome | Exception] = []

        def write() -> None:
            try:
                found.extend(self._write(items))
            except Exception as error:  # noqa: BLE001 - in another thread gevent would print it
                found[:] = [error] * len(items)

        try:
            Aside.run(write) if self._blocks else write()
        except Exception as error:  # noqa: BLE001 - each of those who wait must be told
            return [error] * len(items)
        return found

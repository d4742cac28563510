"""The generator: processes that each keep one connection, begin together, and time each request."""

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.server import Client, Server, UnexpectedAnswer, fetch_stamp, send_form

PEOPLE = count()
"""Numbers people across the run, so that no two have one address."""
fork = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Sample:
    """One request: when it began and ended (seconds of the monotonic clock), and the answer's status, 0 for none."""

    began: float
    ended: float
    status: int
    wanted: int

    @property
    def fine(self) -> bool:
        return self.status == self.wanted


Prepared = list[tuple[str, str, str]]
Work = Callable[[Client, Prepared], Iterator[Sample]]
"""Yields a sample for each request; is given what was prepared before the clock started."""


def timed(ask: Callable[[], int], wanted: int) -> Sample:
    """One request, timed."""
    began = time.monotonic()
    try:
        status = ask()
    except UnexpectedAnswer as error:
        status = error.status
    except OSError:
        status = 0
    return Sample(began, time.monotonic(), status, wanted)


def pages(path: str, seconds: float) -> Work:
    """One page again and again, after a first time that compiles its template."""

    def work(client: Client, _prepared: Prepared) -> Iterator[Sample]:
        client.get(path)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            yield timed(lambda: client.get(path).status, 200)

    return work


def posts(client: Client, prepared: Prepared) -> Iterator[Sample]:
    """Forms that were fetched before: the sending alone."""
    for slug, stamp, email in prepared:
        yield timed(lambda: send_form(client, slug, stamp, "Camille Poireau", email).status, 303)  # noqa: B023


def journeys(client: Client, prepared: Prepared) -> Iterator[Sample]:
    """All that a person asks for: the page of the lunch, the form, its sending, the thanks; in one sample."""
    for slug, _stamp, email in prepared:

        def whole(slug: str = slug, email: str = email) -> int:
            client.get(f"/e/{slug}")
            sent = send_form(client, slug, fetch_stamp(client, slug), "Camille Poireau", email)
            return client.get(sent.headers.get("location", "/nowhere")).status

        yield timed(whole, 200)


def run(
    server: Server, at_once: int, work: Work, people: list[Prepared] | None = None, *, fetches: bool = False
) -> tuple[list[Sample], float]:
    """Let ``at_once`` processes work; returns the samples of all, and the processor time that the server took.

    With ``fetches`` each process first fetches its forms, before the clock starts.
    """
    barrier = fork.Barrier(at_once + 1)
    results: SimpleQueue[list[Sample]] = fork.SimpleQueue()
    shares = people or [[] for _ in range(at_once)]
    processes = [
        fork.Process(target=_one, args=(server.port, barrier, results, work, share, fetches), daemon=True)
        for share in shares
    ]
    for process in processes:
        process.start()
    barrier.wait(timeout=120)
    barrier.wait(timeout=120)
    before = server.cpu_seconds()
    samples = [sample for _ in processes for sample in results.get()]
    cpu = server.cpu_seconds() - before
    for process in processes:
        process.join()
    return samples, cpu


def _one(
    port: int, barrier: Barrier, results: "SimpleQueue[list[Sample]]", work: Work, share: Prepared, fetches: bool
) -> None:
    with Client(port) as client:
        if fetches:
            share = [(slug, fetch_stamp(client, slug), email) for slug, _, email in share]
            client.close()  # the server hangs up on whoever waits long for the others
        barrier.wait(timeout=120)
        client.get("/healthz")  # so that the connection is open when the clock starts
        barrier.wait(timeout=120)
        results.put(list(work(client, share)))


def crowd(at_once: int, each: int, slugs: list[str]) -> list[Prepared]:
    """People for every process, dealt to the lunches in turn."""
    return [
        [(slugs[number % len(slugs)], "", f"guest{next(PEOPLE)}@example.org") for number in range(first, first + each)]
        for first in range(0, at_once * each, each)
    ]

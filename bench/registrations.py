"""How many people can register in a second.

Starts a server of its own, on this machine only, with an empty database in a temporary folder; takes about a minute.
Every figure stands beside a bare Flask page (hello) of the same run: only ratios can be compared between machines.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.load import Sample, Work, crowd, journeys, pages, posts, run
from bench.servers import a_hello_server, a_server, plant
from tests.server import Server

LUNCHES, CAPACITY = 2, 200
"""Each phase of registrations has so many fresh lunches, whose registration opens at once; whoever comes late waits."""
AT_ONCE = (1, 10, 50)
RUSH = 300
HELLO = "hello"


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
    seconds: float
    to_hello: float


class Bench:
    """A running server, a bare one beside it, and the phases that are measured on them."""

    def __init__(self, server: Server, hello: Server, seconds: float, people: int) -> None:
        self.server = server
        self.hello = hello
        self.seconds = seconds
        self.people = people
        self.hello_cpu = 0.0

    def figure(self, what: str, at_once: int, samples: list[Sample], cpu: float) -> Figure:
        span = max(sample.ended for sample in samples) - min(sample.began for sample in samples)
        times = sorted((sample.ended - sample.began) * 1000 for sample in samples)
        each = cpu / len(samples) * 1000
        self.hello_cpu = each if what == HELLO else self.hello_cpu
        return Figure(
            what, at_once, round(len(samples) / span, 1), round(statistics.median(times), 2),
            round(times[int(len(times) * 0.99)], 2), round(each, 2), sum(not sample.fine for sample in samples),
            round(span, 2), round(self.hello_cpu / each, 3),
        )  # fmt: skip

    def page(self, what: str, path: str, at_once: int) -> Figure:
        server = self.hello if what == HELLO else self.server
        return self.figure(what, at_once, *run(server, at_once, pages(path, self.seconds)))

    def registrations(self, what: str, work: Work, at_once: int) -> Figure:
        people = crowd(at_once, max(1, self.people // at_once), plant(self.server, LUNCHES, CAPACITY))
        return self.figure(what, at_once, *run(self.server, at_once, work, people, fetches=work is posts))

    def rush(self) -> Figure:
        """Everybody sends at once, for a third as many seats."""
        people = crowd(RUSH, 1, plant(self.server, 1, RUSH // 3))
        return self.figure(f"{RUSH} for {RUSH // 3} seats", RUSH, *run(self.server, RUSH, posts, people, fetches=True))

    def everything(self, crowds: Sequence[int]) -> Iterator[Figure]:
        (slug,) = plant(self.server, 1, CAPACITY)
        for at_once in crowds:
            yield self.page(HELLO, "/healthz", at_once)
            yield self.page("GET /healthz", "/healthz", at_once)
            for what, path in (("event page", f"/e/{slug}"), ("form", f"/e/{slug}/register"), ("home", "/")):
                yield self.page(f"GET {what}", path, at_once)
                yield self.page("  rendered", f"{path}?rendered", at_once)  # a query: no page is kept
            yield self.registrations("POST registration", posts, at_once)
            yield self.registrations("whole visit", journeys, at_once)
        yield self.rush()


def show(figures: list[Figure]) -> None:
    """A table for people."""
    print(f"{'':20}{'at once':>8}{'per s':>9}{'hello':>9}{'p50 ms':>9}{'p99 ms':>9}{'cpu ms':>8}{'errors':>8}")
    for one in figures:
        print(
            f"{one.what:20}{one.at_once:8}{one.rate:9.0f}{one.to_hello:9.3f}{one.p50:9.2f}{one.p99:9.2f}{one.cpu:8.2f}{one.errors:8}"
        )


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    words.add_argument("--workers", type=int, default=1, help="web processes; more than one only with PostgreSQL")
    words.add_argument("--seconds", type=float, default=2, help="length of each page phase")
    words.add_argument("--people", type=int, default=600, help="registrations in each phase")
    words.add_argument("--at-once", type=int, nargs="+", default=AT_ONCE, help="clients at the same time")
    words.add_argument("--json", action="store_true", help="print JSON")
    given = words.parse_args()
    with a_server(given.database, given.workers) as server, a_hello_server() as hello:
        bench = Bench(server, hello, given.seconds, min(given.people, 4 * CAPACITY * LUNCHES))  # more are too many
        result: dict[str, object] = {"database": given.database, "workers": given.workers}
        figures = list(bench.everything(given.at_once))
        result["figures"] = [asdict(figure) for figure in figures]
        result["memory_mb"] = round(server.memory() / 1e6)
        if given.json:
            print(json.dumps(result))
        else:
            show(figures)
            print(f"server: {result['memory_mb']} MB resident, {given.database}, {given.workers} worker(s)")


if __name__ == "__main__":
    main()

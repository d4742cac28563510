"""Every figure that is promised, beside its demand: ``python -m bench`` measures and writes docs/performance.md.

Half an hour on a quiet machine; each program of this folder can be run alone as well. ``--quick`` takes five minutes:
the same programs with small numbers and the smallest hall, and the page on standard output; its figures say nothing.
Exit status 1 where a demand is missed.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.phones import raise_file_limit

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
HALLS = (300, 5000, 10_000)
is_quick = False
QUICKLY = {
    "registrations.py": "--seconds 0.3 --people 40 --at-once 1",
    "workspace.py": "--rounds 1",
    "votes.py": "--runs 1 --window 2 --idle 1",
    "start.py": "",
    "nodes.py": "--phones 60 --rounds 1",
    "transfer.py": "--registrations 1000",
}
HELD_BY_TESTS = {
    "a seat shows at the next request, under a storm within a second; one rendering a second": "test_page_cache.py",
    "nothing personal is kept: all addresses, walked as two users": "test_page_cache.py",
    "two seats never given as one; one registration and one e-mail for a double tap": "test_races.py",
    "nothing lost or doubled by `kill -9` under load": "test_kills.py",
    "organisers' pages ask the same number of queries, however much is stored": "test_workspace_queries.py",
}


@dataclass(frozen=True)
class Row:
    """A figure, the demand on it (``at_least`` or at most), and the program that measures it."""

    what: str
    value: float
    demand: float
    program: str
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        return self.value >= self.demand if self.at_least else self.value <= self.demand

    def __str__(self) -> str:
        demand = f"{'≥' if self.at_least else '≤'} {self.demand:g}"
        cells = (self.what, f"{self.value:g}", demand, "yes" if self.is_met else "**no**", f"`bench/{self.program}`")
        return f"| {' | '.join(cells)} |\n"


def asked(program: str) -> Any:
    """What a program of this folder prints as JSON."""
    print(f"bench/{program}", file=sys.stderr)
    name, *words = (program.replace("--gates", "") + " " + QUICKLY[program.split()[0]] if is_quick else program).split()
    done = subprocess.run([sys.executable, str(HERE / name), *words, "--json"], stdout=subprocess.PIPE, check=False)
    if not done.stdout:
        sys.exit(f"bench/{program} said nothing, and ended with {done.returncode}")
    return json.loads(done.stdout)


def start() -> Iterator[Row]:
    figures, program = asked("start.py"), "start.py"
    yield Row("`lunchkit serve` until it answers, s of CPU", figures["ready_cpu_s"], 1.5, program)
    yield Row("master and worker, idle, MB (PSS)", figures["idle_mb"], 130, program)
    yield Row("distributions that `pip install .` brings", figures["distributions"], 38, program)
    yield Row("their size, MB", figures["packages_mb"], 120, program)


def attendees() -> Iterator[Row]:
    for database in ("sqlite", "postgresql"):
        program = f"registrations.py --database {database}"
        figures = {(one["what"], one["at_once"]): one for one in asked(program)["figures"]}
        one_by_one = {what: figure for (what, at_once), figure in figures.items() if at_once == 1}
        for what in ("GET event page", "GET form"):
            yield Row(f"{what}, {database}, CPU of hello ÷ its", one_by_one[what]["to_hello"], 0.6, program, True)
        sent = one_by_one["POST registration"]
        yield Row(f"a registration, {database}, CPU of hello ÷ its", sent["to_hello"], 0.15, program, True)
        yield Row(f"a registration, {database}, ms of CPU", sent["cpu"], 2.5, program)
        yield Row(f"a whole visit, {database}, ms of CPU", one_by_one["whole visit"]["cpu"], 5, program)
        rush = next(figure for (what, _), figure in figures.items() if what.endswith("seats"))
        yield Row(f"{rush['what']} at once, {database}, s", rush["seconds"], 2, program)
        yield Row(f"{rush['what']} at once, {database}, errors", rush["errors"], 0, program)
        yield Row(f"errors in all phases, {database}", sum(one["errors"] for one in figures.values()), 0, program)


def room(halls: tuple[int, ...]) -> Iterator[Row]:
    for phones in halls:
        if too_few := raise_file_limit(2 * phones + 500):
            print(f"{phones} phones are left out: {too_few}", file=sys.stderr)
            yield Row(f"{phones} phones: runs that count ({too_few})", 0, 1, f"votes.py --phones {phones}", True)
            continue
        program = f"votes.py --phones {phones} --runs {1 if phones > 5000 else 3} --gates"
        found = asked(program)
        figures, limits = found["figures"][str(phones)], found["limits"][str(phones)]
        yield Row(f"{phones} phones: runs that count", figures["runs_that_count"], 1, program, True)
        for name in found["never"]:
            yield Row(f"{phones} phones: {name.replace('_', ' ')}", figures.get(name, 0), 0, program)
        for name, limit in limits.items():
            if name in figures:
                what = f"{phones} phones: {name.replace('_', ' ')}"
                yield Row(what, figures[name], limit, program, name in found["at_least"])


def workspace() -> Iterator[Row]:
    for database in ("sqlite", "postgresql"):
        program = f"workspace.py --database {database}"
        pages = asked(program)
        missed = sum(page["is_missed"] for page in pages)
        yield Row(f"organisers' pages over their ratio, of {len(pages)}, {database}", missed, 0, program)


def past_one_machine() -> Iterator[Row]:
    program = "nodes.py --phones 5000 --rounds 1"
    found = asked(program)
    yield Row("two servers: votes while they are killed", found["rounds"][0]["phones"], 5000, program, True)
    yield Row("two servers: times that one was killed", found["rounds"][0]["kills"], 2, program, True)
    for name, count in found["never"].items():
        yield Row(f"two servers: {name.replace('_', ' ')}", count, 0, program)
    figures, program = asked("transfer.py"), "transfer.py"
    yield Row("`lunchkit copy-to`: rows, of 100,000 registrations", figures["rows"], 100_000, program, True)
    yield Row("`lunchkit copy-to`: tables that are not equal", figures["unequal_tables"], 0, program)
    yield Row("`lunchkit copy-to`: s", figures["seconds"], 300, program)


def page(rows: list[Row]) -> str:
    processor = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    tests = (f"| {what} | `python3 run.py test tests/{test}` |\n" for what, test in HELD_BY_TESTS.items())
    return (
        "# Performance\n\nMade by `.venv/bin/python -m bench`; change nothing here by hand. What each figure means:\n"
        "[bench/README.md](../bench/README.md). Figures of one run on one machine: compare ratios, not rates.\n\n"
        f"Measured on: {processor}.\n\n| figure | value | demand | met | `.venv/bin/python …` |\n"
        f"|---|---|---|---|---|\n{''.join(map(str, rows))}\n| held by a test | command |\n|---|---|\n{''.join(tests)}"
    )


def main() -> None:
    global is_quick
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--quick", action="store_true", help="small numbers, only to see that it works")
    is_quick = words.parse_args().quick
    rows: list[Row] = []
    for part in (start(), attendees(), workspace(), past_one_machine(), room(HALLS[:1] if is_quick else HALLS)):
        rows += part
        if not is_quick:
            PAGE.write_text(page(rows))  # after each part: what follows may fail
    if is_quick:
        print(page(rows))
    sys.exit(any(not row.is_met for row in rows))


if __name__ == "__main__":
    main()

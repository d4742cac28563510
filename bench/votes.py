"""A hall of phones follows the live polls and votes: what is lost, how long it takes, what it costs.

Starts a server of its own, on this machine only, with an empty database in a temporary folder. Everything that a
figure is divided by is measured in the same run: a bare Flask page under the same kind of server (``hello``), and a
bare loop of send() to as many sockets (``raw``).

.venv/bin/python bench/votes.py [--phones 300 1000 5000] [--runs 3 --gates]
"""

import argparse
import html
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.phones import (
    Ballot,
    Exchange,
    Hall,
    Loop,
    Stream,
    Voting,
    fetch_all,
    form_post,
    head,
    quantile,
    raise_file_limit,
    rate,
    raw_fan_out,
)  # fmt: skip
from bench.servers import a_hello_server, a_server, proportional
from tests.server import Server

ROOT = Path(__file__).parent.parent
ROOM = Path(__file__).parent / "room.py"
PAGES_FETCHED = 300
"""So many phones open their page for real; the others get the cookie that it would have given them."""
DOUBLE, CHANGE = 0.05, 0.1
"""Shares of the phones that tap twice, and that change their mind."""
LATE = 0.02
"""Seconds: a generator that is later than this at its 99th hundredth measured itself."""
PAUSE = 0.2
"""Seconds between two changes that all phones are told."""
TRIES = 2
"""So many runs more are made where some do not count."""
BUSY = 0.3
"""Cores that others may use of this machine during a storm."""
NEVER = ("lost", "doubled", "wrong", "unanswered", "not_converged", "projector_wrong", "not_let_go")
"""What must not happen to anybody, however busy the machine is."""
AT_LEAST = ("saturated_to_hello",)
Figures = dict[str, float]


class Hand:
    """The organiser's hand: room.py, asked in lines of JSON, while the phones go on."""

    def __init__(self, server: Server, loop: Loop) -> None:
        self.loop = loop
        self.process = subprocess.Popen(
            [server.python, str(ROOM)], env=server.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        self._answers = b""
        loop.watch(self.process.stdout.fileno(), self._read)

    def ask(self, *words: object) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(words).encode() + b"\n")
        self.process.stdin.flush()
        self.loop.run(lambda: b"\n" in self._answers or self.process.poll() is not None, 120)
        line, _, self._answers = self._answers.partition(b"\n")
        if not line:
            raise RuntimeError(f"room.py gave no answer to {words[0]}")
        return json.loads(line)

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.loop.forget(self.process.stdout.fileno())
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self._answers += os.read(self.process.stdout.fileno(), 65536)


@dataclass
class Usage:
    """Processor time, in seconds: of the server, and of everything on the machine that is neither it nor we."""

    at: float
    server: float
    others: float

    @staticmethod
    def now(server: Server) -> "Usage":
        tick = os.sysconf("SC_CLK_TCK")
        whole = [int(word) for word in Path("/proc/stat").read_text().split()[1:8]]
        ours = server_cpu(server)
        busy = (sum(whole) - whole[3] - whole[4]) / tick
        return Usage(time.monotonic(), ours, busy - ours - time.process_time())

    def until(self, later: "Usage") -> tuple[float, float]:
        seconds = later.at - self.at
        return (later.server - self.server) / seconds, max(0.0, later.others - self.others) / seconds


def server_cpu(server: Server) -> float:
    """Processor time of the whole server, of workers that have ended too."""
    ended = 0
    if server.process is not None:
        words = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
        ended = int(words[13]) + int(words[14])
    return server.cpu_seconds() + ended / os.sysconf("SC_CLK_TCK")


@dataclass
class Told:
    """What a projector heard: when, and how many had answered."""

    at: float
    ballots: int


class Storm:
    """One server, one room, and so many phones in it."""

    def __init__(self, server: Server, loop: Loop, phones: int) -> None:
        self.server, self.loop, self.phones = server, loop, phones
        self.hand = Hand(server, loop)
        self.planted = self.hand.ask("plant", 4)
        self.code: str = self.planted["code"]
        self.projectors: list[Stream] = []
        self._rates: dict[str, list[float]] = {"hello": [], "healthz": []}
        self.hall = Hall(loop)
        self.told: list[Told] = []
        self.cookies: list[str] = []
        self.figures: Figures = {}
        self.position = 0
        """Of the question that is open."""

    # Coming in.

    def come_in(self) -> None:
        stream = self._open_pages()
        memory = self.server.memory()
        self.hall.streams = [
            Stream(self.loop, self.server.port, stream, cookie, self.hall.heard) for cookie in self.cookies
        ]
        used = server_cpu(self.server)
        self.figures["opening_s"] = self.hall.open()
        self.figures["opening_cpu_ms"] = (server_cpu(self.server) - used) / self.phones * 1000
        self.loop.rest(1.0)
        self.figures["memory_per_phone_kb"] = (self.server.memory() - memory) / 1024 / self.phones
        self.figures["memory_mb"] = proportional(self.server) / 1e6
        self.projectors = [
            Stream(self.loop, self.server.port, self._address(f"/screen/{self.code}"), heard=heard)
            for heard in (self._projector_heard, None)
        ]
        for projector in self.projectors:
            projector.open()
        self.loop.run(lambda: all(projector.is_open for projector in self.projectors), 10)

    def _open_pages(self) -> str:
        path, fetched = f"/v/{self.code}", min(self.phones, PAGES_FETCHED)
        began = time.monotonic()
        request = head("GET", path, self.server.port, "Connection: close\r\n", "")
        answers = fetch_all(self.loop, self.server.port, [request] * fetched)
        self.figures["pages_per_s"] = fetched / (time.monotonic() - began)
        bad = [status for status, _ in answers if status != 200]
        if bad:
            raise self._surprise(path, Counter(bad))
        given = [re.search(rb"(?i)set-cookie: ((?:__Host-)?voter=[^;\r]+)", answer) for _, answer in answers]
        self.cookies = [found[1].decode() for found in given if found]
        self.cookies += self.hand.ask("cookies", self.phones - len(self.cookies))
        return data_address(answers[0][1], "stream")

    def _address(self, path: str, name: str = "stream") -> str:
        return data_address(self._get(path), name)

    def _get(self, path: str) -> bytes:
        (status, answer), *_ = fetch_all(
            self.loop, self.server.port, [head("GET", path, self.server.port, "Connection: close\r\n", "")]
        )
        if status != 200:
            raise self._surprise(path, status)
        return answer

    def _surprise(self, path: str, what: object) -> RuntimeError:
        return RuntimeError(f"{path} was answered with {what}:\n{self.server.log.read_text()[-2000:]}")

    def _projector_heard(self, stream: Stream, now: float) -> None:
        self.told.append(Told(now, json.loads(stream.body)["ballots"]))

    # Measuring.

    def idle(self, seconds: float) -> None:
        before = Usage.now(self.server)
        self.loop.rest(seconds)
        self.figures["idle_cores"] = before.until(Usage.now(self.server))[0]

    def fan_out(self, updates: int = 20) -> None:
        arrivals = []
        for _ in range(updates):
            revision = self.hand.ask("push", self.planted["event"])["revision"]
            self.loop.run(lambda revision=revision: self.hall.has_all(revision), 5)  # type: ignore[misc]
            arrivals.append(self.hall.arrivals.get(revision))
            self.loop.rest(PAUSE)
        whole = [arrival for arrival in arrivals if arrival is not None and arrival.phones >= self.phones]
        if len(whole) < updates / 2:
            raise RuntimeError(f"only {len(whole)} of {updates} changes came to all phones")
        self.figures["fan_out_ms"] = statistics.median(arrival.seconds for arrival in whole) * 1000
        raw = raw_fan_out(self.loop, self.phones, self.hall.streams[0].size, updates, PAUSE)
        self.figures["event_bytes"] = self.hall.streams[0].size
        self.figures["raw_ms"] = statistics.median(raw) * 1000
        self.figures["fan_out_to_raw"] = self.figures["fan_out_ms"] / self.figures["raw_ms"]

    def storm(self, window: float, kill: float = 0.0, blow: str = "") -> None:
        """Everybody answers once at a random moment; some tap twice, change their mind, or break off.

        In the middle the server may get a blow: ``reload`` (SIGHUP), or ``crash`` (SIGKILL for a worker).
        """
        blows = {"reload": self._reload, "crash": self._crash}
        voting = self._vote(window, 0, blows.get(blow), kill=kill, double=DOUBLE, change=CHANGE)
        self.figures |= storm_figures(voting, self.told)
        self._settle(voting, 0)

    def saturate(self) -> None:
        voting = self._vote(1.0, 1)
        self.figures |= saturation_figures(voting)
        self.figures["saturated_lateness_p99_ms"] = quantile(self.loop.lateness, 0.99) * 1000
        self._settle(voting, 1)

    def close_amid(self) -> None:
        poll = self._open(2)
        voting = self._voting()
        voting.plan(self.phones, 1.0)
        self.loop.rest(0.6)
        stamps = self.hand.ask("close", poll)
        self.loop.run(voting.all_answered, 60)
        counted = self.hand.ask("counted", poll)["ballots"]
        told = sum(ballot.is_counted for ballot in voting.ballots)
        self.figures["late_refused"] = sum(ballot.status == 409 for ballot in voting.ballots)
        self._add("lost", max(0, told - counted))
        self._add("doubled", max(0, counted - told))
        self._add("unanswered", voting.waiting)
        self._wait_for(stamps["revision"], 10)

    def come_back(self) -> None:
        for stream in self.hall.streams:
            stream.comes_back = False
        self._reload()
        gone = self._wait(lambda: self.hall.count_open() == 0, 30)
        self._add("not_let_go", 0 if gone else self.hall.count_open())
        for stream in self.hall.streams:
            stream.comes_back = True
        self._wait_until_served()
        self.figures["reopening_s"] = self.hall.open()

    def greet(self, hello: Server) -> None:
        for name, server in (("hello", hello), ("healthz", self.server)):
            before = Usage.now(server)
            self._rates[name].append(rate(self.loop, server.port, "/healthz"))
            used = before.until(Usage.now(server))[0]
            self.figures[f"{name}_per_s"] = statistics.mean(self._rates[name])
            self.figures[f"{name}_cpu_ms"] = used / self._rates[name][-1] * 1000

    def finish(self) -> Figures:
        self.hall.close()
        for projector in self.projectors:
            projector.comes_back = False
            projector.close()
        self.hand.close()
        figures = self.figures
        figures["tick_ms"] = self.planted["screen_gap"] * 1000
        if "hello_per_s" in figures:
            figures["saturated_to_hello"] = figures["saturated_votes_per_s"] / figures["hello_per_s"]
            figures["saturated_to_healthz"] = figures["saturated_votes_per_s"] / figures["healthz_per_s"]
            figures["reopening_to_hello"] = figures["reopening_s"] / (self.phones / figures["hello_per_s"])
        if "raw_ms" in figures:
            figures["vote_p99_to_raw"] = figures["vote_p99_ms"] / figures["raw_ms"]
            figures["own_p95_to_tick"] = figures["own_p95_ms"] / (figures["tick_ms"] + figures["raw_ms"])
        figures["own_over_tick_ms"] = figures["own_p95_ms"] - figures["tick_ms"]
        return figures

    # The parts of a vote.

    def _voting(self) -> Voting:
        def request(ballot: Ballot) -> bytes:
            form = f"poll={self.position}&turn={ballot.turn}&choice={ballot.choice}"
            return form_post(f"/v/{self.code}", self.server.port, form, self.cookies[ballot.phone])

        return Voting(self.loop, self.server.port, request)

    def _open(self, number: int) -> int:
        poll: int = self.planted["polls"][number]
        self.position = number + 1
        stamps = self.hand.ask("open", poll)
        self._wait_for(stamps["revision"], 10)
        self.loop.rest(0.3)
        self.told.clear()
        return poll

    def _vote(self, window: float, number: int, blow: Callable[[], None] | None = None, **shares: float) -> Voting:
        self._open(number)
        voting = self._voting()
        began = voting.plan(self.phones, window, **shares)
        self.loop.lateness.clear()
        before = Usage.now(self.server)
        if blow is not None:
            self.loop.at(began + window / 2, blow)
        self.loop.run(lambda: time.monotonic() >= began + window and voting.all_answered(), window + 90)
        after = Usage.now(self.server)
        used, others = before.until(after)
        if number == 1:
            self.figures["vote_cpu_ms"] = (after.server - before.server) / len(voting.ballots) * 1000
        if number == 0:
            self.figures["lateness_p99_ms"] = quantile(self.loop.lateness, 0.99) * 1000
            self.figures["server_cores"], self.figures["others_cores"] = used, others
        self._add("unanswered", voting.waiting)
        return voting

    def _settle(self, voting: Voting, number: int) -> None:
        poll, words = self.planted["polls"][number], voting.last_words()
        seen = self._wait(lambda: bool(self.told) and self.told[-1].ballots == len(words), 10)
        self._add("projector_wrong", 0 if seen else 1)
        found = self.hand.ask("inspect", poll, [(self.cookies[phone], choice) for phone, choice in words.items()])
        self._add("lost", found["lost"])
        self._add("wrong", found["wrong"])
        closing = self.hand.ask("close", poll)
        counted = self.hand.ask("counted", poll)
        self._add("lost", max(0, len(words) - voting.waiting - counted["ballots"]))
        self._add("doubled", max(0, counted["ballots"] - len(words) - voting.waiting))
        expected = Counter(words.values())
        tally = {int(position): count for position, count in counted["tally"].items()}
        self._add("wrong", sum(abs(expected[choice] - tally.get(choice, 0)) for choice in (1, 2, 3)) // 2)
        self._wait_for(closing["revision"], 10)
        arrival = self.hall.arrivals.get(closing["revision"])
        if arrival is not None and arrival.phones >= self.phones:
            self.figures["close_to_all_ms"] = (arrival.last - closing["began"]) * 1000
        revealed = self.hand.ask("reveal", poll)
        self._wait_for(revealed["revision"], 10)
        self._add("not_converged", self._count_behind(revealed["revision"]))

    def _count_behind(self, revision: int) -> int:
        state = json.loads(self._get(self._address(f"/v/{self.code}", "state")).partition(b"\r\n\r\n")[2])
        if state["rev"] != revision or "revealed" not in state["key"]:
            raise RuntimeError(f"the server itself is at {state['rev']} {state['key']}, not at {revision}")
        return sum(
            stream.revision != revision or json.loads(stream.body)["key"] != state["key"]
            for stream in self.hall.streams
        )

    def _wait_for(self, revision: int, seconds: float) -> bool:
        return self._wait(lambda: self.hall.count_at(revision) == self.phones, seconds)

    def _wait(self, until: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not until():
            if time.monotonic() >= deadline:
                return False
            self.loop.rest(0.05)
        return True

    def _reload(self) -> None:
        assert self.server.process is not None
        os.kill(self.server.process.pid, signal.SIGHUP)

    def _crash(self) -> None:
        assert self.server.process is not None
        os.kill(next(pid for pid in self.server.pids() if pid != self.server.process.pid), signal.SIGKILL)

    def _wait_until_served(self) -> None:
        answers: list[int] = []
        request = head("GET", "/healthz", self.server.port, "Connection: close\r\n", "")
        while 200 not in answers:
            answers.clear()
            Exchange(self.loop, self.server.port, request, lambda status, _answer: answers.append(status))
            self.loop.run(lambda: bool(answers), 20)

    def _add(self, name: str, count: int) -> None:
        self.figures[name] = self.figures.get(name, 0) + count


def data_address(page: bytes, name: str) -> str:
    """The address that a page carries in an attribute for its script."""
    found = re.search(rf'data-{name}="([^"]+)"'.encode(), page)
    if found is None:
        raise RuntimeError(f"the page carries no data-{name}")
    return html.unescape(found[1].decode())


def first_counted(voting: Voting) -> dict[int, Ballot]:
    """By phone, the answer that was acknowledged first."""
    found: dict[int, Ballot] = {}
    for ballot in sorted(voting.ballots, key=lambda ballot: ballot.answered):
        if ballot.is_counted:
            found.setdefault(ballot.phone, ballot)
    return found


def storm_figures(voting: Voting, told: list[Told]) -> Figures:
    """How long a vote took, and until the projector showed it; without those that were broken off on purpose."""
    times = [ballot.seconds for ballot in voting.ballots if ballot.is_counted and not ballot.cut]
    own = own_screen(list(first_counted(voting).values()), told)
    figures = {f"vote_p{share}_ms": quantile(times, share / 100) * 1000 for share in (50, 95, 99)}
    figures |= {f"own_p{share}_ms": quantile(own, share / 100) * 1000 for share in (50, 95)}
    return figures | {"sent_again": sum(ballot.tries > 1 for ballot in voting.ballots)}


def saturation_figures(voting: Voting) -> Figures:
    """What comes through when more come than can: durable answers a second, from the first to the last."""
    answered = [ballot.answered for ballot in voting.ballots if ballot.is_counted]
    began = min(ballot.due for ballot in voting.ballots)
    return {
        "saturated_votes_per_s": len(answered) / (max(answered) - began),
        "saturated_p99_ms": quantile((ballot.seconds for ballot in voting.ballots), 0.99) * 1000,
    }


def own_screen(firsts: list[Ballot], told: list[Told]) -> list[float]:
    """Seconds from when each answer was due until the projector's count held it.

    The n-th that was acknowledged is in every count from n on: counts say how many, never who.
    """
    seconds, events = [], iter(told)
    event = next(events, None)
    for number, ballot in enumerate(firsts, 1):
        while event is not None and event.ballots < number:
            event = next(events, None)
        if event is not None:
            seconds.append(max(0.0, event.at - ballot.due))
    return seconds


def one_run(phones: int, given: argparse.Namespace) -> Figures:
    """A new server, and everything that is asked of it."""
    with a_server(given.database, given.workers) as server:
        storm = Storm(server, Loop(), phones)
        storm.come_in()
        if not given.storm:
            storm.idle(given.idle)
            storm.fan_out()
        storm.storm(given.window, given.kill, given.blow)
        if not given.storm:
            with a_hello_server() as hello_server:
                storm.greet(hello_server)
                storm.saturate()
                storm.greet(hello_server)
            storm.close_amid()
            storm.come_back()
        return storm.finish()


def limits(phones: int, given: argparse.Namespace) -> dict[str, float]:
    """What figures of a quiet run with so many phones may be at most (those of AT_LEAST: at least)."""
    if phones <= 300:
        return {"vote_p99_ms": 100, "own_over_tick_ms": 100}
    if phones < 5000:
        return {}
    return {
        "saturated_to_hello": 0.30 if given.workers == 1 else 0.45,
        "fan_out_to_raw": 1.5,
        "own_p95_to_tick": 1.3,
        "vote_p99_to_raw": 2.5,
        "memory_per_phone_kb": 4,
        "server_cores": 0.7,
        "idle_cores": 0.02 * given.workers,  # each process looks for itself
        "reopening_to_hello": 3,
    } | ({"memory_mb": 150} if phones == 5000 and given.workers == 1 else {})


def missed(phones: int, figures: Figures, given: argparse.Namespace) -> list[str]:
    """The figures that miss a demand; a run with a blow or broken-off requests is judged by NEVER alone."""
    found = [name for name in NEVER if figures.get(name)]
    if figures["runs_that_count"] and not (given.blow or given.kill):
        for name, limit in limits(phones, given).items():
            value = figures.get(name, limit)
            found += [name] if (value < limit if name in AT_LEAST else value > limit) else []
    return found


def middle(counting: list[Figures], every: list[Figures]) -> Figures:
    """Of each figure the median of the runs that count; of what must never happen, all that did in any run."""
    shown = counting or every
    names = dict.fromkeys(name for run in shown for name in run)
    found = {name: statistics.median(run[name] for run in shown if name in run) for name in names}
    return found | {name: sum(run.get(name, 0) for run in every) for name in NEVER if name in found}


def remarks(figures: Figures, given: argparse.Namespace) -> list[str]:
    """What speaks against a run."""
    found = []
    if figures["lateness_p99_ms"] > LATE * 1000:
        found.append(f"the generator was late (p99 {figures['lateness_p99_ms']:.0f} ms): this run does not count")
    if figures["others_cores"] > BUSY and given.database == "sqlite":
        found.append(f"others used {figures['others_cores']:.1f} cores meanwhile: this run does not count")
    return found


def show(results: dict[int, Figures], given: argparse.Namespace) -> None:
    """The table that the README shows."""
    print(f"{'phones':24}" + "".join(f"{phones:>12}" for phones in results))
    names = dict.fromkeys(name for figures in results.values() for name in figures)
    for name in names:
        cells = [f"{figures[name]:>11.4g}" if name in figures else f"{'-':>11}" for figures in results.values()]
        marks = ["!" if name in missed(phones, figures, given) else " " for phones, figures in results.items()]
        print(f"{name:24}" + "".join(cell + mark for cell, mark in zip(cells, marks, strict=True)))


def parse() -> argparse.Namespace:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--phones", type=int, nargs="+", default=[300, 1000, 5000])
    words.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    words.add_argument("--workers", type=int, default=1, help="web processes; more than one only with PostgreSQL")
    words.add_argument("--window", type=float, default=10, help="seconds within which everybody votes")
    words.add_argument("--idle", type=float, default=10, help="seconds of doing nothing")
    words.add_argument(
        "--reload", dest="blow", action="store_const", const="reload", help="SIGHUP in the middle of the storm"
    )
    words.add_argument(
        "--crash", dest="blow", action="store_const", const="crash", help="SIGKILL for a worker in the middle of it"
    )
    words.add_argument("--kill", type=float, default=0, help="share of the phones that break off and come back")
    words.add_argument("--storm", action="store_true", help="only the storm, without what figures are divided by")
    words.add_argument("--runs", type=int, default=1, help="how often; the table shows medians")
    words.add_argument("--gates", action="store_true", help="exit with 1 if a demand is missed")
    words.add_argument("--json", action="store_true", help="print JSON")
    words.set_defaults(blow="")
    return words.parse_args()


def measure(phones: int, given: argparse.Namespace) -> Figures:
    """As many runs as are wanted; for the demands, one that does not count is made again, but not for ever."""
    every: list[Figures] = []
    counting: list[Figures] = []
    most = given.runs + (TRIES if given.gates else 0)
    while len(counting) < given.runs and len(every) < most:
        every.append(one_run(phones, given))
        against = remarks(every[-1], given)
        counting += [] if against else every[-1:]
        for remark in against:
            print(f"{phones} phones: {remark}", file=sys.stderr)
    figures = middle(counting, every)
    return figures | {"runs": len(every), "runs_that_count": len(counting)}


def main() -> None:
    given = parse()
    complaint = raise_file_limit(2 * max(given.phones) + 500)
    if complaint:
        print(complaint, file=sys.stderr)
    results = {phones: measure(phones, given) for phones in given.phones}
    wrong = [(phones, name) for phones, figures in results.items() for name in missed(phones, figures, given)]
    if given.json:
        demands = {phones: limits(phones, given) for phones in results}
        print(json.dumps({"figures": results, "limits": demands, "at_least": AT_LEAST, "never": NEVER}))
    else:
        show(results, given)
    for phones, name in wrong:
        print(f"missed with {phones} phones: {name}", file=sys.stderr)
    for phones, figures in results.items():
        if not figures["runs_that_count"]:
            print(f"{phones} phones: no run counts, so that only losses were judged", file=sys.stderr)
    sys.exit(1 if given.gates and wrong else 0)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()

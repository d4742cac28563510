"""The same room, voting with Prashna and with lunchkit in turn, in one run: what each loses, and what it costs.

Prashna (https://github.com/kvsankar/prashna) is a live question and quiz tool of the same size as ours: one process,
SQLite, pages on phones. Install it into an environment of its own (``pip install prashna``), and name its command:

.venv/bin/python bench/prashna.py --prashna FOLDER/bin/prashna [--phones 100 300]

Its phones hold a WebSocket that says «something changed», at each single ballot, to everybody; its projector then
fetches the page's state. Both servers get ballots at the same rate, each on a new connection. Its limits per address
are lifted, since this hall has one address; everything else is as it comes (its SQLite flushes with
``synchronous=NORMAL``, which may lose the last answers with the power; ours with FULL).
"""

import argparse
import base64
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
)  # fmt: skip
from bench.registrations import a_server
from bench.votes import CHANGE, DOUBLE, Storm, Told, Usage, saturation_figures, storm_figures
from tests.server import HOST, Client, Server

Figures = dict[str, float]
PASSWORD = "correct-horse-battery"
TEXT, PING = 1, 9
LOOKS_AFTER = 0.4
"""Seconds that its pages wait for more before they fetch what changed."""
ROWS = (
    "pages_per_s", "opening_s", "memory_mb", "memory_per_phone_kb", "server_cores", "others_cores", "lateness_p99_ms",
    "lost", "wrong", "doubled", "unanswered", "sent_again", "sockets_lost", "not_converged", "vote_p50_ms",
    "vote_p95_ms", "vote_p99_ms", "own_p95_ms", "close_to_all_ms", "saturated_votes_per_s", "saturated_p99_ms",
    "vote_cpu_ms",
)  # fmt: skip


class Socket(Stream):
    """A WebSocket as Prashna's pages hold one: it hears that something changed, never what (RFC 6455)."""

    def open(self) -> None:
        if self.is_alive or not self.comes_back:
            return
        self._rest, self.is_open = b"", False
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        more = (
            f"Origin: http://{HOST}:{self.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        )
        self.connect(head("GET", self.path, self.port, more, self.cookie))

    def took(self, data: bytes) -> None:
        now = time.monotonic()
        self._rest += data
        if not self.is_open:
            top, there, rest = self._rest.partition(b"\r\n\r\n")
            if not there:
                return
            if top[9:12] != b"101":
                self.refusals += 1
                self.hang_up()
                return
            self.is_open, self._rest = True, rest
            self.openings += 1
        for body in self._frames():
            self.body = body
            self.revision += 1
            if self._heard is not None:
                self._heard(self, now)

    def _frames(self) -> Iterator[bytes]:
        while len(self._rest) >= 2:
            kind, length = self._rest[0] & 15, self._rest[1] & 127
            start = 2
            if length == 126:
                length, start = int.from_bytes(self._rest[2:4], "big"), 4
            if len(self._rest) < start + length:
                return
            body, self._rest = self._rest[start : start + length], self._rest[start + length :]
            if kind == PING:
                self.say(bytes((0x8A, 0x80 | len(body))) + b"\0\0\0\0" + body)
            elif kind == TEXT:
                yield body


class PrashnaServer(Server):
    """``prashna`` on a free port, with a folder of its own."""

    def start(self) -> None:
        words = [*self.launcher, "--port", str(self.port), "--data-dir", str(self.instance), "--no-browser"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                words, env=os.environ | {"PRASHNA_RATELIMIT": "off"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError), Client(self.port, timeout=5) as client:
                if client.get("/api/admin/status").status == 200:
                    return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"Prashna did not start:\n{self.log.read_text()[-2000:]}")


class Prashna:
    """A running Prashna, one room in it, and so many phones in that."""

    def __init__(self, server: Server, loop: Loop, phones: int) -> None:
        self.server, self.loop, self.phones = server, loop, phones
        self.admin = ""
        self.hall = Hall(loop)
        self.cookies: list[str] = []
        self.told: list[Told] = []
        self.figures: Figures = {}
        self._looks = False
        self._plant((server.instance / "setup-token").read_text().strip())

    # Coming in.

    def _plant(self, token: str) -> None:
        setup: dict[str, object] = {"username": "bench", "password": PASSWORD, "setup_token": token}
        status, answer = self._send("POST", "/api/admin/setup", setup)
        if status != 200:
            raise RuntimeError(f"Prashna let nobody in: {status}")
        self.admin = cookie_in(answer, "prashna_admin")
        self.code = self.ask("POST", "/api/sessions", title="Lunch")["code"]
        self.quiz = self.ask("POST", "/api/quizzes", title="IA")["id"]
        text = "Votre organisation devrait-elle se servir d’outils d’IA ?"
        path = f"/api/quizzes/{self.quiz}"
        asked = self.ask("POST", f"{path}/questions", text=text, qtype="single", graded=False)["id"]
        for label in ("Oui, partout où c’est possible", "Oui, mais pas pour tout", "Non, pas dans nos associations"):
            self.ask("POST", f"/api/quiz_questions/{asked}/answers", text=label)
        self.ask("POST", f"{path}/publish")

    def come_in(self) -> None:
        """Everybody opens the page's state, which gives them a cookie, then its socket; the moderator watches."""
        began = time.monotonic()
        path = f"/api/sessions/{self.code}/participant-bootstrap"
        request = head("GET", path, self.server.port, "Connection: close\r\n", "")
        answers = fetch_all(self.loop, self.server.port, [request] * self.phones)
        self.figures["pages_per_s"] = self.phones / (time.monotonic() - began)
        self.cookies = [cookie_in(answer, "voter_token") for _status, answer in answers]
        memory = self.server.memory()
        self.hall.streams = [
            Socket(self.loop, self.server.port, f"/ws/sessions/{self.code}", cookie, self.hall.heard)
            for cookie in self.cookies
        ]
        self.figures["opening_s"] = self.hall.open()
        self.loop.rest(1.0)
        self.figures["memory_per_phone_kb"] = (self.server.memory() - memory) / 1024 / self.phones
        self.moderator = Socket(self.loop, self.server.port, f"/ws/sessions/{self.code}", "", self._moderator_heard)
        self.moderator.open()
        self.loop.run(lambda: self.moderator.is_open, 10)

    def _moderator_heard(self, _stream: Stream, now: float) -> None:
        """As its page does: wait 0.4 s for more, then fetch the counts."""
        if not self._looks:
            self._looks = True
            self.loop.at(now + LOOKS_AFTER, self._look)

    def _look(self) -> None:
        self._looks = False
        request = head("GET", self._run_path, self.server.port, "Connection: close\r\n", self.admin)
        Exchange(self.loop, self.server.port, request, self._looked)

    def _looked(self, status: int, answer: bytes) -> None:
        if status == 200:
            results = json.loads(answer.partition(b"\r\n\r\n")[2])["results"]
            self.told.append(Told(time.monotonic(), results["respondents"] if results else 0))

    # Measuring.

    def storm(self, window: float) -> None:
        """Everybody answers once at a random moment; some tap twice, or change their mind."""
        voting = self._vote(window, double=DOUBLE, change=CHANGE)
        self._settle(voting)
        self.figures |= storm_figures(voting, self.told)
        self._reveal()

    def saturate(self) -> None:
        """Everybody answers within one second."""
        voting = self._vote(1.0)
        self.figures |= saturation_figures(voting)
        self._settle(voting)

    def _vote(self, window: float, **shares: float) -> Voting:
        self._start()
        voting = Voting(self.loop, self.server.port, self._ballot)
        self.loop.lateness.clear()
        began, before = voting.plan(self.phones, window, **shares), Usage.now(self.server)
        self.loop.run(lambda: time.monotonic() >= began + window and voting.all_answered(), window + 90)
        after = Usage.now(self.server)
        if shares:
            self.figures["server_cores"], self.figures["others_cores"] = before.until(after)
            self.figures["lateness_p99_ms"] = quantile(self.loop.lateness, 0.99) * 1000
        else:
            self.figures["vote_cpu_ms"] = (after.server - before.server) / len(voting.ballots) * 1000
        self.figures["unanswered"] = self.figures.get("unanswered", 0) + voting.waiting
        return voting

    def _start(self) -> None:
        runs = f"/api/sessions/{self.code}/quiz_runs"
        run = self.ask("POST", runs, quiz_id=self.quiz)["id"]
        self._run_path = f"{runs}/{run}"
        self.ask("POST", f"{self._run_path}/start")
        question = self.ask("GET", self._run_path)["current_question"]
        self.question, self.answers = question["id"], [answer["id"] for answer in question["answers"]]
        self.loop.rest(1.0)
        self.told.clear()

    def _ballot(self, ballot: Ballot) -> bytes:
        payload = json.dumps({"question_id": self.question, "answer_ids": [self.answers[ballot.choice - 1]]})
        path, cookie = f"{self._run_path}/submit", self.cookies[ballot.phone]
        return form_post(path, self.server.port, payload, cookie, "application/json")

    def _settle(self, voting: Voting) -> None:
        """Compare what was told with what is there, phone by phone and in all."""
        self.loop.rest(1.0)
        words = voting.last_words()
        requests = [
            head("GET", self._run_path, self.server.port, "Connection: close\r\n", self.cookies[phone])
            for phone in words
        ]
        found = [
            json.loads(answer.partition(b"\r\n\r\n")[2])["my_selections"]
            for _status, answer in fetch_all(self.loop, self.server.port, requests)
        ]
        right = [[self.answers[choice - 1]] for choice in words.values()]
        counted = self.ask("GET", self._run_path)["results"]["respondents"]
        self._add("lost", found.count([]))
        self._add("wrong", sum(bool(one) and one != other for one, other in zip(found, right, strict=True)))
        self._add("doubled", max(0, counted - len(words) - voting.waiting))

    def _reveal(self) -> None:
        """How long a change takes to reach everybody's page, which then still has to fetch it."""
        self.loop.rest(0.5)
        before = {stream: stream.revision for stream in self.hall.streams}
        began = time.monotonic()
        self.ask("POST", f"{self._run_path}/close")
        self.loop.run(lambda: all(stream.revision > before[stream] for stream in self.hall.streams), 20)
        self.figures["close_to_all_ms"] = (time.monotonic() - began) * 1000

    def finish(self) -> Figures:
        """All go home."""
        self.figures["memory_mb"] = self.server.memory() / 1e6
        self.figures["sockets_lost"] = sum(stream.openings != 1 for stream in self.hall.streams)
        self.hall.close()
        self.moderator.comes_back = False
        self.moderator.close()
        return self.figures

    # Asking.

    def ask(self, method: str, path: str, **payload: object) -> Any:
        """Ask as the administrator."""
        status, answer = self._send(method, path, payload)
        if not 200 <= status < 300:
            raise RuntimeError(f"Prashna answered {method} {path} with {status}: {answer[-300:]!r}")
        return json.loads(answer.partition(b"\r\n\r\n")[2])

    def _send(self, method: str, path: str, payload: dict[str, object]) -> tuple[int, bytes]:
        if method == "GET":
            request = head("GET", path, self.server.port, "Connection: close\r\n", self.admin)
        else:
            request = form_post(path, self.server.port, json.dumps(payload), self.admin, "application/json")
        return fetch_all(self.loop, self.server.port, [request])[0]

    def _add(self, name: str, count: int) -> None:
        self.figures[name] = self.figures.get(name, 0) + count


def cookie_in(answer: bytes, name: str) -> str:
    """A cookie that an answer sets, as a request carries it."""
    found = re.search(rf"(?i)\r\nset-cookie: ({name}=[^;\r]+)".encode(), answer)
    if found is None:
        raise RuntimeError(f"Prashna set no cookie {name}: {answer[:200]!r}")
    return found[1].decode()


@contextmanager
def a_prashna(command: Path) -> Iterator[Server]:
    """A Prashna with an empty folder, both gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="lunchkit-bench-") as folder,
        PrashnaServer(Path(folder), launcher=(str(command),)) as server,
    ):
        yield server


def ours(phones: int, window: float) -> Figures:
    """The same with lunchkit."""
    with a_server("sqlite") as server:
        storm = Storm(server, Loop(), phones)
        storm.come_in()
        storm.storm(window)
        storm.saturate()
        return storm.finish()


def theirs(phones: int, window: float, command: Path) -> Figures:
    """Prashna’s figures."""
    with a_prashna(command) as server:
        room = Prashna(server, Loop(), phones)
        room.come_in()
        room.storm(window)
        room.saturate()
        return room.finish()


def show(results: dict[str, Figures]) -> None:
    """One table, a column for each crowd and server."""
    names = dict.fromkeys(name for name in ROWS if any(name in figures for figures in results.values()))
    print(f"{'':24}" + "".join(f"{title:>16}" for title in results))
    for name in names:
        print(f"{name:24}" + "".join(f"{figures.get(name, float('nan')):>16.4g}" for figures in results.values()))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--prashna", type=Path, required=True, help="its command, installed somewhere")
    words.add_argument("--phones", type=int, nargs="+", default=[100, 300])
    words.add_argument("--window", type=float, default=10, help="seconds within which everybody votes")
    words.add_argument("--json", action="store_true", help="print JSON")
    given = words.parse_args()
    complaint = raise_file_limit(2 * max(given.phones) + 500)
    if complaint:
        print(complaint, file=sys.stderr)
    results = {}
    for phones in given.phones:
        results[f"prashna {phones}"] = theirs(phones, given.window, given.prashna)
        results[f"lunchkit {phones}"] = ours(phones, given.window)
    if given.json:
        print(json.dumps(results))
    else:
        show(results)


if __name__ == "__main__":
    main()

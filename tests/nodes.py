"""Several machines for tests: a Valkey (or Redis) that keeps nothing on a disk, and a hall that votes on all of them."""

import http.client
import importlib.util
import itertools
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from flask import Response

from lunchkit.room.devices import new_device, remember
from tests.lacking import lack
from tests.server import HOST, Client, fetch_stamp, free_port, send_form, wait_until


def server_program() -> str:
    """The program of the server; skips the test where there is none, or not its client."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None or importlib.util.find_spec("valkey") is None:
        lack("Valkey is missing: apt-get install valkey-server, pip install valkey")
    return found


@dataclass
class Valkey:
    """A server on a free port; started anew it has forgotten everything."""

    folder: Path
    port: int = field(default_factory=free_port)
    options: tuple[str, ...] = ("--save", "", "--appendonly", "no")
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"valkey://{HOST}:{self.port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def start(self) -> None:
        words = ["--port", str(self.port), "--bind", HOST, "--dir", str(self.folder), *self.options]
        self.process = subprocess.Popen([server_program(), *words], stdout=subprocess.DEVNULL)
        wait_until(lambda: self.ask("ping") == "PONG", 20)

    def ask(self, *words: str) -> str:
        cli = server_program().replace("-server", "-cli")
        done = subprocess.run([cli, "-h", HOST, "-p", str(self.port), *words], capture_output=True, text=True)
        return done.stdout.strip()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def cookies(number: int) -> list[str]:
    """What so many phones would have been given by their page."""
    found = []
    for _ in range(number):
        response = Response()
        remember(response, new_device())
        found.append(response.headers["Set-Cookie"].partition(";")[0])
    return found


@dataclass
class Hall:
    """Phones that vote and people who register, on any of these ports: who gets no answer asks the next one again."""

    ports: Sequence[int]
    told: dict[str, object] = field(default_factory=dict)
    """By cookie, the answer of which the server said that it is kept."""
    registered: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    unanswered: int = 0

    def vote(self, code: str, cookie: str, said: object, turn: int, field: str = "choice") -> None:
        """One answer, sent until the server has said what became of it."""
        body = urlencode({field: said, "turn": turn})
        headers = {"Cookie": cookie, "Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
        headers["Content-Type"] = "application/x-www-form-urlencoded"

        def send(port: int) -> bool:
            connection = http.client.HTTPConnection(HOST, port, timeout=20)
            try:
                connection.request("POST", f"/v/{code}", body, headers)
                status = connection.getresponse().status
            finally:
                connection.close()
            if status == 200:
                self.told[cookie] = said
            elif status not in (502, 503, 504):
                self.refused.append(status)
            self.unanswered += status == 502  # of a proxy, whose server was killed
            return status not in (502, 503, 504)

        self._until_told(send, hash(cookie))

    def register(self, slug: str, email: str) -> None:
        """One person, with one and the same form."""
        stamp = ""

        def send(port: int) -> bool:
            nonlocal stamp
            with Client(port, timeout=20) as client:
                stamp = stamp or fetch_stamp(client, slug)
                status = send_form(client, slug, stamp, "Camille Poireau", email).status
            if status == 303:
                self.registered.append(email)
            return status == 303

        self._until_told(send, hash(email))

    def _until_told(self, send: Callable[[int], bool], start: int) -> None:
        until = time.monotonic() + 60
        for number in itertools.count(start):
            try:
                if send(self.ports[number % len(self.ports)]):
                    return
            except (OSError, http.client.HTTPException) as error:
                self.unanswered += not isinstance(error, ConnectionRefusedError)
            if time.monotonic() > until:
                raise AssertionError("nobody answers")
            time.sleep(0.02)

    def run(self, tasks: Sequence[Callable[[], None]], hands: int = 16) -> list[threading.Thread]:
        """Begin all of these, so many at a time."""
        left = iter(tasks)
        turnstile = threading.Lock()

        def work() -> None:
            while True:
                with turnstile:
                    task = next(left, None)
                if task is None:
                    return
                task()

        threads = [threading.Thread(target=work, daemon=True) for _ in range(hands)]
        for thread in threads:
            thread.start()
        return threads

"""A real server in a process group of its own, and a small client that keeps its connection.

Standard library only: the benchmarks use it too. The client speaks just enough HTTP for a server that always says how
long its answers are; it costs a tenth of http.client, so that a measurement measures the server.
"""

import contextlib
import html
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol, Self, TypeVar
from urllib.parse import urlencode

HOST = "127.0.0.1"
START_WITHIN = 30.0
COMMAND = ("-m", "lunchkit.serve")
Found = TypeVar("Found")
STAMP = re.compile(r'name="stamp"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="stamp"')


def wait_until(is_so: Callable[[], Found], within: float = 60.0) -> Found:
    """Return what is found, once that is true. Raises AssertionError where it is not in that many seconds."""
    until = time.monotonic() + within
    while not (found := is_so()):
        if time.monotonic() > until:
            raise AssertionError(f"it did not happen within {within} seconds")
        time.sleep(0.05)
    return found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What the server said; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class UnexpectedAnswer(Exception):
    """The server answered, but not with what was asked for."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status}: {answer.body[:300]!r}")
        self.status = answer.status


class Client:
    """One keep-alive connection, opened when needed. Whatever fails is an OSError, and the next request begins again."""

    def __init__(self, port: int, timeout: float = 30) -> None:
        self.port = port
        self.timeout = timeout
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, _error: object, _trace: object) -> None:
        self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._reader.close()
            self._socket.close()
            self._socket = None

    def get(self, path: str) -> Answer:
        return self._ask(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nAccept-Language: fr\r\n\r\n".encode())

    def post(self, path: str, form: dict[str, str]) -> Answer:
        body = urlencode(form).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nAccept-Language: fr\r\n"
            f"Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return self._ask(head.encode() + body)

    def _ask(self, request: bytes) -> Answer:
        try:
            if self._socket is None:
                self._socket = socket.create_connection((HOST, self.port), self.timeout)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._reader = self._socket.makefile("rb")
            self._socket.sendall(request)
            return self._read()
        except OSError:
            self.close()
            raise
        except (ValueError, KeyError) as error:
            self.close()
            raise ConnectionError(f"this is no answer: {error!r}") from error

    def _read(self) -> Answer:
        first = self._reader.readline().split()
        if len(first) < 2:
            raise ConnectionError("the server hung up")
        headers = {}
        while (line := self._reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers["content-length"])
        body = self._reader.read(length)
        if len(body) < length:
            raise ConnectionError("the answer was cut off")
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(first[1]), headers, body)


def stamp_of(page: str) -> str:
    """The hidden stamp of a registration form."""
    found = STAMP.search(page)
    if found is None:
        raise ValueError("this page has no registration form")
    return html.unescape(found[1] or found[2])


def fetch_stamp(client: Client, slug: str) -> str:
    """Open the form of a lunch and take its stamp. Raises UnexpectedAnswer where there is no form."""
    answer = client.get(f"/e/{slug}/register")
    if answer.status != 200:
        raise UnexpectedAnswer(answer)
    return stamp_of(answer.text)


def send_form(client: Client, slug: str, stamp: str, name: str, email: str) -> Answer:
    """Register one person with a form that was fetched before."""
    return client.post(f"/e/{slug}/register", {"stamp": stamp, "name": name, "email": email})


class Process(Protocol):
    """What of ``subprocess.Popen`` is needed of a server's process."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self) -> int: ...


def start_command(server: "Server") -> Process:
    """The command, as a shell starts it."""
    with server.log.open("ab") as log:
        return subprocess.Popen(
            [server.python, *server.launcher],
            env=server.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


@dataclass
class Server:
    """``python -m lunchkit.serve`` on a free port; everything it starts dies with it.

    ``settings`` are environment variables without their ``LUNCHKIT_``; the database must have its schema already.
    """

    instance: Path
    settings: dict[str, str] = field(default_factory=dict)
    python: str = sys.executable
    launcher: tuple[str, ...] = COMMAND
    port: int = field(default_factory=free_port)
    process: Process | None = None
    starter: ClassVar[Callable[["Server"], Process]] = start_command
    """Tests have another, which is quicker: ``tests/forking.py``."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, _kind: object, _error: object, _trace: object) -> None:
        self.kill()

    @property
    def environment(self) -> dict[str, str]:
        given = {"INSTANCE": str(self.instance), "PORT": str(self.port), "HOST": HOST, "FORM_MINIMUM_SECONDS": "0"}
        given |= self.settings
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LUNCHKIT_")}
        return inherited | {f"LUNCHKIT_{name}": value for name, value in given.items()}

    @property
    def log(self) -> Path:
        return self.instance / "server.log"

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError with its last words if it does not."""
        self.process = self.starter()
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), Client(self.port, timeout=5) as client:
                if client.get("/healthz").status == 200:
                    return
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """SIGKILL for the whole process group, as a machine does that runs out of memory."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def pids(self) -> list[int]:
        """The processes of the group (Linux)."""
        leader = self.process.pid if self.process else 0
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if int(stat.read_text().rpartition(")")[2].split()[2]) == leader:
                    found.append(int(stat.parent.name))
        return found

    def memory(self) -> int:
        """Resident bytes of the whole group (Linux)."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids())
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self) -> float:
        """Processor time that the group has used so far (Linux)."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.pids()]
        return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")

"""Several machines for tests: a Valkey (or Redis) that keeps nothing on a disk, of one test run."""

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.lacking import lack
from tests.server import HOST, free_port, wait_until


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

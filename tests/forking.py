"""Starts servers by forking a process that has imported lunchkit: ``tests/zygote.py``, one for each process of tests."""

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from tests.server import COMMAND, Process, Server, start_command

ROOT = Path(__file__).resolve().parent.parent


class Zygote:
    """The process that is forked."""

    def __init__(self, templates: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LUNCHKIT_")}
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.zygote", str(templates)],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, **words: Any) -> Any:
        """One question and its answer. Raises RuntimeError where the zygote is gone."""
        assert self._process.stdin and self._process.stdout
        with self._turn:
            self._process.stdin.write(json.dumps(words).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("tests/zygote.py has ended, see above")
        return json.loads(answer)

    def start(self, environment: dict[str, str], log: Path) -> "Forked":
        """A server with this environment, which writes into this file; the folder is ours."""
        return Forked(self, self.ask(environment=environment, log=str(log), folder=str(Path.cwd())))

    def end(self) -> None:
        """Let it go. Servers that it forked and nobody killed live on, as the children of any process."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Forked:
    """A server that is a child of the zygote: as much of ``subprocess.Popen`` as ``tests/server.py`` needs."""

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self._zygote = zygote
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = self._zygote.ask(ended=self.pid)
        return self.returncode

    def wait(self) -> int:
        """The exit status, once there is one."""
        while (status := self.poll()) is None:
            time.sleep(0.005)
        return status


def starter(templates: Path) -> Callable[[Server], Process]:
    """What starts servers by forking; a zygote begins with the first of them, and keeps templates in this folder."""

    @cache
    def zygote() -> Zygote:
        one = Zygote(templates)
        atexit.register(one.end)
        return one

    def start_forked(server: Server) -> Process:
        is_ours = (server.python, server.launcher) == (sys.executable, COMMAND)
        return zygote().start(server.environment, server.log) if is_ours else start_command(server)

    return start_forked

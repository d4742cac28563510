"""A server that is forked must be the one that the command starts: told the same, it says the same and ends the same."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from lunchkit.app import create_app
from lunchkit.platform import schema
from lunchkit.platform.db import db
from tests.conftest import TEMPLATES, base_settings
from tests.forking import Forked, starter
from tests.server import Client, Process, Server, start_command, wait_until

PAGES = ("/", "/healthz", "/privacy", "/e/nowhere", "/organiser/sign-in")
PASSING = re.compile(
    r'127\.0\.0\.1:\d+|csrf_token" value="[^"]+|[0-9a-f]{40}|/set-up/\S+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+'
)
"""What differs at any two starts."""

Starter = Callable[[Server], Process]


@pytest.fixture(scope="module")
def ways() -> dict[str, Starter]:
    return {"command": start_command, "forked": starter(Path(os.environ[TEMPLATES]))}


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("instance")
    app = create_app(base_settings(folder))
    with app.app_context():
        schema.upgrade(db.engine)
        db.engine.dispose()
    return folder


def said_by(server: Server) -> dict[str, str]:
    said = {}
    with Client(server.port) as client:
        for path in PAGES:
            answer = client.get(path)
            headers = sorted(
                (name, words) for name, words in answer.headers.items() if name not in ("date", "set-cookie")
            )
            said[path] = f"{answer.status} {headers} {answer.text}"
    return {what: PASSING.sub("", words) for what, words in {**said, "log": server.log.read_text()}.items()}


def place_of(server: Server) -> tuple[object, ...]:
    """Session, group, folder and streams of its first process; the last are files that each start opens for itself."""
    assert server.process
    pid = server.process.pid
    streams = [os.path.realpath(f"/proc/{pid}/fd/{number}") for number in (0, 1, 2)]
    pipes = sum("pipe:" in str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir())
    return os.getsid(pid) == pid, os.getpgid(pid) == pid, Path(f"/proc/{pid}/cwd").readlink(), streams, pipes


def test_a_forked_server_says_what_the_command_says_and_ends_as_it_does(
    ways: dict[str, Starter], instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, places = [], []
    for start in ways.values():
        monkeypatch.setattr(Server, "starter", start)
        (instance / "server.log").unlink(missing_ok=True)
        with Server(instance, {"SECRET_KEY": "k" * 40, "NETWORK_NAME": "Un réseau"}) as server:
            assert isinstance(server.process, Forked) is (start is ways["forked"])
            said.append(said_by(server))
            places.append(place_of(server))
            assert ended_by(signal.SIGTERM, server) == 0
    assert said[0] == said[1]
    assert "Un réseau" in said[0]["/"] and "lunchkit" in said[0]["log"]
    assert places[0] == places[1]
    with Server(instance, {"SECRET_KEY": "k" * 40, "NETWORK_NAME": "Un autre"}) as server:
        assert "Un autre" in said_by(server)["/"], "control: what one was told is not what the next hears"
        assert ended_by(signal.SIGKILL, server) == -signal.SIGKILL


def ended_by(how: signal.Signals, server: Server) -> int:
    """The exit status of a server after this signal."""
    assert server.process and server.process.poll() is None and len(server.pids()) == 2
    (os.killpg if how is signal.SIGKILL else os.kill)(server.process.pid, how)
    status = server.process.wait()
    wait_until(lambda: server.pids() == [])
    return status


def test_a_server_that_cannot_start_says_why(
    ways: dict[str, Starter], instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last_words = []
    for start in ways.values():
        monkeypatch.setattr(Server, "starter", start)
        (instance / "server.log").unlink(missing_ok=True)
        with pytest.raises(RuntimeError, match="LUNCHKIT_TIMEZONE") as refused:
            Server(instance, {"TIMEZONE": "Europe/Geneva"}).start()
        last_words.append(str(refused.value).rpartition("BadSettings")[2])
    assert last_words[0] == last_words[1]

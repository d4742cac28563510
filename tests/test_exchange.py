"""A new version takes over while people register and rooms watch: no request fails, and streams come back."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.registrations.models import Registration
from tests.conftest import EventMaker
from tests.room import asked, code_of, running_event
from tests.server import HOST, Client, Process, Server, fetch_stamp, send_form, start_command, wait_until
from tests.test_one_owner import wait_for_answer, wait_for_holder

pytestmark = pytest.mark.slow
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, "-m", "lunchkit", "serve"])
"""
"""What systemd does with the port of a socket unit."""


@dataclass
class Crowd:
    """People who register one after the other, each on a connection of their own, as a proxy does it."""

    port: int
    slug: str
    accepted: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def go_on(self, number: int) -> None:
        while not self.enough.is_set():
            name = f"Person {number}-{len(self.accepted)}-{len(self.failed)}"
            try:
                with Client(self.port) as client:
                    stamp = fetch_stamp(client, self.slug)
                with Client(self.port) as client:
                    answer = send_form(client, self.slug, stamp, name, f"{name.replace(' ', '')}@example.org")
                (self.accepted if answer.status == 303 else self.failed).append(name)
            except OSError as error:
                self.failed.append(f"{name}: {error!r}")
            self.enough.wait(0.02)

    @contextmanager
    def coming(self) -> Iterator["Crowd"]:
        threads = [threading.Thread(target=self.go_on, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        try:
            self.wait_for_more()
            yield self
        finally:
            self.enough.set()
            for thread in threads:
                thread.join()

    def wait_for_more(self) -> None:
        """Until as many more have registered that every one of them began after this call."""
        before = len(self.accepted)
        wait_until(lambda: len(self.accepted) > before + 6 or self.failed)


def watch(port: int, code: str) -> socket.socket:
    """The stream of a phone, once its head has come."""
    stream = socket.create_connection((HOST, port), timeout=30)
    stream.sendall(f"GET /v/{code}/stream HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode())
    assert b"200 OK" in stream.recv(4096)
    return stream


def read_to_end(stream: socket.socket) -> None:
    """Until the server ends it, which is how a browser learns that it must come back."""
    with closing(stream), suppress(ConnectionResetError):
        while stream.recv(4096):
            pass


@pytest.fixture
def held(app: Flask, settings: Settings, make_event: EventMaker) -> Iterator[tuple[Server, str, str]]:
    """A server to start, a lunch to register for, and the code of a room."""
    lunch, running = make_event(slug="soon", capacity=5000), running_event(make_event)
    asked(running)
    server = Server(settings.instance, {"SECRET_KEY": settings.secret_key})
    try:
        yield server, lunch.slug, code_of(running)
    finally:
        server.kill()
        for stat in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if f"LUNCHKIT_PORT={server.port}\0".encode() in stat.read_bytes():
                    os.kill(int(stat.parent.name), signal.SIGKILL)


def all_are_there(crowd: Crowd) -> bool:
    db.session.rollback()
    return set(db.session.scalars(select(Registration.name))) == set(crowd.accepted)


def test_a_socket_that_systemd_holds_lets_requests_wait_for_the_next_server(held: tuple[Server, str, str]) -> None:
    server, slug, code = held
    with socket.create_server((HOST, server.port), backlog=512) as port:

        def start() -> Process:
            words = (sys.executable, "-c", HAND_OVER, str(port.fileno()))
            with server.log.open("ab") as log:
                return subprocess.Popen(
                    words, env=server.environment, stdout=log, stderr=log, pass_fds=(port.fileno(),)
                )

        process = start()
        wait_for_answer(server)
        stream = watch(server.port, code)
        with Crowd(server.port, slug).coming() as crowd:
            os.kill(process.pid, signal.SIGTERM)
            process.wait()
            process = start()
            crowd.wait_for_more()
        read_to_end(stream)
        watch(server.port, code).close()
        assert crowd.failed == [] and all_are_there(crowd), server.log.read_text()
        os.kill(process.pid, signal.SIGTERM)
        process.wait()
    with pytest.raises(OSError, match="refused"), Client(server.port) as client:
        client.get("/healthz")  # control: without the socket nobody waits


@pytest.mark.parametrize("way", [signal.SIGHUP, signal.SIGUSR2])
def test_new_workers_and_a_new_master_take_over_without_a_gap(
    held: tuple[Server, str, str], way: signal.Signals
) -> None:
    server, slug, code = held
    server.process = first = start_command(server)
    wait_for_answer(server)
    stream = watch(server.port, code)
    with Crowd(server.port, slug).coming() as crowd:
        os.kill(first.pid, way)
        if way == signal.SIGUSR2:
            second = wait_for_holder(server.instance, not_pid=first.pid)
            wait_until(lambda: server.log.read_text().count(f":{server.port}. ") == 2)  # both answer
            crowd.wait_for_more()
            os.kill(first.pid, signal.SIGTERM)
            first.wait()
            os.kill(second, 0)
        read_to_end(stream)
        crowd.wait_for_more()
    watch(server.port, code).close()
    assert crowd.failed == [] and all_are_there(crowd), server.log.read_text()

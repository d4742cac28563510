"""One request cannot silence the server, proxies count only where they are declared, and what is no request gets our headers."""

import contextlib
import io
import socket
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest
from flask import Flask

from lunchkit.platform.connections import MOST_IGNORED, PIECE, Pieces
from lunchkit.platform.web import HEADERS
from tests.server import HOST, Server

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
"""None of this depends on the database."""

MEGABYTE = b"x" * 1_000_000
BUFFERS = 15_000_000
"""What the sockets of both sides hold at most."""
UNGUARDED = (
    "-c",
    "from lunchkit import serve\nfrom lunchkit.platform import connections\n"
    "connections.before_request = lambda worker, request: None\n"
    "connections.after_request = lambda worker, request, environ, answer: None\n"
    "serve.main()",
)
MULTIPART = "Content-Type: multipart/form-data; boundary=x\r\n"
NO_DOOR = "POST /e/nowhere/register"


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    with Server(app.extensions["lunchkit_settings"].instance, {"SECRET_KEY": "k" * 40}) as server:
        yield server


def connect(server: Server) -> socket.socket:
    return socket.create_connection((HOST, server.port), 30)


def head(line: str, *headers: str) -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", f"Host: {HOST}", *headers, "", ""]).encode("latin-1")


def read_all(connection: socket.socket) -> bytes:
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def send(server: Server, beginning: bytes, megabytes: int, *, chunked: bool = False) -> tuple[int, bytes]:
    """Send a body without looking; how many megabytes of it the server took, and what it said in the end."""
    piece = b"%x\r\n%s\r\n" % (len(MEGABYTE), MEGABYTE) if chunked else MEGABYTE
    taken = 0
    with connect(server) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(beginning)
            for taken in range(megabytes):  # noqa: B007 - how far it came
                connection.sendall(piece)
            taken = megabytes
            connection.shutdown(socket.SHUT_WR)
        return taken, read_all(connection)


def announced(size: int) -> str:
    return f"Content-Length: {size}"


HEAVY = {
    "a page that is asked for with a body": head("GET /healthz", announced(10**9)),
    "the same without a body in the answer": head("HEAD /healthz", announced(10**9)),
    "a form for a door that takes a megabyte": head(NO_DOOR, MULTIPART + announced(10**9)),
    "a body that no door reads": head(NO_DOOR, "Content-Type: text/plain", announced(10**9)),
}


@pytest.mark.parametrize("beginning", HEAVY.values(), ids=HEAVY)
def test_what_nobody_reads_is_not_taken_in(server: Server, beginning: bytes) -> None:
    taken, answer = send(server, beginning, 100)
    assert taken * 1_000_000 <= MOST_IGNORED + BUFFERS
    assert not answer or b"Connection: close" in answer


def test_control_gunicorn_alone_takes_it_all(app: Flask) -> None:
    instance = app.extensions["lunchkit_settings"].instance
    with Server(instance, {"SECRET_KEY": "k" * 40}, launcher=UNGUARDED) as server:
        taken, _answer = send(server, head("GET /healthz", announced(60_000_000)), 60)
    assert taken == 60


def test_whoever_sends_a_little_too_much_reads_why_it_was_refused(server: Server) -> None:
    taken, answer = send(server, head(NO_DOOR, MULTIPART + announced(12_000_000)), 12)
    assert taken == 12
    assert answer.startswith(b"HTTP/1.1 413 ") and b"Connection: close" in answer and b"</html>" in answer


def turns_of_others(body: io.BytesIO | Pieces) -> int:
    """How often another greenlet had its turn while a body was read."""
    turns = 0

    def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            gevent.sleep(0)

    other = gevent.spawn(count)
    assert len(b"".join(iter(lambda: body.read(10 * PIECE), b""))) == 20 * PIECE
    other.kill()
    return turns


@pytest.mark.usefixtures("database")
def test_between_two_pieces_of_a_large_body_others_are_served() -> None:
    body = b"x" * 20 * PIECE
    assert turns_of_others(Pieces(io.BytesIO(body))) >= 20
    assert turns_of_others(io.BytesIO(body)) == 0, "control"
    assert Pieces(io.BytesIO(body)).read(-1) == body


@pytest.mark.parametrize(
    "lie", ["SCRIPT_NAME: //evil.example", "SCRIPT_NAME: /organiser", "X-Forwarded-Proto: https", "X-Forwarded-Ssl: on"]
)
def test_what_no_proxy_was_declared_for_counts_for_nothing(server: Server, lie: str) -> None:
    with connect(server) as honest, connect(server) as lying:
        honest.sendall(head("GET /organiser/team", "Connection: close"))
        lying.sendall(head("GET /organiser/team", "Connection: close", lie))
        expected, told = (without_date(read_all(connection)) for connection in (honest, lying))
    assert b"Location: /organiser/sign-in?next=/organiser/team\r\n" in expected
    assert told == expected


def without_date(answer: bytes) -> bytes:
    return b"\n".join(line for line in answer.split(b"\n") if not line.startswith((b"Date:", b"Set-Cookie:")))


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (head("GET /" + "x" * 5000), b"414"),
        (head("GET /", "X-Long: " + "x" * 9000), b"431"),
        (head("GET /", "Transfer-Encoding: nonsense"), b"501"),
        (head("GET /", "Expect: nonsense"), b"417"),
        (head("GET /", "Content-Length: 1", "Content-Length: 2"), b"400"),
    ],
)
def test_what_is_no_request_gets_our_headers_and_no_address(server: Server, request_: bytes, status: bytes) -> None:
    with connect(server) as connection:
        connection.sendall(request_)
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert [name for name, value in HEADERS.items() if f"\r\n{name}: {value}\r\n".encode() not in answer] == []
    assert HOST not in Path(server.log).read_text().partition("not a request")[2]
    assert "not a request of HTTP" in server.log.read_text(), "control"

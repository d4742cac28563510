"""The live path: one message for all, compressed once, and nobody keeps another one waiting."""

import contextlib
import os
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence

import pytest
from flask import Flask, Request
from werkzeug.test import EnvironBuilder

from lunchkit.platform.live.batches import Batches
from lunchkit.platform.live.hub import Channel, Feed, Hub
from lunchkit.platform.live.messages import GZIP_HEAD
from lunchkit.platform.live.streams import SOCKET, WATCH, state, stream


class Moving:
    """Something with a revision, that counts how often it is looked at."""

    def __init__(self) -> None:
        self.revision = 1
        self.built = 0

    def feed(self, gap: float = 0.01) -> Feed:
        return Feed(("moving",), lambda: self.revision, self.state, gap)

    def state(self) -> bytes:
        self.built += 1
        return b'{"rev":%d}' % self.revision


@pytest.fixture
def moving() -> Moving:
    return Moving()


@pytest.fixture
def channel(moving: Moving) -> Iterator[Channel]:
    channel = Channel(moving.feed())
    yield channel
    channel.close()


Watcher = Callable[..., socket.socket]


@pytest.fixture
def watch() -> Iterator[Watcher]:
    """Browsers whose sockets were handed over."""
    kept: list[socket.socket] = []

    def attach(channel: Channel, *, packs: bool = False, seen: int | None = None) -> socket.socket:
        near, far = socket.socketpair()
        kept.append(near)
        far.setblocking(False)
        descriptor = os.dup(far.fileno())
        far.close()
        channel.attach(descriptor, GZIP_HEAD if packs else b"", seen, packs=packs)
        near.settimeout(5)
        return near

    yield attach
    for near in kept:
        near.close()


def heard(near: socket.socket, word: bytes) -> bytes:
    data = b""
    while word not in data:
        data += near.recv(65536)
    return data


def test_everybody_gets_the_same_bytes_which_are_made_once(moving: Moving, channel: Channel, watch: Watcher) -> None:
    watchers = [watch(channel) for _ in range(20)]
    assert {heard(near, b"\n\n") for near in watchers} == {b'id: 1\ndata: {"rev":1}\n\n'}
    moving.revision = 2
    assert {heard(near, b"\n\n") for near in watchers} == {b'id: 2\ndata: {"rev":2}\n\n'}
    assert moving.built == 2


def test_a_burst_of_changes_becomes_the_last_state(moving: Moving, watch: Watcher) -> None:
    channel = Channel(moving.feed(gap=0.2))
    near = watch(channel)
    heard(near, b"\n\n")
    for revision in range(2, 30):
        moving.revision = revision
    assert heard(near, b"\n\n") == b'id: 29\ndata: {"rev":29}\n\n'
    channel.close()


def test_a_compressed_stream_may_begin_anywhere(moving: Moving, channel: Channel, watch: Watcher) -> None:
    """Any browser's decoder must read it, whenever it came: decoded here by zlib, piece by piece."""
    early = watch(channel, packs=True)
    decoders = {early: zlib.decompressobj(zlib.MAX_WBITS | 16)}
    assert b"id: 1" in decoded(decoders[early], early, b"\n\n")
    moving.revision = 2
    assert b"id: 2" in decoded(decoders[early], early, b"\n\n")
    late = watch(channel, packs=True)
    decoders[late] = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert b"id: 2" in decoded(decoders[late], late, b"\n\n")
    moving.revision = 3
    for near, decoder in decoders.items():
        assert b"id: 3" in decoded(decoder, near, b"\n\n")


def decoded(decoder: "zlib._Decompress", near: socket.socket, word: bytes) -> bytes:
    data = b""
    while word not in data:
        data += decoder.decompress(near.recv(65536))
    return data


def test_a_phone_that_takes_no_more_is_let_go_and_the_others_are_told(
    moving: Moving, channel: Channel, watch: Watcher
) -> None:
    stuck, fine = watch(channel), watch(channel)
    assert len(channel.sockets) == 2
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    big = b'{"rev":%d,"' + b"x" * 400_000 + b'"}'
    moving.state = lambda: big % moving.revision  # type: ignore[method-assign]
    channel.feed = moving.feed()
    done = threading.Event()

    def read_on() -> None:
        with contextlib.suppress(OSError):
            while not done.is_set():
                fine.recv(1 << 20)

    reader = threading.Thread(target=read_on, daemon=True)
    reader.start()
    until = time.monotonic() + 10
    while len(channel.sockets) == 2 and time.monotonic() < until:
        moving.revision += 1
        time.sleep(0.02)
    assert len(channel.sockets) < 2
    done.set()
    moving.revision += 1
    reader.join(6)


def test_a_ticker_ends_when_nobody_watches(moving: Moving, channel: Channel, watch: Watcher) -> None:
    near = watch(channel)
    heard(near, b"\n\n")
    assert "live" in {thread.name.split()[0] for thread in threading.enumerate()}
    near.close()
    until = time.monotonic() + 5
    while channel.ticks and time.monotonic() < until:
        moving.revision += 1  # a send fails, and shows that nobody is there
        time.sleep(0.02)
    assert not channel.ticks


def test_the_hub_lets_everybody_go(moving: Moving, watch: Watcher) -> None:
    hub = Hub()
    channel = hub.channel(moving.feed())
    near = watch(channel)
    heard(near, b"\n\n")
    assert hub.watched_revision(("moving",)) == 1
    assert hub.watched_revision(("other",)) is None
    hub.close()
    assert near.recv(100) == b"", "the connection is closed"


def request_for(path: str, **headers: str) -> Request:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Request(EnvironBuilder(path=path, headers=named).get_environ())


def test_a_stream_says_how_it_is_to_be_treated_and_is_none_where_no_socket_is_handed_over(channel: Channel) -> None:
    app = Flask("test")
    with app.test_request_context():
        requests = [request_for("/"), request_for("/", Accept_Encoding="gzip, br")]
        assert [stream(request, channel).status_code for request in requests] == [204, 204]
        for request in requests:
            request.environ[SOCKET] = object()
        plain, packed = (stream(request, channel) for request in requests)
        begins = [request.environ[WATCH].beginning for request in requests]
    assert begins[0].startswith(b"retry: ") and zlib.decompressobj(31).decompress(begins[1]).startswith(b"retry: ")
    assert [answer.headers.get("Content-Encoding") for answer in (plain, packed)] == [None, "gzip"]
    for answer in (plain, packed):
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_fallback_answers_304_to_whoever_has_it(moving: Moving, channel: Channel) -> None:
    app = Flask("test")
    with app.test_request_context():
        first = state(request_for("/"), channel)
        assert first.get_json() == {"rev": 1}
        again = state(request_for("/", If_None_Match=first.headers["ETag"]), channel)
        assert again.status_code == 304
        moving.revision = 2
        assert state(request_for("/", If_None_Match=first.headers["ETag"]), channel).status_code == 200


def test_who_writes_together_is_answered_after_one_writing() -> None:
    written: list[list[int]] = []

    def write(items: Sequence[int]) -> list[int]:
        written.append(list(items))
        return [item * 2 for item in written[-1]]

    batches: Batches[int, int] = Batches(write)
    answers = {}
    threads = [threading.Thread(target=lambda n=n: answers.update({n: batches.submit(n)})) for n in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: number * 2 for number in range(100)}
    assert sorted(item for batch in written for item in batch) == list(range(100))
    assert len(written) < 50


def test_a_writing_that_fails_fails_for_those_who_wrote_together_and_for_nobody_else() -> None:
    def write(items: Sequence[int]) -> list[int]:
        if 13 in items:
            raise OSError("the disk is full")
        return list(items)

    batches: Batches[int, int] = Batches(write)
    with pytest.raises(OSError, match="full"):
        batches.submit(13)
    assert batches.submit(14) == 14

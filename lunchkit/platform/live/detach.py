"""Streams whose sockets are detached from gunicorn, which then has nothing to keep for them.

A stream as a generator holds a greenlet, a request and its contexts. Where gunicorn hands over the socket, the head is
written to a duplicate of it, the hub keeps that, and gunicorn closes its own: its documented way to end a connection
quietly is a StopIteration. Anywhere else the generator is served.
"""

import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from lunchkit.platform.live.hub import Channel

log = logging.getLogger("lunchkit.platform.live")
SOCKET = "gunicorn.socket"
WATCH = "lunchkit.platform.live.watch"


@dataclass(frozen=True)
class Watch:
    """What a stream's answer leaves in the request's environment: what to watch, and how it begins."""

    channel: Channel
    beginning: bytes
    seen: int | None
    packs: bool
    """Whether the browser takes gzip."""


def detaching(app: WSGIApplication) -> WSGIApplication:
    """The application, its streams detached where the server lets us."""

    def detached(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        socket = environ.get(SOCKET)
        if socket is None or hasattr(socket, "cipher") or environ["REQUEST_METHOD"] != "GET":
            return app(environ, start_response)
        kept: list[Any] = []

        def keep(*words: Any) -> Callable[[bytes], object]:
            kept[:] = words
            return lambda _data: None

        body = app(environ, keep)
        watch = environ.pop(WATCH, None)
        if watch is None:
            start_response(*kept)
            return body
        try:
            _hand_over(socket, watch, kept[0], kept[1])
        except Exception as error:  # noqa: BLE001 - its browser comes back; whatever it is must not cost a descriptor
            log.warning("a stream could not begin: %s", type(error).__name__)
        finally:
            if hasattr(body, "close"):
                body.close()
        raise StopIteration

    return detached


def _hand_over(socket: Any, watch: Watch, status: str, headers: list[tuple[str, str]]) -> None:
    lines = [f"HTTP/1.1 {status}", "Connection: close", *(f"{name}: {value}" for name, value in headers)]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + watch.beginning
    descriptor = os.dup(socket.fileno())
    try:
        watch.channel.attach(descriptor, head, watch.seen, packs=watch.packs)
    except BaseException:
        os.close(descriptor)
        raise

"""A feed as an answer: a stream of server-sent events, or the present state alone for browsers that get none.

A stream as a generator would hold a greenlet, a request and its contexts. gunicorn hands over the socket
(``detaching``): the head is written to a duplicate of it, the hub keeps that, and gunicorn closes its own: its
documented way to end a connection quietly is a StopIteration. Under any other server browsers ask for the state.
"""

import logging
import os
import random
import resource
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Request, Response, current_app

from lunchkit.platform.live.hub import Channel, Feed, Hub
from lunchkit.platform.live.messages import GZIP_HEAD, pack

log = logging.getLogger("lunchkit.platform.live")
GIVEN = "gunicorn.socket"
SOCKET = "lunchkit.platform.live.socket"
"""The same where streams are detached: under the factory alone gunicorn gives a socket, and nobody takes it over."""
WATCH = "lunchkit.platform.live.watch"
SPARE = 500  # descriptors that streams leave to everything else
RETRY = (1000, 4000)
"""Milliseconds after which a browser comes back, at random: after a restart they must not come all at once."""


@dataclass(frozen=True)
class Watch:
    """What a stream's answer leaves in the request's environment: what to watch, and how it begins."""

    channel: Channel
    beginning: bytes
    seen: int | None
    packs: bool
    """Whether the browser takes gzip."""


def hub() -> Hub:
    found: Hub = current_app.extensions.setdefault("lunchkit_live", Hub())
    return found


def most_streams() -> int:
    """How many streams this process may hold, so that files and votes find descriptors."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1_000_000 if soft == resource.RLIM_INFINITY else max(soft - SPARE, soft // 2)


def channel_of(key: tuple[object, ...], make: Callable[[], Feed]) -> Channel:
    """The channel of a feed; the feed is looked up only if nobody watches it yet: a room comes back all at once."""
    return hub().watched(key) or hub().channel(make())


def stream(request: Request, channel: Channel) -> Response:
    """The stream of a channel from its present state on; a browser that has it (Last-Event-ID, ``seen``) gets no event.
    Where no socket is handed over, or descriptors run short, it is sent away: it asks for the state now and then, and
    votes still find a socket.
    """
    if SOCKET not in request.environ or request.method != "GET":
        return Response(status=204)
    if hub().watchers >= most_streams():
        return Response(status=503, headers={"Retry-After": "30"})
    seen = request.headers.get("Last-Event-ID", type=int) or request.args.get("seen", type=int)
    retry = b"retry: %d\n\n" % random.randint(*RETRY)  # noqa: S311
    packs = request.accept_encodings["gzip"] > 0
    beginning = GZIP_HEAD + pack(retry) if packs else retry
    request.environ[WATCH] = Watch(channel, beginning, seen, packs)
    response = Response(content_type="text/event-stream; charset=utf-8")
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def state(request: Request, channel: Channel) -> Response:
    """The present state of a channel, or 304 where the browser has it."""
    message = channel.current()
    response = Response(message.body, content_type="application/json")
    response.set_etag(f"{message.revision}-{zlib.crc32(message.body):x}")
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def detaching(app: WSGIApplication) -> WSGIApplication:
    """The application, its streams detached where the server lets us."""

    def detached(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        socket = environ.get(GIVEN)
        if socket is None or environ["REQUEST_METHOD"] != "GET":
            return app(environ, start_response)
        environ[SOCKET], kept = socket, list[Any]()

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

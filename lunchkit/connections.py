"""What becomes of a connection beside our answers: bodies that nobody reads, and what is no request at all.

Where a body was not read, gunicorn reads all of it at once to keep the connection: one request silences the server
for as long as that takes. Here such a connection ends instead. All by hooks of gunicorn, and a worker class of ours.
"""

import contextlib
import io
from http import HTTPStatus
from typing import Any

import gevent
from gunicorn.http import errors
from gunicorn.workers.ggevent import GeventWorker

from lunchkit.web import HEADERS, SAFE_METHODS

PIECE = 65_536
"""Bytes that are read at once; between two pieces the others are served."""
SMALL = 65_536
"""Bytes of a body after which a connection may go on. What phones and attendees send is never larger."""
MOST_IGNORED = 20_000_000
"""Bytes that are taken in, and ignored, after an answer: a browser reads it only when it has sent its picture."""
LONGEST_IGNORED = 30
"""Seconds that this may last."""
STATUSES = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
}
OUR_FAULT = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)


class Pieces(io.RawIOBase):
    """A large body, read in pieces, between which others are served."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next piece."""
        data = self.body.read(min(len(buffer), PIECE))
        buffer[: len(data)] = data
        gevent.sleep(0)
        return len(data)


def before_request(_worker: object, request: Any) -> None:
    """Let the connection end with this request where its body is large, has no length, or is read by nobody."""
    if _is_large(dict(request.headers), request.method):
        request.force_close()
        request.body = Pieces(request.body)


def _is_large(headers: dict[str, str], method: str) -> bool:
    most = 0 if method in SAFE_METHODS else SMALL
    return int(headers.get("CONTENT-LENGTH", 0)) > most or "TRANSFER-ENCODING" in headers


def after_request(_worker: object, request: Any, environ: dict[str, Any], answer: Any) -> None:
    """Part politely from a large body; else give way: a connection that asks without pause keeps others waiting."""
    if isinstance(request.body, Pieces):
        if answer and answer.headers_sent:  # no answer of gunicorn's: a stream has the socket now
            _ignore_the_rest(environ["gunicorn.socket"])
    elif not request.should_close():  # one that ends now gives way by itself
        gevent.sleep(0)


def _ignore_the_rest(socket: Any) -> None:
    """Take in what is on its way, within limits: whoever is cut off while sending does not see the answer."""
    left = MOST_IGNORED
    with gevent.Timeout(LONGEST_IGNORED, False), contextlib.suppress(OSError):
        socket.shutdown(1)
        while left > 0 and (data := socket.recv(PIECE)):
            left -= len(data)
            gevent.sleep(0)


class Worker(GeventWorker):  # type: ignore[misc]
    """Gunicorn's worker; what is no request of HTTP gets our headers, and no line in the log says who sent it."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Say what is wrong with a request that the application never saw."""
        if not isinstance(exc, errors.ParseException) or isinstance(exc, OUR_FAULT):
            super().handle_error(req, client, addr, exc)
            return
        status = STATUSES.get(type(exc), HTTPStatus.BAD_REQUEST)
        self.log.warning("not a request of HTTP: %s", type(exc).__name__)
        with contextlib.suppress(OSError):
            client.sendall(_bare_answer(status))


def _bare_answer(status: HTTPStatus) -> bytes:
    text = f"{status.value} {status.phrase}"
    told = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(text)), "Connection": "close"}
    lines = [f"{name}: {value}" for name, value in (told | HEADERS | {"Cache-Control": "no-store"}).items()]
    return "\r\n".join([f"HTTP/1.1 {text}", *lines, "", text]).encode("latin-1")

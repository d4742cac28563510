"""What becomes of a connection beside our answers, by hooks of gunicorn and a worker class of ours."""

import contextlib
from typing import TYPE_CHECKING, Any

import gevent
from gunicorn.http import errors
from gunicorn.workers.ggevent import GeventWorker

from lunchkit.platform.late import Lazy

if TYPE_CHECKING:
    from lunchkit.platform import web
else:
    web = Lazy("lunchkit.platform.web")  # this module is also in the server's first process, which has no application

PIECE = 65_536
"""Bytes of a body after which others are served, and its connection ends with it. Phones and attendees send less."""
MOST_IGNORED, LONGEST_IGNORED = 20_000_000, 30
"""Bytes, and seconds, that are taken in after an answer: a browser reads it only when it has sent its picture."""
STATUSES = {
    errors.LimitRequestLine: "414 URI Too Long",
    errors.LimitRequestHeaders: "431 Request Header Fields Too Large",
    errors.UnsupportedTransferCoding: "501 Not Implemented",
    errors.ExpectationFailed: "417 Expectation Failed",
}
OUR_FAULT = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)


class Pieces:
    """A large body, read in pieces, between which others are served."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def read(self, size: int = PIECE) -> bytes:
        gevent.sleep(0)
        return bytes(self.body.read(min(size, PIECE)))


def before_request(_worker: object, request: Any) -> None:
    """End the connection with a request of which much may stay unread: gunicorn would read it all at once to go on."""
    headers, most = dict(request.headers), 0 if request.method in web.SAFE_METHODS else PIECE
    if "TRANSFER-ENCODING" in headers or int(headers.get("CONTENT-LENGTH", 0)) > most:
        request.force_close()
        request.body = Pieces(request.body)


def after_request(_worker: object, request: Any, environ: dict[str, Any], answer: Any) -> None:
    """Give way to others; and take in, within limits, what is still sent: who is cut off does not see the answer."""
    gevent.sleep(0)
    if not isinstance(request.body, Pieces) or not answer or not answer.headers_sent:  # not ours: a stream has it now
        return
    socket, left = environ["gunicorn.socket"], MOST_IGNORED
    with gevent.Timeout(LONGEST_IGNORED, False), contextlib.suppress(OSError):
        socket.shutdown(1)
        while left > 0 and (data := socket.recv(PIECE)):
            left -= len(data)
            gevent.sleep(0)


class Worker(GeventWorker):  # type: ignore[misc]
    """Gunicorn's worker; what is no request of HTTP gets our headers, and no line in the log says who sent it."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        if not isinstance(exc, errors.ParseException) or isinstance(exc, OUR_FAULT):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("not a request of HTTP: %s", type(exc).__name__)
        status = STATUSES.get(type(exc), "400 Bad Request")
        told = {"Content-Type": "text/plain", "Content-Length": str(len(status)), "Connection": "close"} | web.HEADERS
        with contextlib.suppress(OSError):
            client.sendall("\r\n".join([f"HTTP/1.1 {status}", *map(": ".join, told.items()), "", status]).encode())

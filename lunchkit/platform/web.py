"""What every answer carries: security headers, versioned static files, error pages, no posts of other sites."""

import gzip
import hashlib
import logging
import mimetypes
import secrets
import string
import traceback
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    abort,
    current_app,
    has_request_context,
    render_template,
    request,
    url_for,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, SecurityError
from werkzeug.security import safe_join

from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db, known_damage
from lunchkit.platform.errors import Refusal
from lunchkit.platform.images.errors import PictureTooHeavy

STATIC = Path(__file__).parent.parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
STORAGE_ERRORS = (DatabaseError, PoolTimeout)
"""What the database raises when it is busy, full, gone, or damaged; and, as kinds of it, when it is asked wrongly."""
NO_DISK = ("full", "disk i/o", "no space", "readonly", "unable to open")
"""What a database says whose disk takes no more."""
DAMAGED = ("malformed", "not a database", "corrupt", "could not decode")
"""What it says that was damaged."""
PICTURE_BODY = 9_000_000
"""Bytes of a form with a picture in it: the picture's eight megabytes, and what stands beside it."""
FORM_BODY = 300_000
"""Bytes of a form without a file: the longest section of a recap, every letter of it with an accent."""
TAKES = "lunchkit_takes"
FORWARDING = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Via")
"""What proxies add to a request."""
ORGANISERS, REFUSED = ("organiser.", "sign_in.", "confirmation."), (400, 401, 403, 410, 429)
"""What leaves a line in the log: refusals with these answers at these doors."""
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
ORGANISER_SESSION = "lunchkit.organiser_session"
"""Where a request keeps the session of who is signed in, once somebody has asked for it."""
SESSION_COOKIE = "lunchkit"
"""Its name, without what a browser is told in front of it."""
log = logging.getLogger("lunchkit")
bp = Blueprint("web", __name__)


class SoundRequest(Request):
    """A request put right where clients are careless: host names have no capitals, queries no bare bytes."""

    def __init__(self, environ: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():
            environ["QUERY_STRING"] = quote(query, safe=string.punctuation, encoding="latin-1")
        if "HTTP_HOST" in environ:
            environ["HTTP_HOST"] = environ["HTTP_HOST"].lower()
        super().__init__(environ, *args, **kwargs)

    def get_json(self, *args: Any, **kwargs: Any) -> Any:
        """What was sent as JSON. What is nested too deeply to be read is refused as what is no JSON."""
        try:
            return super().get_json(*args, **kwargs)
        except RecursionError as error:
            raise BadRequest from error


class ForeignPost(Refusal):
    """A form of another site posted here."""

    message = _l("This form came from another site, and was not accepted. Please open the page here and try again.")
    status = 403


class Busy(Refusal):
    """The database was locked for too long."""

    message = _l("The server is very busy: nothing was saved. Please send it again in a few seconds.")
    status = 503
    retry_after = 5


class StorageFull(Refusal):
    """The disk takes no more."""

    message = _l("The server cannot save anything at the moment: nothing was saved. Please tell the organisers.")
    status = 507
    retry_after = 60


class StorageDamaged(Refusal):
    """The database is damaged: trying again is of no use."""

    message = _l("The data of this server is damaged: nothing was saved. Please tell the organisers.")
    status = 507


class Lunchkit(Flask):
    """The application. Its doors are plain functions: Flask need not ask each, at each request, whether it is async."""

    def handle_user_exception(self, e: Exception) -> HTTPException | ResponseReturnValue:
        """Every error passes here, whoever shows it to the person."""
        note_refusal(e)
        return super().handle_user_exception(e)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


class LazySession(SecureCookieSessionInterface):
    """Flask's session in a cookie, without making ready to read one for those who bring none: attendees and phones.

    Where the public address is HTTPS the cookie travels over TLS only. Whoever sits at the machine itself, and speaks
    with it without a proxy, keeps the plain one: they are not shut out by the moment in which they set that address.
    """

    def get_cookie_name(self, app: Flask) -> str:
        """The name says how a browser may treat it."""
        return f"__Host-{SESSION_COOKIE}" if self.get_cookie_secure(app) else SESSION_COOKIE

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie travels over TLS only."""
        return current_settings().is_https and not comes_from_this_machine()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a request; an empty one where there is no cookie."""
        brings_one = SESSION_COOKIE in request.environ.get("HTTP_COOKIE", "")
        return super().open_session(app, request) if brings_one else SecureCookieSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing is asked for the sake of a session that nobody opened: with each vote that is a fiftieth of it."""
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)


def note_refusal(error: Exception) -> None:
    """Leave a line in the log where the organisers' area refuses somebody: why, where, and whom, by number."""
    status = getattr(error, "status", getattr(error, "code", 500))
    is_guess = type(error).__name__ == "WrongCode"
    if (request.endpoint or "").startswith(ORGANISERS) and (status in REFUSED or is_guess):
        row = request.environ.get(ORGANISER_SESSION)
        who = row.organiser_id if row else getattr(error, "organiser_id", None)
        log.warning("refused: %s at %s, organiser %s", type(error).__name__, request.endpoint, who or "unknown")


def comes_from_this_machine() -> bool:
    """Whether somebody sits at the machine itself, and speaks with the server without a proxy."""
    if not has_request_context():
        return False
    host = request.environ.get("HTTP_HOST", "").partition(":")[0]
    is_here = host in ("127.0.0.1", "localhost") and request.remote_addr in ("127.0.0.1", "::1")
    return is_here and not any(name in request.headers for name in FORWARDING)


def init_web(app: Flask) -> None:
    """Put the house rules of HTTP on an application."""
    app.request_class = SoundRequest
    app.session_interface = LazySession()
    app.before_request(refuse_foreign_posts)
    app.before_request(read_whole_form)
    app.wsgi_app = with_headers(app.wsgi_app, app)  # type: ignore[assignment,method-assign]
    app.register_blueprint(bp)
    app.register_error_handler(Exception, show_error)
    app.jinja_env.globals["static"] = static_address


def with_headers(inner: WSGIApplication, app: Flask) -> WSGIApplication:
    """The application with security headers on every answer, and no cache but where a door allows it.

    A door's own header holds. Around Flask instead of in it: with each vote this costs a tenth of what it would there.
    """
    pairs = [(name.lower(), (name, value)) for name, value in (HEADERS | {"Cache-Control": "no-store"}).items()]
    lasting = [*pairs, ("strict-transport-security", ("Strict-Transport-Security", "max-age=31536000"))]

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        wanted = lasting if app.extensions["lunchkit_settings"].is_https else pairs

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], object]:
            present = {name.lower() for name, _value in headers}
            missing = [pair for lowered, pair in wanted if lowered not in present]
            return start_response(status, headers + missing, *more)

        return inner(environ, start)

    return answer


def refuse_foreign_posts() -> None:
    """A form of another site may not post here.

    Browsers say where a request comes from in Sec-Fetch-Site, and in Origin where the page is not served over TLS.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise ForeignPost
        return
    origin = request.headers.get("Origin")
    if origin and origin != "null" and origin.partition("://")[2] != request.host:
        raise ForeignPost


def read_whole_form() -> None:
    """Take in what is sent before any door asks the database: a slow phone must not hold a connection meanwhile.

    Only doors that take files (``takes_files``, ``takes_pictures``) take more than the usual megabyte.
    """
    if request.method in SAFE_METHODS:
        return
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = FORM_BODY  # read at once, letter by letter, while everybody waits
    elif most := _taken():
        request.max_content_length = most[0]
    _ = request.form


def _taken() -> tuple[int, type[Refusal]] | None:
    """How many bytes the door at hand takes in a form with a file, and what it says of more."""
    door = current_app.view_functions.get(request.endpoint or "")
    taken: tuple[int, type[Refusal]] | None = getattr(door, TAKES, None)
    return taken


Door = TypeVar("Door", bound=Callable[..., Any])


def takes_pictures(door: Door) -> Door:
    """Mark a door to which a picture of eight megabytes may be sent. Goes below the route."""
    return takes_files(PICTURE_BODY, PictureTooHeavy)(door)


def takes_files(most: int, too_heavy: type[Refusal]) -> Callable[[Door], Door]:
    """Mark a door to which a form of so many bytes may be sent, and what is said of more. Goes below the route."""

    def mark(door: Door) -> Door:
        setattr(door, TAKES, (most, too_heavy))
        return door

    return mark


@lru_cache(maxsize=1)
def build_hash() -> str:
    """Changes whenever a static file does, so that browsers may keep what they have for ever."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(STATIC)).encode() + path.read_bytes())
    return digest.hexdigest()[:10]


def static_address(path: str) -> str:
    """The address of a static file, its version in it."""
    return url_for("web.static_file", build=build_hash(), path=path)


@lru_cache(maxsize=200)
def _read_static(path: str) -> tuple[bytes, bytes, str]:
    body = _read_file(path)
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return body, gzip.compress(body, 9, mtime=0), "text/javascript" if path.endswith(".js") else kind


def compress(response: Response) -> Response:
    """Pack a page for browsers that take gzip.

    Only for pages with no secret in them, and whose length may depend on what they say: from the length of a packed
    page one may guess at its words.
    """
    if request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response


def _read_file(path: str) -> bytes:
    full = safe_join(str(STATIC), path)
    if full is None or not Path(full).is_file():
        raise FileNotFoundError(path)
    return Path(full).read_bytes()


@bp.get("/static/<build>/<path:path>")
def static_file(build: str, path: str) -> ResponseReturnValue:
    """A static file, for ever if the version in its address is the present one."""
    try:
        body, packed, kind = _read_static(path)
    except (OSError, ValueError):  # not there, too long, or with a NUL in it
        abort(404)
    packs = request.accept_encodings["gzip"] > 0 and len(packed) < len(body)
    response = Response(
        packed if packs else body, content_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    )
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if build == build_hash() else "no-cache"
    return response


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Whether this process answers."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


def show_error(error: Exception) -> ResponseReturnValue:
    """One page for everything that goes wrong; nothing is granted, nothing half-written stays."""
    db.session.rollback()
    if isinstance(error, HTTPException) and (error.code is None or error.code < 400):
        return error
    if isinstance(request.routing_exception, SecurityError):  # a host name not ours: no page's addresses can be built
        return Response(f"{_MESSAGES[400]}\n", status=400, content_type="text/plain; charset=utf-8")
    reference = None
    if isinstance(error, STORAGE_ERRORS):
        error = storage_refusal(error)
    if known_damage() and not isinstance(error, (Refusal, HTTPException)):
        error = StorageDamaged()
    if isinstance(error, Refusal):
        status, message, retry_after = error.status, str(error.message), error.retry_after
    elif isinstance(error, RequestEntityTooLarge) and (taken := _taken()):
        status, message, retry_after = taken[1].status, str(taken[1].message), None
    elif isinstance(error, HTTPException):
        status, message, retry_after = (
            error.code or 500,
            str(_MESSAGES.get(error.code or 500, _l("This is not possible."))),
            None,
        )
    else:
        status, message, retry_after = 500, str(_MESSAGES[500]), None
        reference = secrets.token_hex(4)
        log.error("unexpected error %s at %s %s\n%s", reference, request.method, request.endpoint, _account(error))
    page = render_template("error.html", status=status, message=message, reference=reference, retry_after=retry_after)
    response = Response(page, status=status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    if isinstance(error, HTTPException) and status == 405:
        response.headers.update({name: value for name, value in error.get_headers() if name == "Allow"})
    return response


def _account(error: Exception) -> str:
    """The way to an error, for the log; without the words of a database, which repeats what it was given, names too."""
    way = "".join(traceback.format_tb(error.__traceback__))
    return f"{way}{type(error).__qualname__}" + ("" if isinstance(error, SQLAlchemyError) else f": {error}")


def storage_refusal(error: DatabaseError | PoolTimeout) -> Exception:
    """The refusal that a failure of the database amounts to; the error itself where it is none of the known ones."""
    if isinstance(error, PoolTimeout):
        return Busy()
    if not isinstance(error, OperationalError) and type(error) is not DatabaseError:
        return error
    text = str(error.orig).lower()
    if any(word in text for word in DAMAGED):
        log.error("the database is damaged: run «lunchkit doctor»")
        return StorageDamaged()
    if any(word in text for word in ("locked", "busy", "timeout", "deadlock", "serialize")):
        return Busy()
    if any(word in text for word in NO_DISK):
        log.error("the database cannot write: %s", type(error.orig).__name__)
        return StorageFull()
    return error


_MESSAGES = {
    400: _l("Your browser sent something that we could not read."),
    403: _l("You may not open this page."),
    404: _l("This page does not exist, or no longer."),
    405: _l("This address does not take that kind of request."),
    413: _l("That was too long. Please shorten what you typed."),
    415: _l("Your browser sent something that we could not read."),
    500: _l(
        "Something went wrong on our side, and nothing was saved. Please try again; "
        "if it happens again, tell the organisers the reference below."
    ),
}

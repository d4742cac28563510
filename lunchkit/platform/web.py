"""What every answer carries: security headers, error pages, a session cookie, no posts of other sites."""

import string
import traceback
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Request, Response, current_app, has_request_context, render_template, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, SecurityError

from lunchkit.platform import errors, page_cache, schema, static_files
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db, known_damage
from lunchkit.platform.errors import UserError, user_error
from lunchkit.platform.images.errors import PictureTooHeavy
from lunchkit.platform.log import request_id

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
ALWAYS = [(name.lower(), (name, value)) for name, value in (HEADERS | {"Cache-Control": "no-store"}).items()]
OVER_TLS = [*ALWAYS, ("strict-transport-security", ("Strict-Transport-Security", "max-age=31536000"))]
PICTURE_BODY = 9_000_000
"""Bytes of a form with a picture in it: the picture's eight megabytes, and the fields beside it."""
FORM_BODY = 300_000
"""Bytes of a form without a file: the longest section of a recap, every letter of it with an accent."""
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
SESSION_COOKIE = "lunchkit"
_BODY_LIMIT = "lunchkit_body_limit"
_PROXY_HEADERS = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Via")
ForeignPost = user_error(
    "ForeignPost", _l("This form came from another site, and was not accepted. Open the page here and try again."), 403
)


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
        try:
            return super().get_json(*args, **kwargs)
        except RecursionError as error:  # nested too deeply to be read
            raise BadRequest from error


class Lunchkit(Flask):
    """The application. Every answer carries the security headers, and may not be cached; a view's own header holds."""

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with a kept page, before Flask is asked, where there is one (docs/decisions/0033)."""
        page = page_cache.find(self, environ)
        if page is not None:
            return page.answer(self, environ, start_response)
        always = OVER_TLS if self.extensions["lunchkit_settings"].is_https else ALWAYS
        made: list[page_cache.Page | None] = []

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], object]:
            present = {name.lower() for name, _value in headers}
            headers += [header for name, header in always if name not in present]
            made[:] = [page_cache.complete(environ, status, headers)]
            return start_response(status, headers, *more) if made == [None] else len

        body = super().wsgi_app(environ, start)
        return made[-1].answer(self, environ, start_response) if made and made[-1] else body

    def handle_user_exception(self, e: Exception) -> HTTPException | ResponseReturnValue:
        errors.log_refusal(e)
        return super().handle_user_exception(e)


class CookieSession(SecureCookieSessionInterface):
    """Flask's session in a cookie, sent over TLS only where the public address is HTTPS.
    It stays plain to a person at the machine itself, who must not be shut out when they set that address.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        has_cookie = self.get_cookie_name(app) in request.cookies  # without one there is nothing to unpack
        opened = super().open_session(app, request) if has_cookie else SecureCookieSession()
        request.environ[page_cache.SESSION] = opened
        return opened

    def get_cookie_name(self, app: Flask) -> str:
        return f"__Host-{SESSION_COOKIE}" if self.get_cookie_secure(app) else SESSION_COOKIE

    def get_cookie_secure(self, app: Flask) -> bool:
        return current_settings().is_https and not is_local_request()


def is_local_request() -> bool:
    """Whether the request comes from the machine itself, and through no proxy."""
    if not has_request_context():
        return False
    host = request.environ.get("HTTP_HOST", "").partition(":")[0]
    is_here = host in ("127.0.0.1", "localhost") and request.remote_addr in ("127.0.0.1", "::1")
    return is_here and not any(name in request.headers for name in _PROXY_HEADERS)


def init_web(app: Flask) -> None:
    app.request_class = SoundRequest
    app.session_interface = CookieSession()
    app.before_request(refuse_foreign_posts)
    app.before_request(read_whole_form)
    app.register_blueprint(static_files.bp)
    app.register_error_handler(Exception, show_error)
    app.jinja_env.globals["static"] = static_files.static_address


def keep_address_secret(response: Response) -> Response:
    """Tell neither the next page nor a search engine of an address that is as good as a key."""
    response.headers.update({"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"})
    return response


def refuse_foreign_posts() -> None:
    """Refuse forms of other sites, by Sec-Fetch-Site; by Origin from browsers that do not send it."""
    if request.method in SAFE_METHODS:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        is_foreign = site not in ("same-origin", "none")
    else:
        is_foreign = bool(origin) and origin != "null" and str(origin).partition("://")[2] != request.host
    if is_foreign:
        raise ForeignPost


def read_whole_form() -> None:
    """Read the body before any view asks the database: a slow phone must not hold a connection meanwhile."""
    if request.method in SAFE_METHODS:
        return
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = FORM_BODY  # read at once, letter by letter, while everybody waits
    elif limit := _body_limit():
        request.max_content_length = limit[0]
    _ = request.form


def _body_limit() -> tuple[int, type[UserError]] | None:
    view = current_app.view_functions.get(request.endpoint or "")
    limit: tuple[int, type[UserError]] | None = getattr(view, _BODY_LIMIT, None)
    return limit


View = TypeVar("View", bound=Callable[..., Any])


def takes_files(most: int, too_heavy: type[UserError]) -> Callable[[View], View]:
    """Mark a view that takes a form of ``most`` bytes, and the error for more. Goes below the route."""

    def mark(view: View) -> View:
        setattr(view, _BODY_LIMIT, (most, too_heavy))
        return view

    return mark


def takes_pictures(view: View) -> View:
    return takes_files(PICTURE_BODY, PictureTooHeavy)(view)


def show_error(error: Exception) -> ResponseReturnValue:
    """One page for everything that goes wrong; nothing is granted, nothing half-written stays."""
    db.session.rollback()
    if isinstance(error, HTTPException) and (error.code is None or error.code < 400):
        return error
    if isinstance(request.routing_exception, SecurityError):  # a host name not ours: no page's addresses can be built
        return Response(f"{_MESSAGES[400]}\n", status=400, content_type="text/plain; charset=utf-8")
    shown, reference = _shown(error), None
    if shown.status == 500:
        reference = request_id()
        place = f"{request.method} {request.endpoint}"
        errors.log.error("unexpected error %s at %s\n%s", reference, place, _account(error))
    page = render_template(
        "error.html", status=shown.status, message=shown.message, reference=reference, retry_after=shown.retry_after
    )
    response = Response(page, status=shown.status, headers=errors.retry_header(shown))
    if isinstance(error, HTTPException) and shown.status == 405:
        response.headers.update({name: value for name, value in error.get_headers() if name == "Allow"})
    return response


def _shown(error: Exception) -> UserError:
    if isinstance(error, errors.STORAGE_ERRORS):
        error = errors.storage_refusal(error)
        if isinstance(error, SQLAlchemyError) and not schema.is_current(db.engine):
            error = errors.NotReady()
    if isinstance(error, UserError):
        return error
    if isinstance(error, RequestEntityTooLarge) and (limit := _body_limit()):
        return limit[1]()
    if known_damage() and not isinstance(error, HTTPException):
        return errors.StorageDamaged()
    shown = UserError()
    shown.status = (error.code or 500) if isinstance(error, HTTPException) else 500
    shown.message = _MESSAGES.get(shown.status, UserError.message)
    return shown


def _account(error: Exception) -> str:
    """The traceback, for the log; without the words of a database, which repeats what it was given, names too."""
    way = "".join(traceback.format_tb(error.__traceback__))
    is_silent = isinstance(error, SQLAlchemyError) or current_settings().log_format == "json"
    return f"{way}{type(error).__qualname__}" + ("" if is_silent else f": {error}")


_MESSAGES = {
    400: _l("Your browser sent something that we could not read."),
    403: _l("You may not open this page."),
    404: _l("This page does not exist, or no longer."),
    405: _l("This address does not take that kind of request."),
    413: _l("That was too long. Shorten what you typed."),
    415: _l("Your browser sent something that we could not read."),
    500: _l(
        "Something went wrong on our side, and nothing was saved. Try again; if it happens again, tell the "
        "organisers the reference below."
    ),
}

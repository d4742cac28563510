"""Public pages that change seldom: rendered once for each language, and again when anything may have changed.

A page is kept in memory until the database is written to, the settings change, or the minute ends; only for requests
without a cookie (but that of the language) and without a query, from views that read no session: docs/decisions/0033.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial, wraps
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, event
from werkzeug.http import is_resource_modified, remove_entity_headers

from lunchkit.platform import clock
from lunchkit.platform.config import LANGUAGES
from lunchkit.platform.db import db
from lunchkit.platform.i18n import COOKIE, preferred
from lunchkit.platform.static_files import compress

MOST, LARGEST = 256, 400_000  # pages, and bytes of one
FRESH = secrets.token_urlsafe(24)
"""Stands in a page for what is different in each answer."""
SESSION = "lunchkit.session"
"""The key in a request's environment for its session, to be looked at without the proxy, which counts as reading it."""
PAGE = "lunchkit.page"
"""The key there for the page that a view leaves, with the dictionary and the key under which it may be kept."""
CALM, MANY, LATEST = timedelta(seconds=5), 20, timedelta(seconds=1)
"""So many changes with no such calm between are a storm; then what is kept may be so old."""
LANGUAGE_COOKIES = {"", *(f"{COOKIE}={code}" for code in LANGUAGES)}
QUESTIONS = {"sqlite": "PRAGMA data_version", "postgresql": "SELECT pg_current_snapshot()::text"}
AUTOCOMMIT = {"postgresql": {"autocommit": True}}
Key = tuple[str | None, ...]
View = Callable[..., ResponseReturnValue]


@dataclass
class Page:
    """A rendered page; ``fill`` gives what differs in each answer."""

    body: bytes
    fill: Callable[[], str] | None
    headers: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, app: Flask, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request with it, or with 304 where the browser has it."""
        body, headers = self.body, list(self.headers)
        if self.fill is not None:
            with app.app_context():
                body = body.replace(FRESH.encode(), self.fill().encode())
        elif "HTTP_IF_NONE_MATCH" in environ and not is_resource_modified(environ, dict(headers).get("ETag")):
            remove_entity_headers(headers)
            start_response("304 NOT MODIFIED", headers)
            return []
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class PageCache:
    """The pages of one process, all of one state of the application."""

    def __init__(self, app: Flask, engine: Engine) -> None:
        self._app, self._engine = app, engine
        self._connection: Any = None  # of its own: SQLite tells each connection of the commits of all others
        self._opened = self._changes = 0
        self._state: tuple[object, ...] = ()
        self._since = clock.now()
        self.latest: dict[Key, Page] = {}
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def pages(self) -> dict[Key, Page]:
        """Those of this moment. What was begun in an earlier state is added to a dictionary that nobody reads."""
        revision, now = self._revision(), clock.now()
        if revision is None:
            return {}
        state = (int(now.timestamp()) // 60, self._app.extensions["lunchkit_settings"], revision)
        age = abs(now - self._since)
        is_storm = self._changes >= MANY and age < LATEST and self._state[:-1] == state[:-1]
        if self._state != state and not is_storm:
            self._state, self.latest, self._since = state, {}, now
            self._changes = self._changes + 1 if age < CALM else 0
        return self.latest

    def _revision(self) -> object:
        """What differs whenever the database may have changed, for one short question; None where it cannot tell."""
        dialect = self._engine.dialect
        try:
            if self._connection is None:
                words, more = dialect.create_connect_args(self._engine.url)
                self._connection = dialect.connect(*words, **more, **AUTOCOMMIT.get(dialect.name, {}))
                self._opened += 1
            return self._opened, self._connection.execute(QUESTIONS[dialect.name]).fetchone()
        except dialect.loaded_dbapi.Error:
            self.close()
            return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    __del__ = close

    def forget(self) -> None:
        self._state, self.latest = (), {}


def page_cache() -> PageCache:
    found: PageCache | None = current_app.extensions.get("lunchkit_page_cache")
    if found is None:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        found = current_app.extensions["lunchkit_page_cache"] = PageCache(app, db.engine)
    return found


def find(app: Flask, environ: WSGIEnvironment) -> Page | None:
    """The kept page that answers a request; the database is asked only where there was one."""
    cache: PageCache | None = app.extensions.get("lunchkit_page_cache")
    key = key_of(environ) if cache is not None else None
    return cache.pages().get(key) if cache is not None and key in cache.latest else None


def complete(environ: WSGIEnvironment, status: str, headers: list[tuple[str, str]]) -> Page | None:
    """The page that a view has left, with all its headers, and kept if it may be; None for other answers."""
    if PAGE not in environ or not status.startswith("200"):
        return None
    page, pages, key = environ[PAGE]
    page.headers = [header for header in headers if header[0] != "Content-Length"]
    if pages is not None and len(pages) < MOST and all(name != "Set-Cookie" for name, _value in headers):
        pages[key] = page
    return cast(Page, page)


def seldom_changes(fresh: Callable[..., str] | None = None) -> Callable[[View], Callable[..., Response]]:
    """Mark a view whose page is the same for everybody. Goes below the route.
    ``fresh``, called with the view's arguments, gives what is filled in for ``FRESH`` in each answer; without it, the
    page is compressed, and who has it already is answered 304.
    """

    def mark(view: View) -> Callable[..., Response]:
        @wraps(view)
        def answer(**values: Any) -> Response:
            key = key_of(request.environ)
            pages = page_cache().pages() if key and not _is_in_transaction() else None
            response = make_response(view(**values))
            if response.status_code == 200:
                is_for_all = not request.environ[SESSION].accessed
                if is_for_all and fresh is None:
                    _complete(response)
                body = response.get_data()
                page = Page(body, partial(fresh, **values) if fresh else None)
                request.environ[PAGE] = page, pages if is_for_all and len(body) <= LARGEST else None, key
            return response

        vars(answer)["changes_seldom"] = True
        return answer

    return mark


def key_of(environ: WSGIEnvironment) -> Key | None:
    """What a page depends on beside the state; None where it may depend on more."""
    cookie, host = environ.get("HTTP_COOKIE", ""), environ.get("HTTP_HOST")
    is_plain = environ["REQUEST_METHOD"] in ("GET", "HEAD") and not environ.get("QUERY_STRING")
    if not is_plain or cookie not in LANGUAGE_COOKIES or host is None:
        return None
    language = cookie[len(COOKIE) + 1 :] or preferred(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    place = environ["wsgi.url_scheme"], host, environ.get("SCRIPT_NAME"), environ["PATH_INFO"]
    return *place, language, environ.get("HTTP_ACCEPT_ENCODING")


def _is_in_transaction() -> bool:
    """Whether the view may see an earlier state than the present one."""
    return db.session.registry.has() and db.session().in_transaction()


def _complete(response: Response) -> None:
    """A browser may keep the page, and asks each time whether it has changed; a view's own rule holds."""
    if response.mimetype != "image/png":
        compress(response)
    response.vary.update(("Accept-Language", "Cookie"))
    if "Cache-Control" not in response.headers:
        response.cache_control.no_cache = True
    response.add_etag()

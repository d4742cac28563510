"""Public pages that change seldom: rendered once for each language, and again when anything may have changed.

A page is kept in memory until the database is written to, the settings change, or the minute ends; only for requests
without a cookie (but that of the language) and without a query, from views that read no session: docs/decisions/0033.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import SQLITE_DRIVER, db
from lunchkit.platform.i18n import COOKIE, language
from lunchkit.platform.static_files import compress

MOST, LARGEST = 256, 400_000  # pages, and bytes of one
FRESH = secrets.token_urlsafe(24)
"""Stands in a page for what is different in each answer."""
SESSION = "lunchkit.session"
"""The key in a request's environment for its session, to be looked at without the proxy, which counts as reading it."""
Key = tuple[str, str, str, bool]
Kept = tuple[bytes, list[tuple[str, str]]]
View = Callable[..., ResponseReturnValue]


class Revision:
    """A value that differs whenever a database may have changed, at the price of one short question."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._opened = 0
        self._connection: Any = None  # of its own: SQLite tells each connection of the commits of all others
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def read(self) -> object:
        """The present value; None where nothing can be told."""
        try:
            return self._of_sqlite() if self._engine.dialect.name == "sqlite" else self._of_postgresql()
        except (SQLAlchemyError, SQLITE_DRIVER.Error):
            return None

    def _of_sqlite(self) -> object:
        if self._connection is None:
            self._connection = SQLITE_DRIVER.connect(str(self._engine.url.database), check_same_thread=False)
            self._opened += 1
        return self._opened, self._connection.execute("PRAGMA data_version").fetchall()

    def _of_postgresql(self) -> object:
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            return connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar()  # which have ended

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    __del__ = close


class PageCache:
    """The pages of one process, all of one state of the application."""

    def __init__(self, engine: Engine) -> None:
        self._revision = Revision(engine)
        self._now: tuple[object, dict[Key, Kept]] = (None, {})

    def pages(self) -> dict[Key, Kept]:
        """Those of this moment. What was begun in an earlier state is added to a dictionary that nobody reads."""
        revision, has_session = self._revision.read(), db.session.registry.has()
        if revision is None or (has_session and db.session().in_transaction()):  # which may see an earlier state
            return {}
        state = (revision, int(clock.now().timestamp()) // 60, current_settings())
        if self._now[0] != state:
            self._now = (state, {})
        return self._now[1]

    def forget(self) -> None:
        """Keep no page that was rendered so far."""
        self._now = (None, {})


def page_cache() -> PageCache:
    """The cache of the current application."""
    found: PageCache | None = current_app.extensions.get("lunchkit_page_cache")
    if found is None:
        found = current_app.extensions["lunchkit_page_cache"] = PageCache(db.engine)
    return found


def seldom_changes(fresh: Callable[..., str] | None = None) -> Callable[[View], View]:
    """Mark a view whose page is the same for everybody. Goes below the route.
    ``fresh``, called with the view's arguments, gives what is filled in for ``FRESH`` in each answer; without it, the
    page is compressed, and who has it already is answered 304.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def answer(**values: Any) -> Response:
            key = _key()
            pages = page_cache().pages() if key else {}
            if key in pages:
                body, headers = pages[key]
                response = Response(body, headers=headers)
            else:
                response = make_response(view(**values))
                is_for_all = _is_for_all(response)
                if is_for_all and fresh is None:
                    _complete(response)
                if is_for_all and key and len(pages) < MOST:
                    pages[key] = response.get_data(), list(response.headers)
            if fresh is not None:
                response.set_data(response.get_data().replace(FRESH.encode(), fresh(**values).encode()))
            elif "If-None-Match" in request.headers:
                response.make_conditional(request)
            return response

        vars(answer)["changes_seldom"] = True
        return answer

    return mark


def _key() -> Key | None:
    """What a page depends on beside the state; None where it may depend on more."""
    if not request.cookies.keys() <= {COOKIE} or not request.args.keys() <= {"lang"}:
        return None
    host = f"{request.scheme}://{request.host}{request.root_path}"
    return host, request.path, language(), request.accept_encodings["gzip"] > 0


def _is_for_all(response: Response) -> bool:
    is_plain = response.status_code == 200 and "Set-Cookie" not in response.headers
    return is_plain and not request.environ[SESSION].accessed and len(response.get_data()) <= LARGEST


def _complete(response: Response) -> None:
    """A browser may keep the page, and asks each time whether it has changed; a view's own rule holds."""
    if response.mimetype != "image/png":
        compress(response)
    response.vary.update(("Accept-Language", "Cookie"))
    if "Cache-Control" not in response.headers:
        response.cache_control.no_cache = True
    response.add_etag()

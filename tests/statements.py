"""What the database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask.testing import FlaskClient
from sqlalchemy import event

from lunchkit.platform.db import db


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that is sent to the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def count_selects(client: FlaskClient, path: str) -> int:
    """How many times a page asks the database; the page must answer."""
    with statements() as seen:
        assert client.get(path).status_code < 500
    return sum(statement.lstrip().upper().startswith("SELECT") for statement in seen)

"""A database that is busy or full: nothing is lost, reading goes on, and the form comes back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import event as database_event, func, select

from lunchkit.events.models import Event
from lunchkit.platform import form_tokens as stamps
from lunchkit.platform.config import Settings
from lunchkit.platform.db import SQLITE_DRIVER, db
from lunchkit.registrations.models import Registration

FORM = {
    "name": "Ana <b>Bold</b>", "email": "ana@example.org", "organisation": "Coopérative & Cie", "diets-0": "vegan",
    "allergies": "Noix", "access": "Rampe",
}  # fmt: skip
only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


@contextmanager
def connections(change: Callable[[Any], object]) -> Iterator[None]:
    """Every connection is changed when it is opened."""

    def on_connect(connection: Any, _record: object) -> None:
        change(connection)

    db.session.remove()
    db.engine.dispose()
    database_event.listen(db.engine, "connect", on_connect)
    yield
    database_event.remove(db.engine, "connect", on_connect)
    db.session.remove()
    db.engine.dispose()


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Another program is writing to the file, and does not come to an end."""
    other = SQLITE_DRIVER.connect(str(settings.instance / "lunchkit.sqlite"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with connections(lambda connection: connection.execute("PRAGMA busy_timeout=50")):
        yield
    other.execute("ROLLBACK")
    other.close()


def fill_up(connection: Any) -> None:
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages}")


def fields_of(page: str) -> dict[str, str]:
    """What stands in the fields of a page's form, as far as this test typed it."""
    return {name: value for name, value in FORM.items() if str(escape(value)) in page}


def can_read(client: FlaskClient, slug: str) -> bool:
    paths = ("/", f"/e/{slug}", f"/e/{slug}/register", "/calendar.ics")
    return all(client.get(path).status_code == 200 for path in paths)


def count_people() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Registration)) or 0


def stamp_for(app: Flask, event: Event) -> str:
    with app.test_request_context():
        return stamps.issue(event.slug)


@only_sqlite
def test_a_busy_database_gives_the_form_back(app: Flask, settings: Settings, client: FlaskClient, event: Event) -> None:
    slug, stamp = event.slug, stamp_for(app, event)
    with locked(settings):
        answer = client.post(f"/e/{slug}/register", data=FORM | {"stamp": stamp})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert fields_of(answer.text) == FORM and stamp in answer.text
        assert can_read(client, slug)
    assert count_people() == 0
    again = client.post(f"/e/{slug}/register", data=FORM | {"stamp": stamp})
    assert again.status_code == 303, "the same form, sent again"
    assert count_people() == 1


@only_sqlite
def test_a_full_disk_gives_the_form_back(app: Flask, client: FlaskClient, event: Event) -> None:
    slug = event.slug
    with connections(fill_up):
        answers = [
            client.post(
                f"/e/{slug}/register", data=FORM | {"stamp": stamp_for(app, event), "email": f"p{n}@example.org"}
            )
            for n in range(60)
        ]
        refused = answers[-1]
        assert (refused.status_code, refused.headers["Retry-After"]) == (507, "60")
        assert set(fields_of(refused.text)) == set(FORM) - {"email"} and "p59@example.org" in refused.text
        assert can_read(client, slug)
    assert count_people() == sum(answer.status_code == 303 for answer in answers)
    assert {answer.status_code for answer in answers} <= {303, 507}
    assert client.post(f"/e/{slug}/register", data=FORM | {"stamp": stamp_for(app, event)}).status_code == 303

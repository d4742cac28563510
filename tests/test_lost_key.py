"""The secret key is lost, or another one: it is said, nothing answers 500, and there is a way on."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from lunchkit.app import create_app
from lunchkit.events.models import Event
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.links import personal_tokens
from lunchkit.registrations.actions import register_by_hand
from tests.conftest import details
from tests.server import free_port
from tests.test_cli import lunchkit, started

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


@pytest.fixture
def link(app: Flask, settings: Settings, event: Event) -> str:
    """The address of somebody's own page; the database is in one file."""
    link = f"/r/{personal_tokens(register_by_hand(event, details(), language='fr').nonce).link}"
    db.session.remove()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()
    return link


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"secret_key": "another", "secret_key_fallbacks": "0123456789abcdef" * 4}, 200),
        ({"secret_key": "another"}, 410),
    ],
)
def test_a_link_of_another_key_is_explained(link: str, settings: Settings, change: dict[str, str], status: int) -> None:
    app = create_app(replace(settings, **change))  # type: ignore[arg-type]
    with app.app_context():
        for path in (link, f"{link}/ticket"):
            answer = app.test_client().get(path, headers={"Accept-Language": "fr"})
            assert answer.status_code == status
            assert ("installation précédente" in answer.text) == (status == 410)


def test_a_restore_without_the_key_says_so_and_makes_none(link: str, settings: Settings, tmp_path: Path) -> None:
    folder, key = tmp_path / "new", settings.secret_key
    done = lunchkit(folder, "restore", str(settings.instance / "lunchkit.sqlite"))
    assert done.returncode == 0 and "clé secrète" in done.stderr and str(folder / "secret_key") in done.stderr
    for words in (("serve",), ("organiser", "add", "Ada", "ada@example.org")):
        refused = lunchkit(folder, *words, PORT=str(free_port()))
        assert refused.returncode == 1 and len(refused.stderr.splitlines()) == 1, refused.stderr
        assert "secret_key" in refused.stderr and "--new-key" in refused.stderr
    sick = lunchkit(folder, "doctor")
    assert sick.returncode == 1 and "clé secrète" in sick.stdout
    assert not (folder / "secret_key").exists()
    for wrong, is_told in (("another", True), (key, False)):
        (folder / "secret_key").write_text(wrong)
        assert ("clé secrète" in lunchkit(folder, "doctor").stdout) == is_told
        again = lunchkit(folder, "restore", str(settings.instance / "lunchkit.sqlite"))
        assert again.returncode == 0 and ("clé secrète" in again.stderr) == is_told


def test_a_key_that_is_lost_for_good_is_replaced_on_demand(link: str, settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    shutil.copy(settings.instance / "lunchkit.sqlite", folder)
    refused = lunchkit(folder, "serve", PORT=str(free_port()))
    assert refused.returncode == 1 and not (folder / "secret_key").exists(), "control"
    with started(folder, "serve", "--new-key", PORT=str(free_port())) as process:
        assert process.stderr is not None
        assert "clé secrète" in next(iter(process.stderr)), "it is said at each start, as long as such links are there"
        next(line for line in process.stderr if "Ctrl+C" in line)
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600

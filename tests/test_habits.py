"""What a developer who knows Flask and Alembic tries first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from lunchkit import __version__
from lunchkit.platform.config import Settings
from tests.conftest import EventMaker
from tests.room import asked, code_of, running_event
from tests.source import ROOT

BIN = Path(sys.executable).parent


def environment(instance: Path, **more: str) -> dict[str, str]:
    return os.environ | {"LUNCHKIT_INSTANCE": str(instance), "PYTHONPATH": str(ROOT)} | more


def run(instance: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / words[0], *words[1:]], cwd=ROOT, env=environment(instance, **more), text=True, capture_output=True
    )


@pytest.mark.both_databases
def test_autogenerate_finds_the_tables_as_the_models_say(app: Flask, settings: Settings) -> None:
    done = run(settings.instance, "alembic", "check", LUNCHKIT_DATABASE_URL=settings.database_url)
    assert done.returncode == 0 and "No new upgrade operations detected" in done.stdout, done.stderr[-3000:]


def test_flask_knows_the_factory(app: Flask, settings: Settings) -> None:
    done = run(settings.instance, "flask", "--app", "lunchkit", "routes")
    assert done.returncode == 0 and "/e/<slug>/register" in done.stdout, done.stderr[-2000:]


def test_streams_are_the_present_state_where_nobody_takes_the_socket(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event)
    asked(event)
    path = f"/v/{code_of(event)}/stream"
    assert app.test_client().get(path, environ_overrides={"gunicorn.socket": object()}).status_code == 204


def test_one_version() -> None:
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text() and __version__
    assert (ROOT / "lunchkit" / "py.typed").exists()

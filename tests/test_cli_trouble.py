"""Commands that cannot do their work say so in a line, without a traceback, and exit with 1."""

import socket
import subprocess
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.instance import make_private
from lunchkit.team.actions import add_organiser
from lunchkit.team.sign_in.actions import request_sign_in
from tests.live import Postman
from tests.server import free_port
from tests.test_cli import lunchkit, program

COMMANDS = [("upgrade",), ("organiser", "list"), ("deliver",), ("backup",), ("serve",)]
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


def complains(done: subprocess.CompletedProcess[str], *words: str) -> bool:
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr.startswith("lunchkit: ") and all(word in done.stderr for word in words)


@pytest.fixture
def closed_database() -> str:
    return f"postgresql://lunch:geheim@127.0.0.1:{free_port()}/lunch"


@pytest.fixture
def without_psycopg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shadow = tmp_path / "shadow"
    shadow.mkdir()
    (shadow / "psycopg.py").write_text("raise ModuleNotFoundError(\"No module named 'psycopg'\", name='psycopg')\n")
    monkeypatch.setenv("PYTHONPATH", str(shadow))


@pytest.mark.parametrize("words", [*(words for words in COMMANDS if words != ("backup",)), ("doctor",)])
def test_an_unreachable_database_is_said_in_a_line(
    tmp_path: Path, closed_database: str, words: tuple[str, ...]
) -> None:
    done = lunchkit(tmp_path, *words, DATABASE_URL=closed_database)
    assert complains(done, "database", "refused") and "geheim" not in done.stderr


@pytest.mark.parametrize("words", COMMANDS)
def test_a_damaged_database_is_said_in_a_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "lunchkit.sqlite").write_text("these are words" * 1000)
    assert complains(lunchkit(tmp_path, *words), "not a database")


@pytest.mark.usefixtures("without_psycopg")
def test_a_missing_driver_is_said_with_its_cure(tmp_path: Path, closed_database: str) -> None:
    done = program(tmp_path, "serve", DATABASE_URL=closed_database)
    assert complains(done, "psycopg", "pip install 'lunchkit[postgres]'")
    sick = program(tmp_path, "doctor", DATABASE_URL=closed_database)
    assert complains(sick, "psycopg")


def test_the_doctor_finds_a_damaged_database_and_looks_on(tmp_path: Path) -> None:
    (tmp_path / "lunchkit.sqlite").write_text("these are words" * 1000)
    make_private(tmp_path)
    sick = lunchkit(tmp_path, "doctor")
    assert sick.returncode == 1 and not sick.stderr, sick.stderr
    assert sick.stdout.count("!!") == 3 and "LUNCHKIT_MAIL_HOST" in sick.stdout


@pytest.mark.parametrize("target", ["words.txt/copy", "folder", "/proc/copy.sqlite", "/dev/null/copy"])
def test_a_copy_that_cannot_be_written_is_said_in_a_line(tmp_path: Path, target: str) -> None:
    lunchkit(tmp_path, "upgrade")
    (tmp_path / "words.txt").write_text("words")
    (tmp_path / "folder").mkdir()
    assert complains(lunchkit(tmp_path, "backup", str(tmp_path / target)), "copy")
    assert not list(tmp_path.glob("**/*.partial"))


def test_the_last_organiser_is_removed_only_on_demand(tmp_path: Path) -> None:
    lunchkit(tmp_path, "upgrade")
    for name in ("ada", "bea"):
        lunchkit(tmp_path, "organiser", "add", name, f"{name}@example.org")
    assert complains(lunchkit(tmp_path, "organiser", "remove", "nobody@example.org"), "nobody@example.org")
    assert lunchkit(tmp_path, "organiser", "remove", "BEA@example.org").returncode == 0
    assert complains(lunchkit(tmp_path, "organiser", "link", "bea@example.org"), "bea@example.org")
    assert complains(lunchkit(tmp_path, "organiser", "remove", "ada@example.org"), "--last")
    assert lunchkit(tmp_path, "organiser", "list").stdout == "ada <ada@example.org> owner\n"
    assert lunchkit(tmp_path, "organiser", "remove", "--last", "ada@example.org").returncode == 0
    assert lunchkit(tmp_path, "organiser", "list").stdout == ""
    assert complains(lunchkit(tmp_path, "organiser", "add", " \u200b ", "ada@example.org"), "votre nom")


@pytest.fixture
def due(app: Flask, settings: Settings) -> Path:
    add_organiser("Ada Ressort", "ada@lunch.example", "fr")
    request_sign_in("ada@lunch.example")
    db.session.remove()
    db.engine.dispose()
    return settings.instance


@sqlite_only
def test_letters_that_cannot_leave_are_said_in_a_line(due: Path, settings: Settings) -> None:
    told = {"SECRET_KEY": settings.secret_key, "PUBLIC_URL": settings.public_url, "MAIL_SECURITY": "none"}
    assert complains(lunchkit(due, "deliver", **told), "LUNCHKIT_MAIL_HOST", "1")
    assert complains(lunchkit(due, "deliver", **told, MAIL_HOST="127.0.0.1", MAIL_PORT=str(free_port())), "refused")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        done = lunchkit(due, "deliver", **told, MAIL_HOST="127.0.0.1", MAIL_PORT=port, MAIL_TIMEOUT="1")
    assert complains(done, "timed out")
    postman, port = Postman(), str(free_port())
    controller = Controller(postman, hostname="127.0.0.1", port=int(port))
    controller.start()
    try:
        done = lunchkit(due, "deliver", **told, MAIL_HOST="127.0.0.1", MAIL_PORT=port)
    finally:
        controller.stop()
    assert (done.returncode, done.stdout) == (0, "1 e-mails sent\n"), done.stderr
    assert [message["To"] for message in postman.messages] == ["ada@lunch.example"], "no attempt before counted"
    nothing_due = lunchkit(due, "deliver", **told)
    assert (nothing_due.returncode, nothing_due.stdout) == (0, "0 e-mails sent\n")


def test_pg_dump_gets_the_password_in_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$*" > "$0.words"\necho "$PGPASSWORD" > "$0.password"\n>"${2#--file=}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    done = lunchkit(tmp_path, "backup", DATABASE_URL="postgresql://lunch:geheim@db/x")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pg_dump.password").read_text() == "geheim\n"
    words = (tmp_path / "pg_dump.words").read_text()
    assert "geheim" not in words and words.endswith("postgresql://lunch@db/x\n")

"""Commands that cannot do their work say so in a line, without a traceback, and exit with 1."""

import subprocess
import sys
from pathlib import Path

import pytest

from lunchkit.platform.instance import make_private
from tests.server import free_port
from tests.test_cli import instance, lunchkit, upgraded

__all__ = ["instance", "upgraded"]


def complains(done: subprocess.CompletedProcess[str], *words: str) -> bool:
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr.startswith("lunchkit: ") and all(word in done.stderr for word in words)


@pytest.fixture
def closed_database() -> str:
    return f"postgresql://lunch:geheim@127.0.0.1:{free_port()}/lunch"


@pytest.mark.parametrize("words", [("organiser", "list"), ("doctor",)])
def test_an_unreachable_database_is_told(tmp_path: Path, closed_database: str, words: tuple[str, ...]) -> None:
    done = lunchkit(tmp_path, *words, DATABASE_URL=closed_database)
    assert complains(done, "base de données", "refused") and "geheim" not in done.stderr


@pytest.mark.parametrize("words", [("upgrade",), ("organiser", "list"), ("backup",), ("serve",)])
def test_a_damaged_database_is_said_in_a_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "lunchkit.sqlite").write_text("these are words" * 1000)
    assert complains(lunchkit(tmp_path, *words), "not a database")


def test_a_missing_driver_is_named(tmp_path: Path, closed_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    done = lunchkit(tmp_path, "doctor", DATABASE_URL=closed_database)
    assert complains(done, "psycopg", "pip install '.[postgres]'")


def test_the_doctor_finds_a_damaged_database_and_looks_on(tmp_path: Path) -> None:
    (tmp_path / "lunchkit.sqlite").write_text("these are words" * 1000)
    make_private(tmp_path)
    sick = lunchkit(tmp_path, "doctor")
    assert sick.returncode == 1 and not sick.stderr, sick.stderr
    assert sick.stdout.count("!!") == 3 and "LUNCHKIT_MAIL_HOST" in sick.stdout


def test_a_copy_that_cannot_be_written_is_said_in_a_line(instance: Path) -> None:
    (instance / "words.txt").write_text("words")
    (instance / "folder").mkdir()
    for target in ("words.txt/copy", "folder", "/proc/copy.sqlite", "/dev/null/copy"):
        assert complains(lunchkit(instance, "backup", str(instance / target)), "copy"), target
    assert not list(instance.glob("**/*.partial"))


def test_the_last_organiser_is_removed_only_on_demand(instance: Path) -> None:
    lunchkit(instance, "organiser", "add", "ada", "ada@example.org")
    assert complains(lunchkit(instance, "organiser", "remove", "nobody@example.org"), "nobody@example.org")
    assert complains(lunchkit(instance, "organiser", "remove", "ada@example.org"), "--last")
    assert lunchkit(instance, "organiser", "list").stdout == "ada <ada@example.org> owner\n"
    assert lunchkit(instance, "organiser", "remove", "--last", "ada@example.org").returncode == 0
    assert lunchkit(instance, "organiser", "list").stdout == ""
    assert complains(lunchkit(instance, "organiser", "add", " \u200b ", "ada@example.org"), "votre nom")


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

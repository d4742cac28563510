"""The ``lunchkit`` command, run as a program."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from inspect import cleandoc
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import click
import pytest
from gunicorn.errors import AppImportError

from lunchkit import worker
from lunchkit.cli import COMMANDS, cli, main
from lunchkit.demo.instance import MARK
from lunchkit.platform.db import SQLITE_DRIVER
from lunchkit.platform.instance import HANDED_OVER
from tests.conftest import dispose_of_engines
from tests.server import free_port

KEYS = {"base", "event", "register", "vote", "screen", "recap", "organiser", "speakers", "feed"}


def environment(instance: Path, **settings: str) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("LUNCHKIT_")}
    return clean | {"LUNCHKIT_INSTANCE": str(instance)} | {f"LUNCHKIT_{key}": value for key, value in settings.items()}


def program(instance: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lunchkit", *words]
    env = environment(instance, **settings)
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def lunchkit(instance: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The same in this process, which has imported everything already: each program takes a second for that.

    A command that becomes a server does what its first worker does before it answers, and then fails.
    """
    out, err = StringIO(), StringIO()
    before, arguments, mask = dict(os.environ), sys.argv, os.umask(0o022)
    given = environment(instance, **settings)
    try:
        os.environ.clear()
        os.environ.update(given)
        sys.argv = ["lunchkit", *words]
        with redirect_stdout(out), redirect_stderr(err), patch("os.execv", become_worker):
            status = exit_status(main)
    finally:
        for lock in os.environ.get(HANDED_OVER, "").split():
            os.close(int(lock))  # of a server that was refused: it would have ended
        os.environ.clear()
        os.environ.update(before)
        sys.argv = arguments
        os.umask(mask)
        dispose_of_engines()
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


def become_worker(*_program: object) -> None:
    try:
        worker.load(is_first=True)
    except AppImportError as error:
        sys.exit(str(error))
    raise AssertionError("a server")


def exit_status(command: Callable[[], None]) -> int:
    try:
        command()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return int(end.code) if isinstance(end.code, int) else int(bool(end.code))
    return 0


@contextmanager
def started(instance: Path, *words: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "lunchkit", *words],
        env=environment(instance, **settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)


def get(address: str) -> tuple[int, str]:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.status, answer.read().decode()


def test_the_demo_is_made_again_or_kept_and_never_deletes_another_folder(tmp_path: Path) -> None:
    folder, precious = tmp_path / "demo", tmp_path / "precious"
    for made in (folder, precious):
        made.mkdir()
        (made / "e-mail.txt").write_text("dear")
    (folder / MARK).touch()
    names = []
    for words in ((), ("--keep",)):
        with started(tmp_path, "demo", "--json", "--port", str(free_port()), *words) as process:
            assert process.stdout is not None
            assert set(json.loads(process.stdout.readline())) >= KEYS
            before = {file.name: file.stat().st_ino for file in folder.iterdir()}
            second = lunchkit(tmp_path, "demo")
            assert second.returncode == 1 and "un serveur tourne sur cette instance" in second.stderr, second.stderr
            after = {file.name: file.stat().st_ino for file in folder.iterdir()}
            assert before.items() <= after.items() and "lunchkit.sqlite" in after, "the first one's folder is its own"
        with SQLITE_DRIVER.connect(folder / "lunchkit.sqlite") as connection:
            names += connection.execute("select name from organiser").fetchall()
            connection.execute("update organiser set name = 'Kept'")
    assert names == [("Équipe de démonstration",), ("Kept",)] and not (folder / "e-mail.txt").exists()
    refused = lunchkit(tmp_path, "demo", "--instance", str(precious))
    assert refused.returncode == 1 and "something else" in refused.stderr
    assert (precious / "e-mail.txt").read_text() == "dear"


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("upgraded")
    assert lunchkit(folder, "upgrade").returncode == 0
    return folder


@pytest.fixture
def instance(upgraded: Path, tmp_path: Path) -> Path:
    """The folder of an instance with an empty database."""
    shutil.copytree(upgraded, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_the_team_is_added_listed_let_in_and_removed(instance: Path) -> None:
    for name, role in (("Ada Ressort", "organiser"), ("Leo Boulon", "organiser"), ("Noa Panais", "helper")):
        email = f"{name.split()[0].lower()}@example.org"
        added = lunchkit(instance, "organiser", "add", name, email, "--role", role)
        assert added.returncode == 0 and "/organiser/sign-in/" in added.stdout
    assert "/organiser/sign-in/" in lunchkit(instance, "organiser", "link", "ada@example.org").stdout
    for words, status in (
        (("link", "nobody@example.org"), 1),
        (("add", "Ada", "ada@example.org"), 1),
        (("add", "Ada", "no address"), 1),
        (("add", "Eve", "eve@example.org", "--role", "owner"), 2),
    ):
        assert lunchkit(instance, "organiser", *words).returncode == status, words
    stuck = lunchkit(instance, "organiser", "remove", "ada@example.org")
    assert stuck.returncode == 1 and "organiser owner" in stuck.stderr
    assert lunchkit(instance, "organiser", "owner", "leo@example.org").returncode == 0
    assert lunchkit(instance, "organiser", "remove", "ADA@example.org").returncode == 0
    listed = lunchkit(instance, "organiser", "list").stdout.splitlines()
    assert listed == ["Leo Boulon <leo@example.org> owner", "Noa Panais <noa@example.org> helper"]


def test_a_backup_holds_what_a_copied_file_misses_and_can_be_restored(instance: Path) -> None:
    database = instance / "lunchkit.sqlite"
    writer = SQLITE_DRIVER.connect(str(database))
    writer.execute("PRAGMA wal_autocheckpoint=0")
    insert = "insert into series (slug, name, network) values (?, ?, ?)"
    writer.execute(insert, ("lunches", "Lunches", "APRÈS-GE"))
    writer.commit()
    copied = instance / "copied.sqlite"
    shutil.copy(database, copied)
    made = lunchkit(instance, "backup")
    assert made.returncode == 0, made.stderr
    backup = Path(made.stdout.strip())
    assert backup.stat().st_mode & 0o777 == 0o600
    assert count_series(backup) == 1
    assert count_series(copied) == 0, "control: a copy of the file alone misses the newest commit"
    writer.execute(insert, ("more", "More", "APRÈS-GE"))
    writer.commit()
    writer.close()
    restored = lunchkit(instance, "restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert count_series(database) == 1
    kept = next(file for file in instance.glob("lunchkit.sqlite.before-*") if file.name.endswith("Z"))
    assert count_series(kept) == 2


def count_series(file: Path) -> int:
    connection = SQLITE_DRIVER.connect(f"file:{file}?immutable=1" if "copied" in file.name else str(file), uri=True)
    try:
        (count,) = connection.execute("select count(*) from series").fetchone()
    finally:
        connection.close()
    return int(count)


def test_a_damaged_backup_is_refused_and_changes_nothing(instance: Path) -> None:
    before = (instance / "lunchkit.sqlite").read_bytes()
    damaged = instance / "damaged.sqlite"
    damaged.write_bytes(before[:4096] + b"\xff" * 200 + before[4296:])
    (instance / "words.txt").write_text("not a database")
    for file in (damaged, instance / "words.txt"):
        refused = lunchkit(instance, "restore", str(file))
        assert refused.returncode == 1 and "Traceback" not in refused.stderr, refused.stderr
    assert (instance / "lunchkit.sqlite").read_bytes() == before


def test_the_doctor_says_what_is_wrong_and_exits_with_it(instance: Path) -> None:
    sick = lunchkit(instance, "doctor")
    assert sick.returncode == 1
    assert "LUNCHKIT_MAIL_HOST" in sick.stdout and "HTTPS" in sick.stdout
    closed = lunchkit(instance, "doctor", MAIL_HOST="127.0.0.1", MAIL_PORT=str(free_port()))
    assert "!!" in closed.stdout and "refuse" in closed.stdout


def test_wrong_settings_are_all_named_in_a_line_each(tmp_path: Path) -> None:
    wrong = lunchkit(
        tmp_path, "serve", PORT="many", LANGUAGE="tlh", PUBLIC_URL="lunch.example", TIMEZONE="Geneva/Lunch"
    )
    assert wrong.returncode == 1 and "Traceback" not in wrong.stderr
    for name in ("LUNCHKIT_PORT", "LUNCHKIT_LANGUAGE", "LUNCHKIT_PUBLIC_URL", "LUNCHKIT_TIMEZONE"):
        assert name in wrong.stderr


def test_a_newer_schema_is_refused(instance: Path) -> None:
    with SQLITE_DRIVER.connect(instance / "lunchkit.sqlite") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    for word in ("upgrade", "serve"):
        refused = lunchkit(instance, word)
        assert refused.returncode == 1 and "9999" in refused.stderr, word


@pytest.mark.parametrize("words", [(), ("organiser",), *((name,) for name in COMMANDS), ("organiser", "add")])
def test_the_command_line_speaks_one_language(tmp_path: Path, words: tuple[str, ...]) -> None:
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
        assert command
    ours = [cleandoc(command.help or ""), *(getattr(param, "help", None) or "" for param in command.params)]
    first = {" ".join(text.split()[:3]) for text in ours if text} | {"Usage:", "Show this"}
    french, english = (lunchkit(tmp_path, *words, "--help", LANGUAGE=language).stdout for language in ("fr", "en"))
    assert [text for text in first if text in french] == [] and "Utilisation" in french
    assert [text for text in first if text not in " ".join(english.split())] == [], "control"


def test_a_refusal_is_in_the_language_of_the_command_line(tmp_path: Path) -> None:
    for language, error in (("fr", "Erreur\u00a0: il n’y a pas"), ("en", "Error: there is no")):
        assert lunchkit(tmp_path, "doctor", LANGUAGE=language).stderr.startswith(error)
    (tmp_path / ".env").write_text("LUNCHKIT_LANGUAGE=en\n")
    assert lunchkit(tmp_path, "doctor").stderr.startswith("Error:"), "of the instance"


def test_the_command_is_a_program_and_has_help(tmp_path: Path) -> None:
    found = {name: cli.get_command(click.Context(cli), name) for name in COMMANDS}
    assert [name for name, command in found.items() if not command or not command.get_short_help_str()] == []
    helped = lunchkit(tmp_path, "organiser", "add", "--help")
    assert helped.returncode == 0 and "--role" in helped.stdout
    refused = program(tmp_path, "upgrade", PORT="0")
    assert (refused.returncode, refused.stdout) == (1, "") and refused.stderr.startswith("lunchkit: LUNCHKIT_PORT")

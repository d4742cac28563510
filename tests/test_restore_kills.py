"""A restore that is killed at any step leaves the old database, its newest commits included, or the new one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lunchkit.platform.backup import SIDE_FILES, back_up, check
from lunchkit.platform.config import Settings
from lunchkit.platform.db import SQLITE_DRIVER
from tests.test_cli import lunchkit

CHILD = """
import os, shutil, signal, sys
from pathlib import Path
from lunchkit.platform.backup import restore
from lunchkit.platform.config import Settings
from tests.test_restore_kills import careless_restore

WATCHED = ("open", "os.rename", "os.remove", "os.chmod", "os.link")
way, files, copy, room = sys.argv[1], *map(Path, sys.argv[2:])

def run(instance, number):
    calls = 0
    def count(event, arguments):
        nonlocal calls
        if event in WATCHED and any(str(instance) in str(argument) for argument in arguments):
            calls += 1
            if calls == number:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(count)
    (restore if way == "restore" else careless_restore)(Settings(instance), copy)

for number in range(1, 60):
    instance = room / f"{way}{number}"
    shutil.copytree(files, instance)
    pid = os.fork()
    if pid == 0:
        run(instance, number)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status in (0, -signal.SIGKILL), status
    if status == 0:
        print(number)
        break
"""
OLD, COPY = {"old", "newest"}, {"old", "copy"}
INSERT = "insert into series (slug, name, network) values (?, ?, '')"


def careless_restore(settings: Settings, source: Path) -> None:
    """What a restore did before: the log goes first, and the copy comes into its place afterwards."""
    place = settings.instance / "lunchkit.sqlite"
    incoming = place.with_name("lunchkit.sqlite.incoming")
    incoming.write_bytes(source.read_bytes())
    for suffix in SIDE_FILES:
        place.with_name(place.name + suffix).unlink(missing_ok=True)
    incoming.replace(place)


def series_in(file: Path) -> set[str]:
    connection = SQLITE_DRIVER.connect(str(file))
    try:
        return {slug for (slug,) in connection.execute("select slug from series")}
    finally:
        connection.close()


@pytest.fixture
def prepared(tmp_path: Path) -> tuple[Path, Path]:
    """The files of an instance whose newest commit is in its log only, and an older copy of its database."""
    folder = tmp_path / "prepared"
    assert lunchkit(folder, "upgrade").returncode == 0
    connection = SQLITE_DRIVER.connect(str(folder / "lunchkit.sqlite"))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(INSERT, ("old", "Old"))
    connection.commit()
    copy = back_up(Settings(folder), tmp_path / "copy.sqlite")
    other = SQLITE_DRIVER.connect(str(copy))
    other.execute(INSERT, ("copy", "Copy"))
    other.commit()
    other.close()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute(INSERT, ("newest", "Newest"))
    connection.commit()
    files = tmp_path / "files"
    shutil.copytree(folder, files)  # as a machine leaves them that lost its power
    connection.close()
    return files, copy


def killed_at_each_step(way: str, prepared: tuple[Path, Path], room: Path) -> list[set[str]]:
    """What the database holds after a kill before each call; the last one was not killed."""
    words = [sys.executable, "-c", CHILD, way, *map(str, prepared), str(room)]
    root = str(Path(__file__).parent.parent)
    done = subprocess.run(words, env=os.environ | {"PYTHONPATH": root}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    places = [room / f"{way}{number}" / "lunchkit.sqlite" for number in range(1, int(done.stdout) + 1)]
    for place in places:
        check(place)
    return [series_in(place) for place in places]


def test_a_killed_restore_leaves_the_old_database_or_the_new_one(prepared: tuple[Path, Path], tmp_path: Path) -> None:
    found = killed_at_each_step("restore", prepared, tmp_path)
    first_new = found.index(COPY)
    assert found == [OLD] * first_new + [COPY] * (len(found) - first_new), found
    assert first_new > 3 and len(found) - first_new > 1, "kills before and after the moment of change"
    left = [path.name for path in (tmp_path / f"restore{first_new + 1}").iterdir()]
    assert any(".before-" in name for name in left), "the old one was set aside before the new one took its place"


def test_control_the_careless_way_loses_the_newest_commit(prepared: tuple[Path, Path], tmp_path: Path) -> None:
    found = killed_at_each_step("careless", prepared, tmp_path)
    assert {"old"} in found, "neither the old one whole nor the copy"
    assert found[-1] == COPY


def test_a_database_that_another_program_uses_is_not_replaced(prepared: tuple[Path, Path]) -> None:
    files, copy = prepared
    before = {path.name for path in files.iterdir()}
    other = SQLITE_DRIVER.connect(str(files / "lunchkit.sqlite"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused = lunchkit(files, "restore", str(copy), LANGUAGE="en")
    assert refused.returncode == 1 and "another program uses" in refused.stderr
    other.execute("ROLLBACK")
    assert series_in(files / "lunchkit.sqlite") == OLD
    other.close()
    assert {path.name for path in files.iterdir()} - {"lock", "lunchkit.sqlite-shm"} <= before
    assert lunchkit(files, "restore", str(copy), LANGUAGE="en").returncode == 0, "control: once it has ended"


def test_a_damaged_database_can_be_replaced(prepared: tuple[Path, Path]) -> None:
    files, copy = prepared
    (files / "lunchkit.sqlite").write_bytes(b"words, no database" * 1000)
    assert lunchkit(files, "restore", str(copy), LANGUAGE="en").returncode == 0
    assert series_in(files / "lunchkit.sqlite") == COPY
    assert len([path for path in files.iterdir() if ".before-" in path.name]) >= 1

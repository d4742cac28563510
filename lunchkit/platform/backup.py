"""Copies of the database that can be trusted, and the way back."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from gettext import gettext as _
from pathlib import Path

from sqlalchemy import URL, make_url

from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import SQLITE_DRIVER

SIDE_FILES = ("-wal", "-shm")  # what SQLite keeps beside a database in use: the newest commits may be there only


class BackupFailed(Exception):
    """No trustworthy copy could be made or read; the text says why."""


def back_up(settings: Settings, target: Path | None = None) -> Path:
    """Write a checked copy of the database while it is in use, whole or not at all. Raises BackupFailed."""
    suffix = "sqlite" if settings.is_sqlite else "pgdump"
    name = f"lunchkit-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.{suffix}"
    target = target or backup_folder(settings) / name
    try:
        _write(_copy_sqlite if settings.is_sqlite else _dump_postgres, settings, target)
    except (OSError, SQLITE_DRIVER.Error) as error:
        raise BackupFailed(_("no copy could be written to {file}: {error}").format(file=target, error=error)) from error
    return target


def newest_backup(settings: Settings) -> datetime | None:
    """When the newest copy was written in the place where ``back_up`` puts them; None where there is none."""
    try:
        copies = (file for file in backup_folder(settings).glob("lunchkit-*") if file.suffix != ".partial")
        times = [file.stat().st_mtime for file in copies]
    except OSError:
        return None
    return datetime.fromtimestamp(max(times), UTC) if times else None


def drop_old_copies(settings: Settings) -> str:
    """Delete backups and databases set aside by a restore, older than ``backup_days``; the newest backup stays.
    Returns the stamp before which there is no backup any more.
    """
    limit = f"{clock.now() - timedelta(days=settings.backup_days):%Y%m%dT%H%M%SZ}"
    backups = _stamps(backup_folder(settings), r"lunchkit-(\d{8}T\d{6}Z)\.(sqlite|pgdump)")
    first = min(limit, max(backups.values(), default=limit))
    aside = _stamps(sqlite_path(settings).parent, r".*\.before-(\d{8}T\d{6}Z)(-wal|-shm)?")
    for files, end in ((backups, first), (aside, limit)):
        for file in [file for file, stamp in files.items() if stamp < end]:
            file.unlink(missing_ok=True)
    return first


def _stamps(folder: Path, name: str) -> dict[Path, str]:
    return {file: found[1] for file in folder.glob("*Z*") if (found := re.fullmatch(name, file.name))}


def backup_folder(settings: Settings) -> Path:
    return settings.instance / "backups"


def _write(copy: Callable[[Settings, Path], None], settings: Settings, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        partial.touch(mode=0o600, exist_ok=False)  # before anything is in it
        copy(settings, partial)
        synchronise(partial)
        partial.replace(target)
        synchronise(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def sqlite_path(settings: Settings) -> Path:
    return Path(settings.database.removeprefix("sqlite:///"))


def synchronise(place: Path) -> None:
    """Return when a file is on the disk; of a folder, when the names in it are."""
    file = os.open(place, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _copy_sqlite(settings: Settings, target: Path) -> None:
    source = sqlite_path(settings)
    if not source.is_file():
        raise BackupFailed(_("there is no database at {file}").format(file=source))
    check(source)  # a copy may look sound, of which the damaged part is missing
    with closing(SQLITE_DRIVER.connect(str(source), timeout=30)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    check(target)


def check(file: Path) -> None:
    """Read a copy through. Raises BackupFailed where it is damaged or no database of lunchkit."""
    if damage := damage_of(file):
        damaged = _("{file} is damaged, or no database of lunchkit: {damage}")
        raise BackupFailed(damaged.format(file=file, damage=damage))


def damage_of(file: Path) -> str:
    """What is wrong with an SQLite database, in SQLite's words: all of it is read. Empty where nothing is."""
    try:
        with closing(SQLITE_DRIVER.connect(str(file))) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (SQLITE_DRIVER.DatabaseError, UnicodeDecodeError) as error:  # SQLite may quote what is damaged
        return "" if "locked" in str(error) else str(error)
    return "" if verdict == "ok" else " ".join(str(verdict).split())


def _dump_postgres(settings: Settings, target: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupFailed(_("pg_dump is missing: install PostgreSQL's client programs"))
    url, password = without_password(settings.database)
    words = [program, "--format=custom", f"--file={target}", url]
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(words, env=environment, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise BackupFailed(done.stderr.strip())


def without_password(database: str) -> tuple[str, str]:
    """A PostgreSQL address as its own programs read it, and its password apart: everybody sees arguments in `ps`."""
    url = make_url(database)
    query = {name: value for name, value in url.query.items() if name != "password"}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return bare.render_as_string(hide_password=False), str(url.password or url.query.get("password") or "")


def restore(settings: Settings, source: Path) -> Path | None:
    """Put a checked copy in the place of the SQLite database; the caller holds the instance alone.
    Returns where the earlier database is kept, None if there was none. Killed at any moment, one of the two is there,
    whole. Raises BackupFailed; then nothing was changed.
    """
    if not settings.is_sqlite:
        raise BackupFailed(_("restore a PostgreSQL database with pg_restore --clean --if-exists"))
    check(source)
    place = sqlite_path(settings)
    place.parent.mkdir(parents=True, exist_ok=True)
    incoming = place.with_name(place.name + ".incoming")
    try:
        incoming.unlink(missing_ok=True)
        incoming.touch(mode=0o600)
        shutil.copyfile(source, incoming)
        synchronise(incoming)
        _fold_log(place)
        kept = _set_aside(place) if place.exists() else None
        for suffix in SIDE_FILES:  # without a newest commit in them by now
            place.with_name(place.name + suffix).unlink(missing_ok=True)
        incoming.replace(place)
        synchronise(place.parent)
    finally:
        incoming.unlink(missing_ok=True)
    return kept


def _fold_log(place: Path) -> None:
    """Bring the newest commits of a database into its own file. Raises BackupFailed where another program uses it."""
    if not place.exists():
        return
    with closing(SQLITE_DRIVER.connect(str(place), timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except SQLITE_DRIVER.DatabaseError as error:
            if "locked" in str(error):
                raise BackupFailed(_("another program uses {file}: stop it first").format(file=place)) from error
            # else it is damaged: it is set aside as it is, with its log


def _set_aside(place: Path) -> Path:
    """Copy a database that may be damaged, with the files beside it, as it is."""
    kept = place.with_name(f"{place.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    for suffix in ("", *SIDE_FILES):
        file, copy = place.with_name(place.name + suffix), kept.with_name(kept.name + suffix)
        if file.exists():
            copy.touch(mode=0o600)
            shutil.copyfile(file, copy)
            synchronise(copy)
    return kept

"""What is wrong with an instance, in words that say what to do."""

import shutil
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from lunchkit import clock, schema
from lunchkit.accounts.models import Organiser
from lunchkit.config import Settings
from lunchkit.db import SAFE_SQLITE, SQLITE_DRIVER, db
from lunchkit.mail.actions import ServerUnreachable, connect
from lunchkit.mail.models import OutboxLetter
from lunchkit.rooms.keys import KeyRing

FREE_SPACE = 200_000_000
PATIENCE = timedelta(minutes=30)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    is_fine: bool
    text: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that usually goes wrong; call inside the application's context."""
    try:
        is_current = schema.is_current(db.engine)
    except SQLAlchemyError as error:
        silent = Finding(False, _("The database does not answer: %(why)s", why=in_a_line(error)))
        return [silent, _https(settings), _mail(settings)]
    if not is_current:
        return [Finding(False, _("The database has another schema than this program: run «lunchkit upgrade»."))]
    return [_sqlite(), _keys(settings), _disk(settings), _https(settings), _mail(settings), _outbox(), _organisers()]


def in_a_line(error: Exception) -> str:
    """What a database's error says, without statements and values."""
    text = str(getattr(error, "orig", None) or error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def _sqlite() -> Finding:
    if not sqlite_is_unsafe():
        return Finding(True, _("Database: %(name)s.", name=db.engine.dialect.name))
    version = SQLITE_DRIVER.sqlite_version
    return Finding(
        False, _("SQLite %(version)s can lose commits when two programs write: install pysqlite3.", version=version)
    )


def sqlite_is_unsafe() -> bool:
    """Whether the database is an SQLite with the bug that a second writing program may meet."""
    version = tuple(map(int, SQLITE_DRIVER.sqlite_version.split(".")))
    return db.engine.dialect.name == "sqlite" and version < SAFE_SQLITE


def _keys(settings: Settings) -> Finding:
    if KeyRing(settings.instance).folder is not None:
        return Finding(True, _("Ballots: their keys lie in memory."))
    return Finding(
        settings.workers == 1,
        _("Ballots: this machine has no /dev/shm, so keys live in one process; a restart closes open polls."),
    )


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.instance).free
    megabytes = free // 1_000_000
    if free > FREE_SPACE:
        return Finding(True, _("Disk: %(n)s MB free.", n=megabytes))
    return Finding(False, _("Disk: only %(n)s MB free. Delete old backups, or move the instance.", n=megabytes))


def _https(settings: Settings) -> Finding:
    if settings.is_https:
        return Finding(True, _("Address: %(url)s.", url=settings.public_url))
    return Finding(
        False, _("The public address %(url)s is not HTTPS: put a proxy with TLS in front.", url=settings.public_url)
    )


def _mail(settings: Settings) -> Finding:
    if not settings.mail_host:
        return Finding(False, _("No mail server is set (LUNCHKIT_MAIL_HOST): letters wait in the outbox."))
    try:
        connect(settings).quit()
    except ServerUnreachable as error:
        return Finding(False, _("The mail server refuses: %(why)s.", why=error))
    return Finding(True, _("Mail: %(host)s answers.", host=settings.mail_host))


def _outbox() -> Finding:
    unsent = (OutboxLetter.sent_at.is_(None), OutboxLetter.failed_at.is_(None))
    late = db.session.scalar(select(func.count()).where(*unsent, OutboxLetter.created_at < clock.now() - PATIENCE)) or 0
    failed = db.session.scalar(select(func.count()).where(OutboxLetter.failed_at.is_not(None))) or 0
    if late or failed:
        return Finding(False, _("Outbox: %(late)s letters wait too long, %(failed)s failed.", late=late, failed=failed))
    return Finding(True, _("Outbox: nothing waits."))


def _organisers() -> Finding:
    count = db.session.scalar(select(func.count()).where(Organiser.removed_at.is_(None))) or 0
    if count:
        return Finding(True, _("Organisers: %(n)s.", n=count))
    return Finding(False, _("There is no organiser yet: «lunchkit serve» prints a set-up link."))

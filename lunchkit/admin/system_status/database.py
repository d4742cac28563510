"""Checks of the database, its copies and its keys: a problem, or None."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from lunchkit.admin.system_status import Problem
from lunchkit.platform import clock
from lunchkit.platform.backup import backup_folder, damage_of, newest_backup, sqlite_path
from lunchkit.platform.config import SECRET_FILE, Settings
from lunchkit.platform.db import SAFE_SQLITE, SQLITE_DRIVER, db, known_damage, remember_damage
from lunchkit.platform.i18n import language
from lunchkit.platform.live.batches import Aside
from lunchkit.platform.mail.queue import pause
from lunchkit.platform.readiness import late_and_failed
from lunchkit.registrations.queries import has_links_of_another_key
from lunchkit.room.errors import NoPlaceForKeys
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.queries import is_altered
from lunchkit.room.queries import ballot_store, keys
from lunchkit.settings.models import LETTERS
from lunchkit.team.models import Organiser

BACKUP_WITHIN = timedelta(hours=26)
"""A day, and two hours for a timer that is late."""
YOUNG = timedelta(days=1)


def check_damage(settings: Settings) -> Problem | None:
    if db.engine.dialect.name != "sqlite":
        return None
    found: list[str] = []
    Aside.run(lambda: found.append(damage_of(sqlite_path(settings))))
    remember_damage(found[0])
    return damaged()


def damaged() -> Problem | None:
    if not known_damage():
        return None
    return Problem(
        _l("The database is damaged, and nothing more is written into it: %(why)s", why=known_damage()),
        _l("Stop the server, and put the newest good backup in its place: “lunchkit restore FILE”."),
    )


def check_sqlite() -> Problem | None:
    version = SQLITE_DRIVER.sqlite_version
    if db.engine.dialect.name != "sqlite" or tuple(map(int, version.split("."))) >= SAFE_SQLITE:
        return None
    return Problem(
        _l("SQLite %(version)s can lose commits when two programs write.", version=version),
        _l("Install pysqlite3 beside lunchkit, or a newer SQLite."),
    )


def check_outbox() -> Problem | None:
    late, failed = late_and_failed()
    if not late and not failed:
        return None
    return Problem(
        _l("Outbox: e-mails that wait too long: %(late)s, that failed: %(failed)s.", late=late, failed=failed),
        _l("The page “E-mails” says why for each, and sends failed ones again."),
    )


def check_pause() -> Problem | None:
    trouble = pause()
    if trouble is None:
        return None
    why, advice = trouble.reason[language()]
    return Problem(_l("No e-mail is sent for now; all of them wait. %(why)s", why=why), advice, LETTERS)


def check_backups(settings: Settings) -> Problem | None:
    newest, now = newest_backup(settings), clock.now()
    folder = backup_folder(settings).resolve()
    advice = _l("Ask the administrator of the server for a backup every night (“lunchkit backup”, docs/deploy.md).")
    if newest is None:
        began = db.session.scalar(select(func.min(Organiser.created_at)))
        is_young = began is None or now - began < YOUNG
        return None if is_young else Problem(_l("Backup: there is none in %(folder)s.", folder=folder), advice)
    if now - newest <= BACKUP_WITHIN:
        return None
    days = max(1, (now - newest).days)
    return Problem(_l("Backup: the newest in %(folder)s is %(n)s days old.", folder=folder, n=days), advice)


def check_secret_key(settings: Settings) -> Problem | None:
    if settings.secret_key and not has_links_of_another_key():
        return None
    return Problem(
        _l("The secret key is missing, or is not the one that links and tickets in e-mails were made with."),
        _l(
            "Put the earlier key back as %(file)s, or name it in LUNCHKIT_SECRET_KEY_FALLBACKS. Until then these links "
            "do not work.",
            file=settings.instance.resolve() / SECRET_FILE,
        ),
    )


def check_keys(settings: Settings) -> Problem | None:
    ring = keys()
    try:
        found = {name for name in ring.names() if name.isdigit()}  # those of polls
    except NoPlaceForKeys as refusal:
        return Problem(refusal.message, _l("Until then no vote can be opened."))
    except OperationalError:
        return Problem(
            _l("Ballots: the memory that several machines share does not answer (LUNCHKIT_VALKEY_URL)."),
            _l("Start Valkey again. Votes that were open are closed; until then none can be opened."),
        )
    if left := found - {opened.key_name for opened in ballot_store().opened_polls()}:
        return Problem(
            _l(
                "Ballots: the keys of %(n)s votes that are over could not be destroyed; their ballots are.", n=len(left)
            ),
            _l(
                "Delete these files in %(folder)s: %(names)s.",
                folder=ring.folder or settings.valkey_url.rpartition("@")[2],
                names=", ".join(sorted(left)),
            ),
        )
    if ring.folder is not None or settings.workers == 1 or settings.valkey_url:
        return None
    return Problem(
        _l(
            "Ballots: no folder in memory can be written (/dev/shm, or systemd’s RuntimeDirectory), so keys live in "
            "one process; a restart closes open polls."
        ),
        _l("Let one process do the work: LUNCHKIT_WORKERS=1."),
    )


def check_counts() -> Problem | None:
    sealed = db.session.scalars(select(Poll).where(Poll.record.is_not(None)).order_by(Poll.id))
    changed = [f"«{poll.question}»" for poll in sealed if is_altered(poll)]
    if not changed:
        return None
    return Problem(
        _l("Votes: numbers were changed in the database after the close: %(questions)s.", questions=", ".join(changed)),
        _l("An earlier backup has the right ones; the closing record of each poll is in the history."),
    )

"""The machine: database, disk, folder, keys, clock, settings file, backups, and the work in the background."""

import shutil
import stat
import tempfile
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from re import search

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select

from lunchkit import clock
from lunchkit.accounts.models import Organiser
from lunchkit.backup import backup_folder, damage_of, newest_backup, sqlite_path
from lunchkit.config import ENV_FILE, SECRET_FILE, Settings
from lunchkit.db import SAFE_SQLITE, SQLITE_DRIVER, db, known_damage, take_damage
from lunchkit.doctor.findings import Finding, fine, note, wrong
from lunchkit.heartbeat import last_beat, last_delivery, last_sign
from lunchkit.instance import exposed
from lunchkit.live.batches import Aside
from lunchkit.mail.models import OutboxLetter
from lunchkit.passkeys.authenticators import Obstacle, obstacle, relying_party
from lunchkit.passkeys.queries import people_with_passkeys
from lunchkit.polls.models import Poll
from lunchkit.polls.queries import is_altered
from lunchkit.registrations.queries import strange_links
from lunchkit.rooms.keys import KeyRing
from lunchkit.rooms.queries import box
from lunchkit.rooms.refusals import NoPlaceForKeys
from lunchkit.settings_file import SettingsFile

FREE_SPACE = 200_000_000
PATIENCE = timedelta(minutes=30)
"""So long may a letter wait."""
ALIVE_WITHIN = timedelta(minutes=15)
"""Long enough for a timer that runs ``lunchkit deliver`` in place of the server."""
BACKUP_WITHIN = timedelta(hours=26)
"""A day, and two hours for a timer that is late."""
YOUNG = timedelta(days=1)
MAY_DIFFER = timedelta(seconds=90)
_A_DATE = r"(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d (?:[+-]\d{4}|GMT|UTC?)"


def in_a_line(error: Exception) -> str:
    """What a database's error says, without statements and values."""
    text = str(getattr(error, "orig", None) or error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def sqlite_is_unsafe() -> bool:
    """Whether the database is an SQLite with the bug that a second writing program may meet."""
    version = tuple(map(int, SQLITE_DRIVER.sqlite_version.split(".")))
    return db.engine.dialect.name == "sqlite" and version < SAFE_SQLITE


def look_at_database() -> Finding:
    """Which one it is, and whether it can be trusted."""
    if not sqlite_is_unsafe():
        return fine(_l("Database: %(name)s.", name=db.engine.dialect.name))
    version = SQLITE_DRIVER.sqlite_version
    return wrong(
        _l("SQLite %(version)s can lose commits when two programs write.", version=version),
        _l("Install pysqlite3 beside lunchkit, or a newer SQLite."),
    )


def look_at_damage(settings: Settings) -> Finding | None:
    """Read the whole SQLite database, beside what else goes on; this process writes no more into a damaged one."""
    if db.engine.dialect.name != "sqlite":
        return None
    found: list[str] = []
    Aside.run(lambda: found.append(damage_of(sqlite_path(settings))))
    take_damage(found[0])
    return damaged() if found[0] else None


def damaged() -> Finding:
    """That the database is damaged, and the way back."""
    return wrong(
        _l("The database is damaged, and nothing more is written into it: %(why)s", why=known_damage()),
        _l("Stop the server, and put the newest good backup in its place: “lunchkit restore FILE”."),
    )


def look_at_secret_key(settings: Settings) -> Finding | None:
    """Whether the secret key is the one that links and tickets were made with."""
    if settings.secret_key and not strange_links():
        return None
    return wrong(
        _l("The secret key is missing, or is not the one that links and tickets in e-mails were made with."),
        _l(
            "Put the earlier key back as %(file)s, or name it in LUNCHKIT_SECRET_KEY_FALLBACKS. Until then these links "
            "do not work.",
            file=settings.instance.resolve() / SECRET_FILE,
        ),
    )


def look_at_keys(settings: Settings) -> Finding:
    """Where the keys of ballots lie, that nobody else may read them, and that none is left of a vote that is over."""
    ring = KeyRing(settings.instance)
    try:
        found = {name for name in ring.names() if name.isdigit()}  # those of polls
    except NoPlaceForKeys as refusal:
        return wrong(refusal.message, _l("Until then no vote can be opened."))
    if left := found - {contest.key_name for contest in box().contests()}:
        return wrong(
            _l(
                "Ballots: the keys of %(n)s votes that are over could not be destroyed; their ballots are.", n=len(left)
            ),
            _l("Delete these files in %(folder)s: %(names)s.", folder=ring.folder, names=", ".join(sorted(left))),
        )
    if ring.folder is not None:
        return fine(_l("Ballots: their keys lie in memory (%(folder)s).", folder=ring.folder))
    text = _l(
        "Ballots: no folder in memory can be written (/dev/shm, or systemd’s RuntimeDirectory), so keys live in one "
        "process; a restart closes open polls."
    )
    if settings.workers == 1:
        return note(text)
    return wrong(text, _l("Let one process do the work: LUNCHKIT_WORKERS=1."))


def look_at_disk(settings: Settings) -> Finding:
    """Whether there is room."""
    megabytes = shutil.disk_usage(settings.instance).free // 1_000_000
    if megabytes > FREE_SPACE // 1_000_000:
        return fine(_l("Disk: %(n)s MB free.", n=megabytes))
    return wrong(
        _l("Disk: only %(n)s MB free.", n=megabytes), _l("Delete old backups, or move the instance to a larger disk.")
    )


def look_at_folder(settings: Settings) -> Finding:
    """Whether the instance can be written: settings, backups and ballots lie there."""
    folder = settings.instance.resolve()
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
    except OSError as error:
        return wrong(
            _l("The folder %(folder)s cannot be written: %(why)s.", folder=folder, why=error.strerror or error),
            _l("Give it to the user under whom lunchkit runs; with systemd, name it in ReadWritePaths."),
        )
    if open_to_others := [path.name for path in exposed(folder) if path.name != ENV_FILE]:
        return wrong(
            _l(
                "Others on this machine may read %(names)s: names and e-mail addresses.",
                names=", ".join(open_to_others),
            ),
            _l("chmod -R go= %(folder)s, as the user to whom these files belong.", folder=folder),
        )
    return fine(_l("Folder: %(folder)s.", folder=folder))


def look_at_settings_file(file: SettingsFile) -> list[Finding]:
    """Whether the ``.env`` file is right, in force, and nobody else's to read."""
    found = []
    if file.trouble:
        found.append(
            wrong(
                _l("The settings file is wrong: %(why)s.", why="; ".join(file.trouble.splitlines())),
                _l("Mend these lines in %(path)s. Until then the settings of before hold.", path=file.path),
            )
        )
    if waiting := file.waiting():
        found.append(note(_l("These settings hold from the next start: %(names)s.", names=", ".join(waiting))))
    try:
        mode = file.path.stat().st_mode
    except OSError:
        return found
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        found.append(
            wrong(
                _l(
                    "Others on this machine may read %(name)s, where the password of the mail account stands.",
                    name=ENV_FILE,
                ),
                _l("chmod 600 %(path)s", path=file.path.resolve()),
            )
        )
    return found or [fine(_l("Settings: read from %(path)s.", path=file.path))]


def look_at_clock(settings: Settings, banner: str) -> Finding:
    """Whether the clock is right: by the database server's, by what the mail server says, and by our own past."""
    now, sign = clock.now(), last_sign(settings.instance)
    if sign is not None and sign.since:
        return wrong(
            _l(
                "The clock has leapt from %(before)s to %(now)s: nothing is erased, and no poll closes by itself.",
                before=_utc(datetime.fromtimestamp(sign.believed, UTC)),
                now=_utc(datetime.fromtimestamp(sign.last, UTC)),
            ),
            _l(
                "If it is right now, wait a day, or run “lunchkit purge --clock-is-right”. If not: timedatectl set-ntp "
                "true."
            ),
        )
    others = {
        str(_l("the database server")): _database_time(),
        str(_l("the mail server")): banner_time(banner),
    }
    for name, theirs in others.items():
        if theirs is not None and abs(theirs - now) > MAY_DIFFER:
            return wrong(
                _l(
                    "The clock is wrong, or that of %(other)s: they differ by %(n)s seconds.",
                    other=name,
                    n=int(abs(theirs - now).total_seconds()),
                ),
                _l("Let the machine set its clock by itself: timedatectl set-ntp true."),
            )
    asked = ", ".join(name for name, theirs in others.items() if theirs is not None)
    if asked:
        return fine(_l("Clock: compared with %(others)s.", others=asked))
    return fine(
        _l(
            "Clock: %(now)s. There was no other one to compare it with; it goes on from the last sign of life.",
            now=_utc(now),
        )
    )


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def banner_time(banner: str) -> datetime | None:
    """The time that a mail server tells with its greeting, as many do."""
    found = search(_A_DATE, banner)
    if found is None:
        return None
    try:
        said = parsedate_to_datetime(found[0])
    except ValueError:
        return None
    return said.astimezone(UTC) if said.tzinfo else None


def _database_time() -> datetime | None:
    """What time it is for the database, where it is a server of its own."""
    if db.engine.dialect.name == "sqlite":
        return None
    theirs: datetime | None = db.session.scalar(select(func.clock_timestamp()))
    return theirs


def look_at_backups(settings: Settings) -> Finding:
    """Whether there is a copy of the database from today."""
    newest, now = newest_backup(settings), clock.now()
    folder = backup_folder(settings).resolve()
    advice = _l("Ask whoever looks after the server: a backup every night (“lunchkit backup”, docs/deploy.md).")
    if newest is not None and now - newest <= BACKUP_WITHIN:
        return fine(_l("Backup: the newest was written on %(moment)s.", moment=_utc(newest)))
    if newest is not None:
        return wrong(
            _l("Backup: the newest in %(folder)s is %(n)s days old.", folder=folder, n=max(1, (now - newest).days)),
            advice,
        )
    began = db.session.scalar(select(func.min(Organiser.created_at)))
    text = _l("Backup: there is none in %(folder)s.", folder=folder)
    return note(text, advice) if began is None or now - began < YOUNG else wrong(text, advice)


def look_at_outbox() -> Finding:
    """Whether letters leave."""
    unsent = (OutboxLetter.sent_at.is_(None), OutboxLetter.failed_at.is_(None))
    since = clock.now() - PATIENCE
    waits = OutboxLetter.created_at < since
    planned = or_(OutboxLetter.attempts > 0, OutboxLetter.next_attempt_at < since)  # invitations leave a few at a time
    late = db.session.scalar(select(func.count()).where(*unsent, waits, planned)) or 0
    failed = db.session.scalar(select(func.count()).where(OutboxLetter.failed_at.is_not(None))) or 0
    if late or failed:
        return wrong(
            _l("Outbox: letters that wait too long: %(late)s, that failed: %(failed)s.", late=late, failed=failed),
            _l("The page “Letters” says why for each, and sends again what failed."),
        )
    return fine(_l("Outbox: nothing waits."))


def look_at_background(settings: Settings) -> Finding:
    """Whether the work in the background is alive: reminders, polls that close themselves, erasure."""
    beat, now = last_beat(settings.instance), clock.now()
    advice = _l("Start “lunchkit serve”, or look into its log. Reminders and erasure wait until then.")
    if beat is None:
        return note(_l("Background work: no sign of life yet."), advice)
    if now - beat > ALIVE_WITHIN:
        minutes = int((now - beat).total_seconds() // 60)
        return wrong(_l("Background work: no sign of life for %(n)s minutes.", n=minutes), advice)
    return fine(_l("Background work: alive."))


def look_at_delivery(settings: Settings) -> Finding | None:
    """Whether the delivery of e-mails hangs; nothing to say where it goes on, or the other work is silent as well."""
    beat, delivered, now = last_beat(settings.instance), last_delivery(settings.instance), clock.now()
    if beat is None or delivered is None or now - beat > ALIVE_WITHIN or now - delivered <= ALIVE_WITHIN:
        return None
    return wrong(
        _l("E-mails: their delivery has hung for %(n)s minutes.", n=int((now - delivered).total_seconds() // 60)),
        _l("Start “lunchkit serve” again: no e-mail is lost. If it hangs again, ask the provider of the mail server."),
    )


def look_at_organisers() -> Finding:
    """Whether anybody can sign in."""
    count = db.session.scalar(select(func.count()).where(Organiser.removed_at.is_(None))) or 0
    if count:
        return fine(_l("Organisers: %(n)s.", n=count))
    return wrong(_l("There is no organiser yet."), _l("“lunchkit serve” prints a set-up link."))


def look_at_passkeys(settings: Settings) -> Finding | None:
    """Whether everybody who has a passkey can show it; nothing to say where nobody has one."""
    people, strangers = people_with_passkeys(settings)
    if not people:
        return None
    hindrance = obstacle(settings)
    if hindrance is Obstacle.NO_LIBRARY:
        return wrong(
            _l("Passkeys: %(n)s of the team have one, and the library that checks them is missing.", n=people),
            _l(
                "pip install lunchkit[passkeys], and start the server again. Until then recovery codes let them in, or "
                "“lunchkit organiser reset-passkeys EMAIL”."
            ),
        )
    if hindrance is not None or strangers:
        here = relying_party(settings).id
        return wrong(
            _l("Passkeys: those of %(n)s of the team do not answer to %(host)s.", n=strangers or people, host=here),
            _l(
                "They were made for another address, or this one has no https. Their owners get in by a recovery code, "
                "and add a new one; without a code, “lunchkit organiser reset-passkeys EMAIL”."
            ),
        )
    return fine(_l("Passkeys: %(n)s of the team have one.", n=people))


def look_at_counts() -> Finding:
    """Whether the results of votes are those that were counted at their close."""
    sealed = db.session.scalars(select(Poll).where(Poll.record.is_not(None)).order_by(Poll.id))
    changed = [f"«{poll.question}»" for poll in sealed if is_altered(poll)]
    if not changed:
        return fine(_l("Votes: the results are as they were counted."))
    return wrong(
        _l("Votes: numbers were changed in the database after the close: %(questions)s.", questions=", ".join(changed)),
        _l("A backup from before has the right ones; the closing record of each vote is in the log."),
    )

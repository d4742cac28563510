"""The background work of ``lunchkit serve``: jobs, e-mails, settings, and once an hour a look for damage.

Each has a loop of its own, so that none waits for another: a mail server that hangs keeps no poll open.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from lunchkit.admin.retention import actions as retention
from lunchkit.admin.system_status.database import check_damage
from lunchkit.mailings.actions import forget_sender
from lunchkit.platform.audit.actions import delete_old_audit_entries
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db, known_damage
from lunchkit.platform.heartbeat import beat, clock_is_believed
from lunchkit.platform.mail.actions import deliver_due
from lunchkit.platform.mail.outbox import wake
from lunchkit.platform.mail.queue import BATCH
from lunchkit.recap.actions import erase_orphaned_pictures
from lunchkit.recap.operations import forget_recap_writer
from lunchkit.registrations.imports.actions import delete_expired_imports
from lunchkit.room.polls.actions import close_lost_polls, finish_closings
from lunchkit.room.qa.actions import freeze_supports
from lunchkit.room.survey.actions import close_due_feedback
from lunchkit.settings.in_force import follow_settings
from lunchkit.subscribers.actions import forget_old_subscribers
from lunchkit.team.actions import forget_former_members
from lunchkit.team.sign_in.actions import forget_old_sign_ins

ROUND = 5.0  # seconds between two looks at jobs and outbox; what this process promised is looked for at once
LOOK_FOR_DAMAGE = 3600.0  # seconds between two looks for damage; the first is at the start
FOLLOW = 2.0  # seconds between two looks at whether another process has changed the settings
log = logging.getLogger("lunchkit.jobs")
JOBS: tuple[tuple[Callable[[], object], float], ...] = (
    (retention.enqueue_reminders, 60.0),
    (lambda: finish_closings(by_hours=clock_is_believed()), 60.0),
    (lambda: close_due_feedback(by_hours=clock_is_believed()), 60.0),
    (close_lost_polls, 0.0),
)
BY_THE_CLOCK: tuple[tuple[Callable[[], object], float], ...] = (
    (retention.release_unconfirmed, 60.0),
    (freeze_supports, 600.0),
    (retention.erase_needs, 600.0),
    (delete_expired_imports, 300.0),
    (erase_orphaned_pictures, 3600.0),
    (forget_old_subscribers, 3600.0),
    (retention.purge_people, 600.0),
    (retention.drop_old_notes, 3600.0),
    (forget_old_sign_ins, 3600.0),
    (delete_old_audit_entries, 3600.0),
    (partial(forget_former_members, forget_recap_writer, forget_sender), 3600.0),
)
"""What only the clock decides, and destroys for good."""


def run_due_jobs(last_run: dict[Callable[[], object], float]) -> None:
    """Run each job whose time has come, by the clock that never jumps. What fails is tried again."""
    if known_damage():
        return
    for job, every in (*JOBS, *(BY_THE_CLOCK if clock_is_believed() else ())):
        if time.monotonic() - last_run.get(job, -every) >= every:
            last_run[job] = time.monotonic()
            job()


def deliver() -> None:
    """Send what is due, a few at a time, and give a sign of life."""
    if not known_damage() and deliver_due(BATCH):
        wake.set()
    beat(current_settings().instance)


def look_for_damage() -> None:
    """Read the whole database, and say in the log where it is damaged."""
    if check_damage(current_settings()) is not None:
        log.error("the database is damaged: %s", known_damage())


@dataclass(frozen=True)
class Loop:
    """Work that is done again and again in a thread of its own."""

    name: str
    round: Callable[[], object]
    pause: float
    """Seconds between two rounds."""
    wake: threading.Event
    """Set where the next round is wanted at once."""

    def run(self, app: Flask, stop: threading.Event) -> None:
        """Go round until told to stop. A round that fails is logged, and tried again."""
        while not stop.is_set():
            self.wake.clear()
            with app.app_context():
                try:
                    self.round()
                except SQLAlchemyError as error:
                    log.warning("%s: a round failed: %s", self.name, type(error).__name__)
                    stop.wait(ROUND)
                except Exception:
                    log.exception("%s: a round failed", self.name)
                    stop.wait(ROUND)
                finally:
                    db.session.remove()
            self.wake.wait(self.pause)


def start(app: Flask) -> threading.Event:
    """Start the work beside the web server of this process; set the returned event to end it."""
    stop = threading.Event()
    loops = (
        Loop("background", partial(run_due_jobs, {}), ROUND, threading.Event()),
        Loop("e-mails", deliver, ROUND, wake),
        Loop("settings", follow_settings, FOLLOW, threading.Event()),
        Loop("damage", look_for_damage, LOOK_FOR_DAMAGE, threading.Event()),
    )
    for loop in loops:
        threading.Thread(target=loop.run, args=(app, stop), name=loop.name, daemon=True).start()
    return stop

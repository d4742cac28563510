"""The background work of ``lunchkit serve``: letters, reminders, forgetting what was promised to be forgotten, and once
an hour a look after the house."""

import logging
import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from lunchkit.accounts.actions import forget_old_sign_ins, forget_who_left
from lunchkit.audit.actions import forget_old_acts
from lunchkit.carrying.actions import begun
from lunchkit.config import current_settings
from lunchkit.db import db, known_damage
from lunchkit.doctor.actions import look_after_house_hourly
from lunchkit.doctor.machine import look_at_damage
from lunchkit.feedback.actions import bring_in_feedback
from lunchkit.guests.actions import forget_old_wishes
from lunchkit.heartbeat import clock_is_believed
from lunchkit.house.steps import due
from lunchkit.imports.actions import carry_on_imports, forget_imports
from lunchkit.mail.actions import deliver_due
from lunchkit.mail.outbox import wake
from lunchkit.polls.actions import finish_closings
from lunchkit.questions.actions import freeze_supports
from lunchkit.recap.actions import erase_orphaned_pictures
from lunchkit.settings_file import settings_file
from lunchkit.upkeep.actions import (
    drop_old_notes,
    erase_needs,
    promise_reminders,
    purge_people,
    release_unconfirmed,
)

ROUND = 5.0
"""Seconds between two looks at the outbox; a letter promised by this process is looked for at once."""
NOTICE = 2.0
"""Seconds until the background work notices that this process has set something in the house."""
LOOK_FOR_DAMAGE = 3600.0
"""Seconds between two looks for damage; the first is at the start."""
LOOK_AFTER = 60.0
"""Seconds between two questions whether it is time to look after the house."""
log = logging.getLogger("lunchkit.background")
JOBS: tuple[tuple[Callable[[], object], float], ...] = (
    (promise_reminders, 60.0),
    (lambda: finish_closings(by_hours=clock_is_believed()), 60.0),
    (lambda: bring_in_feedback(by_hours=clock_is_believed()), 20.0),
)
BY_THE_CLOCK: tuple[tuple[Callable[[], object], float], ...] = (
    (release_unconfirmed, 60.0),
    (freeze_supports, 600.0),
    (erase_needs, 600.0),
    (forget_imports, 300.0),
    (erase_orphaned_pictures, 3600.0),
    (forget_old_wishes, 3600.0),
    (purge_people, 600.0),
    (drop_old_notes, 3600.0),
    (forget_old_sign_ins, 3600.0),
    (forget_old_acts, 3600.0),
    (forget_who_left, 3600.0),
)
"""What only the clock decides, and destroys for good."""


def run_due_jobs(last_run: dict[Callable[[], object], float]) -> None:
    """Run each job whose time has come, by the clock that never jumps."""
    for job, every in (*JOBS, *(BY_THE_CLOCK if clock_is_believed() else ())):
        if time.monotonic() - last_run.get(job, -every) >= every:
            last_run[job] = time.monotonic()
            job()


def work(app: Flask, stop: threading.Event) -> None:
    """Work until told to stop. A failing round is logged and tried again: nothing is lost, it waits in the database."""
    last_run: dict[Callable[[], object], float] = {}
    while not stop.is_set():
        wake.clear()
        with app.app_context():
            try:
                settings_file().look()
                if not known_damage():
                    run_due_jobs(last_run)
                    deliver_due()
            except SQLAlchemyError as error:
                log.warning("a round of background work failed: %s", type(error).__name__)
                stop.wait(ROUND)
            except Exception:
                log.exception("a round of background work failed")
                stop.wait(ROUND)
            finally:
                db.session.remove()
        wake.wait(ROUND)


def bring(app: Flask, stop: threading.Event) -> None:
    """Import long lists, beside the letters: whoever looks on waits for neither."""
    while not stop.is_set():
        begun.clear()
        with app.app_context():
            try:
                carry_on_imports()
            except SQLAlchemyError as error:
                log.warning("an import could not go on yet: %s", type(error).__name__)
            except Exception:
                log.exception("an import could not go on")
            finally:
                db.session.remove()
        begun.wait(ROUND)


def _look_for_damage(app: Flask) -> None:
    with app.app_context():
        try:
            if look_at_damage(current_settings()) is not None:
                log.error("the database is damaged: %s", known_damage())
        except Exception:
            log.exception("nobody could look for damage")


def watch(app: Flask, stop: threading.Event) -> None:
    """Look after the house once an hour, and at once where it was set.

    Beside the other work: a mail server that is silent holds nothing else up.
    """
    last = time.monotonic()
    damage_due = last
    while not stop.wait(NOTICE):
        if time.monotonic() >= damage_due:
            damage_due = time.monotonic() + LOOK_FOR_DAMAGE
            _look_for_damage(app)
        if not due.is_set() and time.monotonic() - last < LOOK_AFTER:
            continue
        last = time.monotonic()
        with app.app_context():
            try:
                if not known_damage():
                    look_after_house_hourly()
            except Exception:
                log.exception("nobody could look after the house")
            finally:
                db.session.remove()


def start(app: Flask) -> threading.Event:
    """Start the work beside the web server of this process; set the returned event to end it."""
    stop = threading.Event()
    for name, job in (("background", work), ("imports", bring), ("health", watch)):
        threading.Thread(target=job, args=(app, stop), name=name, daemon=True).start()
    return stop

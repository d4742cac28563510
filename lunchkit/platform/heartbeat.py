"""Signs of life of the background work, and by them: whether the clock is believed.

What the clock alone would erase or close for good waits until the clock is believed: it goes on from the last sign of
life, which a file of the instance keeps. A clock that has leapt is believed again when it comes back, when it has gone
on for a day, or when a person vouches for it.
"""

import json
import os
import time
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db

NAME, DELIVERY = "background-alive", "delivery-alive"
EVERY = 60.0  # seconds between two signs
LEAP = 3600.0
"""Seconds that a clock may leap while it is looked at: polls close two hours after a lunch, all else a day or more."""
OFF = timedelta(hours=20)
"""A server may have been off for that long."""
DAILY = timedelta(hours=26)
"""The longest time between two runs of a timer that runs once a day, if late."""
WAIT = timedelta(hours=22)  # a clock that has leapt must go on for that long: until the next day's timer, if early
NEWEST = (("registration", "registered_at"), ("outbox_email", "created_at"), ("audit_entry", "last_at"))
looked: dict[Path, tuple[float, float]] = {}
"""When this process looked last: by a clock that never leaps, and by the one that may."""


@dataclass(frozen=True)
class Sign:
    """What is known of the clock, in its seconds: when it was last believed, since when it is doubted, and last was."""

    believed: float
    since: float = 0.0
    last: float = 0.0


def clock_is_believed(off: timedelta = OFF, *, vouched: bool = False) -> bool:
    """Give a sign of life; return whether the clock may decide what is destroyed. ``off``: longest time without one."""
    folder, now = current_settings().instance, clock.now().timestamp()
    before, has_leapt = last_sign(folder), _has_leapt(folder, now)
    known = before or Sign(_newest_row() or now)
    after = Sign(now) if vouched else _judged(known, now, off.total_seconds(), has_leapt=has_leapt)
    if before is None or after.since != before.since or abs(now - max(before.believed, before.last)) > EVERY:
        _keep(folder, after)
    return not after.since


def _judged(known: Sign, now: float, off: float, *, has_leapt: bool) -> Sign:
    is_as_doubted = bool(known.since) and -LEAP <= now - known.last <= DAILY.total_seconds()
    is_steady = bool(known.since) or not has_leapt  # what was doubted may leap back
    goes_on = is_steady and not is_as_doubted and 0 <= now - known.believed <= off
    if goes_on or abs(now - known.believed) <= LEAP:
        return Sign(now)
    since = known.since if is_as_doubted and not has_leapt else now
    return Sign(now) if now - since >= WAIT.total_seconds() else replace(known, since=since, last=now)


def _has_leapt(folder: Path, now: float) -> bool:
    ticks = time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))  # it goes on in a machine's sleep
    before_ticks, before_now = looked.get(folder, (ticks, now))
    looked[folder] = (ticks, now)
    return abs((now - before_now) - (ticks - before_ticks)) > LEAP


def last_sign(folder: Path) -> Sign | None:
    """What an instance's file says; None where there was no sign yet."""
    try:
        return Sign(*json.loads((folder / NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def beat(instance: Path) -> None:
    """Give the sign of the delivery of e-mails. A folder that cannot be written is the doctor's business."""
    with suppress(OSError):
        (instance / DELIVERY).touch()


def last_delivery(instance: Path) -> datetime | None:
    """When the delivery gave its last sign; None where there was none yet."""
    try:
        return datetime.fromtimestamp((instance / DELIVERY).stat().st_mtime, UTC)
    except OSError:
        return None


def last_beat(instance: Path) -> datetime | None:
    """When the last sign was given; None where there was none yet."""
    sign = last_sign(instance)
    return datetime.fromtimestamp(max(sign.believed, sign.last), UTC) if sign else None


def _keep(folder: Path, sign: Sign) -> None:
    draft = folder / f"{NAME}.{os.getpid()}"
    with suppress(OSError):  # the doctor says that the folder cannot be written
        draft.write_text(json.dumps(astuple(sign)))
        draft.replace(folder / NAME)


def _newest_row() -> float | None:
    """When a row was last written: the last sign of an instance that has given none yet."""
    columns = (db.metadata.tables[table].c[column] for table, column in NEWEST)
    moments = [db.session.scalar(select(func.max(column))) for column in columns]
    return max((moment.timestamp() for moment in moments if moment is not None), default=None)

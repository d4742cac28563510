"""A sign of life of the work in the background: the time of a file, which any process of the machine may look at."""

import time
from datetime import UTC, datetime
from pathlib import Path

NAME = "background-alive"
EVERY = 60.0
"""Seconds between two signs."""
_last: dict[Path, float] = {}


def beat(instance: Path) -> None:
    """Give a sign, once a minute at most. A folder that cannot be written is the doctor's business."""
    now = time.monotonic()
    if now - _last.get(instance, -EVERY) < EVERY:
        return
    _last[instance] = now
    try:
        (instance / NAME).touch()
    except OSError:
        return


def last_beat(instance: Path) -> datetime | None:
    """When the last sign was given; None where there was none yet."""
    try:
        return datetime.fromtimestamp((instance / NAME).stat().st_mtime, UTC)
    except OSError:
        return None

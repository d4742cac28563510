"""Long work claimed by one process, carried on, told of, given up; one that is killed leaves nothing half done."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select, update

from lunchkit import clock
from lunchkit.carrying.models import Carried
from lunchkit.db import db, transaction
from lunchkit.errors import Refusal

GONE_AFTER = timedelta(seconds=30)
"""A process that has not told for so long is taken for gone."""
TELL_EVERY = 0.5
"""Seconds between two reports of how far the work is."""
MOST_ATTEMPTS = 3
TROUBLE = "trouble"
begun = threading.Event()
"""Set when long work was begun, so that it need not wait for its next round."""
Work = TypeVar("Work", bound=Carried)
Report = Callable[[int], None]
"""Called between two slices, with the number of rows that are ready."""


def carry_on(kind: type[Work], do: Callable[[Work, Report], object], told: Callable[[Refusal, Work], str]) -> int:
    """Do what was begun, if no other process works on it. Returns how much of it was finished.

    ``do`` must do all in one transaction, or nothing: whoever comes after a process that was killed begins anew.
    ``told`` is what is kept of a refusal.
    """
    finished = 0
    begun_ones = select(kind.id).where(*_is_begun(kind))
    for number in db.session.scalars(begun_ones.order_by(kind.started_at)).all():
        work = _claim(kind, number)
        if work is not None:
            try:
                do(work, Reports(kind, number))
            except Refusal as refusal:
                _give_up(kind, number, told(refusal, work))
            else:
                finished += 1
    return finished


def _is_begun(kind: type[Work]) -> tuple[ColumnElement[bool], ...]:
    alone = or_(kind.worked_at.is_(None), kind.worked_at < clock.now() - GONE_AFTER)
    return (kind.started_at.is_not(None), kind.imported_at.is_(None), kind.failed_at.is_(None), alone)


def _claim(kind: type[Work], number: int) -> Work | None:
    """Take work for this process; None where another one was quicker, or it was tried too often."""
    with transaction() as session:
        mine = update(kind).where(kind.id == number, *_is_begun(kind))
        taken = session.execute(mine.values(worked_at=clock.now(), attempts=kind.attempts + 1, done=0))
        if not getattr(taken, "rowcount", 0):
            return None
        work = session.get(kind, number, populate_existing=True)
        if work is not None and work.attempts > MOST_ATTEMPTS:
            work.failed_at, work.failure = clock.now(), TROUBLE
            return None
    return work


def _give_up(kind: type[Work], number: int, failure: str) -> None:
    with transaction() as session:
        values = {"failed_at": clock.now(), "failure": failure}
        session.execute(update(kind).where(kind.id == number).values(**values))


class Reports:
    """Tells now and then how far the work is, and that somebody is at it; between two, others are served."""

    def __init__(self, kind: type[Carried], number: int) -> None:
        self.kind, self.number = kind, number
        self.told_at = time.monotonic()

    def __call__(self, done: int) -> None:
        """So many rows are ready."""
        if time.monotonic() - self.told_at >= TELL_EVERY:
            self.told_at = time.monotonic()
            with transaction() as session:
                mine = update(self.kind).where(self.kind.id == self.number)
                session.execute(mine.values(done=done, worked_at=clock.now()))
        time.sleep(0)

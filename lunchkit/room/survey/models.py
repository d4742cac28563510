"""Feedback: what came out of the survey after one lunch. Remark: what somebody wrote, without a trace of who."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.events.models import Event
from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Erased, Model, Moment

OPEN_FOR = timedelta(days=7)
"""So long after the lunch people may still answer: long enough for a person who only reads the e-mail of thanks."""
MARKS = (1, 2, 3, 4, 5)
LONGEST = 500


class Again(StrEnum):
    """Would you come again? In this order phones send 1, 2 or 3: words would tell the answer by their length."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


class Stage(StrEnum):
    """Where the survey of a lunch is."""

    AHEAD = "ahead"
    OPEN = "open"
    CLOSED = "closed"
    OFF = "off"
    """Nothing is asked: the lunch is cancelled, or an organiser closed the survey before the end of the lunch."""


class Feedback(Model):
    """How many answered what in the survey of a lunch. The row is made when the survey closes."""

    __tablename__ = "feedback"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False, info=KEY)
    closed_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    answered: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=NOT_PERSONAL)
    """{"mark": {"1": phones, …}, "again": {"yes": phones, …}}; a question that fewer than five answered is empty."""


class Remark(Model):
    """What one person wrote. Its id is random, and is the order in which remarks show."""

    __tablename__ = "remark"
    __erased__ = Erased.AT_PURGE

    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)


def closes_at(event: Event) -> datetime:
    """When no more answers are taken: a week after the lunch, or on its purge day if that comes first."""
    purge = datetime.combine(event.purge_on, time(), ZoneInfo(event.zone))
    return max(event.over_at, min(event.over_at + OPEN_FOR, purge))


def stage_of(event: Event, feedback: Feedback | None, now: datetime) -> Stage:
    """Where the survey of a lunch is at a moment."""
    if feedback is not None:
        return Stage.CLOSED if feedback.closed_at >= event.over_at else Stage.OFF
    if event.cancelled_at is not None:
        return Stage.OFF
    if now >= closes_at(event) or event.purged_at is not None:
        return Stage.CLOSED
    return Stage.OPEN if now >= event.over_at else Stage.AHEAD

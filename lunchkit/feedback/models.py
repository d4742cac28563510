"""Feedback: how one lunch asks for it and what came out of it. Remark: what somebody wrote, without a trace of who."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.db import KEY, NOT_PERSONAL, PERSONAL, Erased, Model, Moment
from lunchkit.events.models import Event
from lunchkit.polls.models import FEWEST_SHOWN

OPEN_FOR = timedelta(days=7)
"""So long after the lunch people may still answer: long enough for whoever only reads the letter of thanks."""
STEP = FEWEST_SHOWN
"""While people answer, what the workspace shows moves on by so many phones at a time."""
MARKS = (1, 2, 3, 4, 5)
LONGEST = 500
"""Characters of what somebody writes."""
LONGEST_QUESTION, LONGEST_END = 120, 40


class Again(StrEnum):
    """Would you come again? In this order phones send 1, 2 or 3: words would tell the answer by their length."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


class Part(StrEnum):
    """The words that an organiser may put in the place of ours."""

    MARK = "mark"
    LOW = "low"
    HIGH = "high"
    AGAIN = "again"
    BETTER = "better"

    @property
    def longest(self) -> int:
        """Characters that fit a phone."""
        return LONGEST_END if self in (Part.LOW, Part.HIGH) else LONGEST_QUESTION


Words = dict[str, dict[str, str]]
"""By part, then by language, without what is empty."""


class Stage(StrEnum):
    """Where the feedback of a lunch stands."""

    AHEAD = "ahead"
    OPEN = "open"
    CLOSED = "closed"
    OFF = "off"


class Feedback(Model):
    """How a lunch asks for feedback, and how many answered what. A lunch without this row asks in our words."""

    __tablename__ = "feedback"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False, info=KEY)
    words: Mapped[Words] = mapped_column(JSON, default=dict, info=NOT_PERSONAL)
    """By part, then by language: {"mark": {"fr": …, "en": …}}; what is not there is asked in our words."""
    switched_off_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    opened_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When an organiser opened it before the end of the lunch."""
    closed_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When the answers were counted for good, and the slips destroyed."""
    shown: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """How many people the counts are of: behind by up to four phones, never ahead."""
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=NOT_PERSONAL)
    """How many gave each answer: {"mark": {"1": …}, "again": {"yes": …}}; empty where fewer than five answered.

    Once feedback is closed also "late": how many answered besides, too few to show.
    """


class Remark(Model):
    """What one person wrote. Its name is chosen by dice and is the order in which remarks show."""

    __tablename__ = "remark"
    __erased__ = Erased.AT_PURGE

    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)
    folded: Mapped[str] = mapped_column(Text, info=PERSONAL)
    """What it is searched by: see ``lunchkit.text.fold``."""


def closes_at(event: Event) -> datetime:
    """When no more answers are taken: a week after the lunch, or on its purge day if that comes first."""
    purge = datetime.combine(event.purge_on, time(), ZoneInfo(event.zone))
    return max(event.over_at, min(event.over_at + OPEN_FOR, purge))


def opens_at(event: Event, feedback: Feedback | None) -> datetime:
    """When phones begin to ask: at the end of the lunch, or when an organiser let them ask before it."""
    opened_at = feedback.opened_at if feedback is not None else None
    return min(opened_at, event.over_at) if opened_at is not None else event.over_at


def stage_of(event: Event, feedback: Feedback | None, now: datetime) -> Stage:
    """Where the feedback of a lunch stands at a moment."""
    if feedback is not None and feedback.closed_at is not None:
        return Stage.CLOSED
    if event.cancelled_at is not None or (feedback is not None and feedback.switched_off_at is not None):
        return Stage.OFF
    if now >= closes_at(event) or event.purged_at is not None:
        return Stage.CLOSED
    return Stage.OPEN if now >= opens_at(event, feedback) else Stage.AHEAD

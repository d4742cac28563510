"""Said: what one phone answers to the survey. Feedback: what came out of it. Remark: what a person wrote, not who."""

import json
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.events.models import Event
from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Erased, Model, Moment
from lunchkit.platform.text import clean_line
from lunchkit.room.errors import BallotUnreadable

OPEN_FOR = timedelta(days=7)
"""So long after the lunch people may still answer: long enough for a person who only reads the e-mail of thanks."""
MARKS = (1, 2, 3, 4, 5)
LONGEST = 500


class Again(StrEnum):
    """Would you come again? In this order phones send 1, 2 or 3: words would tell the answer by their length."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


class Said(NamedTuple):
    """What one phone answers; each answer may be missing."""

    mark: int | None = None
    again: str | None = None
    better: str = ""

    def dumps(self) -> str:
        return json.dumps(self, ensure_ascii=False)

    @staticmethod
    def loads(text: str) -> "Said":
        return Said(*json.loads(text))


NOTHING = Said()
"""The answer of a phone that has taken back all of it."""
_AGAINS = {"": None, **{str(number): answer.value for number, answer in enumerate(Again, 1)}}
_MARKS = {"": None, **{str(mark): mark for mark in MARKS}}


def said_in(form: Mapping[str, str]) -> Said:
    """The answers in a form. Raises BallotUnreadable where one of them is none of the choices, or too long."""
    mark, again, text = form.get("mark", ""), form.get("again", ""), clean_line(form.get("better"))
    if mark not in _MARKS or again not in _AGAINS or len(text) > LONGEST:
        raise BallotUnreadable
    return Said(_MARKS[mark], _AGAINS[again], text)


class Stage(StrEnum):
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
    if feedback is not None:
        return Stage.CLOSED if feedback.closed_at >= event.over_at else Stage.OFF
    if event.cancelled_at is not None:
        return Stage.OFF
    if now >= closes_at(event) or event.purged_at is not None:
        return Stage.CLOSED
    return Stage.OPEN if now >= event.over_at else Stage.AHEAD

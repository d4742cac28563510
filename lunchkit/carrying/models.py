"""Carried: what a table holds of work that is done beside the requests."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, func, literal, not_
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.db import KEY, NOT_PERSONAL, Moment, UTCDateTime

KEPT_FOR = timedelta(hours=1)
"""What was sent for it is forgotten so long after it came, the work began, or ended: whichever was last."""


class Carried:
    """The columns of such a table: when the work was begun, how far it is, and how it ended."""

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    key: Mapped[str] = mapped_column(String(32), unique=True, info=NOT_PERSONAL)
    """Random; of it the idempotency keys of all that is made are made."""
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    total: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """How many rows there are."""
    started_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When somebody pressed the button of long work; it is then done beside other requests."""
    worked_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When a process last worked on it. Old: that process is gone, and another may begin anew."""
    done: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """Rows that are ready; nothing of them stands before all are."""
    attempts: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    failed_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    failure: Mapped[str] = mapped_column(String(40), default="", info=NOT_PERSONAL)
    """Why it came to nothing: what the caller keeps of a Refusal, or «trouble»."""
    imported_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    undone_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)

    @property
    def is_running(self) -> bool:
        """Whether it is being done just now, or soon."""
        return self.started_at is not None and self.imported_at is None and self.failed_at is None


def is_forgotten(kind: type[Carried], now: datetime) -> ColumnElement[bool]:
    """Whose hour is over, counted from the last that happened to it; work that goes on has none."""
    running = and_(kind.started_at.is_not(None), kind.imported_at.is_(None), kind.failed_at.is_(None))
    last = func.coalesce(kind.imported_at, kind.started_at, kind.created_at)
    return and_(last <= literal(now - KEPT_FOR, UTCDateTime()), not_(running))

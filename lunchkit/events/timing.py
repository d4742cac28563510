"""When a lunch is announced, takes registrations, runs and ends: the moments of its row and what they decide."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import NOT_PERSONAL, Moment

EXTENSION = timedelta(minutes=15)
"""How much longer a lunch goes on each time an organiser extends it."""
EXTENSION_WINDOW = timedelta(minutes=30)
"""A lunch can be extended from this long before its end until this long after it."""
LONGEST_EXTENSION = timedelta(hours=3)


class Timing:
    """The moments of an event. Its phases are computed from them and never stored."""

    starts_at: Mapped[Moment] = mapped_column(index=True, info=NOT_PERSONAL)
    ends_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    """The announced end: the page, e-mails and calendars show it, and the days of erasure count from it."""
    actual_end_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """The real end, where an organiser ended the lunch earlier or extended it: see ``over_at``."""
    zone: Mapped[str] = mapped_column(String(60), default="Europe/Zurich", info=NOT_PERSONAL)
    members_open_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """From when members may register by their link, before registration opens for everybody."""
    opens_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    closes_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    published_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    cancelled_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)

    @property
    def starts_local(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def ends_local(self) -> datetime:
        return self.ends_at.astimezone(ZoneInfo(self.zone))

    @hybrid_property
    def over_at(self) -> datetime:
        """The end that counts for whatever happens at the lunch: the real one if it is set, else the announced one."""
        return self.actual_end_at or self.ends_at

    @over_at.inplace.expression
    @classmethod
    def _over_at(cls) -> ColumnElement[datetime]:
        return func.coalesce(cls.actual_end_at, cls.ends_at)

    def takes_registrations(self, now: datetime, *, of_members: bool = False) -> bool:
        """Whether attendees may register; members, who have their link, may do so earlier."""
        opens_at = self.members_open_at if of_members and self.members_open_at is not None else self.opens_at
        return (
            self.published_at is not None
            and self.cancelled_at is None
            and (opens_at is None or opens_at <= now)
            and now < (self.closes_at or self.starts_at)
        )

    def opens_later(self, now: datetime) -> bool:
        return self.opens_at is not None and now < self.opens_at and self.cancelled_at is None

    def gives_seats(self, now: datetime) -> bool:
        return self.cancelled_at is None and now < self.starts_at

    def is_running(self, now: datetime) -> bool:
        return self.starts_at <= now < self.over_at and self.cancelled_at is None

    def is_over(self, now: datetime) -> bool:
        return self.over_at <= now

    def is_today(self, now: datetime) -> bool:
        """Whether it takes place, at its place, on the day of this moment."""
        return now.astimezone(ZoneInfo(self.zone)).date() == self.starts_local.date()

    def can_be_ended(self, now: datetime) -> bool:
        return self.published_at is not None and self.is_running(now)

    def extended_end(self, now: datetime) -> datetime | None:
        """The end if an organiser extends it now; None where it cannot be extended.

        A lunch that was ended early gets its announced end back; any other one gets ``EXTENSION`` more.
        """
        is_near = self.over_at - EXTENSION_WINDOW <= now < self.over_at + EXTENSION_WINDOW
        if self.published_at is None or self.cancelled_at is not None or now < self.starts_at or not is_near:
            return None
        if self.over_at <= now < self.ends_at:
            return self.ends_at
        later = max(now, self.over_at) + EXTENSION
        return later if later <= self.ends_at + LONGEST_EXTENSION else None

"""RunItem: one row of a lunch's run of show."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.db import Model, Moment


class RunItem(Model):
    """What happens for so many minutes, in its place in the run of show."""

    __tablename__ = "run_item"
    __table_args__ = (CheckConstraint("minutes between 1 and 600", name="minutes_sane"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    position: Mapped[int]
    minutes: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    who: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    """For those who run the lunch; nobody else sees it."""
    poll_id: Mapped[int | None] = mapped_column(ForeignKey("poll.id", ondelete="SET NULL"), index=True)
    """The question that is put to the room then."""
    is_public: Mapped[bool] = mapped_column(default=False)
    """Whether the lunch's page shows it, as part of the programme."""
    began_at: Mapped[Moment | None]
    """When it really began."""

    def ends_at(self) -> datetime | None:
        """When its minutes are over; None as long as it has not begun."""
        return self.began_at and self.began_at + timedelta(minutes=self.minutes)

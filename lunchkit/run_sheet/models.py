"""RunItem: one row of a lunch's schedule."""

from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment
from lunchkit.platform.ordered import Ordered
from lunchkit.room.polls.models import Poll


class RunItem(Ordered, Model):
    """What happens for a number of minutes."""

    __tablename__ = "run_item"
    __erased__ = "kept: organisers name who does what, and can change it; the removal of a speaker leads there"
    __table_args__ = (CheckConstraint("minutes between 1 and 600", name="minutes_sane"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    minutes: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    title: Mapped[str] = mapped_column(String(120), info=NOT_PERSONAL)
    who: Mapped[str] = mapped_column(String(120), default="", info=PERSONAL)
    note: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    """For the team; nobody else sees it."""
    poll_id: Mapped[int | None] = mapped_column(ForeignKey("poll.id", ondelete="SET NULL"), index=True, info=KEY)
    """The poll that is opened then."""
    is_public: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    """Whether the lunch's page shows it."""
    began_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When it really began."""
    poll: Mapped[Poll | None] = relationship(viewonly=True)


@dataclass(frozen=True)
class ItemDetails:
    """What a form says of a row; each field is a column of RunItem."""

    minutes: int
    title: str
    who: str = ""
    note: str = ""
    is_public: bool = False

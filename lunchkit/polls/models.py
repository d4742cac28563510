"""Poll and Choice: the question, and the answers that it offers."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.db import Model


class Poll(Model):
    """A question put to the room."""

    __tablename__ = "poll"
    __table_args__ = (UniqueConstraint("event_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    position: Mapped[int]
    """1, 2, 3 … in the lunch: the ``n`` of its address."""
    question: Mapped[str] = mapped_column(String(300))
    choices: Mapped[list["Choice"]] = relationship(
        back_populates="poll", order_by="Choice.position", cascade="all, delete-orphan"
    )


class Choice(Model):
    """One answer that a poll offers."""

    __tablename__ = "choice"
    __table_args__ = (UniqueConstraint("poll_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id", ondelete="CASCADE"))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(120))
    poll: Mapped[Poll] = relationship(back_populates="choices")

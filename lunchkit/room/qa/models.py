"""Question, and the Support that phones give it while the lunch lasts. Neither knows when or by whom it was asked."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment

LONGEST = 280
"""Characters of a question: what one can read out in a breath or two."""


class Turn(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    ANSWERED = "answered"
    SET_ASIDE = "aside"


class Question(Model):
    """A question from a person in the room. It shows once an organiser has approved it."""

    __tablename__ = "question"
    __erased__ = "kept: nobody's name is beside it, and an organiser read it before it was shown"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        CheckConstraint("supports >= 0", name="supports_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), info=KEY)
    key: Mapped[str | None] = mapped_column(String(22), info=NOT_PERSONAL)
    """What makes sending it twice one question; forgotten when the supports are frozen."""
    text: Mapped[str] = mapped_column(String(LONGEST), info=PERSONAL)
    off_record: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    """Whether it stays in the room: in no recap, no export, no feed."""
    asked_off_record: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    """Whether the person who asked wished so: then no organiser can take it back."""
    approved_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    answered_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    set_aside_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    supports: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """How many phones supported it, counted after the lunch; 0 until then, see ``room.qa.queries``."""
    in_rehearsal: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    """Whether it was asked in a rehearsal, and goes with it."""

    @property
    def turn(self) -> Turn:
        """Its state; what was set aside stays so, whatever it was before."""
        if self.set_aside_at is not None:
            return Turn.SET_ASIDE
        if self.answered_at is not None:
            return Turn.ANSWERED
        return Turn.APPROVED if self.approved_at is not None else Turn.WAITING

    @property
    def is_frozen(self) -> bool:
        """Whether the lunch is over for it: the supports are counted, and the phones behind them forgotten."""
        return self.key is None


class Support(Model):
    """One phone that would like to hear the answer, under a hash that says nothing of the phone."""

    __tablename__ = "support"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True, info=KEY)
    tag: Mapped[str] = mapped_column(String(32), primary_key=True, info=KEY)

"""Room: what one lunch needs while it takes place."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.events.models import Event
from lunchkit.platform.db import KEY, NOT_PERSONAL, Model, Moment, db


class Slide(StrEnum):
    WELCOME = "welcome"
    POLL = "poll"
    MOVEMENT = "movement"
    QUESTIONS = "questions"


class Room(Model):
    """The state that every phone and the projector of a lunch follow."""

    __tablename__ = "room"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, autoincrement=False, info=KEY)
    code: Mapped[str] = mapped_column(String(5), unique=True, info=NOT_PERSONAL)
    """What people type: see ``platform.codes``."""
    revision: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    """Rises with every change that a phone or the projector shows, in the same transaction."""
    counts_revision: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """Rises with every support of a question from the room: only the projector hears of it."""
    slide: Mapped[str] = mapped_column(String(12), default=Slide.WELCOME, info=NOT_PERSONAL)
    poll_id: Mapped[int | None] = mapped_column(ForeignKey("poll.id", ondelete="SET NULL"), info=KEY)
    is_blank: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    timer_ends_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    takes_questions: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    rehearsing_since: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    event: Mapped[Event] = relationship()


class VotingSlip(Model):
    """The code of one seat, for one phone. Whose it is nobody knows, and no ballot knows of it."""

    __tablename__ = "voting_slip"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, info={"personal": False})
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True, info={"personal": False})
    used_by: Mapped[bytes | None] = mapped_column(LargeBinary(16), info={"personal": False})
    """The phone that used it, under a hash that no ballot has; gone two hours after the lunch."""


def _sealed(name: str, *columns: tuple[str, Any, int]) -> Table:
    """A table of the ballot store of several machines (``room.sealed_store``), as the ballot file has it; on one
    machine it stays empty. The last number: 1 of the primary key, 0 of any value, -1 where there may be none.
    """
    made: Iterator[Column[Any]] = (
        Column(name, kind, primary_key=key > 0, autoincrement=False, nullable=key < 0, info=KEY)
        for name, kind, key in columns
    )
    return Table(name, db.metadata, *made)


_sealed(
    "open_poll", ("id", Integer, 1), ("event_id", Integer, 0), ("code", Text, 0), ("position", Integer, 0),
    ("key_name", Text, 0), ("spec", Text, 0), ("is_live", Integer, 0), ("closing", Integer, 0),
)  # fmt: skip
_sealed(
    "ballot", ("poll_id", Integer, 1), ("voter", LargeBinary, 1), ("answer", LargeBinary, 0), ("turn", Integer, -1),
    ("is_new", Integer, 0),
)  # fmt: skip
_sealed("turnout", ("event_id", Integer, 1), ("revision", Integer, 0))
_sealed("shown", ("poll_id", Integer, 1), ("ballots", Integer, 0), ("answers", LargeBinary, 0))

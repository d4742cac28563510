"""ArchiveDraft: an archive that is being taken in, and for an hour what became of it; its bytes in parts."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.carrying.models import Carried
from lunchkit.db import Model
from lunchkit.events.models import Event


class ArchiveDraft(Carried, Model):
    """One archive that somebody sent. Its lunch is there once ``imported_at`` says so, and before not at all."""

    __tablename__ = "archive_draft"
    __table_args__ = (Index("ix_archive_draft_created_at", "created_at"),)

    organiser_id: Mapped[int | None]
    """Who sent it, for the log."""
    by: Mapped[str] = mapped_column(String(200))
    """Under which name: for the history of its recap."""
    language: Mapped[str] = mapped_column(String(5))
    """In which they read why it came to nothing."""
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    """Of the file, and of what was ticked beside it: the same one, sent twice at once, is one lunch."""
    title: Mapped[str] = mapped_column(String(200))
    with_people: Mapped[bool]
    failure: Mapped[str] = mapped_column(Text, default="")
    """In words, or «trouble»."""
    made: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What was made beside the lunch: see ``drafting.make_lunch``."""
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    """The lunch; None before it is there, and once it was taken back."""
    event: Mapped[Event | None] = relationship()


class ArchivePart(Model):
    """Some bytes of an archive that waits, in a row of their own: to write or erase all at once holds others up."""

    __tablename__ = "archive_part"

    draft_id: Mapped[int] = mapped_column(ForeignKey("archive_draft.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)

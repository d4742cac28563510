"""Recap, its sections as they are being written, their earlier versions, and the corrections after publication."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.db import Model, Moment
from lunchkit.events.models import Event


class Recap(Model):
    """The recap of one lunch: a draft in sections, and what was published of it."""

    __tablename__ = "recap"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    created_at: Mapped[Moment]
    published_at: Mapped[Moment | None]
    """When it was published first."""
    published: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What the public reads, figures frozen: see ``lunchkit.recap.document``. None before publication."""
    words: Mapped[str] = mapped_column(Text, default="")
    """What was published as folded words, for the search."""
    preview_nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    preview_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    """Of the secret link that shows the draft; None where there is none."""
    event: Mapped[Event] = relationship()

    @property
    def counted(self) -> dict[str, Any] | None:
        """Where its figures stand as they were counted once; None where they are counted now."""
        return self.published


class RecapSection(Model):
    """One section of a draft; ``data`` has the shape that its kind has in ``lunchkit.recap.sections``."""

    __tablename__ = "recap_section"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("recap.event_id"), index=True)
    position: Mapped[int]
    """The order; no two need be different."""
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200), default="")
    """Empty: the name of the kind, in the reader's language."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    """Rises with every change: whoever saves says on which one they built."""
    hidden_at: Mapped[Moment | None]
    updated_at: Mapped[Moment]
    updated_by: Mapped[str] = mapped_column(String(200), default="")


class RecapVersion(Model):
    """A section as it once was, or as somebody wrote it who was late (``is_rescued``)."""

    __tablename__ = "recap_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("recap_section.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[Moment]
    saved_by: Mapped[str] = mapped_column(String(200), default="")
    is_rescued: Mapped[bool] = mapped_column(default=False)
    """Whether it met a newer version when it was saved: kept here, and never shown to the public."""


class RecapCorrection(Model):
    """A change after publication, with the note that readers see."""

    __tablename__ = "recap_correction"
    __table_args__ = (UniqueConstraint("event_id", "corrected_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("recap.event_id"))
    corrected_at: Mapped[Moment]
    note: Mapped[str] = mapped_column(Text)

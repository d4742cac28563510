"""Recap, its sections as they are being written, their earlier versions, and the corrections after publication."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.events.models import Event
from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment
from lunchkit.platform.ordered import Ordered
from lunchkit.platform.versions import Versioned
from lunchkit.recap.section_content import Wording, wording
from lunchkit.recap.sections import SectionKind


class Recap(Model):
    """The recap of one lunch: a draft in sections, and what was published of it."""

    __tablename__ = "recap"
    __erased__ = "kept: the public report; a correction takes a name out of it"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, info=KEY)
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    published_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When it was published first."""
    published: Mapped[dict[str, Any] | None] = mapped_column(JSON, info=PERSONAL)
    """What the public reads, figures frozen: see ``recap.document``. None before publication."""
    words: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    """What was published as folded words, for the search."""
    preview_nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16), info=NOT_PERSONAL)
    preview_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, info=NOT_PERSONAL)
    """Of the secret link that shows the draft; None where there is none."""
    event: Mapped[Event] = relationship()


class RecapSection(Versioned, Ordered, Model):
    """One section of a draft; ``data`` has the shape that its kind has in ``recap.sections``."""

    __tablename__ = "recap_section"
    __erased__ = "kept: the text of the report; updated_by goes with a forgotten organiser: recap.operations"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("recap.event_id"), index=True, info=KEY)
    kind: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    title: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    """Empty: the name of the kind, in the reader's language."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=PERSONAL)
    hidden_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    updated_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    updated_by: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)

    @property
    def state(self) -> Wording:
        return wording(SectionKind(self.kind), self.title, self.data)

    @property
    def name(self) -> str:
        return self.title or str(self.state.shape.heading)


class RecapVersion(Model):
    __tablename__ = "recap_version"
    __erased__ = "kept: the history of the report; saved_by goes with a forgotten organiser: recap.operations"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    section_id: Mapped[int] = mapped_column(ForeignKey("recap_section.id", ondelete="CASCADE"), index=True, info=KEY)
    version: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    title: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    saved_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    saved_by: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)


class RecapCorrection(Model):
    __tablename__ = "recap_correction"
    __erased__ = "kept: what readers were told of a change in the report"
    __table_args__ = (UniqueConstraint("event_id", "corrected_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("recap.event_id"), info=KEY)
    corrected_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    note: Mapped[str] = mapped_column(Text, info=PERSONAL)

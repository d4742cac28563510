"""ImportDraft: a file between its choice and its import, and for an hour what became of it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.db import Model, Moment
from lunchkit.events.models import Event

KEPT_FOR = timedelta(hours=1)
"""A file of people is forgotten so long after it came, its import began, or ended: whichever was last."""


class ImportDraft(Model):
    """The rows of one file, for one signed-in browser."""

    __tablename__ = "import_draft"
    __table_args__ = (Index("ix_import_draft_created_at", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    session_id: Mapped[int]
    """The organiser's session that sent it; no other one sees it."""
    key: Mapped[str] = mapped_column(String(32), unique=True)
    """Random; with a row's number it is the idempotency key of the registration made of that row."""
    created_at: Mapped[Moment]
    filename: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(20))
    """Whose export it looks like; empty where that cannot be told."""
    headings: Mapped[list[str]] = mapped_column(JSON)
    columns: Mapped[list[str | None]] = mapped_column(JSON)
    """For each column the Field that it holds, None where it is left."""
    cells: Mapped[list[Any]] = mapped_column(JSON, deferred=True)
    """The table as it was read: pairs of a row's number and its cells, so that nothing of the file is lost."""
    people: Mapped[list[Any]] = mapped_column(JSON, deferred=True)
    """What the rows say once read: the fields of an Entry each."""
    total: Mapped[int] = mapped_column(default=0)
    """How many rows there are."""
    started_at: Mapped[Moment | None]
    """When somebody pressed the button of a long list; it is then imported beside other requests."""
    wishes: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What was wished beside the button."""
    worked_at: Mapped[Moment | None]
    """When a process last worked on it. Old: that process is gone, and another may begin anew."""
    done: Mapped[int] = mapped_column(default=0)
    """Rows that are ready; nothing of them is registered before all are."""
    attempts: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[Moment | None]
    failure: Mapped[str] = mapped_column(String(40), default="")
    """Why nobody was registered: the name of a Refusal, or «trouble»."""
    imported_at: Mapped[Moment | None]
    outcome: Mapped[list[Any] | None] = mapped_column(JSON, deferred=True)
    """For each row its number and its Fate, once imported."""
    revived: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Registrations that were cancelled before, and came back with the file."""
    undone_at: Mapped[Moment | None]
    kept: Mapped[int] = mapped_column(default=0)
    """How many registrations an undoing left as they were, because somebody had changed them since."""
    event: Mapped[Event] = relationship()

    @property
    def is_running(self) -> bool:
        """Whether it is being imported just now, or soon."""
        return self.started_at is not None and self.imported_at is None and self.failed_at is None

"""ImportDraft: a file between its choice and its import, and for an hour what became of it."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.carrying.models import Carried
from lunchkit.db import KEY, NOT_PERSONAL, PERSONAL, Model
from lunchkit.events.models import Event


class ImportDraft(Carried, Model):
    """The rows of one file, for one signed-in browser."""

    __tablename__ = "import_draft"
    __erased__ = "deleted after an hour: imports.actions.forget_imports"
    __table_args__ = (Index("ix_import_draft_created_at", "created_at"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    session_id: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """The organiser's session that sent it; no other one sees it."""
    filename: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    source: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    """Whose export it looks like; empty where that cannot be told."""
    headings: Mapped[list[str]] = mapped_column(JSON, info=NOT_PERSONAL)
    columns: Mapped[list[str | None]] = mapped_column(JSON, info=NOT_PERSONAL)
    """For each column the Field that it holds, None where it is left."""
    cells: Mapped[list[Any]] = mapped_column(JSON, deferred=True, info=PERSONAL)
    """The table as it was read: pairs of a row's number and its cells, so that nothing of the file is lost."""
    people: Mapped[list[Any]] = mapped_column(JSON, deferred=True, info=PERSONAL)
    """What the rows say once read: the fields of an Entry each."""
    wishes: Mapped[dict[str, Any] | None] = mapped_column(JSON, info=NOT_PERSONAL)
    """What was wished beside the button."""
    outcome: Mapped[list[Any] | None] = mapped_column(JSON, deferred=True, info=NOT_PERSONAL)
    """For each row its number and its Fate, once imported."""
    revived: Mapped[list[int]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    """Registrations that were cancelled before, and came back with the file."""
    kept: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """How many registrations an undoing left as they were, because somebody had changed them since."""
    event: Mapped[Event] = relationship()

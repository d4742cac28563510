"""ImportDraft: a file between its choice and its import, and for an hour what became of it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, String, func, literal
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.events.models import Event
from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment, UTCDateTime

KEPT_FOR = timedelta(hours=1)
"""A file is forgotten so long after it came, or was imported."""


class ImportDraft(Model):
    __tablename__ = "import_draft"
    __erased__ = "deleted after an hour: registrations.imports.actions.delete_expired_imports"
    __table_args__ = (Index("ix_import_draft_created_at", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    key: Mapped[str] = mapped_column(String(32), unique=True, info=NOT_PERSONAL)
    """Random; each registration that it makes has it in its form key."""
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    session_id: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """The organiser's session that sent it; no other one sees it."""
    filename: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    headings: Mapped[list[str]] = mapped_column(JSON, info=NOT_PERSONAL)
    columns: Mapped[list[str | None]] = mapped_column(JSON, info=NOT_PERSONAL)
    """What each column holds: a name of ``columns.COLUMNS``, or «own:7» for a custom field; None if left out."""
    cells: Mapped[list[Any]] = mapped_column(JSON, info=PERSONAL)
    """The table as it was read: pairs of a row's number and its cells, so that nothing of the file is lost."""
    options: Mapped[dict[str, Any] | None] = mapped_column(JSON, info=NOT_PERSONAL)
    """What the organiser chose beside the button: the data of ``admin.OptionsForm``."""
    outcome: Mapped[list[Any] | None] = mapped_column(JSON, info=PERSONAL)
    """The Entry of each row, once imported."""
    kept: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """The number of registrations that an undo left, because they were changed since."""
    imported_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    undone_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    event: Mapped[Event] = relationship()


def is_expired(now: datetime) -> ColumnElement[bool]:
    last = func.coalesce(ImportDraft.imported_at, ImportDraft.created_at)
    return last <= literal(now - KEPT_FOR, UTCDateTime())

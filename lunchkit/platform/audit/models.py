"""AuditEntry: one action of a person of the team."""

from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment


class AuditEntry(Model):
    """One action, or the same one several times in a row. Of attendees it has the numbers of rows, nothing else."""

    __tablename__ = "audit_entry"
    __erased__ = "deleted a year later: platform.audit.actions.delete_old_audit_entries"
    __table_args__ = (Index("ix_audit_entry_organiser_id_id", "organiser_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    last_at: Mapped[Moment] = mapped_column(index=True, info=NOT_PERSONAL)
    """When it was done last; the same as ``at`` where ``times`` is 1."""
    times: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    organiser_id: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    """None for the command line."""
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    """Who did it, under the name of that day."""
    event_id: Mapped[int | None] = mapped_column(index=True, info=NOT_PERSONAL)
    action: Mapped[str] = mapped_column(String(80), info=NOT_PERSONAL)
    """The endpoint that was used: a name never changes its meaning."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    """Which poll, which registration …: numbers of rows; and words about the team itself."""
    words: Mapped[str] = mapped_column(Text, info=PERSONAL)
    """Names, folded for the search: the person's, the lunch's, and those among the facts."""

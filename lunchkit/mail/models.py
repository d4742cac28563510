"""OutboxLetter: a promise to send a letter, written in the transaction that makes it true."""

from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.db import Model, Moment


class OutboxLetter(Model):
    """One letter. Rendered when it is sent, from the facts that held when it was promised."""

    __tablename__ = "outbox_letter"
    __table_args__ = (
        Index("ix_outbox_letter_due", "sent_at", "failed_at", "next_attempt_at"),
        Index("ix_outbox_letter_state", "event_id", "sent_at", "failed_at"),
        Index("ix_outbox_letter_kind", "event_id", "kind", "sent_at", "failed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    language: Mapped[str] = mapped_column(String(5))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the letter says; erased once it is sent."""
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    """One for ever, so that a repeat after a crash can be recognised."""
    once_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    """Set where the same letter must never be promised twice."""
    subject_id: Mapped[int | None] = mapped_column(index=True)
    """The registration that the letter speaks of, for the organiser's pages."""
    event_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[Moment]
    next_attempt_at: Mapped[Moment]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[Moment | None]
    failed_at: Mapped[Moment | None]
    """Given up: refused for good, or tried for three days."""

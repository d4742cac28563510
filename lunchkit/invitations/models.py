"""InvitationRound: one sending of invitations to a lunch."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.db import Model, Moment

LONGEST_NOTE = 2000
"""Characters of an organiser's own words: a page of a letter, not a newsletter."""


class InvitationRound(Model):
    """The words that an organiser added, and to how many they went. To whom stands in the outbox alone."""

    __tablename__ = "invitation_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The idempotency key of the form that made it."""
    note: Mapped[str] = mapped_column(Text)
    """Plain text; may be empty."""
    letters: Mapped[int]
    """How many were promised: a count that stays."""
    sent_at: Mapped[Moment]

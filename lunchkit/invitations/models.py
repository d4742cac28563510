"""InvitationRound: one sending of invitations to a lunch."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.db import KEY, NOT_PERSONAL, Model, Moment

LONGEST_NOTE = 2000
"""Characters of an organiser's own words: a page of a letter, not a newsletter."""


class InvitationRound(Model):
    """The words that an organiser added, and to how many they went. To whom stands in the outbox alone."""

    __tablename__ = "invitation_round"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True, info=NOT_PERSONAL)
    """The idempotency key of the form that made it."""
    note: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    """Plain text; may be empty."""
    letters: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """How many were promised: a count that stays."""
    sent_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)

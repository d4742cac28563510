"""MessageRound: one sending of a message to people of a lunch. Audience: to which of them."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.db import KEY, NOT_PERSONAL, Model, Moment
from lunchkit.registrations.models import Registration, Standing

ONCE = "message"
"""How the key begins by which each person of a round gets one letter: then come the round's number and theirs."""


class Audience(StrEnum):
    """To which people of a lunch a message goes."""

    SEATED = "seated"
    WAITING = "waiting"
    ALL = "all"
    CAME = "came"

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Where its people stand."""
        if self is Audience.ALL:
            return Standing.SEATED, Standing.WAITING
        return (Standing.WAITING,) if self is Audience.WAITING else (Standing.SEATED,)

    def holds(self, registration: Registration) -> bool:
        """Whether somebody is one of them, as they stand now."""
        if registration.erased_at is not None or registration.standing not in self.standings:
            return False
        return self is not Audience.CAME or registration.arrived > 0


class MessageRound(Model):
    """What the organisers wrote, and to how many it went. To whom stands in the outbox alone."""

    __tablename__ = "message_round"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True, info=NOT_PERSONAL)
    """The idempotency key of the form that made it."""
    audience: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    subject: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    prose: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    """Plain text with placeholders; subject and prose are empty where lunchkit's own thanks were sent."""
    letters: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """How many were promised: a count that stays."""
    sent_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)

"""Mailing: one e-mail that the organisers sent to many. Audience: to whom."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment

LONGEST_SUBJECT, LONGEST_TEXT = 150, 4000


class Audience(StrEnum):
    SUBSCRIBERS = "subscribers"
    SEATED = "seated"
    WAITING = "waiting"
    ALL = "all"
    CAME = "came"
    OTHERS = "others"


@dataclass(frozen=True)
class Words:
    """What is written to whom. An empty subject or text means lunchkit's own, in each reader's language."""

    audience: Audience
    subject: str = ""
    text: str = ""


class Mailing(Model):
    """What the organisers wrote, and to how many people. Only the outbox has the addresses."""

    __tablename__ = "mailing"
    __erased__ = "kept: the text of the team; sent_by goes with a forgotten organiser: mailings.actions.forget_sender"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True, info=NOT_PERSONAL)
    audience: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    subject: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    text: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    recipients: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """How many e-mails, without those that were recalled."""
    sent_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    sent_by: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)

    @property
    def words(self) -> Words:
        return Words(Audience(self.audience), self.subject, self.text)

"""OutboxEmail: a promise to send an e-mail, written in the transaction that makes it true; and MailTrouble."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment


class OutboxEmail(Model):
    """One e-mail. Rendered when it is sent, from the facts that held when it was promised."""

    __tablename__ = "outbox_email"
    __erased__ = (
        "with the person; at the purge: registrations.operations.erase_attendee, admin.retention.actions.purge_people"
    )
    __table_args__ = (
        Index("ix_outbox_email_due", "sent_at", "failed_at", "next_attempt_at"),
        Index("ix_outbox_email_state", "event_id", "sent_at", "failed_at"),
        Index("ix_outbox_email_kind", "event_id", "kind", "sent_at", "failed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    kind: Mapped[str] = mapped_column(String(60), info=NOT_PERSONAL)
    recipient: Mapped[str] = mapped_column(String(254), index=True, info=PERSONAL)
    language: Mapped[str] = mapped_column(String(5), info=NOT_PERSONAL)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    """What the e-mail says; erased once it is sent."""
    message_id: Mapped[str] = mapped_column(String(200), unique=True, info=NOT_PERSONAL)
    """One for ever, so that a repeat after a crash can be recognised."""
    once_key: Mapped[str | None] = mapped_column(String(120), unique=True, info=NOT_PERSONAL)
    """Set where the same e-mail must never be promised twice."""
    subject_id: Mapped[int | None] = mapped_column(index=True, info=NOT_PERSONAL)
    """The registration that the e-mail speaks of, for the organiser's pages."""
    event_id: Mapped[int | None] = mapped_column(index=True, info=NOT_PERSONAL)
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    next_attempt_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    attempts: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    last_error: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    sent_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    failed_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """Given up: refused for good, or tried for three days."""


ONLY = 1


class MailTrouble(Model):
    """The one row that says why the queue is paused, or may soon be; there is none once an e-mail was accepted."""

    __tablename__ = "mail_trouble"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info={"personal": False})
    code: Mapped[int] = mapped_column(info={"personal": False})
    """What the server answered; 0 where it gave no answer."""
    email_id: Mapped[int] = mapped_column(info={"personal": False})
    """The latest e-mail that met the trouble."""
    in_a_row: Mapped[int] = mapped_column(info={"personal": False})
    """How often, without an accepted e-mail in between."""
    until: Mapped[Moment] = mapped_column(info={"personal": False})
    """No e-mail leaves before; the next one then tries the server for all of them."""
    reason: Mapped[dict[str, list[str]]] = mapped_column(JSON, info={"personal": False})
    """What is wrong and what to do, in each language of the organisers' pages."""

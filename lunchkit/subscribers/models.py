"""Subscriber: an address that is to be invited to the next lunches."""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import DERIVED, KEY, PERSONAL, Model, Moment

INVITATION = "mailings/invitation"
"""The kind of e-mail that subscribers get."""
ANSWER_WITHIN = timedelta(days=14)
"""An address without confirmation is deleted after this."""
KEPT_AFTER_NO = timedelta(days=30)
"""An address without consent is deleted after this; until then consent can be renewed."""


class Consent(StrEnum):
    """The state of a person's consent."""

    ASKED = "asked"
    YES = "yes"
    NO = "no"


_YES = text("confirmed_at is not null and left_at is null")


class Subscriber(Model):
    """One address. Consent counts once it is confirmed; the row is its proof."""

    __tablename__ = "subscriber"
    __erased__ = "deleted a month after a no, or on request: subscribers.operations.delete_subscribers"
    __table_args__ = (
        Index("ix_subscriber_sought", "email_key", "confirmed_at", "left_at"),
        Index("ix_subscriber_yes", "language", "email_key", "id", sqlite_where=_YES, postgresql_where=_YES),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16), info=KEY)
    """The link in e-mails is derived from it with the secret key."""
    link_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=KEY)
    email: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    email_key: Mapped[str] = mapped_column(String(254), unique=True, info=DERIVED)
    language: Mapped[str] = mapped_column(String(5), info=PERSONAL)
    """Of the consent text that they read, and of their invitations."""
    wording: Mapped[str] = mapped_column(String(20), info=PERSONAL)
    """The version of the consent text that they read: ``subscribers.consent``."""
    basis: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    """Where, when and with which words they consented, as an organiser wrote it who imported the address."""
    asked_at: Mapped[Moment] = mapped_column(info=PERSONAL)
    confirmed_at: Mapped[Moment | None] = mapped_column(info=PERSONAL)
    left_at: Mapped[Moment | None] = mapped_column(info=PERSONAL)

    @property
    def consent(self) -> Consent:
        if self.left_at is not None:
            return Consent.NO
        return Consent.YES if self.confirmed_at is not None else Consent.ASKED

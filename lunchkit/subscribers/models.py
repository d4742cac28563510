"""Subscriber: an address that is to be invited to the next lunches, from the wish to its end."""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import DERIVED, KEY, PERSONAL, Model, Moment

INVITATION = "mailings/invitation"
"""The kind of letter that guests get."""
ANSWER_WITHIN = timedelta(days=14)
"""A wish that nobody confirmed is forgotten after this."""
KEPT_AFTER_NO = timedelta(days=30)
"""Whoever said no is forgotten after this; until then they may come back with one press."""


class Source(StrEnum):
    """Where somebody wished to be invited."""

    FORM = "form"
    """The box of a registration form, that anybody may send for any address: to be confirmed by letter."""
    PAGE = "page"
    """A page behind a link that came by letter to this very address."""


class Consent(StrEnum):
    """What is known of somebody's wish."""

    ASKED = "asked"
    YES = "yes"
    NO = "no"


_YES = text("confirmed_at is not null and left_at is null")


class Subscriber(Model):
    """One address. The yes counts once it is confirmed; the row is the proof of it."""

    __tablename__ = "guest"
    __erased__ = "deleted a month after a no, or when somebody asks for it: subscribers.operations.delete_subscribers"
    __table_args__ = (
        Index("ix_guest_sought", "email_key", "confirmed_at", "left_at"),
        Index("ix_guest_yes", "language", "email_key", "id", sqlite_where=_YES, postgresql_where=_YES),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16), info=KEY)
    """Random; the link in letters is derived from it with a key that the database does not hold."""
    link_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=KEY)
    email: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    email_key: Mapped[str] = mapped_column(String(254), unique=True, info=DERIVED)
    """The address folded for comparison."""
    language: Mapped[str] = mapped_column(String(5), info=PERSONAL)
    """In which they read what they said yes to, and in which they are invited."""
    source: Mapped[str] = mapped_column(String(10), info=PERSONAL)
    wording: Mapped[str] = mapped_column(String(20), info=PERSONAL)
    """The version of the words that they read: see ``subscribers.consent``."""
    asked_at: Mapped[Moment] = mapped_column(info=PERSONAL)
    confirmed_at: Mapped[Moment | None] = mapped_column(info=PERSONAL)
    left_at: Mapped[Moment | None] = mapped_column(info=PERSONAL)

    @property
    def wish(self) -> Consent:
        """What holds now."""
        if self.left_at is not None:
            return Consent.NO
        return Consent.YES if self.confirmed_at is not None else Consent.ASKED

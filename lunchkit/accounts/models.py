"""Organiser, the links that let one in, and the sessions that follow."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.db import Model, Moment

LINK_LIFE = timedelta(minutes=10)
SETUP_LINK_LIFE = timedelta(hours=1)
IDLE_LIFE = timedelta(hours=2)
ABSOLUTE_LIFE = timedelta(hours=12)


class Organiser(Model):
    """A person who runs lunches."""

    __tablename__ = "organiser"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    language: Mapped[str] = mapped_column(String(5), default="fr")
    created_at: Mapped[Moment]
    removed_at: Mapped[Moment | None]


class SignInLink(Model):
    """A single-use way in: asked for by letter, or printed on the console of the machine."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"))
    """None for the set-up link of an instance without an organiser."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    browser_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """The browser that asked; None for a link printed on the console."""
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    organiser: Mapped[Organiser | None] = relationship()

    def is_valid(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return self.used_at is None and now < self.expires_at


class OrganiserSession(Model):
    """A signed-in browser; the cookie holds a random token, the table its hash."""

    __tablename__ = "organiser_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    started_at: Mapped[Moment]
    seen_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    organiser: Mapped[Organiser] = relationship()

    def is_valid(self, now: datetime) -> bool:
        """Whether it still lets the organiser in."""
        return self.ended_at is None and now < self.seen_at + IDLE_LIFE and now < self.started_at + ABSOLUTE_LIFE

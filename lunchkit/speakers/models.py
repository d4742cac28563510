"""Organisation, Speaker, Appearance of a speaker at a lunch, Quotation."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.events.models import Event
from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment
from lunchkit.platform.images.models import Picture
from lunchkit.platform.versions import Versioned

INVITATION = "speakers/invitation"
"""The kind of e-mail by which a speaker gets their private link."""


def initials_of(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class Organisation(Versioned, Model):
    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    slug: Mapped[str] = mapped_column(String(80), unique=True, info=NOT_PERSONAL)
    name: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    website: Mapped[str] = mapped_column(String(500), default="", info=NOT_PERSONAL)
    about: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    """Markdown."""
    town: Mapped[str] = mapped_column(String(100), default="", info=NOT_PERSONAL)
    is_member: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    """Whether it is a member of the network."""


class Speaker(Versioned, Model):
    __tablename__ = "speaker"
    __erased__ = "deleted with their last appearance: speakers.operations.erase_unless_elsewhere"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    slug: Mapped[str] = mapped_column(String(80), unique=True, info=PERSONAL)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    role: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    email: Mapped[str] = mapped_column(String(254), default="", info=PERSONAL)
    """Where invitations go; no reader sees it."""
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), info=KEY)
    short_bio: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    """One or two sentences, plain text."""
    biography: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    """Markdown."""
    languages: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    links: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list, info=PERSONAL)
    """[{"label": …, "url": …}]."""
    portrait_id: Mapped[int | None] = mapped_column(ForeignKey("picture.id"), info=KEY)
    erasure_nonce: Mapped[bytes] = mapped_column(LargeBinary(16), default=lambda: secrets.token_bytes(16), info=KEY)
    """Random; its hash is noted when the speaker is erased: see ``platform.erasures``."""
    link_nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16), info=NOT_PERSONAL)
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, index=True, info=NOT_PERSONAL)
    """Of the private link by which they write their page."""
    invited_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When the latest invitation to this address was promised."""
    on_behalf: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    """When and how they agreed to what organisers wrote for them; empty where the public page is their own."""
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON, info=PERSONAL)
    """What they have written and is not public yet: see ``speakers.page.SpeakerPage``."""
    submitted_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When the draft was submitted to the organisers."""
    set_aside_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When an organiser returned the draft without publishing it."""
    organisation: Mapped[Organisation | None] = relationship()
    portrait: Mapped[Picture | None] = relationship()

    @property
    def initials(self) -> str:
        return initials_of(self.name)

    def email_key(self, kind: str = "", at: datetime | None = None) -> str:
        """The ``once_key`` of an e-mail to them, or how all of them begin."""
        return f"speaker/{self.id}/" + (f"{kind}/{at:%Y%m%d%H%M%S%f}" if at else "")

    @property
    def is_written(self) -> bool:
        """Whether their public page says more than their name, role and organisation."""
        return bool(self.short_bio or self.biography or self.languages or self.links or self.portrait_id)


SLIDES = ("slides_url", "slides_title", "slides_licence")


class Appearance(Model):
    """A speaker at one lunch, in order of appearance."""

    __tablename__ = "appearance"
    __erased__ = "deleted when the speaker is removed from the event: speakers.actions.remove_speaker"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, info=KEY)
    speaker_id: Mapped[int] = mapped_column(ForeignKey("speaker.id"), primary_key=True, info=KEY)
    position: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    said: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    """What they said there, in Markdown."""
    slides_url: Mapped[str] = mapped_column(String(500), default="", info=PERSONAL)
    slides_title: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    slides_licence: Mapped[str] = mapped_column(String(100), default="", info=NOT_PERSONAL)
    speaker: Mapped[Speaker] = relationship()
    event: Mapped[Event] = relationship()

    @property
    def slides(self) -> dict[str, str]:
        """By column; empty if there are none."""
        return {name: getattr(self, name) for name in SLIDES} if self.slides_url else {}


class Quotation(Model):
    """A sentence of a speaker at a lunch, not public before they approve it."""

    __tablename__ = "quotation"
    __erased__ = "deleted when the speaker is removed from the event: speakers.actions.remove_speaker"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    speaker_id: Mapped[int] = mapped_column(ForeignKey("speaker.id", ondelete="CASCADE"), index=True, info=KEY)
    text: Mapped[str] = mapped_column(String(500), info=PERSONAL)
    medium: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    """Where it was said or printed; empty for the lunch itself."""
    url: Mapped[str] = mapped_column(String(500), default="", info=PERSONAL)
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    approved_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    refused_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    basis: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    """When and how they said yes to an organiser; empty where they answered by their link. Never published."""
    speaker: Mapped[Speaker] = relationship()

    @property
    def is_waiting(self) -> bool:
        return self.approved_at is None and self.refused_at is None

"""Organisation, Speaker, the Appearance of a speaker at a lunch, and what they are quoted with."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.db import Model, Moment
from lunchkit.events.models import Event
from lunchkit.images.models import Picture


def initials_of(name: str) -> str:
    """The first letters of the first and the last word of a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class Organisation(Model):
    """An organisation that speakers come from."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    website: Mapped[str] = mapped_column(String(500), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    """Markdown."""
    town: Mapped[str] = mapped_column(String(100), default="")
    is_member: Mapped[bool] = mapped_column(default=False)
    """Whether it is a member of the network."""


class Speaker(Model):
    """A person who speaks at lunches, and whose page is theirs to write."""

    __tablename__ = "speaker"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(200), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    short_bio: Mapped[str] = mapped_column(String(300), default="")
    """One or two plain sentences."""
    biography: Mapped[str] = mapped_column(Text, default="")
    """Markdown."""
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Codes of the languages that they speak, the best first."""
    links: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    """[{"label": …, "url": …}]."""
    portrait_id: Mapped[int | None] = mapped_column(ForeignKey("picture.id"))
    link_nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, index=True)
    """Of the private link by which they write their page; None where there is none."""
    goes_live: Mapped[bool] = mapped_column(default=False)
    """Whether what they submit is public at once; else an organiser approves it."""
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What they wrote and is not public yet: see ``lunchkit.speakers.forms.SpeakerPage``."""
    submitted_at: Mapped[Moment | None]
    """Since when the draft waits for an organiser."""
    updated_at: Mapped[Moment | None]
    organisation: Mapped[Organisation | None] = relationship()
    portrait: Mapped[Picture | None] = relationship()

    @property
    def initials(self) -> str:
        """The letters in the disc that stands for a portrait."""
        return initials_of(self.name)

    @property
    def is_written(self) -> bool:
        """Whether their public page says more of them than organisers do who put them on a list."""
        return bool(self.short_bio or self.biography or self.languages or self.links or self.portrait_id)


class Appearance(Model):
    """A speaker at one lunch, in order of appearance."""

    __tablename__ = "appearance"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    speaker_id: Mapped[int] = mapped_column(ForeignKey("speaker.id"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    said: Mapped[str] = mapped_column(Text, default="")
    """What they said there, in Markdown."""
    slides_url: Mapped[str] = mapped_column(String(500), default="")
    slides_title: Mapped[str] = mapped_column(String(200), default="")
    slides_licence: Mapped[str] = mapped_column(String(100), default="")
    speaker: Mapped[Speaker] = relationship()
    event: Mapped[Event] = relationship()


class Quotation(Model):
    """A sentence of a speaker at a lunch. Shows nowhere before they approve it."""

    __tablename__ = "quotation"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    speaker_id: Mapped[int] = mapped_column(ForeignKey("speaker.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(500))
    medium: Mapped[str] = mapped_column(String(200), default="")
    """Where it was said or printed; empty: at the lunch."""
    url: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[Moment]
    approved_at: Mapped[Moment | None]
    refused_at: Mapped[Moment | None]
    speaker: Mapped[Speaker] = relationship()

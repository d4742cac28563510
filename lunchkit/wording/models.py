"""LetterWords: what the organisers of one lunch let one of its letters say, in one language."""

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.db import Model, Moment


class LetterWords(Model):
    """Subject and prose of one's own. What is empty stands in lunchkit's own words."""

    __tablename__ = "letter_words"
    __table_args__ = (UniqueConstraint("event_id", "letter", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    letter: Mapped[str] = mapped_column(String(40))
    """Which letter: a key of ``lunchkit.registrations.words.LETTERS``."""
    language: Mapped[str] = mapped_column(String(5))
    subject: Mapped[str] = mapped_column(String(200), default="")
    prose: Mapped[str] = mapped_column(Text, default="")
    """Plain text; an empty line starts a paragraph."""
    revision: Mapped[int] = mapped_column(default=1)
    """Rises with every change, so that nobody writes over what they have not seen."""
    updated_at: Mapped[Moment]
    updated_by: Mapped[str] = mapped_column(String(200), default="")
    set_aside_at: Mapped[Moment | None]
    """Since when lunchkit's own words are back; these are kept, and may come back too."""

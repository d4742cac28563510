"""LetterWords: what the organisers of one lunch let one of its letters say, in one language."""

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment


class LetterWords(Model):
    """Subject and prose of one's own. What is empty stands in lunchkit's own words."""

    __tablename__ = "letter_words"
    __erased__ = "kept: the text of the team; updated_by goes with a forgotten organiser: wording.steps"
    __table_args__ = (UniqueConstraint("event_id", "letter", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), info=KEY)
    letter: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    """Which letter: a key of ``lunchkit.registrations.words.LETTERS``."""
    language: Mapped[str] = mapped_column(String(5), info=NOT_PERSONAL)
    subject: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    prose: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    """Plain text; an empty line starts a paragraph."""
    revision: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    """Rises with every change, so that nobody writes over what they have not seen."""
    updated_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    updated_by: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    set_aside_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """Since when lunchkit's own words are back; these are kept, and may come back too."""

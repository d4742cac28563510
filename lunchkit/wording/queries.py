"""Reads of the words of one's own, named after the question that they answer."""

from collections.abc import Sequence

from sqlalchemy import select

from lunchkit.db import db
from lunchkit.wording.models import LetterWords
from lunchkit.wording.words import Words


def own_words(event_id: int, letter: str, language: str) -> Words:
    """What a letter of a lunch says in a language; empty where it says it in lunchkit's own words."""
    found = db.session.execute(
        select(LetterWords.subject, LetterWords.prose).where(
            LetterWords.event_id == event_id,
            LetterWords.letter == letter,
            LetterWords.language == language,
            LetterWords.set_aside_at.is_(None),
        )
    ).one_or_none()
    return Words(found.subject, found.prose) if found else Words()


def words_row(event_id: int, letter: str, language: str) -> LetterWords | None:
    """The row of a letter in a language, read anew; None where nobody has ever changed it."""
    found = select(LetterWords).where(
        LetterWords.event_id == event_id, LetterWords.letter == letter, LetterWords.language == language
    )
    return db.session.scalar(found.execution_options(populate_existing=True))


def rows_of(event_id: int) -> Sequence[LetterWords]:
    """All rows of a lunch, in one query."""
    found = select(LetterWords).where(LetterWords.event_id == event_id)
    return db.session.scalars(found.execution_options(populate_existing=True)).all()


def words_of(row: LetterWords | None) -> Words:
    """What a row lets its letter say at present."""
    return Words(row.subject, row.prose) if row is not None and row.set_aside_at is None else Words()


def revision_of(row: LetterWords | None) -> int:
    """Which state of a row somebody has before their eyes; 0 where there is none yet."""
    return row.revision if row is not None else 0

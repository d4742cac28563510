"""Steps of other features' actions. Nothing here commits: the caller holds the transaction."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.accounts.steps import forgets_names
from lunchkit.wording.models import LetterWords


def copy_words(session: Session, source_id: int, event_id: int) -> None:
    """The words in which one lunch writes its letters, for a lunch that has none of its own."""
    found = select(LetterWords).where(LetterWords.event_id == source_id, LetterWords.set_aside_at.is_(None))
    for row in session.scalars(found.order_by(LetterWords.id)):
        session.add(
            LetterWords(
                event_id=event_id,
                letter=row.letter,
                language=row.language,
                subject=row.subject,
                prose=row.prose,
                revision=1,
                updated_at=clock.now(),
                updated_by=row.updated_by,
            )
        )


@forgets_names
def forget_letter_writer(session: Session, name: str) -> None:
    """The words stay; who wrote them is forgotten with the person."""
    session.execute(update(LetterWords).where(LetterWords.updated_by == name).values(updated_by=""))

"""Operations on own paragraphs. Nothing here commits: the caller holds the transaction."""

from sqlalchemy.orm import Session

from lunchkit.events.paragraphs.models import OwnParagraph
from lunchkit.events.paragraphs.queries import own_texts


def copy_paragraphs(session: Session, source_id: int, event_id: int) -> None:
    """Copy the own paragraphs of one lunch to a new one."""
    for kind, texts in own_texts(source_id).items():
        session.add(OwnParagraph(event_id=event_id, kind=kind, texts=dict(texts)))

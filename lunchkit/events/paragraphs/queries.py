"""Reads of own paragraphs."""

from sqlalchemy import select

from lunchkit.events.paragraphs.models import OwnParagraph
from lunchkit.platform.db import db


def own_paragraph(event_id: int, kind: str, language: str) -> str:
    """The paragraph that an automatic e-mail has in this language; may be empty."""
    row = paragraph_row(event_id, kind)
    return row.texts.get(language, "") if row else ""


def paragraph_row(event_id: int, kind: str) -> OwnParagraph | None:
    """The row of an e-mail, read again from the database; None if it was never changed."""
    return db.session.get(OwnParagraph, (event_id, kind), populate_existing=True)


def own_texts(event_id: int) -> dict[str, dict[str, str]]:
    """All own paragraphs of a lunch, by e-mail, then by language."""
    rows = db.session.scalars(select(OwnParagraph).where(OwnParagraph.event_id == event_id))
    return {row.kind: row.texts for row in rows if row.texts}

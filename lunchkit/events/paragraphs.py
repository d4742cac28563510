"""Own paragraphs: what the organisers of one lunch add to its automatic e-mails. ``mailings`` writes them."""

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import KEY, NOT_PERSONAL, Model, db
from lunchkit.platform.versions import Versioned


class OwnParagraph(Versioned, Model):
    """Plain text in each language. An e-mail without one has only lunchkit's text."""

    __tablename__ = "own_paragraph"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, info=KEY)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True, info=NOT_PERSONAL)
    """The folder of the e-mail's templates."""
    texts: Mapped[dict[str, str]] = mapped_column(JSON, info=NOT_PERSONAL)
    """By language; none is empty."""


def own_paragraph(event_id: int, kind: str, language: str) -> str:
    row = paragraph_row(event_id, kind)
    return row.texts.get(language, "") if row else ""


def paragraph_row(event_id: int, kind: str) -> OwnParagraph | None:
    """The row of an e-mail, read again from the database; None if it was never changed."""
    return db.session.get(OwnParagraph, (event_id, kind), populate_existing=True)


def own_texts(event_id: int) -> dict[str, dict[str, str]]:
    rows = db.session.scalars(select(OwnParagraph).where(OwnParagraph.event_id == event_id))
    return {row.kind: row.texts for row in rows if row.texts}

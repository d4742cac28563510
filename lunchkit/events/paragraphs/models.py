"""OwnParagraph: what the organisers of one lunch add to one of its automatic e-mails."""

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import KEY, NOT_PERSONAL, Model
from lunchkit.platform.versions import Versioned


class OwnParagraph(Versioned, Model):
    """Plain text in each language. An e-mail without one has only lunchkit's text."""

    __tablename__ = "own_paragraph"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, info=KEY)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True, info=NOT_PERSONAL)
    """The folder of the e-mail's templates."""
    texts: Mapped[dict[str, str]] = mapped_column(JSON, info=NOT_PERSONAL)
    """By language; none is empty."""

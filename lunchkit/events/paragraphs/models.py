"""OwnParagraph: what the organisers of one lunch add to one of its automatic e-mails."""

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import KEY, NOT_PERSONAL, Model


class OwnParagraph(Model):
    """Plain text in each language; an e-mail without one says what lunchkit says, and nothing else."""

    __tablename__ = "own_paragraph"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True, info=KEY)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True, info=NOT_PERSONAL)
    """Which e-mail: the folder of its templates."""
    texts: Mapped[dict[str, str]] = mapped_column(JSON, info=NOT_PERSONAL)
    """By language; none is empty."""
    version: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """Rises with every change, so that nobody overwrites what they have not seen."""

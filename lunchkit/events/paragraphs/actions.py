"""Writing an own paragraph."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_existing_event
from lunchkit.events.paragraphs.models import OwnParagraph
from lunchkit.events.paragraphs.queries import paragraph_row
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import Refusal


class ParagraphChangedMeanwhile(Refusal):
    """Somebody else has saved the same e-mail since this form was opened."""

    message = _l(
        "Somebody else has changed this e-mail meanwhile. Their text stands below, yours in the form: put them "
        "together and save again."
    )


def save_paragraph(event: Event, kind: str, texts: Mapping[str, str], *, base: int) -> None:
    """Let an automatic e-mail of a lunch say this besides, by language; an empty text says nothing.

    ``base`` is the version that the writer has seen, 0 where there was none. The same texts again change nothing.
    Raises ParagraphChangedMeanwhile where somebody else has saved since.
    """
    said = {language: text for language, text in texts.items() if text}
    with transaction() as session:
        lock_existing_event(session, event.id)
        row = paragraph_row(event.id, kind)
        if said == (row.texts if row else {}):
            return
        if (row.version if row else 0) != base:
            raise ParagraphChangedMeanwhile
        if row is None:
            row = OwnParagraph(event_id=event.id, kind=kind, version=0)
            session.add(row)
        row.texts, row.version = said, row.version + 1

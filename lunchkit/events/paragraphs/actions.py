"""Writing an own paragraph."""

from collections.abc import Mapping

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_existing_event
from lunchkit.events.paragraphs.models import OwnParagraph
from lunchkit.events.paragraphs.queries import paragraph_row
from lunchkit.platform.db import transaction
from lunchkit.platform.versions import count_version, require_version


def save_paragraph(event: Event, kind: str, texts: Mapping[str, str], version: int) -> None:
    """Set what an automatic e-mail of a lunch says in addition, by language; an empty text says nothing.

    ``version`` is the one that the form was filled from, 0 if there was no row. Saving the same texts again changes
    nothing. Raises ChangedMeanwhile.
    """
    said = {language: text for language, text in texts.items() if text}
    with transaction() as session:
        lock_existing_event(session, event.id)
        row = paragraph_row(event.id, kind) or OwnParagraph(event_id=event.id, kind=kind, texts={}, version=0)
        if said == row.texts:
            return
        require_version(row, version)
        session.add(row)
        row.texts = said
        count_version(row)

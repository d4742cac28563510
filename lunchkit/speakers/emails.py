"""The e-mail to the organisers about a page that a speaker has submitted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.platform import clock, links
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.platform.mail import outbox
from lunchkit.platform.mail.rendering import RenderedEmail, email_kind, fill
from lunchkit.speakers.models import Appearance, Speaker

SUBMISSION = "speakers/submission"
AN_HOUR = 10
"""The limit of such e-mails to one address per hour: a speaker may submit as often as they like."""


def enqueue_submission(session: Session, speaker: Speaker, talks: Sequence[Appearance]) -> None:
    """Enqueue the e-mail to the contact address of the latest lunch, once for each version of the page.

    It is in the language of the settings: its readers need no account.
    """
    event = next((talk.event for talk in talks if talk.event.cancelled_at is None), None)
    if event is None or not event.contact_email:
        return
    if outbox.emails_lately(session, event.contact_email, clock.now()) >= AN_HOUR:
        return
    outbox.enqueue(
        session,
        kind=SUBMISSION,
        recipient=event.contact_email,
        language=current_settings().language,
        facts={"speaker": speaker.id, "event": event.id},
        event_id=event.id,
        once_key=f"submission/{speaker.id}/{speaker.version}",
    )


@email_kind(SUBMISSION)
def submission(facts: dict[str, Any]) -> RenderedEmail | None:
    """Where the page is read and published; None if it does not wait any more."""
    speaker, event = db.session.get(Speaker, facts["speaker"]), db.session.get(Event, facts["event"])
    if speaker is None or event is None or speaker.submitted_at is None:
        return None
    subject, text, html = fill(
        "speakers/mail/submission",
        name=speaker.name,
        event=event,
        address=links.public("organiser.speakers.draft", slug=event.slug, speaker_id=speaker.id),
    )
    return RenderedEmail(subject, text, html, sender_name=event.series.network)

"""The letter of this feature: a speaker has handed a page in, and it waits for the organisers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.platform import clock, links
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.platform.mail import outbox
from lunchkit.platform.mail.rendering import Letter, fill, letter_kind
from lunchkit.speakers.models import Appearance, Speaker

SUBMISSION = "speakers/submission"
AN_HOUR = 10
"""Such letters to one address: who holds a private link may hand in as often as they like."""


def promise_submission(session: Session, speaker: Speaker, talks: Sequence[Appearance]) -> None:
    """Promise the letter in the caller's transaction, to the contact address of the lunch at hand.

    One for each version of the page, however often it is handed in. It speaks the house's language: whoever reads at
    that address need have no account.
    """
    now = clock.now()
    event = _at_hand(talks, now)
    if event is None or not event.contact_email or outbox.letters_lately(session, event.contact_email, now) >= AN_HOUR:
        return
    outbox.promise(
        session,
        kind=SUBMISSION,
        recipient=event.contact_email,
        language=current_settings().language,
        facts={"speaker": speaker.id, "event": event.id},
        event_id=event.id,
        once_key=f"submission/{speaker.id}/{speaker.version}",
    )


def _at_hand(talks: Sequence[Appearance], now: datetime) -> Event | None:
    """The next lunch of a speaker that is still to come; without one, their latest."""
    events = [talk.event for talk in talks if talk.event.cancelled_at is None]
    coming = [event for event in events if not event.is_over(now)]
    return min(coming, key=lambda event: event.starts_at) if coming else next(iter(events), None)


@letter_kind(SUBMISSION)
def submission(facts: dict[str, Any]) -> Letter | None:
    """Somebody has written a page: here it is read and published. None where it does not wait any more."""
    speaker, event = db.session.get(Speaker, facts["speaker"]), db.session.get(Event, facts["event"])
    if speaker is None or event is None or speaker.submitted_at is None:
        return None
    subject, text, html = fill(
        "speakers/mail/submission",
        name=speaker.name,
        event=event,
        address=links.public("organiser.speakers.draft", slug=event.slug, speaker_id=speaker.id),
    )
    return Letter(subject, text, html, sender_name=event.series.network)

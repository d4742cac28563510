"""E-mails about speakers: to the organisers about a submitted page, to a speaker as invitation and as thanks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.platform import clock, links
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.platform.mail import outbox
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.rendering import RenderedEmail, email_kind, fill
from lunchkit.speakers.models import INVITATION, Appearance, Speaker
from lunchkit.speakers.queries import has_public_page, private_link, quotations_of

SUBMISSION, THANKS = "speakers/submission", "speakers/thanks"
AN_HOUR = 10
"""The limit of submissions to one address per hour: a speaker may submit as often as they like."""


def enqueue_submission(session: Session, speaker: Speaker, talks: Sequence[Appearance]) -> None:
    """Enqueue the e-mail to the contact address of the latest lunch, once for each version of the page.

    It is in the language of the settings: its readers need no account.
    """
    event = next((talk.event for talk in talks if talk.event.cancelled_at is None), None)
    if event is None or not event.contact_email:
        return
    if outbox.emails_lately(session, event.contact_email, clock.now()) >= AN_HOUR:
        return
    once_key = f"submission/{speaker.id}/{speaker.version}"
    _enqueue(session, SUBMISSION, event.contact_email, speaker, event, once_key)


def enqueue_to_speaker(session: Session, kind: str, speaker: Speaker, event: Event, at: datetime) -> None:
    if speaker.email:
        _enqueue(session, kind, speaker.email, speaker, event, speaker.email_key(kind, at))


def forget_emails(session: Session, speaker: Speaker) -> None:
    """Delete the e-mails to a speaker, sent or not: with the speaker, or when their address changes."""
    session.execute(delete(OutboxEmail).where(OutboxEmail.once_key.startswith(speaker.email_key())))


def _enqueue(session: Session, kind: str, recipient: str, speaker: Speaker, event: Event, once_key: str) -> None:
    outbox.enqueue(
        session,
        kind=kind,
        recipient=recipient,
        language=current_settings().language,
        facts={"speaker": speaker.id, "event": event.id},
        event_id=event.id,
        once_key=once_key,
    )


@email_kind(SUBMISSION)
def submission(facts: dict[str, Any]) -> RenderedEmail | None:
    """Where the page is read and published; None if it does not wait any more."""
    speaker, event = _rows(facts)
    if speaker is None or event is None or speaker.submitted_at is None:
        return None
    address = links.public("organiser.speakers.draft", slug=event.slug, speaker_id=speaker.id)
    return _filled(SUBMISSION, speaker, event, address)


@email_kind(INVITATION)
def invitation(facts: dict[str, Any]) -> RenderedEmail | None:
    """The private link, and what waits there; None once there is none."""
    speaker, event = _rows(facts)
    address = private_link(speaker) if speaker else None
    if speaker is None or event is None or address is None:
        return None
    waiting = sum(one.is_waiting for one in quotations_of(speaker.id))
    return _filled(INVITATION, speaker, event, address, waiting=waiting)


@email_kind(THANKS)
def thanks(facts: dict[str, Any]) -> RenderedEmail | None:
    """That the page is approved, and where it is; None if the speaker is gone."""
    speaker, event = _rows(facts)
    if speaker is None or event is None:
        return None
    is_public = has_public_page(speaker)
    address = links.public("speakers.show", slug=speaker.slug) if is_public else private_link(speaker)
    return _filled(THANKS, speaker, event, address, is_public=is_public)


def _rows(facts: dict[str, Any]) -> tuple[Speaker | None, Event | None]:
    return db.session.get(Speaker, facts["speaker"]), db.session.get(Event, facts["event"])


def _filled(kind: str, speaker: Speaker, event: Event, address: str | None, **more: object) -> RenderedEmail:
    folder, reply_to = kind.replace("/", "/mail/"), None if kind == SUBMISSION else event.contact_email or None
    return fill(folder, event.series.network, reply_to, name=speaker.name, event=event, address=address, **more)

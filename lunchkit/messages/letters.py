"""The message as a letter: what stands around the organisers' words, and to whom it is still said when it leaves."""

from typing import Any

from flask_babel import gettext as _

from lunchkit import clock, links
from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.feedback.models import Stage, stage_of
from lunchkit.feedback.queries import feedback_of
from lunchkit.mail.rendering import Letter, Urgency, fill, letter_kind
from lunchkit.messages.models import Audience, MessageRound
from lunchkit.messages.words import KIND, thanks, values_for, why
from lunchkit.registrations.letters import SAMPLE
from lunchkit.registrations.models import Registration
from lunchkit.rooms.queries import room_of_event
from lunchkit.wording.words import Words, fill_in_subject, paragraphs

FOLDER = "messages/mail/message"


@letter_kind(KIND, Urgency.MAILING)
def message(facts: dict[str, Any]) -> Letter | None:
    """What the organisers wrote, day and place, the links that are good now, and why one gets it.

    None for whoever has cancelled, was erased or stands elsewhere meanwhile; for a lunch that is called off; and for
    news of a lunch that is over.
    """
    round_, registration = (
        db.session.get(MessageRound, facts["round"]),
        db.session.get(Registration, facts["registration"]),
    )
    if round_ is None or registration is None or not Audience(round_.audience).holds(registration):
        return None
    event, now = registration.event, clock.now()
    if event.id != round_.event_id or event.cancelled_at is not None or event.published_at is None:
        return None
    if event.is_over(now) and not event.is_over(round_.sent_at):
        return None
    audience, words = Audience(round_.audience), Words(round_.subject, round_.prose)
    if event.is_over(now):
        return _write(event, audience, words, registration.name, registration.standing)
    own = links.personal_tokens(registration.nonce, known_hash=registration.link_hash)
    return _write(event, audience, words, registration.name, registration.standing, own.link)


def preview(event: Event, audience: Audience, words: Words) -> Letter:
    """The letter as somebody who does not exist would get it, in the language being spoken."""
    return _write(event, audience, words, _("Camille Sample"), audience.standings[0])


def _write(event: Event, audience: Audience, words: Words, name: str, standing: str, token: str = SAMPLE) -> Letter:
    """``token`` opens the reader's own page, which is of use while the seat can be given back."""
    is_over, values = event.is_over(clock.now()), values_for(event, name)
    words = words or thanks()
    subject, text, html = fill(
        FOLDER,
        event=event,
        subject=fill_in_subject(words.subject, values),
        facts={"name": name, "standing": standing},
        own=paragraphs(words.prose, values),
        why=why(audience, standing, is_over=is_over),
        is_over=is_over,
        page=links.public("registrations.show", token=token),
        cancellation=links.public("registrations.cancellation", token=token),
        recap=links.public("recap.show", slug=event.slug) if event.recap_published_at is not None else None,
        feedback=_feedback_address(event),
        address=links.public("pages.event", slug=event.slug),
    )
    return Letter(subject, text, html, sender_name=event.series.network, reply_to=event.contact_email)


def _feedback_address(event: Event) -> str | None:
    """Where people say how it was, while they may; see ADR 0020 for why these people are told the room's code."""
    room = room_of_event(event.id)
    if room is None or stage_of(event, feedback_of(event.id), clock.now()) is not Stage.OPEN:
        return None
    return links.public("presenter.phone", code=room.code)

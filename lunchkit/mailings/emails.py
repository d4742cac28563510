"""The e-mails of a mailing: what they say around the organisers' words, and who still gets them when they leave."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import LazyString, force_locale, gettext as _, lazy_gettext as _l
from sqlalchemy import select

from lunchkit.events.models import Event
from lunchkit.mailings.audiences import PEOPLE
from lunchkit.mailings.models import Audience, Mailing, Words
from lunchkit.platform import clock, links
from lunchkit.platform.db import db
from lunchkit.platform.mail.rendering import RenderedEmail, Urgency, email_kind, fill
from lunchkit.registrations.emails import SAMPLE
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.operations import find_by_email
from lunchkit.room.queries import room_of_event
from lunchkit.room.survey.models import Stage, stage_of
from lunchkit.room.survey.queries import feedback_of
from lunchkit.speakers.queries import appearances
from lunchkit.subscribers.models import INVITATION, Consent, Subscriber
from lunchkit.subscribers.queries import subscriber_link

MESSAGE = "mailings/message"
SAMPLE_TOKEN = "X" * 32  # replaces a subscriber's own link in a preview
_SITS = _l("You get this e-mail because you have a seat at this lunch.")
_WAITS = _l("You get this e-mail because you asked for a seat, and all were taken.")
_SAT = _l("You get this e-mail because you had a seat at this lunch.")
_CAME = _l("You get this e-mail because you came to this lunch.")


@email_kind(INVITATION, Urgency.MAILING)
def invitation(facts: dict[str, Any]) -> RenderedEmail | None:
    """A coming lunch, with the links to register and to unsubscribe.

    None for a subscriber who has said no, was erased or has registered since, and if registration is not open any more.
    """
    subscriber, mailing = db.session.get(Subscriber, facts["subscriber"]), db.session.get(Mailing, facts["mailing"])
    if subscriber is None or subscriber.confirmed_at is None or subscriber.consent is not Consent.YES:
        return None
    if mailing is None:
        return None
    event = db.session.get_one(Event, mailing.event_id)
    is_registered = find_by_email(db.session(), event.id, subscriber.email) is not None
    if is_registered or not event.takes_registrations(clock.now()):
        return None
    return _invitation(event, mailing.words, subscriber_link(subscriber), subscriber.confirmed_at)


@email_kind(MESSAGE, Urgency.MAILING)
def message(facts: dict[str, Any]) -> RenderedEmail | None:
    """What the organisers wrote, day and place, the links that work now, and why one gets it.

    None for a person who does not belong to the audience any more, for a cancelled lunch, and for news of a lunch that
    is over.
    """
    mailing = db.session.get(Mailing, facts["mailing"])
    if mailing is None:
        return None
    belongs = PEOPLE[mailing.words.audience].rows(mailing.event_id)
    person = db.session.scalar(select(Registration).where(Registration.id == facts["registration"], belongs))
    if person is None or person.event.cancelled_at is not None or person.event.published_at is None:
        return None
    if person.event.is_over(clock.now()) and not person.event.is_over(mailing.sent_at):
        return None
    own = links.personal_tokens(person.nonce, known_hash=person.link_hash)
    return _message(person.event, mailing.words, person.name, person.status, own.link)


def preview(event: Event, words: Words, language: str) -> RenderedEmail:
    """The e-mail to an invented person, in a language; its personal links lead nowhere."""
    with force_locale(language):
        if words.audience is Audience.SUBSCRIBERS:
            return _invitation(event, words, links.public("subscribers.show", token=SAMPLE_TOKEN), clock.now())
        return _message(event, words, _("Camille Sample"), PEOPLE[words.audience].statuses[0], SAMPLE)


def thanks() -> str:
    said = _("Thank you for this lunch: for your time at table, and for what was said there.")
    hope = _("We hope to see you at one of the next ones.")
    return f"{said}\n\n{hope}"


def _invitation(event: Event, words: Words, unsubscribe: str, said_yes_at: datetime) -> RenderedEmail:
    email = fill(
        "mailings/mail/invitation",
        event.series.network,
        event.contact_email,
        event=event,
        subject=words.subject,
        own=words.text,
        speakers=", ".join(appearance.speaker.name for appearance in appearances(event.id)),
        registration=links.public("registrations.new", slug=event.slug),
        address=links.public("site.event", slug=event.slug),
        unsubscribe=unsubscribe,
        said_yes_on=said_yes_at.astimezone(ZoneInfo(event.zone)).date(),
    )
    return replace(email, unsubscribe_url=unsubscribe)


def _message(event: Event, words: Words, name: str, status: str, token: str) -> RenderedEmail:
    is_over = event.is_over(clock.now())
    return fill(
        "mailings/mail/message",
        event.series.network,
        event.contact_email,
        event=event,
        subject=words.subject,
        facts={"name": name, "status": status},
        own=words.text or thanks(),
        why=_why(words.audience, status, is_over=is_over),
        is_over=is_over,
        page=links.public("registrations.show", token=token),
        cancellation=links.public("registrations.cancellation", token=token),
        recap=links.public("recap.show", slug=event.slug) if event.recap_published_at is not None else None,
        feedback=_survey_address(event),
        address=links.public("site.event", slug=event.slug),
    )


def _why(audience: Audience, status: str, *, is_over: bool) -> LazyString:
    if is_over:
        return _CAME if audience in (Audience.CAME, Audience.OTHERS) else _SAT
    return _WAITS if status == Status.WAITING else _SITS


def _survey_address(event: Event) -> str | None:
    """The phone's address while the survey is open; ADR 0020 says why these people get the room's code."""
    room = room_of_event(event.id)
    if room is None or stage_of(event, feedback_of(event.id), clock.now()) is not Stage.OPEN:
        return None
    return links.public("presenter.phone", code=room.code)

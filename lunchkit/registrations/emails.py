"""The e-mails of a registration: what each says, and the calendar object that it carries.

The outbox stores the facts; templates, QR code and calendar are written when it leaves, without the write lock.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from lunchkit.events.details import differences, plan_from_facts, plan_of
from lunchkit.events.feeds import calendar_entry
from lunchkit.events.models import Event
from lunchkit.events.paragraphs import own_paragraph
from lunchkit.platform import clock, links, qr
from lunchkit.platform.db import db
from lunchkit.platform.i18n import language
from lunchkit.platform.late import calendar
from lunchkit.platform.links import PersonalTokens
from lunchkit.platform.mail import outbox
from lunchkit.platform.mail.rendering import RenderedEmail, Urgency, email_kind, fill
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.queries import unsubscribe_token
from lunchkit.subscribers.queries import link_to_confirm

FOLDER = "registrations/mail"
TICKET_CID = "ticket"
SAMPLE = "SAMPLE"
"""In sample e-mails, in place of a secret token: its links lead nowhere."""
CALENDAR = {
    **dict.fromkeys(("confirmation", "promotion", "repeat", "ticket", "change"), "REQUEST"),
    **dict.fromkeys(("cancellation", "event_cancellation"), "CANCEL"),
}
"""The METHOD of the calendar object in an e-mail to a person with a seat."""
WITH_TICKET = ("confirmation", "promotion", "repeat", "ticket", "change", "reminder")
"""The e-mails that carry the ticket to a person with a seat."""
ANSWERS = ("confirmation", "waiting", "repeat", "ticket")
"""The e-mails that answer the form: they ask to confirm a wish for invitations."""


class Why(StrEnum):
    ATTENDEE = "attendee"
    ORGANISER = "organiser"


def enqueue_email(
    session: Session,
    kind: str,
    registration: Registration,
    *,
    status: str | None = None,
    position: int | None = None,
    why: Why | None = None,
    once_key: str | None = None,
    before: Mapping[str, str] | None = None,
) -> bool:
    """Enqueue an e-mail in the caller's transaction; False without an address, or for a known ``once_key``.

    ``status`` is the one to speak of, if not the present one; ``before`` are the facts of the plan until now.
    """
    if registration.email is None:
        return False
    if inspect(registration).pending:
        session.flush()  # the e-mail speaks of its number
    facts = {
        "event": registration.event_id,
        "registration": registration.id,
        "name": registration.name,
        "email": registration.email,
        "status": status or registration.status,
        "seats": registration.seats,
        "position": position,
        "why": why,
        "sequence": registration.sequence,
        "nonce": registration.nonce.hex(),
        "link_hash": registration.link_hash.hex(),
    }
    if before is not None:
        facts["before"] = dict(before)
    return _enqueue(session, kind, registration, facts, once_key)


def _enqueue(
    session: Session, kind: str, registration: Registration, facts: dict[str, Any], once_key: str | None
) -> bool:
    return outbox.enqueue(
        session,
        kind=f"registrations/{kind}",
        recipient=registration.email or "",
        language=registration.language,
        facts=facts,
        event_id=registration.event_id,
        subject_id=registration.id,
        once_key=once_key,
    )


def enqueue_recap_emails(session: Session, event: Event) -> int:
    """Enqueue the recap to the attendees who want it, once to each, in the caller's transaction. Returns the number."""
    of_event = select(Registration).where(Registration.event_id == event.id, Registration.erased_at.is_(None))
    wanted = session.scalars(of_event.where(Registration.wants_recap.is_(True)).order_by(Registration.id))
    return sum(enqueue_recap_email(session, registration) for registration in wanted.all())


def enqueue_recap_email(session: Session, registration: Registration) -> bool:
    """Enqueue the recap to one person, if they had a seat and have an address; says whether it was not enqueued yet."""
    if registration.status != Status.SEATED or registration.email is None:
        return False
    facts = {"event": registration.event_id, "registration": registration.id}
    return _enqueue(session, "recap", registration, facts, f"recap/{registration.id}")


def ticket_address(registration: Registration) -> str:
    """What the ticket's QR code holds: in capitals where the address allows it, which makes a smaller code."""
    tokens = links.personal_tokens(registration.nonce, known_hash=registration.link_hash)
    return _ticket_address(tokens.ticket)


def _ticket_address(ticket: str) -> str:
    return qr.compact_url(links.public("registrations.door", ticket=ticket))


def sample_email(event: Event, kind: str, own: str) -> RenderedEmail:
    """An e-mail to a fictional person, with this paragraph, in the language being spoken."""
    waits = kind == "waiting"
    facts = {
        "name": _("Camille Sample"),
        "status": Status.WAITING if waits else Status.SEATED,
        "seats": 1,
        "position": 3 if waits else None,
        "why": Why.ATTENDEE,
    }
    return _email(event, kind, facts, PersonalTokens(SAMPLE, SAMPLE), own)


def _email(
    event: Event, kind: str, facts: dict[str, Any], tokens: PersonalTokens, own: str, **more: object
) -> RenderedEmail:
    has_ticket = facts["status"] == Status.SEATED and kind in WITH_TICKET
    unsubscribe = links.public("registrations.unsubscription", token=tokens.link)
    images: dict[str, bytes] = {}
    if has_ticket:
        images = {TICKET_CID: qr.png(_ticket_address(tokens.ticket))}
    email = fill(
        f"{FOLDER}/{kind}",
        event.series.network,
        event.contact_email,
        event=event,
        facts=facts,
        own=own,
        ticket_cid=TICKET_CID if has_ticket else None,
        page=links.public("registrations.show", token=tokens.link),
        cancellation=links.public("registrations.cancellation", token=tokens.link),
        address=links.public("site.event", slug=event.slug),
        recap=links.public("recap.show", slug=event.slug),
        unsubscribe=unsubscribe,
        **more,
    )
    one_click = unsubscribe if kind == "recap" and tokens.link != SAMPLE else ""
    return replace(email, images=images, unsubscribe_url=one_click)


def _personal_email(kind: str, facts: dict[str, Any]) -> RenderedEmail | None:
    event = db.session.get(Event, facts["event"])
    if event is None:
        return None
    tokens = links.personal_tokens(bytes.fromhex(facts["nonce"]), known_hash=bytes.fromhex(facts["link_hash"]))
    email = _email(
        event,
        kind,
        facts,
        tokens,
        own_paragraph(event.id, kind, language()),
        to_confirm=link_to_confirm(facts["email"]) if kind in ANSWERS else None,
        differences=differences(plan_from_facts(facts["before"]), plan_of(event)) if facts.get("before") else (),
    )
    if facts["status"] != Status.SEATED or kind not in CALENDAR:
        return email
    # A lunch called off since has an e-mail of its own behind this one.
    entry = replace(calendar_entry(event), cancelled=CALENDAR[kind] == "CANCEL")
    write = calendar.cancellation if entry.cancelled else calendar.invitation
    invitation = write(entry, facts["name"], facts["email"], facts["sequence"])
    return replace(email, invitation=invitation, invitation_method=CALENDAR[kind])


for _kind in ("waiting", *CALENDAR):
    email_kind(f"registrations/{_kind}")(partial(_personal_email, _kind))


@email_kind("registrations/hold")
def hold(facts: dict[str, Any]) -> RenderedEmail | None:
    """Asks to confirm a held seat. None where it is confirmed, or too late."""
    registration = db.session.get(Registration, facts["registration"])
    return None if registration is None or registration.held_until is None else _personal_email("hold", facts)


@email_kind("registrations/reminder", Urgency.REMINDER)
def reminder(facts: dict[str, Any]) -> RenderedEmail | None:
    """The lunch is near. None once it has begun or is cancelled, and for a registration that was cancelled."""
    registration = db.session.get(Registration, facts["registration"])
    if registration is None or registration.status != Status.SEATED:
        return None
    return _personal_email("reminder", facts) if registration.event.gives_seats(clock.now()) else None


@email_kind("registrations/recap", Urgency.MAILING)
def recap(facts: dict[str, Any]) -> RenderedEmail | None:
    """The recap's public link, and no personal one. None for a person who says no by now, or where it is not public."""
    registration = db.session.get(Registration, facts["registration"])
    if registration is None or registration.erased_at is not None or not registration.wants_recap:
        return None
    event = registration.event
    if event.published_at is None or event.recap_published_at is None:
        return None
    tokens = PersonalTokens(unsubscribe_token(registration.id, event.id), "")
    about, came = {"name": registration.name, "status": registration.status}, registration.arrived > 0
    return _email(event, "recap", about, tokens, own_paragraph(event.id, "recap", language()), came=came)

"""What tests of subscribers and invitations have in common."""

from sqlalchemy import select

from lunchkit.events.models import Event
from lunchkit.mailings.actions import send_mailing
from lunchkit.mailings.models import Audience, Mailing, Words
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.subscribers.actions import add_subscriber
from lunchkit.subscribers.models import INVITATION, Consent, Subscriber
from lunchkit.subscribers.operations import request_consent
from lunchkit.subscribers.queries import subscriber_by_email, subscriber_token

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
"""The body of the POST of RFC 8058."""


def said_yes(name: str, language: str = "fr") -> Subscriber:
    """Somebody who said yes and confirmed it."""
    add_subscriber(f"{name.lower()}@example.org", language)
    return guest_of(name)


def asked(name: str) -> Subscriber:
    """Somebody in whose name a form was sent with the tick."""
    with transaction() as session:
        request_consent(session, f"{name.lower()}@example.org", "fr", clock.now())
    return guest_of(name)


def guest_of(name: str) -> Subscriber:
    """The guest of that name as the row stands now."""
    db.session.rollback()
    db.session.expire_all()
    guest = subscriber_by_email(f"{name.lower()}@example.org")
    assert guest is not None
    return guest


def wish_of(name: str) -> Consent | None:
    """What holds of somebody; None of whom nothing is known."""
    db.session.rollback()
    db.session.expire_all()
    guest = subscriber_by_email(f"{name.lower()}@example.org")
    return guest.consent if guest else None


def door_of(guest: Subscriber) -> str:
    """The path of the link in a guest's e-mails."""
    return f"/invitations/{subscriber_token(guest)}"


def invitations(event_id: int | None = None) -> list[OutboxEmail]:
    """The invitations that were promised."""
    db.session.rollback()
    rows = select(OutboxEmail).where(OutboxEmail.kind == INVITATION).order_by(OutboxEmail.id)
    return [row for row in db.session.scalars(rows) if event_id in (None, row.event_id)]


def invite(event: Event, text: str = "", form_key: str | None = None) -> Mailing:
    """Invite everybody who is left to invite, with words of one's own."""
    return send_mailing(event, Words(Audience.SUBSCRIBERS, text=text), form_key=form_key)

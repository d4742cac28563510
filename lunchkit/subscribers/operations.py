"""Parts of actions of several features: to request consent, and to delete subscribers."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lunchkit.platform import links
from lunchkit.platform.erasures import Mark, note
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.subscribers.consent import VERSION
from lunchkit.subscribers.models import INVITATION, Consent, Subscriber
from lunchkit.subscribers.queries import SCOPE


def lock_subscriber(session: Session, email: str) -> Subscriber | None:
    """Lock and re-read the subscriber with this address."""
    found = select(Subscriber).where(Subscriber.email_key == normalise_email(email))
    return session.scalar(found.with_for_update().execution_options(populate_existing=True))


def request_consent(session: Session, email: str, language: str, now: datetime) -> Subscriber:
    """Store that a person wants to be invited at this address, not confirmed yet. Idempotent.

    A person who has confirmed already stays so.
    """
    nonce = secrets.token_bytes(16)
    values = {
        "nonce": nonce,
        "link_hash": links.token_hash(links.derived_token(SCOPE, nonce)),
        "email": email,
        "email_key": normalise_email(email),
        "language": language,
        "wording": VERSION,
        "asked_at": now,
    }
    insert = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(Subscriber).values(values).on_conflict_do_nothing(index_elements=["email_key"]))
    subscriber = lock_subscriber(session, email)
    if subscriber is None:
        raise LookupError("the subscriber was deleted at the same moment")
    if subscriber.consent is not Consent.YES:
        subscriber.language, subscriber.wording, subscriber.asked_at = language, VERSION, now
        subscriber.confirmed_at = subscriber.left_at = None
    return subscriber


def delete_subscriber(session: Session, email: str | None) -> None:
    """Delete an address, and every invitation to it. Idempotent."""
    subscriber = lock_subscriber(session, email) if email else None
    if subscriber is not None:
        delete_subscribers(session, [subscriber])


def delete_subscribers(session: Session, subscribers: Sequence[Subscriber]) -> None:
    """Delete rows that the caller has locked, and every invitation to them."""
    note(Mark.ERASED, *(one.link_hash for one in subscribers))
    addresses = [one.email for one in subscribers]
    session.execute(delete(OutboxEmail).where(OutboxEmail.kind == INVITATION, OutboxEmail.recipient.in_(addresses)))
    session.execute(delete(Subscriber).where(Subscriber.id.in_([one.id for one in subscribers])))

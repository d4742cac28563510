"""Reads of subscribers."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import ColumnElement, and_, or_, select

from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.links import derived_token, public, token_hash
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.personal import own_columns
from lunchkit.subscribers.models import ANSWER_WITHIN, INVITATION, KEPT_AFTER_NO, Consent, Subscriber

SCOPE = "subscriber"
"""The scope of the tokens of their links."""
SUBSCRIBERS_A_PAGE = 40
HAS_CONSENTED = and_(Subscriber.confirmed_at.is_not(None), Subscriber.left_at.is_(None))
"""``Consent.YES`` as a condition on rows."""


class NoSubscriber(NotFound):
    """No subscriber has this link: it was deleted, made up or damaged."""

    message = _l(
        "This link is no longer good, or was cut. If you had said no to invitations, your address is erased and no "
        "invitation will come."
    )


def subscriber_token(subscriber: Subscriber) -> str:
    """The token of the link in a subscriber's e-mails."""
    return derived_token(SCOPE, subscriber.nonce, subscriber.link_hash)


def subscriber_link(subscriber: Subscriber) -> str:
    """The address of a subscriber's page; one POST to it ends the invitations (RFC 8058)."""
    return public("subscribers.show", token=subscriber_token(subscriber))


def subscriber_by_link(token: str) -> Subscriber:
    """The subscriber with this token. Raises NoSubscriber."""
    subscriber = db.session.scalar(select(Subscriber).where(Subscriber.link_hash == token_hash(token)))
    if subscriber is None:
        raise NoSubscriber
    return subscriber


def subscriber_by_email(email: str | None) -> Subscriber | None:
    """The subscriber with this address."""
    if not email:
        return None
    return db.session.scalar(select(Subscriber).where(Subscriber.email_key == normalise_email(email)))


def link_to_confirm(email: str | None) -> str | None:
    """The address where a person confirms their consent; None where it is not awaited."""
    subscriber = subscriber_by_email(email)
    return subscriber_link(subscriber) if subscriber is not None and subscriber.consent is Consent.ASKED else None


def subscriber_or_404(subscriber_id: int) -> Subscriber:
    """The subscriber with this id. Raises NotFound."""
    subscriber = db.session.get(Subscriber, subscriber_id, populate_existing=True)
    if subscriber is None:
        raise NotFound
    return subscriber


def subscribers_page(text: str, page: int) -> Pagination:
    """One page of subscribers whose address contains ``text``, the latest first."""
    chosen = select(Subscriber).order_by(Subscriber.id.desc())
    if text:
        chosen = chosen.where(Subscriber.email_key.contains(normalise_email(text), autoescape=True))
    return db.paginate(chosen, page=page, per_page=SUBSCRIBERS_A_PAGE, error_out=False)


def consented_table() -> list[tuple[str, str, str]]:
    """Address, language and day of consent of each who said yes; Brevo needs EMAIL, others ask which column it is."""
    said_yes = select(Subscriber).where(HAS_CONSENTED).order_by(Subscriber.email_key)
    rows = [(one.email, one.language, f"{one.confirmed_at:%Y-%m-%d}") for one in db.session.scalars(said_yes)]
    return [("EMAIL", "LANGUAGE", "CONSENT_DATE"), *rows]


def to_forget(now: datetime) -> ColumnElement[bool]:
    """Rows that did not confirm, or withdrew, long enough ago."""
    is_asked = and_(Subscriber.confirmed_at.is_(None), Subscriber.left_at.is_(None))
    return or_(and_(is_asked, Subscriber.asked_at < now - ANSWER_WITHIN), Subscriber.left_at < now - KEPT_AFTER_NO)


def own_subscription(email: str | None) -> dict[str, Any] | None:
    """All that is stored about a person as a subscriber, e-mails included, as JSON values."""
    subscriber = subscriber_by_email(email)
    if subscriber is None:
        return None
    sent = select(OutboxEmail).where(OutboxEmail.kind == INVITATION, OutboxEmail.recipient == subscriber.email)
    emails = [
        {"promised_at": row.created_at.isoformat(), "sent_at": row.sent_at and row.sent_at.isoformat()}
        for row in db.session.scalars(sent.order_by(OutboxEmail.id))
    ]
    return own_columns(subscriber) | {"letters": emails}

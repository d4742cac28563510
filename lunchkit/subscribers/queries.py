"""Reads of subscribers: people who want to be invited."""

from datetime import datetime
from typing import Any

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import ColumnElement, and_, or_, select

from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.links import derived_token, public, token_hash
from lunchkit.platform.mail.addresses import fold_email
from lunchkit.platform.mail.models import OutboxLetter
from lunchkit.platform.personal import own_columns
from lunchkit.subscribers.errors import NoSubscriber
from lunchkit.subscribers.models import ANSWER_WITHIN, INVITATION, KEPT_AFTER_NO, Consent, Subscriber

SCOPE = "guest"
"""What the links of subscribers are derived for."""
GUESTS_A_PAGE = 40


HAS_CONSENT: dict[Consent, ColumnElement[bool]] = {
    Consent.YES: and_(Subscriber.confirmed_at.is_not(None), Subscriber.left_at.is_(None)),
    Consent.ASKED: and_(Subscriber.confirmed_at.is_(None), Subscriber.left_at.is_(None)),
    Consent.NO: Subscriber.left_at.is_not(None),
}
"""Which rows hold a wish; says the same as ``Subscriber.wish``."""


def subscriber_token(guest: Subscriber) -> str:
    """What the link in a guest's letters ends with."""
    return derived_token(SCOPE, guest.nonce, guest.link_hash)


def subscriber_link(guest: Subscriber) -> str:
    """The absolute address behind which a guest says yes or no; one POST to it ends the letters (RFC 8058)."""
    return public("subscribers.show", token=subscriber_token(guest))


def subscriber_by_link(token: str) -> Subscriber:
    """The guest whose letters hold this link. Raises NoSubscriber."""
    guest = db.session.scalar(select(Subscriber).where(Subscriber.link_hash == token_hash(token)))
    if guest is None:
        raise NoSubscriber
    return guest


def subscriber_by_email(email: str | None) -> Subscriber | None:
    """The guest with this address."""
    if not email:
        return None
    return db.session.scalar(select(Subscriber).where(Subscriber.email_key == fold_email(email)))


def link_to_confirm(email: str | None) -> str | None:
    """The address behind which somebody confirms that they want to be invited; None where no answer is awaited."""
    guest = subscriber_by_email(email)
    return subscriber_link(guest) if guest is not None and guest.wish is Consent.ASKED else None


def subscriber_or_404(guest_id: int) -> Subscriber:
    """The guest of this number. Raises NotFound."""
    guest = db.session.get(Subscriber, guest_id, populate_existing=True)
    if guest is None:
        raise NotFound
    return guest


def subscribers_page(text: str, page: int) -> Pagination:
    """One page of subscribers whose address holds ``text``, the latest first."""
    chosen = select(Subscriber).order_by(Subscriber.id.desc())
    if text:
        chosen = chosen.where(Subscriber.email_key.contains(fold_email(text), autoescape=True))
    return db.paginate(chosen, page=page, per_page=GUESTS_A_PAGE, error_out=False)


def to_forget(now: datetime) -> ColumnElement[bool]:
    """Whoever did not confirm, or said no, long enough ago."""
    return or_(
        and_(HAS_CONSENT[Consent.ASKED], Subscriber.asked_at < now - ANSWER_WITHIN),
        Subscriber.left_at < now - KEPT_AFTER_NO,
    )


def own_subscription(email: str | None) -> dict[str, Any] | None:
    """Everything that is stored about somebody as a guest, letters included, as plain JSON values."""
    guest = subscriber_by_email(email)
    if guest is None:
        return None
    letters = db.session.scalars(
        select(OutboxLetter)
        .where(OutboxLetter.kind == INVITATION, OutboxLetter.recipient == guest.email)
        .order_by(OutboxLetter.id)
    )
    return own_columns(guest) | {
        "letters": [
            {"promised_at": letter.created_at.isoformat(), "sent_at": letter.sent_at and letter.sent_at.isoformat()}
            for letter in letters
        ],
    }

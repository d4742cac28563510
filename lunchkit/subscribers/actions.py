"""Actions of subscribers: consent, its end, and erasure."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.db import transaction
from lunchkit.platform.erasures import Mark, note
from lunchkit.subscribers.models import Consent, Subscriber
from lunchkit.subscribers.operations import delete_subscriber, delete_subscribers, lock_subscriber, request_consent
from lunchkit.subscribers.queries import NoSubscriber, to_forget


def add_subscriber(email: str, language: str) -> None:
    """Store the consent of a person behind a link that was e-mailed to this address: nothing is left to confirm."""
    with transaction() as session:
        now = clock.now()
        _confirm(request_consent(session, email, language, now), now)


def import_consents(emails: Iterable[str], basis: str, language: str) -> int:
    """Store addresses with the ``basis`` of their consent; an answer given here stays. Returns how many are new."""
    imported = 0
    with transaction() as session:
        now = clock.now()
        for email in emails:
            known = lock_subscriber(session, email)
            if known is None or known.consent is Consent.ASKED:
                subscriber = request_consent(session, email, language, now)
                subscriber.basis, imported = basis, imported + 1
                _confirm(subscriber, now)
    return imported


def confirm_consent(subscriber: Subscriber, language: str) -> Subscriber:
    """Confirm the consent, or renew it after it was withdrawn. Idempotent. Raises NoSubscriber."""
    with transaction() as session:
        subscriber, now = _lock(session, subscriber), clock.now()
        if subscriber.consent is Consent.NO:
            subscriber = request_consent(session, subscriber.email, language, now)
        _confirm(subscriber, now)
    return subscriber


def withdraw_consent(subscriber: Subscriber) -> Subscriber:
    """Send no invitation any more, also none that waits in the outbox. Idempotent. Raises NoSubscriber."""
    with transaction() as session:
        subscriber = _lock(session, subscriber)
        if subscriber.left_at is None:
            note(Mark.REFUSED, subscriber.link_hash)
            subscriber.left_at = clock.now()
    return subscriber


def erase_subscriber(subscriber: Subscriber) -> None:
    """Delete an address at once, on request. Idempotent."""
    with transaction() as session:
        delete_subscriber(session, subscriber.email)


def forget_old_subscribers() -> int:
    """Delete those who did not confirm within two weeks, or withdrew a month ago. Returns their number. Idempotent."""
    with transaction() as session:
        due = select(Subscriber).where(to_forget(clock.now())).order_by(Subscriber.id).with_for_update()
        found = session.scalars(due.execution_options(populate_existing=True)).all()
        if found:
            delete_subscribers(session, found)
    return len(found)


def _confirm(subscriber: Subscriber, now: datetime) -> None:
    if subscriber.confirmed_at is None:
        note(Mark.WANTED, subscriber.link_hash)
        subscriber.confirmed_at = now


def _lock(session: Session, subscriber: Subscriber) -> Subscriber:
    fresh = session.get(Subscriber, subscriber.id, populate_existing=True, with_for_update=True)
    if fresh is None:
        raise NoSubscriber
    return fresh

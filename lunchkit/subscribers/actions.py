"""What subscribers do: say yes, say no; and erasing them when it is due. One action, one transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.db import leave_traces, transaction
from lunchkit.platform.erasures import Mark, note
from lunchkit.subscribers.errors import NoSubscriber
from lunchkit.subscribers.models import Consent, Source, Subscriber
from lunchkit.subscribers.operations import delete_subscriber, delete_subscribers, request_consent
from lunchkit.subscribers.queries import to_forget


def add_subscriber(email: str, language: str) -> None:
    """Somebody says yes on a page behind a link that came to this address by letter: nothing is left to confirm."""
    with transaction() as session:
        now = clock.now()
        _confirm(request_consent(session, email, language, now, Source.PAGE), now)


def confirm_consent(guest: Subscriber, language: str) -> Subscriber:
    """Confirm the wish, or take back a no. Twice is once. Raises NoSubscriber."""
    with transaction() as session:
        guest, now = _lock(session, guest), clock.now()
        if guest.wish is Consent.NO:
            guest = request_consent(session, guest.email, language, now, Source.PAGE)
        _confirm(guest, now)
    return guest


def withdraw_consent(guest: Subscriber) -> Subscriber:
    """Send this address no invitation any more, also none that waits. Twice is once. Raises NoSubscriber."""
    with transaction() as session:
        guest = _lock(session, guest)
        if guest.left_at is None:
            note(Mark.REFUSED, guest.link_hash)
            guest.left_at = clock.now()
    return guest


def erase_subscriber(guest: Subscriber) -> None:
    """Forget an address at once, as its reader or an organiser decides; whoever was erased already stays so."""
    with transaction() as session:
        if delete_subscriber(session, guest.email):
            leave_traces()


def forget_old_subscribers() -> int:
    """Erase who did not confirm within two weeks, and who said no a month ago. Returns how many. Safe to run often."""
    with transaction() as session:
        due = select(Subscriber.id, Subscriber.email).where(to_forget(clock.now())).order_by(Subscriber.id)
        found = session.execute(due.with_for_update()).all()
        if found:
            delete_subscribers(session, [row.id for row in found], [row.email for row in found])
            leave_traces()
    return len(found)


def _confirm(guest: Subscriber, now: datetime) -> None:
    if guest.confirmed_at is None:
        note(Mark.WANTED, guest.link_hash)
        guest.confirmed_at = now


def _lock(session: Session, guest: Subscriber) -> Subscriber:
    fresh = session.get(Subscriber, guest.id, populate_existing=True, with_for_update=True)
    if fresh is None:
        raise NoSubscriber
    return fresh

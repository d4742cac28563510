"""The outbox: an e-mail is a row, added in the caller's transaction."""

import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, delete, event, func, select
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.mail.models import OutboxEmail

FORGET = "forget_after_sending"
"""A key among the facts of an e-mail: its row is deleted once it was sent or given up."""
MAILING = OutboxEmail.facts["mailing"].as_integer()
"""Of an e-mail to many, the number of its mailing; the one fact that stays once it is sent."""
AT_ONCE, PAUSE = 20, timedelta(seconds=10)
"""Of e-mails to many, ``AT_ONCE`` leave together, and the next ones after the pause."""
A_MINUTE = int(AT_ONCE * 60 / PAUSE.total_seconds())
"""E-mails to many that leave in a minute."""
_INSERT = cast(Table, OutboxEmail.__table__).insert()
wake = threading.Event()
"""Set after a commit that added an e-mail, so that the delivery need not wait for its next round."""


def enqueue(
    session: Session,
    *,
    kind: str,
    recipient: str,
    language: str,
    facts: dict[str, Any],
    event_id: int | None = None,
    subject_id: int | None = None,
    once_key: str | None = None,
    hold: timedelta = timedelta(),
) -> bool:
    """Add an e-mail to the outbox in the caller's transaction; it leaves after the commit, or after ``hold``.
    ``facts`` (JSON) is all that the renderer is given. Returns False where ``once_key`` was promised before.
    """
    if once_key and session.scalar(select(OutboxEmail.id).where(OutboxEmail.once_key == once_key)) is not None:
        return False
    addressee = Addressee(recipient, language, facts, once_key, subject_id)
    _add(session, addressee, kind=kind, event_id=event_id, hold=hold)
    return True


@dataclass(frozen=True)
class Addressee:
    """One of many who get the same kind of e-mail."""

    recipient: str
    language: str
    facts: dict[str, Any]
    once_key: str | None
    """Never promised before: the caller holds whatever lets it know."""
    subject_id: int | None = None
    """The registration that the e-mail speaks of, if any."""


def enqueue_for_all(session: Session, addressees: Iterable[Addressee], *, kind: str, event_id: int) -> None:
    """Add one e-mail for each in the caller's transaction. They leave a few at a time.
    So a ticket leaves in between, and no mail server takes them for a flood.
    """
    for number, one in enumerate(addressees):
        _add(session, one, kind=kind, event_id=event_id, hold=PAUSE * (number // AT_ONCE))


def _add(session: Session, addressee: Addressee, *, kind: str, event_id: int | None, hold: timedelta) -> None:
    now = clock.now()
    about = {"kind": kind, "event_id": event_id, "message_id": new_message_id(), **vars(addressee)}
    session.execute(_INSERT, {**about, "created_at": now, "next_attempt_at": now + hold})
    session.info["promised"] = True


def new_message_id() -> str:
    """A Message-ID, unique for ever."""
    return f"<{secrets.token_hex(16)}@{current_settings().mail_from.rpartition('@')[2]}>"


def untried(event_id: int) -> ColumnElement[bool]:
    """The e-mails to many about an event that nobody has tried to send yet."""
    is_waiting = and_(OutboxEmail.attempts == 0, OutboxEmail.sent_at.is_(None), OutboxEmail.failed_at.is_(None))
    return and_(OutboxEmail.event_id == event_id, MAILING.is_not(None), is_waiting)


def recall_emails(session: Session, event_id: int, mailing: int) -> int:
    """Delete the e-mails of a mailing that nobody has tried to send; returns how many."""
    gone = delete(OutboxEmail).where(untried(event_id), mailing == MAILING).returning(OutboxEmail.id)
    return len(session.scalars(gone).all())


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    if session.info.pop("promised", False):
        wake.set()


def emails_lately(session: Session, recipient: str, now: datetime) -> int:
    """How many e-mails were promised to an address within the last hour."""
    since = now - timedelta(hours=1)
    count = select(func.count()).where(OutboxEmail.recipient == recipient, OutboxEmail.created_at > since)
    return session.scalar(count) or 0

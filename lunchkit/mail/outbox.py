"""Promising a letter: a row in the transaction of whoever promises it."""

import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.config import current_settings
from lunchkit.mail.models import OutboxLetter

FORGET = "forget_after_sending"
"""Among a letter's facts: nothing of it is to be kept once it has left, or was given up."""
AT_ONCE, PAUSE = 20, timedelta(seconds=10)
"""Of letters to many, so many leave at once, and the next ones so much later."""
wake = threading.Event()
"""Set after a commit that promised a letter, so that the delivery need not wait for its next round."""


def promise(
    session: Session,
    *,
    kind: str,
    recipient: str,
    language: str,
    facts: dict[str, Any],
    event_id: int | None = None,
    subject_id: int | None = None,
    once_key: str | None = None,
) -> bool:
    """Add a letter to the outbox in the caller's transaction; it leaves after the commit.

    ``facts`` is JSON-able and all that the letter's renderer is given. Says whether the letter was added: it is not
    where ``once_key`` was promised before.
    """
    if once_key and session.scalar(select(OutboxLetter.id).where(OutboxLetter.once_key == once_key)) is not None:
        return False
    now = clock.now()
    domain = current_settings().mail_from.rpartition("@")[2]
    session.add(
        OutboxLetter(
            kind=kind,
            recipient=recipient,
            language=language,
            facts=facts,
            message_id=f"<{secrets.token_hex(16)}@{domain}>",
            once_key=once_key,
            event_id=event_id,
            subject_id=subject_id,
            created_at=now,
            next_attempt_at=now,
        )
    )
    session.info["promised"] = True
    return True


@dataclass(frozen=True)
class Addressee:
    """One of many who get the same kind of letter."""

    recipient: str
    language: str
    facts: dict[str, Any]
    once_key: str
    """Never promised before: the caller holds whatever lets it know."""


def promise_to_all(session: Session, addressees: Iterable[Addressee], *, kind: str, event_id: int) -> int:
    """Add one letter for each to the outbox, in the caller's transaction; returns how many.

    They leave a few at a time (``AT_ONCE``, ``PAUSE``): whoever registers meanwhile gets their ticket in between, and
    no mail server takes them for a flood.
    """
    now = clock.now()
    domain = current_settings().mail_from.rpartition("@")[2]
    rows = [
        {
            "kind": kind,
            "recipient": one.recipient,
            "language": one.language,
            "facts": one.facts,
            "message_id": f"<{secrets.token_hex(16)}@{domain}>",
            "once_key": one.once_key,
            "event_id": event_id,
            "created_at": now,
            "next_attempt_at": now + PAUSE * (number // AT_ONCE),
        }
        for number, one in enumerate(addressees)
    ]
    for start in range(0, len(rows), 1000):
        session.execute(insert(OutboxLetter), rows[start : start + 1000])
    session.info["promised"] = True
    return len(rows)


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    if session.info.pop("promised", False):
        wake.set()


def letters_lately(session: Session, recipient: str, now: datetime) -> int:
    """How many letters were promised to an address within the last hour."""
    since = now - timedelta(hours=1)
    count = select(func.count()).where(OutboxLetter.recipient == recipient, OutboxLetter.created_at > since)
    return session.scalar(count) or 0

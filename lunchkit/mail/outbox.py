"""Promising a letter: a row in the transaction of whoever promises it."""

import secrets
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.config import current_settings
from lunchkit.mail.models import OutboxLetter

FORGET = "forget_after_sending"
"""Among a letter's facts: nothing of it is to be kept once it has left, or was given up."""
AT_ONCE = 500
"""Letters that are written by one statement."""
_TABLE: Any = OutboxLetter.__table__
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
    session.add(
        OutboxLetter(
            kind=kind,
            recipient=recipient,
            language=language,
            facts=facts,
            once_key=once_key,
            event_id=event_id,
            subject_id=subject_id,
            **_made_now(),
        )
    )
    session.info["promised"] = True
    return True


def promise_many(
    session: Session, letters: Sequence[dict[str, Any]], breath: Callable[[int], None] | None = None
) -> None:
    """Add letters to the outbox in a few statements; each has the keys that ``promise`` takes, but a ``once_key``.

    ``breath`` is called between two statements, where others may be served meanwhile.
    """
    blank = {"once_key": None, "attempts": 0, "last_error": "", "sent_at": None, "failed_at": None}
    for start in range(0, len(letters), AT_ONCE):
        rows = [{**blank, **letter, **_made_now()} for letter in letters[start : start + AT_ONCE]]
        session.execute(insert(_TABLE), rows)
        session.info["promised"] = True
        if breath is not None:
            breath(0)


def _made_now() -> dict[str, Any]:
    """What a letter gets when it is promised: its moment, and its Message-ID for ever."""
    now, domain = clock.now(), current_settings().mail_from.rpartition("@")[2]
    return {"message_id": f"<{secrets.token_hex(16)}@{domain}>", "created_at": now, "next_attempt_at": now}


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    if session.info.pop("promised", False):
        wake.set()


def letters_lately(session: Session, recipient: str, now: datetime) -> int:
    """How many letters were promised to an address within the last hour."""
    since = now - timedelta(hours=1)
    count = select(func.count()).where(OutboxLetter.recipient == recipient, OutboxLetter.created_at > since)
    return session.scalar(count) or 0

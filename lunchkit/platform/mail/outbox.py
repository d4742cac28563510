"""Promising a letter: a row in the transaction of whoever promises it."""

import secrets
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, event, func, insert, select
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.mail.models import OutboxLetter

FORGET = "forget_after_sending"
"""Among a letter's facts: nothing of it is to be kept once it has left, or was given up."""
AT_ONCE, PAUSE = 20, timedelta(seconds=10)
"""Of letters to many, so many leave at once, and the next ones so much later."""
A_MINUTE = int(AT_ONCE * 60 / PAUSE.total_seconds())
"""Letters to many that leave in a minute."""
ROWS_AT_ONCE = 500
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
    hold: timedelta = timedelta(),
) -> bool:
    """Add a letter to the outbox in the caller's transaction; it leaves after the commit, or so much later.

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
            **_made_now(hold),
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
    subject_id: int | None = None
    """The registration that the letter speaks of, if any."""


def promise_to_all(session: Session, addressees: Iterable[Addressee], *, kind: str, event_id: int) -> int:
    """Add one letter for each to the outbox, in the caller's transaction; returns how many.

    They leave a few at a time (``AT_ONCE``, ``PAUSE``): whoever registers meanwhile gets their ticket in between, and
    no mail server takes them for a flood.
    """
    now = clock.now()
    letters = [
        {
            "kind": kind,
            "recipient": one.recipient,
            "language": one.language,
            "facts": one.facts,
            "once_key": one.once_key,
            "event_id": event_id,
            "subject_id": one.subject_id,
            "next_attempt_at": now + PAUSE * (number // AT_ONCE),
        }
        for number, one in enumerate(addressees)
    ]
    promise_many(session, letters)
    return len(letters)


def untried(event_id: int, kind: str) -> ColumnElement[bool]:
    """The letters of a kind about a lunch that nobody has tried to send yet."""
    return and_(
        OutboxLetter.event_id == event_id,
        OutboxLetter.kind == kind,
        OutboxLetter.attempts == 0,
        OutboxLetter.sent_at.is_(None),
        OutboxLetter.failed_at.is_(None),
    )


def call_back(session: Session, event_id: int, kind: str) -> list[dict[str, Any]]:
    """Take the letters to many out of the outbox that nobody has tried to send; returns their facts."""
    gone = delete(OutboxLetter).where(untried(event_id, kind)).returning(OutboxLetter.facts)
    return list(session.scalars(gone))


def promise_many(session: Session, letters: Sequence[dict[str, Any]]) -> None:
    """Add letters to the outbox in a few statements; each has the keys that ``promise`` takes."""
    blank = {"once_key": None, "attempts": 0, "last_error": "", "sent_at": None, "failed_at": None}
    for start in range(0, len(letters), ROWS_AT_ONCE):
        rows = [{**blank, **_made_now(), **letter} for letter in letters[start : start + ROWS_AT_ONCE]]
        session.execute(insert(_TABLE), rows)
        session.info["promised"] = True


def _made_now(hold: timedelta = timedelta()) -> dict[str, Any]:
    """What a letter gets when it is promised: its moment, and its Message-ID for ever."""
    now, domain = clock.now(), current_settings().mail_from.rpartition("@")[2]
    return {"message_id": f"<{secrets.token_hex(16)}@{domain}>", "created_at": now, "next_attempt_at": now + hold}


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    if session.info.pop("promised", False):
        wake.set()


def letters_lately(session: Session, recipient: str, now: datetime) -> int:
    """How many letters were promised to an address within the last hour."""
    since = now - timedelta(hours=1)
    count = select(func.count()).where(OutboxLetter.recipient == recipient, OutboxLetter.created_at > since)
    return session.scalar(count) or 0

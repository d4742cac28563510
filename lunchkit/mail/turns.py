"""Which e-mails may leave now, and in which order: the urgent first, and event by event in turn."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from lunchkit import clock
from lunchkit.db import db
from lunchkit.mail.models import ONLY, MailTrouble, OutboxLetter
from lunchkit.mail.rendering import Urgency, urgencies

PAUSES = [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 900)]
LONGEST = PAUSES[-1] + PAUSES[0]
"""No e-mail that was tried waits longer: a later moment was written while the clock was ahead."""
BATCH = 20
"""E-mails that one look at the queue picks: a more urgent one that comes meanwhile waits for as many at most."""


def is_due() -> ColumnElement[bool]:
    """What may leave now. An e-mail waits for earlier ones to its reader, unless they are less urgent or planned."""
    earlier = aliased(OutboxLetter)
    waits_for_earlier = exists().where(
        earlier.recipient == OutboxLetter.recipient,
        earlier.id < OutboxLetter.id,
        earlier.sent_at.is_(None),
        earlier.failed_at.is_(None),
        or_(earlier.attempts > 0, _has_come(earlier)),
        _urgency(earlier) <= _urgency(OutboxLetter),
    )
    unsent = and_(OutboxLetter.sent_at.is_(None), OutboxLetter.failed_at.is_(None))
    return and_(unsent, _has_come(OutboxLetter), ~waits_for_earlier)


def _has_come(letter: type[OutboxLetter]) -> ColumnElement[bool]:
    """Whether the time of the next attempt is over, or was written while the clock was ahead."""
    now = clock.now()
    clock_was_ahead = and_(letter.next_attempt_at > now + LONGEST, or_(letter.attempts > 0, letter.created_at > now))
    return or_(letter.next_attempt_at <= now, clock_was_ahead)


def _urgency(letter: type[OutboxLetter]) -> ColumnElement[int]:
    known = {kind: int(urgency) for kind, urgency in urgencies.items()}
    return case(known, value=letter.kind, else_=int(Urgency.PERSONAL))


def count_due() -> int:
    """How many letters could leave now."""
    return db.session.scalar(select(func.count(OutboxLetter.id)).where(is_due())) or 0


def next_in_turn() -> list[int]:
    """The e-mails that leave next: by urgency, and within it one of each event in turn.

    While the queue is paused, only a new sign-in e-mail leaves: a person waits for it, and it tries the server as well.
    """
    urgency = _urgency(OutboxLetter)
    turn = func.row_number().over(
        partition_by=(urgency, OutboxLetter.event_id), order_by=(OutboxLetter.next_attempt_at, OutboxLetter.id)
    )
    may_leave = true() if pause() is None else and_(urgency == int(Urgency.SIGN_IN), OutboxLetter.attempts == 0)
    due = select(OutboxLetter.id).where(is_due(), may_leave).order_by(urgency, turn, OutboxLetter.id).limit(BATCH)
    numbers = list(db.session.scalars(due))
    db.session.rollback()
    return numbers


def pause() -> MailTrouble | None:
    """Why the queue is paused now; None where it is not."""
    trouble, now = db.session.get(MailTrouble, ONLY, populate_existing=True), clock.now()
    return trouble if trouble is not None and now < trouble.until <= now + PAUSES[-1] else None

"""Which e-mails may leave now, and in which order: the urgent first, and event by event in turn."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select, true

from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.mail.models import ONLY, MailTrouble, OutboxEmail
from lunchkit.platform.mail.rendering import Urgency, urgencies

PAUSES = [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 900)]
LONGEST = PAUSES[-1] + PAUSES[0]
"""No e-mail that was tried waits longer: a later moment was written while the clock was ahead."""
BATCH = 20
"""E-mails that one look at the queue picks: a more urgent one that comes meanwhile waits for as many at most."""
_UNSENT = and_(OutboxEmail.sent_at.is_(None), OutboxEmail.failed_at.is_(None))


def may_be_tried() -> ColumnElement[bool]:
    """Not sent, not given up, and its time has come; or that was written while the clock was ahead."""
    now = clock.now()
    clock_was_ahead = and_(
        OutboxEmail.next_attempt_at > now + LONGEST, or_(OutboxEmail.attempts > 0, OutboxEmail.created_at > now)
    )
    return and_(_UNSENT, or_(OutboxEmail.next_attempt_at <= now, clock_was_ahead))


def _due() -> Subquery:
    """What may leave now. An e-mail waits for earlier ones to its reader, unless they are less urgent or planned.
    One pass with a window: joined with itself, a backlog that the database knows nothing of yet takes seconds.
    """
    known = {kind: int(urgency) for kind, urgency in urgencies.items()}
    urgency = case(known, value=OutboxEmail.kind, else_=int(Urgency.PERSONAL))
    before = func.min(urgency).over(partition_by=OutboxEmail.recipient, order_by=OutboxEmail.id, rows=(None, -1))
    can_leave = case((may_be_tried(), 1), else_=0)
    email = (OutboxEmail.id, OutboxEmail.event_id, OutboxEmail.attempts, OutboxEmail.next_attempt_at)
    told = (urgency.label("urgency"), before.label("before"), can_leave.label("can_leave"))
    begun = select(*email, *told).where(_UNSENT, or_(OutboxEmail.attempts > 0, may_be_tried())).subquery().c
    is_first = or_(begun.before.is_(None), begun.before > begun.urgency)
    turn = func.row_number().over(
        partition_by=(begun.urgency, begun.event_id), order_by=(begun.next_attempt_at, begun.id)
    )
    return (
        select(begun.id, begun.urgency, begun.attempts, turn.label("turn"))
        .where(begun.can_leave == 1, is_first)
        .subquery()
    )


def count_due() -> int:
    return db.session.scalar(select(func.count()).select_from(_due())) or 0


def next_in_turn() -> list[int]:
    """The e-mails that leave next: by urgency, and within it one of each event in turn.
    While the queue is paused, only a new sign-in e-mail leaves: a person waits for it, and it tries the server as well.
    """
    due = _due().c
    may_leave = true() if pause() is None else and_(due.urgency == int(Urgency.SIGN_IN), due.attempts == 0)
    chosen = select(due.id).where(may_leave).order_by(due.urgency, due.turn, due.id).limit(BATCH)
    numbers = list(db.session.scalars(chosen))
    db.session.rollback()
    return numbers


def pause() -> MailTrouble | None:
    """Why the queue is paused now; None where it is not."""
    trouble, now = db.session.get(MailTrouble, ONLY, populate_existing=True), clock.now()
    return trouble if trouble is not None and now < trouble.until <= now + PAUSES[-1] else None

"""Reads of the outbox, for the organisers' pages."""

from datetime import datetime
from enum import StrEnum

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import ColumnElement, and_, case, func, select, true

from lunchkit.platform.db import db
from lunchkit.platform.errors import or_404
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.outbox import MAILING, untried

EMAILS_A_PAGE = 30


class EmailState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


def state_of(email: OutboxEmail) -> EmailState:
    if email.sent_at is not None:
        return EmailState.SENT
    return EmailState.FAILED if email.failed_at is not None else EmailState.WAITING


_IN_STATE = {
    EmailState.WAITING: and_(OutboxEmail.sent_at.is_(None), OutboxEmail.failed_at.is_(None)),
    EmailState.SENT: OutboxEmail.sent_at.is_not(None),
    EmailState.FAILED: and_(OutboxEmail.sent_at.is_(None), OutboxEmail.failed_at.is_not(None)),
}
_COUNTS = [func.count(case((condition, 1))) for condition in _IN_STATE.values()]


def last_leaves_at(event_id: int) -> datetime | None:
    """When the last e-mail to many that was not tried yet is planned to leave; None where there is none."""
    planned: datetime | None = db.session.scalar(select(func.max(OutboxEmail.next_attempt_at)).where(untried(event_id)))
    return planned


def emails_page(event_id: int | None, group: str, state: EmailState | None, page: int, text: str = "") -> Pagination:
    """One page of e-mails, the latest first: of all lunches or one, to addresses with ``text``.

    ``group`` is the number of a mailing, a kind of e-mail, or empty for all of them; ``state`` None for any.
    """
    chosen = select(OutboxEmail).where(_of_lunch(event_id)).order_by(OutboxEmail.id.desc())
    if group:
        is_mailing = group.isascii() and group.isdecimal() and len(group) < 10
        chosen = chosen.where(int(group) == MAILING if is_mailing else OutboxEmail.kind == group)
    if text:
        chosen = chosen.where(OutboxEmail.recipient.icontains(text, autoescape=True))
    if state is not None:
        chosen = chosen.where(_IN_STATE[state])
    return db.paginate(chosen, page=page, per_page=EMAILS_A_PAGE, error_out=False)


def email_counts(event_id: int) -> dict[EmailState, int]:
    """How many e-mails of a lunch are in each state."""
    counted = db.session.execute(select(*_COUNTS).where(_of_lunch(event_id))).one()
    return dict(zip(_IN_STATE, counted, strict=True))


def email_counts_by_group(event_id: int | None) -> dict[str, dict[EmailState, int]]:
    """The same of all lunches or one, for each mailing by its number, and for each kind of other e-mails."""
    counted = select(OutboxEmail.kind, MAILING, *_COUNTS).where(_of_lunch(event_id)).group_by(OutboxEmail.kind, MAILING)
    rows = db.session.execute(counted).all()
    return {
        kind if mailing is None else str(mailing): dict(zip(_IN_STATE, counts, strict=True))
        for kind, mailing, *counts in rows
    }


def _of_lunch(event_id: int | None) -> ColumnElement[bool]:
    return true() if event_id is None else OutboxEmail.event_id == event_id


def email_or_404(email_id: int) -> OutboxEmail:
    """The e-mail of this number. Raises NotFound."""
    return or_404(db.session.get(OutboxEmail, email_id, populate_existing=True))

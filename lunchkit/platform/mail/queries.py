"""Reads of the outbox, for the organisers' pages."""

from datetime import datetime
from enum import StrEnum

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import ColumnElement, and_, case, func, select, true

from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.outbox import untried

EMAILS_A_PAGE = 40


class EmailState(StrEnum):
    """What has become of an e-mail."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


def state_of(email: OutboxEmail) -> EmailState:
    """What has become of this e-mail."""
    if email.sent_at is not None:
        return EmailState.SENT
    return EmailState.FAILED if email.failed_at is not None else EmailState.WAITING


_IN_STATE = {
    EmailState.WAITING: and_(OutboxEmail.sent_at.is_(None), OutboxEmail.failed_at.is_(None)),
    EmailState.SENT: OutboxEmail.sent_at.is_not(None),
    EmailState.FAILED: and_(OutboxEmail.sent_at.is_(None), OutboxEmail.failed_at.is_not(None)),
}


def last_leaves_at(event_id: int, kind: str) -> datetime | None:
    """When the last e-mail to many that was not tried yet is planned to leave; None where there is none."""
    planned = select(OutboxEmail.next_attempt_at).where(untried(event_id, kind))
    found: datetime | None = db.session.scalar(planned.order_by(OutboxEmail.next_attempt_at.desc()).limit(1))
    return found


def emails_page(event_id: int | None, state: EmailState | None, page: int, text: str = "") -> Pagination:
    """One page of e-mails, the latest first; of all lunches or one, in any state or one, to addresses with ``text``."""
    chosen = select(OutboxEmail).where(_of_lunch(event_id)).order_by(OutboxEmail.id.desc())
    if text:
        chosen = chosen.where(OutboxEmail.recipient.icontains(text, autoescape=True))
    if state is not None:
        chosen = chosen.where(_IN_STATE[state])
    return db.paginate(chosen, page=page, per_page=EMAILS_A_PAGE, error_out=False)


def email_counts(event_id: int | None) -> dict[EmailState, int]:
    """How many e-mails, of all lunches or one, are in each state."""
    sums = [func.count(case((condition, 1))) for condition in _IN_STATE.values()]
    counted = db.session.execute(select(*sums).where(_of_lunch(event_id))).one()
    return dict(zip(_IN_STATE, counted, strict=True))


def email_counts_by_mailing(event_id: int) -> dict[str | int, dict[EmailState, int]]:
    """The same for each mailing of a lunch, by its id, and for each kind of its other e-mails; in one query."""
    mailing = OutboxEmail.facts["mailing"].as_integer()
    sums = [func.count(case((condition, 1))) for condition in _IN_STATE.values()]
    counted = select(OutboxEmail.kind, mailing, *sums).where(_of_lunch(event_id)).group_by(OutboxEmail.kind, mailing)
    rows = db.session.execute(counted).all()
    return {
        kind if number is None else number: dict(zip(_IN_STATE, counts, strict=True)) for kind, number, *counts in rows
    }


def _of_lunch(event_id: int | None) -> ColumnElement[bool]:
    return true() if event_id is None else OutboxEmail.event_id == event_id


def email_or_404(email_id: int) -> OutboxEmail:
    """The e-mail of this number. Raises NotFound."""
    email = db.session.get(OutboxEmail, email_id, populate_existing=True)
    if email is None:
        raise NotFound
    return email

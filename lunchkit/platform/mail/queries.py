"""Reads of the outbox, for the organisers' pages."""

from datetime import datetime
from enum import StrEnum

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import ColumnElement, and_, case, func, select, true

from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.mail.models import OutboxLetter
from lunchkit.platform.mail.outbox import untried

LETTERS_A_PAGE = 40


class LetterState(StrEnum):
    """What has become of a letter."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


def state_of(letter: OutboxLetter) -> LetterState:
    """What has become of this letter."""
    if letter.sent_at is not None:
        return LetterState.SENT
    return LetterState.FAILED if letter.failed_at is not None else LetterState.WAITING


_IN_STATE = {
    LetterState.WAITING: and_(OutboxLetter.sent_at.is_(None), OutboxLetter.failed_at.is_(None)),
    LetterState.SENT: OutboxLetter.sent_at.is_not(None),
    LetterState.FAILED: and_(OutboxLetter.sent_at.is_(None), OutboxLetter.failed_at.is_not(None)),
}


def last_leaves_at(event_id: int, kind: str) -> datetime | None:
    """When the last letter to many that was not tried yet is planned to leave; None where there is none."""
    planned = select(OutboxLetter.next_attempt_at).where(untried(event_id, kind))
    found: datetime | None = db.session.scalar(planned.order_by(OutboxLetter.next_attempt_at.desc()).limit(1))
    return found


def letters_page(event_id: int | None, state: LetterState | None, page: int, text: str = "") -> Pagination:
    """One page of letters, the latest first; of all lunches or one, in any state or one, to addresses with ``text``."""
    chosen = select(OutboxLetter).where(_of_lunch(event_id)).order_by(OutboxLetter.id.desc())
    if text:
        chosen = chosen.where(OutboxLetter.recipient.icontains(text, autoescape=True))
    if state is not None:
        chosen = chosen.where(_IN_STATE[state])
    return db.paginate(chosen, page=page, per_page=LETTERS_A_PAGE, error_out=False)


def letter_counts(event_id: int | None, kind: str | None = None) -> dict[LetterState, int]:
    """How many letters, of all lunches or one, of any kind or one, are in each state."""
    sums = [func.count(case((condition, 1))) for condition in _IN_STATE.values()]
    of_kind = true() if kind is None else OutboxLetter.kind == kind
    counted = db.session.execute(select(*sums).where(_of_lunch(event_id), of_kind)).one()
    return dict(zip(_IN_STATE, counted, strict=True))


def _of_lunch(event_id: int | None) -> ColumnElement[bool]:
    return true() if event_id is None else OutboxLetter.event_id == event_id


def letter_or_404(letter_id: int) -> OutboxLetter:
    """The letter of this number. Raises NotFound."""
    letter = db.session.get(OutboxLetter, letter_id, populate_existing=True)
    if letter is None:
        raise NotFound
    return letter

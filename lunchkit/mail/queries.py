"""Reads of the outbox, for the organisers' pages."""

from enum import StrEnum

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import select

from lunchkit.db import db
from lunchkit.errors import NotFound
from lunchkit.mail.models import OutboxLetter

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


def letters_page(event_id: int | None, state: LetterState | None, page: int) -> Pagination:
    """One page of letters, the latest first; of all lunches or one, in all states or one."""
    chosen = select(OutboxLetter).order_by(OutboxLetter.id.desc())
    if event_id is not None:
        chosen = chosen.where(OutboxLetter.event_id == event_id)
    if state is LetterState.SENT:
        chosen = chosen.where(OutboxLetter.sent_at.is_not(None))
    elif state is LetterState.FAILED:
        chosen = chosen.where(OutboxLetter.sent_at.is_(None), OutboxLetter.failed_at.is_not(None))
    elif state is LetterState.WAITING:
        chosen = chosen.where(OutboxLetter.sent_at.is_(None), OutboxLetter.failed_at.is_(None))
    return db.paginate(chosen, page=page, per_page=LETTERS_A_PAGE, error_out=False)


def letter_or_404(letter_id: int) -> OutboxLetter:
    """The letter of this number. Raises NotFound."""
    letter = db.session.get(OutboxLetter, letter_id, populate_existing=True)
    if letter is None:
        raise NotFound
    return letter

"""Reads of the log."""

from collections.abc import Callable, Sequence

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import or_, select

from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.db import db
from lunchkit.platform.text import normalise

ACTS_A_PAGE = 40


def acts_page(
    text: str, actions_with: Callable[[str], Sequence[str]], *, event_id: int | None, page: int
) -> Pagination:
    """One page of entries, the latest first: about one event or all.

    Every word of ``text`` occurs in a name, or in the sentence of the action: ``actions_with`` says in which.
    """
    chosen = select(AuditEntry).order_by(AuditEntry.last_at.desc(), AuditEntry.id.desc())
    for word in normalise(text).split():
        is_in_name = AuditEntry.words.contains(word, autoescape=True)
        chosen = chosen.where(or_(is_in_name, AuditEntry.action.in_(actions_with(word))))
    if event_id is not None:
        chosen = chosen.where(AuditEntry.event_id == event_id)
    return db.paginate(chosen, page=page, per_page=ACTS_A_PAGE, error_out=False)

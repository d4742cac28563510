"""The organiser's reads of many lunches at once. Each in a fixed number of queries, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, func, not_, or_, select

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.platform.text import fold

PAGE_SIZE = 40
MOST_TO_COME = 40
"""Of those that come, and of drafts: nobody plans more at once."""


@dataclass(frozen=True)
class Lunches:
    """What an organiser finds at home: all that comes, all drafts, and one page of what was."""

    coming: Sequence[Event]
    drafts: Sequence[Event]
    past: Sequence[Event]
    page: int
    pages: int

    @property
    def all(self) -> list[Event]:
        """Every lunch of this page."""
        return [*self.coming, *self.drafts, *self.past]


def event_list(now: datetime, text: str, page: int) -> Lunches:
    """The lunches in whose title, theme or place every word of ``text`` occurs, whatever its case and accents.

    A page beyond the last is the last.
    """
    found = _found(text)
    is_draft = and_(Event.published_at.is_(None), Event.cancelled_at.is_(None))
    is_past = and_(found, not_(is_draft), Event.over_at <= now)
    pages = max(1, -(-(db.session.scalar(select(func.count()).where(is_past)) or 0) // PAGE_SIZE))
    page = min(max(1, page), pages)
    by_day, latest_first = (Event.starts_at, Event.id), (Event.starts_at.desc(), Event.id.desc())
    past = select(Event).where(is_past).order_by(*latest_first).offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    coming = select(Event).where(found, not_(is_draft), Event.over_at > now).order_by(*by_day).limit(MOST_TO_COME)
    drafts = select(Event).where(found, is_draft).order_by(*latest_first).limit(MOST_TO_COME)
    found_rows = [db.session.scalars(each).all() for each in (coming, drafts, past)]
    return Lunches(found_rows[0], found_rows[1], found_rows[2], page, pages)


def latest_events(also: str, most: int = PAGE_SIZE) -> Sequence[Event]:
    """The latest lunches, and the one of this slug wherever it is: to choose from."""
    latest = (
        select(Event.id)
        .where(Event.discarded_at.is_(None))
        .order_by(Event.starts_at.desc(), Event.id.desc())
        .limit(most)
    )
    wanted = or_(Event.id.in_(latest), Event.slug == also) if also.isprintable() else Event.id.in_(latest)
    found = select(Event).where(wanted, Event.discarded_at.is_(None))
    return db.session.scalars(found.order_by(Event.starts_at.desc(), Event.id.desc())).all()


def _found(text: str) -> ColumnElement[bool]:
    """Which lunches hold these words, without drafts thrown away.

    No database folds accents as we do, and a few hundred titles are read at once.
    """
    words = fold(text).split()
    if not words:
        return Event.discarded_at.is_(None)
    told = select(Event.id, Event.title, Event.theme, Event.venue, Event.town).where(Event.discarded_at.is_(None))
    titles = db.session.execute(told).all()
    folded = [(row.id, _folded(" ".join(row[1:]))) for row in titles]
    return Event.id.in_([event_id for event_id, told in folded if all(word in told for word in words)])


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """Titles are searched often and change seldom, and folding takes longer than looking."""
    return fold(text)

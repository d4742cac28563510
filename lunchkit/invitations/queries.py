"""Reads of invitations, named after the question that they answer. Each in a fixed number of queries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, literal, not_, select

from lunchkit.db import db
from lunchkit.guests.models import Guest, Wish
from lunchkit.guests.queries import IN_WISH
from lunchkit.invitations.models import InvitationRound
from lunchkit.mail.models import OutboxLetter
from lunchkit.registrations.models import Registration

MOST_ROUNDS = 40


@dataclass(frozen=True)
class Addressees:
    """Who would get a letter, and why the others would not."""

    said_yes: int
    registered: int
    """Of these, who is registered for this lunch, waits for a seat, or gave it back."""
    invited: int
    """Of the others, who was invited to this lunch already."""
    languages: dict[str, int]
    """How many letters would leave, by language, the most first."""

    @property
    def letters(self) -> int:
        """How many letters would leave."""
        return sum(self.languages.values())


def once_key(event_id: int, guest_id: int) -> str:
    """What makes one invitation a guest and lunch, for ever: the outbox takes a second one from nobody."""
    return f"invitation/{event_id}/{guest_id}"


def is_left_to_invite(event_id: int) -> ColumnElement[bool]:
    """Which guests would get a letter of this lunch now."""
    return and_(IN_WISH[Wish.YES], not_(_is_registered(event_id)), not_(_is_invited(event_id)))


def _is_registered(event_id: int) -> ColumnElement[bool]:
    return exists().where(Registration.event_id == event_id, Registration.email_key == Guest.email_key)


def _is_invited(event_id: int) -> ColumnElement[bool]:
    key = literal(once_key(event_id, 0)[:-1]) + cast(Guest.id, String)
    return exists().where(OutboxLetter.once_key == key)


def addressees(event_id: int) -> Addressees:
    """Everybody who said yes, sorted for one lunch."""
    kind = case((_is_registered(event_id), "registered"), (_is_invited(event_id), "invited"), else_="left")
    each = select(Guest.language, kind.label("kind")).where(IN_WISH[Wish.YES]).subquery()
    rows = db.session.execute(select(each.c.language, each.c.kind, func.count()).group_by(each.c.language, each.c.kind))
    by_kind: dict[str, Counter[str]] = {"registered": Counter(), "invited": Counter(), "left": Counter()}
    for language, found, number in rows:
        by_kind[found][language] = number
    registered, invited, left = (counted.total() for counted in by_kind.values())
    return Addressees(registered + invited + left, registered, invited, dict(by_kind["left"].most_common()))


def rounds(event_id: int) -> Sequence[InvitationRound]:
    """What was sent so far, the latest first."""
    sent = select(InvitationRound).where(InvitationRound.event_id == event_id)
    return db.session.scalars(sent.order_by(InvitationRound.id.desc()).limit(MOST_ROUNDS)).all()

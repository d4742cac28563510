"""Reads of invitations, named after the question that they answer. Each in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, literal, not_, select

from lunchkit.db import db
from lunchkit.guests.models import INVITATION, Guest, Wish
from lunchkit.guests.queries import IN_WISH
from lunchkit.invitations.models import InvitationRound
from lunchkit.mail.addresses import fold_email
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
    registered = _is_registered(event_id)
    invited = and_(not_(registered), _is_invited(event_id))
    sums = [func.count(), *(func.count(case((condition, 1))) for condition in (registered, invited))]
    rows = db.session.execute(select(Guest.language, *sums).where(IN_WISH[Wish.YES]).group_by(Guest.language)).all()
    left = {row[0]: row[1] - row[2] - row[3] for row in rows}
    return Addressees(
        said_yes=sum(row[1] for row in rows),
        registered=sum(row[2] for row in rows),
        invited=sum(row[3] for row in rows),
        languages={language: left[language] for language in sorted(left, key=lambda one: -left[one]) if left[language]},
    )


def is_known_at(event_id: int, email: str) -> bool:
    """Whether an address is registered for a lunch, waits, or has given its seat back."""
    known = exists().where(Registration.event_id == event_id, Registration.email_key == fold_email(email))
    return bool(db.session.scalar(select(known)))


def rounds(event_id: int) -> Sequence[InvitationRound]:
    """What was sent so far, the latest first."""
    sent = select(InvitationRound).where(InvitationRound.event_id == event_id)
    return db.session.scalars(sent.order_by(InvitationRound.id.desc()).limit(MOST_ROUNDS)).all()


def last_leaves_at(event_id: int) -> datetime | None:
    """When the last of the invitations that wait is planned to leave; None where none waits."""
    waiting = (OutboxLetter.sent_at.is_(None), OutboxLetter.failed_at.is_(None), OutboxLetter.kind == INVITATION)
    found: datetime | None = db.session.scalar(
        select(OutboxLetter.next_attempt_at)
        .where(OutboxLetter.event_id == event_id, *waiting)
        .order_by(OutboxLetter.next_attempt_at.desc())
        .limit(1)
    )
    return found

"""Reads of messages, named after the question that they answer. Each in a fixed number of queries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.messages.models import ONCE, Audience, MessageRound
from lunchkit.messages.words import audiences
from lunchkit.registrations.models import Registration, Standing

A_DAY, MOST_A_DAY = timedelta(days=1), 3
"""Nobody is to be flooded: so many rounds of a lunch may leave within so long."""
MOST_ROUNDS = 40
MOST_NAMES = 12


@dataclass(frozen=True)
class Reach:
    """Whom one audience of a lunch reaches."""

    audience: Audience
    languages: dict[str, int]
    """How many letters would leave, by language, the most first."""
    without: int
    """How many have no address."""

    @property
    def letters(self) -> int:
        """How many letters would leave."""
        return sum(self.languages.values())


@dataclass(frozen=True)
class Written:
    """What was written to the people of a lunch so far."""

    rounds: int
    thanked: bool
    """Whether anything was written to them once it was over."""


def is_in(event_id: int, audience: Audience) -> ColumnElement[bool]:
    """Which registrations of a lunch are of an audience now; ``Audience.holds`` says the same of one."""
    came = Registration.arrived > 0 if audience is Audience.CAME else Registration.arrived >= 0
    standing = Registration.standing.in_([str(one) for one in audience.standings])
    return and_(Registration.event_id == event_id, Registration.erased_at.is_(None), standing, came)


def door_was_used(session: Session, event_id: int) -> bool:
    """Whether the door of a lunch let anybody in: otherwise nobody knows who came."""
    found = select(Registration.id).where(
        Registration.event_id == event_id, Registration.standing == Standing.SEATED, Registration.arrived > 0
    )
    return session.scalar(found.limit(1)) is not None


def reaches(event: Event, now: datetime) -> dict[Audience, Reach]:
    """Whom each audience that one may write to at this moment would reach."""
    kinds = (Registration.standing, Registration.arrived > 0, Registration.language)
    here = (Registration.event_id == event.id, Registration.erased_at.is_(None))
    grouped = select(*kinds, func.count()).where(*here).group_by(*kinds)
    rows = db.session.execute(grouped).all()
    # Few have no address: they stand together in an index, and the others need not be looked at.
    mute = {
        tuple(kind): number for *kind, number in db.session.execute(grouped.where(Registration.email_key.is_(None)))
    }
    door_used = any(row[0] == Standing.SEATED and row[1] for row in rows)
    found = {}
    for audience in audiences(event, now, door_used=door_used):
        languages: Counter[str] = Counter()
        without = 0
        for standing, has_come, language, number in rows:
            if standing in audience.standings and (has_come or audience is not Audience.CAME):
                silent = mute.get((standing, has_come, language), 0)
                languages[language] += number - silent
                without += silent
        found[audience] = Reach(audience, dict((+languages).most_common()), without)
    return found


def names_without_address(event_id: int) -> Sequence[str]:
    """Who of those that come or wait cannot be written to: the first of them by name."""
    mute = (Registration.event_id == event_id, Registration.email_key.is_(None), Registration.erased_at.is_(None))
    names = select(Registration.name).where(*mute, Registration.standing != Standing.CANCELLED)
    return db.session.scalars(names.order_by(Registration.folded).limit(MOST_NAMES)).all()


def rounds(event_id: int) -> Sequence[MessageRound]:
    """What was sent so far, the latest first."""
    sent = select(MessageRound).where(MessageRound.event_id == event_id)
    return db.session.scalars(sent.order_by(MessageRound.id.desc()).limit(MOST_ROUNDS)).all()


def written(event: Event) -> Written:
    """How often somebody wrote to the people of a lunch."""
    of_this_lunch = MessageRound.event_id == event.id
    number = db.session.scalar(select(func.count()).where(of_this_lunch)) or 0
    last = db.session.scalar(select(func.max(MessageRound.sent_at)).where(of_this_lunch))
    return Written(number, last is not None and last >= event.over_at)


def subjects_by_letter(keys: Mapping[int, str | None]) -> dict[int, str]:
    """What stands above letters to the people of a lunch, by number: as it was typed, where somebody typed anything.

    ``keys`` are the keys by which the outbox keeps such a letter from being promised twice.
    """
    of_round = {number: (key or "").split("/") for number, key in keys.items()}
    rounds = {number: int(parts[1]) for number, parts in of_round.items() if parts[0] == ONCE and len(parts) > 1}
    chosen = select(MessageRound.id, MessageRound.subject).where(MessageRound.id.in_(set(rounds.values())))
    subjects = dict(db.session.execute(chosen).all()) if rounds else {}
    return {number: subjects[round_] for number, round_ in rounds.items() if subjects.get(round_)}


def free_again_at(session: Session, event_id: int, now: datetime) -> datetime | None:
    """When the next message may leave; None where it may leave now."""
    lately = select(MessageRound.sent_at).where(MessageRound.event_id == event_id, MessageRound.sent_at > now - A_DAY)
    moments = session.scalars(lately.order_by(MessageRound.sent_at.desc()).limit(MOST_A_DAY)).all()
    return moments[-1] + A_DAY if len(moments) == MOST_A_DAY else None

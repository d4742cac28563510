"""Reads of mailings, each in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, not_, select

from lunchkit.events.models import Event
from lunchkit.mailings.audiences import PEOPLE, why_not
from lunchkit.mailings.models import Audience, Mailing
from lunchkit.platform.db import db
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.registrations.models import Registration
from lunchkit.subscribers.models import Subscriber
from lunchkit.subscribers.queries import HAS_CONSENTED

A_DAY, MOST_A_DAY = timedelta(days=1), 3
"""The limit of mailings to the people of a lunch."""


@dataclass(frozen=True)
class Reach:
    audience: Audience
    languages: dict[str, int]
    """The number of e-mails by language, the most first."""
    without: int

    @property
    def recipients(self) -> int:
        return sum(self.languages.values())


def offered(event: Event, now: datetime) -> tuple[Audience, ...]:
    """The audiences that can be written to at this moment; those who came only if somebody was checked in."""
    people = [Audience.SEATED, Audience.WAITING, Audience.ALL]
    if event.is_over(now):
        came = db.session.scalar(select(exists().where(PEOPLE[Audience.CAME].rows(event.id))))
        others = [Audience.OTHERS] if event.recap_published_at is not None else []
        people = [Audience.CAME, *others, Audience.SEATED] if came else [Audience.SEATED]
    return tuple(one for one in (*people, Audience.SUBSCRIBERS) if why_not(event, one, now) is None)


def reaches(event: Event, now: datetime) -> dict[Audience, Reach]:
    return {audience: reach(event, audience) for audience in offered(event, now)}


def reach(event: Event, audience: Audience) -> Reach:
    language, email, belongs = Registration.language, Registration.email_key, PEOPLE[audience].rows(event.id)
    if audience is Audience.SUBSCRIBERS:
        language, email, belongs = Subscriber.language, Subscriber.email_key, is_left_to_invite(event.id)
    counted = select(language, func.count(), func.count(email)).where(belongs).group_by(language)
    rows = db.session.execute(counted).all()
    languages = {code: number for code, _all, number in sorted(rows, key=lambda row: -row[2]) if number}
    return Reach(audience, languages, sum(row[1] - row[2] for row in rows))


def once_key(event_id: int, guest_id: int) -> str:
    return f"invitation/{event_id}/{guest_id}"


def is_left_to_invite(event_id: int) -> ColumnElement[bool]:
    """Which subscribers would get an invitation now: neither registered for this lunch nor invited to it yet."""
    key = literal(once_key(event_id, 0)[:-1]) + cast(Subscriber.id, String)
    is_invited = exists().where(OutboxEmail.once_key == key)
    is_registered = exists().where(Registration.event_id == event_id, Registration.email_key == Subscriber.email_key)
    return and_(HAS_CONSENTED, not_(is_registered), not_(is_invited))


def mailings(event_id: int) -> Sequence[Mailing]:
    """The latest 40 mailings of a lunch, the latest first."""
    sent = select(Mailing).where(Mailing.event_id == event_id)
    return db.session.scalars(sent.order_by(Mailing.id.desc()).limit(40)).all()


def is_thanked(event: Event) -> bool:
    last: datetime | None = db.session.scalar(select(func.max(Mailing.sent_at)).where(_to_its_people(event.id)))
    return last is not None and last >= event.over_at


def free_again_at(event_id: int, now: datetime) -> datetime | None:
    """When the next mailing to the people of a lunch may leave; None if it may leave now."""
    recent = select(Mailing.sent_at).where(_to_its_people(event_id), Mailing.sent_at > now - A_DAY)
    moments = db.session.scalars(recent.order_by(Mailing.sent_at.desc()).limit(MOST_A_DAY)).all()
    return moments[-1] + A_DAY if len(moments) == MOST_A_DAY else None


def _to_its_people(event_id: int) -> ColumnElement[bool]:
    return and_(Mailing.event_id == event_id, Mailing.audience != Audience.SUBSCRIBERS)

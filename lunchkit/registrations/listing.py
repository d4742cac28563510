"""The organiser's reads: the list of a lunch, its counts, the caterer's numbers. Each in a fixed number of queries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from lunchkit.db import db
from lunchkit.errors import NotFound
from lunchkit.events.models import Event
from lunchkit.events.queries import coming_events
from lunchkit.mail.models import OutboxLetter
from lunchkit.registrations.models import Diet, Needs, Registration, Standing
from lunchkit.text import clean_line, fold

PAGE_SIZE = 40
_ORDER = {Standing.SEATED: 0, Standing.WAITING: 1, Standing.CANCELLED: 2}


@dataclass(frozen=True)
class Row:
    """One registration of a list; ``place`` is its place in the queue, 1 for the first, if it waits."""

    registration: Registration
    place: int | None

    @property
    def registered_on(self) -> str:
        """The day on which the request came, as Swiss lists write it."""
        return f"{self.registration.registered_at.astimezone(ZoneInfo(self.registration.event.zone)):%d.%m.%Y}"


@dataclass(frozen=True)
class RegistrationList:
    """One page of the registrations that were asked for."""

    rows: list[Row]
    found: int
    page: int
    pages: int
    counts: dict[str, int]
    """Registrations of the whole lunch by standing, those found or not."""

    @property
    def total(self) -> int:
        """Registrations of the whole lunch, cancelled ones included."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class CatererCounts:
    """What the kitchen and the room need to know, without a name. Words come with how often they were said."""

    seats: int
    diets: dict[Diet, int]
    unsaid: int
    """Seats whose diet nobody told."""
    allergies: list[tuple[str, int]]
    access: list[tuple[str, int]]


def registration_or_404(event_id: int, registration_id: int) -> Registration:
    """A registration of this lunch that was not erased. Raises NotFound, for one of another lunch too."""
    registration = db.session.scalar(
        select(Registration).where(
            Registration.id == registration_id, Registration.event_id == event_id, Registration.erased_at.is_(None)
        )
    )
    if registration is None:
        raise NotFound
    return registration


def registrations_page(event_id: int, text: str, standing: Standing | None, page: int) -> RegistrationList:
    """The registrations of a lunch in which every word of ``text`` occurs, whatever its case and accents.

    Those with a seat come first by name, then the queue in its order. A page beyond the last is the last.
    """
    rows = _rows(event_id)
    counts = Counter(row.registration.standing for row in rows)
    words = fold(text).split()
    found = [row for row in rows if standing in (None, row.registration.standing) and _has(row.registration, words)]
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(1, page), pages)
    return RegistrationList(
        rows=found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        found=len(found),
        page=page,
        pages=pages,
        counts={name: counts[name] for name in Standing},
    )


def asked_standing(word: str | None) -> Standing | None:
    """The standing of this name; None for all, and for a word that names none."""
    return next((standing for standing in Standing if standing == word), None)


def lunches_to_move_to(registration: Registration, now: datetime) -> Sequence[Event]:
    """The other public lunches that are still to come, the next one first."""
    return [event for event in coming_events(now) if event.id != registration.event_id and event.gives_seats(now)]


def last_letter(registration_id: int) -> OutboxLetter | None:
    """The latest letter about a registration, sent or not."""
    about = select(OutboxLetter).where(OutboxLetter.subject_id == registration_id)
    return db.session.scalar(about.order_by(OutboxLetter.id.desc()).limit(1))


def all_rows(event_id: int) -> Sequence[Row]:
    """Every registration of a lunch in the order of the list: for the files to take away."""
    return _rows(event_id)


def attendees_seated(event_id: int) -> int:
    """How many requests have a seat."""
    return _count(event_id, Registration.standing == Standing.SEATED)


def attendees_with_address(event_id: int) -> int:
    """How many requests, seated or waiting, a letter to everybody reaches: the lunch has moved, or is called off."""
    return _count(event_id, Registration.standing != Standing.CANCELLED, Registration.email.is_not(None))


def attendees_without_address(event_id: int) -> int:
    """How many requests, seated or waiting, no letter reaches, so that somebody must tell these people."""
    return _count(event_id, Registration.standing != Standing.CANCELLED, Registration.email.is_(None))


def caterer_counts(event_id: int) -> CatererCounts:
    """Diets, allergies and access needs of everybody who has a seat."""
    seated = db.session.execute(
        select(Registration.seats, Needs.diets, Needs.allergies, Needs.access)
        .outerjoin(Needs, Needs.registration_id == Registration.id)
        .where(Registration.event_id == event_id, Registration.standing == Standing.SEATED)
        .order_by(Registration.queued_at, Registration.id)
    ).all()
    diets = Counter(diet for _seats, said, _allergies, _access in seated for diet in (said or "").split(",") if diet)
    seats = sum(row.seats for row in seated)
    return CatererCounts(
        seats=seats,
        diets={diet: diets[diet] for diet in Diet},
        unsaid=max(0, seats - diets.total()),
        allergies=_tally(row.allergies for row in seated),
        access=_tally(row.access for row in seated),
    )


def _rows(event_id: int) -> list[Row]:
    """All of a lunch in one query. At most a few hundred: sorting here treats accents alike on every database."""
    found = db.session.scalars(
        select(Registration)
        .where(Registration.event_id == event_id, Registration.erased_at.is_(None))
        .order_by(Registration.queued_at, Registration.id)
    ).all()
    waiting = [registration.id for registration in found if registration.standing == Standing.WAITING]
    places = {registration_id: place for place, registration_id in enumerate(waiting, 1)}
    rows = [Row(registration, places.get(registration.id)) for registration in found]
    return sorted(rows, key=_position)


def _position(row: Row) -> tuple[int, int, str]:
    standing = Standing(row.registration.standing)
    return _ORDER[standing], row.place or 0, fold(row.registration.name)


def _has(registration: Registration, words: list[str]) -> bool:
    if not words:
        return True
    text = fold(f"{registration.name} {registration.email or ''} {registration.organisation}")
    return all(word in text for word in words)


def _count(event_id: int, *conditions: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(Registration).where(Registration.event_id == event_id, *conditions)
    return db.session.scalar(counted) or 0


def _tally(texts: Iterable[str | None]) -> list[tuple[str, int]]:
    """Each wording once, the most frequent first; two that differ in capitals or accents are one."""
    wordings: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for text in filter(None, (clean_line(text) for text in texts)):
        key = fold(text).rstrip(".")
        wordings.setdefault(key, text)
        counts[key] += 1
    return [(wordings[key], count) for key, count in counts.most_common()]

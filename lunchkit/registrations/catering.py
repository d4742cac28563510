"""What the kitchen and the room need to know of those who have a seat, without a name. In a fixed number of queries."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from lunchkit.platform.db import db
from lunchkit.platform.text import clean_line, normalise
from lunchkit.registrations.models import Diet, Needs, Registration, Status


def caterer_counts(event_id: int) -> dict[str, Any]:
    """Seats, diets, and needs in people's words, without names, each wording with how often it was used."""
    diets, seats = food_counts(event_id)
    seated = db.session.execute(
        select(Needs.allergies, Needs.access)
        .join(Registration, Registration.id == Needs.registration_id)
        .where(_seated(event_id), or_(Needs.allergies != "", Needs.access != ""))
        .order_by(Registration.queued_at, Registration.id)
    ).all()
    return {
        "seats": seats,
        "diets": diets,
        "unsaid": max(0, seats - sum(diets.values())),
        "allergies": _tally(row.allergies for row in seated),
        "access": _tally(row.access for row in seated),
    }


def food_counts(event_id: int) -> tuple[dict[Diet, int], int]:
    """How many people with a seat eat what, and how many seats there are; summed up by the database."""
    wordings = db.session.execute(
        select(Needs.diets, func.count(), func.sum(Registration.seats))
        .select_from(Registration)
        .outerjoin(Needs, Needs.registration_id == Registration.id)
        .where(_seated(event_id))
        .group_by(Needs.diets)
    ).all()
    diets: Counter[str] = Counter()
    for said, requests, _seats in wordings:
        for diet in filter(None, (said or "").split(",")):
            diets[diet] += requests
    return {diet: diets[diet] for diet in Diet}, sum(seats for _said, _requests, seats in wordings)


def count_who_need(event_id: int) -> int:
    wrote = select(func.count()).select_from(Needs).join(Registration, Registration.id == Needs.registration_id)
    return db.session.scalar(wrote.where(_seated(event_id), Needs.allergies != "")) or 0


def _seated(event_id: int) -> ColumnElement[bool]:
    return and_(Registration.event_id == event_id, Registration.status == Status.SEATED)


def _tally(texts: Iterable[str | None]) -> list[tuple[str, int]]:
    wordings: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for text in filter(None, (clean_line(text) for text in texts)):
        key = normalise(text).rstrip(".")
        wordings.setdefault(key, text)
        counts[key] += 1
    return [(wordings[key], count) for key, count in counts.most_common()]

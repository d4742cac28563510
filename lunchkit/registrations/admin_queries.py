"""The organiser's reads: the list of a lunch and its counts. Each in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import joinedload

from lunchkit.events.models import CustomField
from lunchkit.events.queries import all_custom_fields
from lunchkit.platform.db import db, page_of
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.text import normalise
from lunchkit.registrations.models import Answer, Registration, Status
from lunchkit.registrations.queries import IS_ACTIVE, count_registrations

PAGE_SIZE = 40


class Order(StrEnum):
    """How a list may be ordered, by name for any other word. Those with a seat first, then the waiting list."""

    NAME = "name"
    SURNAME = "surname"
    """By the last word of the name."""
    NEWEST = "newest"
    """The latest registration first, whatever its status."""

    @classmethod
    def _missing_(cls, _value: object) -> "Order":
        return cls.NAME


@dataclass(frozen=True)
class Row:
    """One registration of a list; ``place`` is its place in the queue, 1 for the first, if it waits."""

    registration: Registration
    place: int | None

    @property
    def state(self) -> str:
        """The narrowest of FILTERS that it is in."""
        if self.registration.status != Status.SEATED:
            return self.registration.status
        return "arrived" if self.registration.arrived else "absent"

    @property
    def registered_on(self) -> str:
        return f"{self.registration.registered_at.astimezone(ZoneInfo(self.registration.event.zone)):%d.%m.%Y}"


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    found: int
    page: int
    pages: int


FILTERS: dict[str, ColumnElement[bool]] = {
    **{status.value: Registration.status == status for status in Status},
    "arrived": Registration.arrived > 0,
    "absent": and_(Registration.status == Status.SEATED, Registration.arrived == 0),
}


def registrations_page(
    event_id: int, text: str, which: str | None, page: int, *conditions: ColumnElement[bool], order: Order = Order.NAME
) -> Page:
    wanted = [*words_in(text), *([FILTERS[which]] if which else []), *conditions]
    return page_of_list(event_id, wanted, page, by(order))


def words_in(text: str) -> list[ColumnElement[bool]]:
    return [Registration.search_key.contains(word, autoescape=True) for word in normalise(text).split()]


def people_of_all_lunches(text: str) -> Sequence[Registration]:
    """The latest registrations with every word of ``text``, of whatever lunch; at most 20, with their lunches."""
    found = select(Registration).where(Registration.erased_at.is_(None), *words_in(text))
    latest = found.order_by(Registration.id.desc()).limit(20).options(joinedload(Registration.event))
    return db.session.scalars(latest).all()


def page_of_list(event_id: int, wanted: Sequence[ColumnElement[bool]], page: int, order: Sequence[Any]) -> Page:
    """One page of those of a lunch who are wanted. A page beyond the last is the last."""
    listed = _listed(event_id).where(*wanted)
    found = count_registrations(event_id, Registration.erased_at.is_(None), *wanted)
    page, pages = page_of(found, page, PAGE_SIZE)
    part = listed.order_by(*order).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    return Page([Row(*row) for row in db.session.execute(part)], found, page, pages)


def all_rows(event_id: int, order: Order = Order.NAME, *conditions: ColumnElement[bool]) -> list[Row]:
    return [Row(*row) for row in db.session.execute(_listed(event_id).where(*conditions).order_by(*by(order)))]


def counts_of(event_id: int, *conditions: ColumnElement[bool]) -> dict[str | None, int]:
    counts = [func.count(), *(func.count(case((is_it, 1))) for is_it in FILTERS.values())]
    counted = select(*counts).where(Registration.event_id == event_id, Registration.erased_at.is_(None), *conditions)
    return dict(zip((None, *FILTERS), db.session.execute(counted).one(), strict=True))


def order_by_name(word: str | None) -> Order:
    """The order of this name for lists by name alone: at the check-in and on paper."""
    return Order.SURNAME if word == Order.SURNAME else Order.NAME


def by_name(order: Order) -> tuple[Any, Any]:
    return (Registration.surname_key if order is Order.SURNAME else Registration.search_key), Registration.id


def by(order: Order) -> tuple[Any, ...]:
    if order is Order.NEWEST:
        return Registration.registered_at.desc(), Registration.id.desc()
    rank = case({name.value: place for place, name in enumerate(Status)}, value=Registration.status)
    return rank, case((Registration.status == Status.WAITING, Registration.queued_at)), *by_name(order)


def last_email(registration_id: int) -> OutboxEmail | None:
    about = select(OutboxEmail).where(OutboxEmail.subject_id == registration_id)
    return db.session.scalar(about.order_by(OutboxEmail.id.desc()).limit(1))


def attendees_with_address(event_id: int) -> int:
    """How many requests, seated or waiting, an e-mail to everybody reaches: the lunch has moved, or is called off."""
    return count_registrations(event_id, IS_ACTIVE, Registration.email_key.is_not(None))


def attendees_without_address(event_id: int) -> int:
    return count_registrations(event_id, IS_ACTIVE, Registration.email_key.is_(None))


def answer_columns(event_id: int) -> list[tuple[str, dict[int, str]]]:
    """For each custom field, for a removed one while it has answers: its label, and the answers by registration."""
    questions = all_custom_fields(event_id)
    answers: dict[int, dict[int, str]] = {question.id: {} for question in questions}
    of_these = select(Answer.question_id, Answer.registration_id, Answer.value).where(Answer.question_id.in_(answers))
    for question_id, registration_id, value in db.session.execute(of_these) if questions else ():
        answers[question_id][registration_id] = value
    return [
        (question.label, {one: answer_in_file(question, value) for one, value in answers[question.id].items()})
        for question in questions
        if question.removed_at is None or answers[question.id]
    ]


def answer_in_file(question: CustomField, answer: str) -> str:
    """An answer in one cell: several choices with commas, or one a line where a choice has a separator in it."""
    has_separator = any(mark in choice for choice in question.choices for mark in ",;|")
    return answer if has_separator else answer.replace("\n", ", ")


def answers_by_question(question_ids: Sequence[int]) -> dict[int, int]:
    counted = select(Answer.question_id, func.count()).where(Answer.question_id.in_(question_ids))
    return dict(db.session.execute(counted.group_by(Answer.question_id)).all())


def _listed(event_id: int) -> Select[Registration, int | None]:
    place = func.row_number().over(order_by=(Registration.queued_at, Registration.id))
    queue = (
        select(Registration.id, place.label("place"))
        .where(Registration.event_id == event_id, Registration.status == Status.WAITING)
        .subquery()
    )
    return (
        select(Registration, queue.c.place)
        .outerjoin(queue, queue.c.id == Registration.id)
        .where(Registration.event_id == event_id, Registration.erased_at.is_(None))
    )

"""The organiser's reads: the list of a lunch and its counts. Each in a fixed number of queries."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from lunchkit.db import db, page_of
from lunchkit.errors import NotFound
from lunchkit.events.models import Event
from lunchkit.events.queries import all_form_questions, coming_events
from lunchkit.mail.models import OutboxLetter
from lunchkit.registrations.models import Answer, Registration, Standing
from lunchkit.text import fold

PAGE_SIZE = 40
AT_ONCE = 500
"""Rows of a whole list that are in memory at a time."""


class Order(StrEnum):
    """How a list may be ordered. By a name those with a seat stand first, then the queue in its own order."""

    NAME = "name"
    SURNAME = "surname"
    """By the last word of the name."""
    NEWEST = "newest"
    """Whoever registered last stands first, wherever they stand."""


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
    arrived: int
    """Registrations of the whole lunch of which somebody came."""

    @property
    def total(self) -> int:
        """Registrations of the whole lunch, cancelled ones included."""
        return sum(self.counts.values())

    @property
    def absent(self) -> int:
        """Registrations that have a seat and of which nobody came."""
        return max(0, self.counts[Standing.SEATED] - self.arrived)


@dataclass(frozen=True)
class AnswerColumn:
    """One of the lunch's own questions, and what was answered, by the number of the registration."""

    heading: str
    answers: Mapping[int, str]
    between: str = ", "
    """What stands between several choices: see ``between_choices``."""


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


def registrations_page(
    event_id: int,
    text: str,
    standing: Standing | None,
    page: int,
    *,
    arrived: bool | None = None,
    order: Order = Order.NAME,
) -> RegistrationList:
    """The registrations of a lunch in which every word of ``text`` occurs, whatever its case and accents.

    With ``arrived`` only those of whom somebody came, or nobody. A page beyond the last is the last. The database
    sorts, cuts and counts: a page of ten thousand costs what one of a hundred does.
    """
    words = fold(text).split()
    wanted = _listed(event_id, words, arrived=arrived)
    counts, matching, came = _by_standing(event_id, _with(words, arrived=arrived))
    segments = {name: matching[name] for name in Standing if standing in (None, name)}
    found = sum(segments.values())
    page, pages = page_of(found, page, PAGE_SIZE)
    start = (page - 1) * PAGE_SIZE
    if order is Order.NEWEST:
        rows = _newest(wanted, standing, start, PAGE_SIZE)
    else:
        rows = _slice(wanted, segments, start, PAGE_SIZE, order)
    return RegistrationList(
        rows=_in_their_places(event_id, rows) if words or order is Order.NEWEST else rows,
        found=found,
        page=page,
        pages=pages,
        counts={name.value: number for name, number in counts.items()},
        arrived=came,
    )


def asked_standing(word: str | None) -> Standing | None:
    """The standing of this name; None for all, and for a word that names none."""
    return next((standing for standing in Standing if standing == word), None)


def asked_order(word: str | None) -> Order:
    """The order of this name; by name for a word that names none."""
    return next((order for order in Order if order == word), Order.NAME)


def order_by_name(word: str | None) -> Order:
    """The same where people are looked for by their names alone: at the door and on paper."""
    order = asked_order(word)
    return Order.NAME if order is Order.NEWEST else order


def lunches_to_move_to(registration: Registration, now: datetime) -> Sequence[Event]:
    """The other public lunches that are still to come, the next one first."""
    return [event for event in coming_events(now) if event.id != registration.event_id and event.gives_seats(now)]


def last_letter(registration_id: int) -> OutboxLetter | None:
    """The latest letter about a registration, sent or not."""
    about = select(OutboxLetter).where(OutboxLetter.subject_id == registration_id)
    return db.session.scalar(about.order_by(OutboxLetter.id.desc()).limit(1))


def all_rows(event_id: int) -> Iterator[Row]:
    """Every registration of a lunch in the order of the list, for the files to take away: in one query, read by and by.

    However many there are, no more than ``AT_ONCE`` are in memory, and others are served between two lots.
    """
    waits = Registration.standing == Standing.WAITING
    rank = case({name.value: place for place, name in enumerate(Standing)}, value=Registration.standing)
    turn, word = case((waits, Registration.queued_at)), case((~waits, Registration.folded))
    ordered = _listed(event_id).order_by(rank, turn, word, Registration.id)
    place = 0
    for lot in db.session.scalars(ordered, execution_options={"yield_per": AT_ONCE}).partitions():
        for registration in lot:
            is_waiting = registration.standing == Standing.WAITING
            place += is_waiting
            yield Row(registration, place if is_waiting else None)
        time.sleep(0)


def people_part(event_id: int, page: int, size: int, order: Order = Order.NAME) -> tuple[list[Row], int, int]:
    """Who comes and then who waits, so many on a page: its rows, its number and how many pages there are.

    A page beyond the last is the last. At most three queries, each for one page.
    """
    counts = _by_standing(event_id, ())[0]
    segments = {name: counts[name] for name in (Standing.SEATED, Standing.WAITING)}
    page, pages = page_of(sum(segments.values()), page, size)
    return _slice(_listed(event_id), segments, (page - 1) * size, size, order), page, pages


def seats_part(
    event_id: int, page: int, size: int, order: Order = Order.NAME
) -> tuple[list[tuple[Registration, int]], int, int]:
    """The seats that are given, so many on a page: each with whose it is and its number in the party, from 0.

    A party may end on the next page. Two queries, whatever the page.
    """
    seated = _listed(event_id).where(Registration.standing == Standing.SEATED)
    total = db.session.scalar(seated.with_only_columns(func.coalesce(func.sum(Registration.seats), 0))) or 0
    page, pages = page_of(total, page, size)
    first, last = (page - 1) * size, page * size
    by_name = func.sum(Registration.seats).over(order_by=_order(Standing.SEATED, order))
    counted = seated.with_only_columns(Registration.id, by_name.label("upto")).subquery()
    here = (counted.c.upto > first, counted.c.upto - Registration.seats < last)
    parties = select(Registration, counted.c.upto).join(counted, counted.c.id == Registration.id).where(*here)
    return (
        [
            (one, number)
            for one, upto in db.session.execute(parties.order_by(counted.c.upto))
            for number in range(one.seats)
            if first <= upto - one.seats + number < last
        ],
        page,
        pages,
    )


def attendees_seated(event_id: int) -> int:
    """How many requests have a seat."""
    return _count(event_id, Registration.standing == Standing.SEATED)


def attendees_with_address(event_id: int) -> int:
    """How many requests, seated or waiting, a letter to everybody reaches: the lunch has moved, or is called off.

    All but the few without an address: those stand together in an index, the others need not be looked at.
    """
    return _count(event_id, Registration.standing != Standing.CANCELLED) - attendees_without_address(event_id)


def attendees_without_address(event_id: int) -> int:
    """How many requests, seated or waiting, no letter reaches, so that somebody must tell these people."""
    return _count(event_id, Registration.standing != Standing.CANCELLED, Registration.email_key.is_(None))


def own_answer_columns(event_id: int) -> list[AnswerColumn]:
    """What was answered to each of the lunch's own questions, by registration; in two queries.

    A question that is asked no more has a column as long as it has answers.
    """
    questions = all_form_questions(event_id)
    answers: dict[int, dict[int, str]] = {question.id: {} for question in questions}
    of_these = select(Answer.question_id, Answer.registration_id, Answer.value).where(Answer.question_id.in_(answers))
    for question_id, registration_id, value in db.session.execute(of_these) if questions else ():
        answers[question_id][registration_id] = value
    return [
        AnswerColumn(question.label, answers[question.id], between_choices(question.choices))
        for question in questions
        if question.removed_at is None or answers[question.id]
    ]


def between_choices(choices: Iterable[str]) -> str:
    """What stands between several of these choices in a file; a line break where one holds a separator itself."""
    return "\n" if any(mark in choice for choice in choices for mark in ",;|") else ", "


def answers_by_question(question_ids: Sequence[int]) -> dict[int, int]:
    """How many people answered each of these questions of a lunch's own, in one query."""
    counted = select(Answer.question_id, func.count()).where(Answer.question_id.in_(question_ids))
    return dict(db.session.execute(counted.group_by(Answer.question_id)).all())


def _listed(event_id: int, words: Sequence[str] = (), *, arrived: bool | None = None) -> Select[Registration]:
    """Who of a lunch was not erased, with all these words; with ``arrived`` of those who came, or did not."""
    return select(Registration).where(
        Registration.event_id == event_id, Registration.erased_at.is_(None), *_with(words, arrived=arrived)
    )


def _with(words: Sequence[str], *, arrived: bool | None = None) -> list[ColumnElement[bool]]:
    came = [] if arrived is None else [Registration.arrived > 0 if arrived else Registration.arrived == 0]
    return came + [Registration.folded.contains(word, autoescape=True) for word in words]


def _by_standing(
    event_id: int, conditions: Sequence[ColumnElement[bool]]
) -> tuple[dict[Standing, int], dict[Standing, int], int]:
    """How many of each standing there are, how many of them are such, and how many came; in one look at them all."""
    matching = func.count(case((and_(*conditions), 1))) if conditions else func.count()
    came = func.count(case((Registration.arrived > 0, 1)))
    counted = _listed(event_id).with_only_columns(Registration.standing, func.count(), matching, came)
    found = {row[0]: row for row in db.session.execute(counted.group_by(Registration.standing))}
    there, such = ({name: int(found[name][column]) if name in found else 0 for name in Standing} for column in (1, 2))
    return there, such, sum(row[3] for row in found.values())


def _newest(wanted: Select[Registration], standing: Standing | None, start: int, size: int) -> list[Row]:
    """One page, whoever came last first; places in the queue are not known yet.

    In one query: its index knows who stands on the page, so that nobody before them need be looked at.
    """
    some = wanted if standing is None else wanted.where(Registration.standing == standing)
    latest_first = (Registration.registered_at.desc(), Registration.id.desc())
    here = some.with_only_columns(Registration.id).order_by(*latest_first).offset(start).limit(size).subquery()
    found = db.session.scalars(select(Registration).join(here, here.c.id == Registration.id).order_by(*latest_first))
    return [Row(one, 0 if one.standing == Standing.WAITING else None) for one in found]


def _slice(
    wanted: Select[Registration], segments: Mapping[Standing, int], start: int, size: int, order: Order
) -> list[Row]:
    """One page: from each standing in its turn what falls into it, each read along its index. At most three queries.

    Who waits gets the place that they have among those who are wanted.
    """
    rows: list[Row] = []
    for standing, length in segments.items():
        room = size - len(rows)
        if start < length and room > 0:
            part = wanted.where(Registration.standing == standing).order_by(*_order(standing, order))
            found = enumerate(db.session.scalars(part.offset(start).limit(room)), start + 1)
            rows += [Row(one, place if standing is Standing.WAITING else None) for place, one in found]
        start = max(0, start - length)
    return rows


def _order(standing: Standing, order: Order) -> tuple[Any, Any]:
    name = Registration.surname_key if order is Order.SURNAME else Registration.folded
    return Registration.queued_at if standing is Standing.WAITING else name, Registration.id


def _in_their_places(event_id: int, rows: list[Row]) -> list[Row]:
    """Those of the rows who wait, with the place that they have in the whole queue.

    Only the part of the queue in which they stand is numbered; those before it are counted.
    """
    ids = [row.registration.id for row in rows if row.place is not None]
    if not ids:
        return rows
    since, until = (end(row.registration.queued_at for row in rows if row.place is not None) for end in (min, max))
    queue = _listed(event_id).where(Registration.standing == Standing.WAITING)
    before = queue.where(Registration.queued_at < since).with_only_columns(func.count()).scalar_subquery()
    place = before + func.row_number().over(order_by=(Registration.queued_at, Registration.id))
    part = queue.where(Registration.queued_at.between(since, until))
    places = part.with_only_columns(Registration.id, place.label("place")).subquery()
    found = dict(db.session.execute(select(places.c.id, places.c.place).where(places.c.id.in_(ids))).all())
    return [replace(row, place=found.get(row.registration.id)) for row in rows]


def _count(event_id: int, *conditions: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(Registration).where(Registration.event_id == event_id, *conditions)
    return db.session.scalar(counted) or 0

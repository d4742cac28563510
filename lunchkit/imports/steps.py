"""A list made ready beside the database, and written in a few statements.

To read, judge and fold ten thousand people takes seconds; that is done while nothing is locked, in slices between which
others are served. Under the lunch's lock it is only asked whether anything has changed that the plan was made of; then
everybody is seated, by the function that seats everybody, and written at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lunchkit.events.models import Event, FormQuestion
from lunchkit.events.queries import form_questions
from lunchkit.imports.entries import SLICE, Entry, entry_of, in_slices
from lunchkit.imports.models import ImportDraft
from lunchkit.imports.planning import Fate, Known, Line, Plan, Wishes, details_of_entry, kept_fates, make_plan, name_key
from lunchkit.imports.queries import known_people
from lunchkit.mail.addresses import fold_email
from lunchkit.registrations.forms import AttendeeDetails
from lunchkit.registrations.letters import promise_letters
from lunchkit.registrations.many import Newcomers, parts
from lunchkit.registrations.models import Answer, Diet, Needs, Registration, Standing
from lunchkit.registrations.queries import queue_length
from lunchkit.registrations.seats import fill_seats
from lunchkit.registrations.steps import details_of_registration, fill_in, join_queue, renew_links

Breath = Callable[[int], None]
"""Called between two slices, with the number of rows that are ready."""


def hold_breath(_done: int) -> None:
    """Go on: whoever holds the write lock of SQLite must not let others wait for it in the same process."""


@dataclass(frozen=True)
class World:
    """What a plan is made of beside the file: as long as it is the same, so is the plan."""

    known: Known
    """Who is registered already, of those who stand in the file."""
    rules: tuple[object, ...]


@dataclass
class Ready:
    """A file whose people are made, each with links of their own, in no session yet."""

    plan: Plan
    world: World
    newcomers: list[tuple[Line, AttendeeDetails, Registration]]
    rows: Newcomers
    outcome: list[list[object]]
    """What a draft keeps of each row, as it will be if nobody finds a seat."""
    names: frozenset[tuple[str, ...]]
    """Of those who come, as they are compared."""


def make_ready(session: Session, draft: ImportDraft, event: Event, wishes: Wishes, breath: Breath) -> Ready:
    """Judge every row, and make the registrations of those who come. Nothing is written."""
    entries = list(in_slices(map(entry_of, draft.people), breath))
    questions, world = form_questions(event.id), world_of(session, event, entries, breath)
    judged = make_plan(in_slices(entries, breath), world.known, event, 0, runs=False, questions=questions)
    newcomers, rows = [], Newcomers(session)
    for number, line in enumerate(judged.lines, 1):
        if line.fate != Fate.OUT:
            details = details_of_entry(line.entry, wishes)
            newcomer = _newcomer(draft, line.entry, details, wishes)
            rows.add(newcomer)
            newcomers.append((line, details, newcomer))
        if number % SLICE == 0:
            breath(number)
    names = frozenset(name_key(line.entry.name) for line, _details, _one in in_slices(newcomers, breath))
    return Ready(judged, world, newcomers, rows, kept_fates(judged.lines), names)


def world_of(session: Session, event: Event, entries: Sequence[Entry], breath: Breath = hold_breath) -> World:
    """What the plan of these rows depends on, as it is now."""
    addresses = {fold_email(entry.email) for entry in in_slices(entries, breath) if entry.email}
    names = {name_key(entry.name) for entry in in_slices(entries, breath)}
    known = known_people(session, event.id)
    return World(Known(known.addresses & addresses, known.names & names), _rules(event))


def _rules(event: Event) -> tuple[object, ...]:
    return (event.companions_allowed, event.asks_food, event.asks_access, *map(_rule, form_questions(event.id)))


def _rule(question: FormQuestion) -> tuple[object, ...]:
    return (question.id, question.kind, question.label, tuple(question.choices), repr(question.translations))


def _newcomer(draft: ImportDraft, entry: Entry, details: AttendeeDetails, wishes: Wishes) -> Registration:
    registration = Registration(event_id=draft.event_id, sequence=0)
    renew_links(registration)
    fill_in(registration, details)
    join_queue(
        registration,
        draft.created_at,  # the place in the queue is known once they stand in it
        form_key=f"{draft.key}/{entry.number}",
        digest=details.digest(),
        language=entry.language or wishes.language,
    )
    return registration


def is_stale(session: Session, event: Event, ready: Ready) -> bool:
    """Whether something has changed, since a list was made ready, of what its plan was made of."""
    known = known_people(session, event.id)
    before = ready.world.known
    came = {one.email_key for _line, _details, one in ready.newcomers} & known.addresses
    came_by_name = ready.names & known.names
    has_left = not (before.addresses <= known.addresses and before.names <= known.names)
    return _rules(event) != ready.world.rules or has_left or bool(came) or not came_by_name <= before.names


def register(
    session: Session, event: Event, draft: ImportDraft, ready: Ready, wishes: Wishes, now: datetime, breath: Breath
) -> None:
    """Write the people of a list behind all who wait, with what seats there are; the draft keeps what became of each.

    While the lunch runs nobody waits any more: who finds no seat is left out.
    """
    waiting = queue_length(event.id)
    gone = _cancelled(session, event, [one.email_key for _line, _details, one in ready.newcomers if one.email_key])
    newcomers = [one for _line, _details, one in ready.newcomers]
    for place, one in enumerate(newcomers):
        one.__dict__["registered_at"] = one.__dict__["queued_at"] = now + timedelta(microseconds=place)
        if (known := gone.get(one.email_key or "")) is not None:
            one.sequence = known.sequence
    fill_seats(session, event, now, newcomers)
    if event.is_running(now):
        newcomers = [one for one in newcomers if one.standing == Standing.SEATED]
    new = [one for one in newcomers if (one.email_key or "") not in gone]
    ready.rows.write(session, event.id, new, breath, numbered=wishes.sends_letters)
    coming = set(newcomers)
    back = [
        _come_back(gone[one.email_key], details, one)
        for _line, details, one in ready.newcomers
        if one.email_key in gone and one in coming
    ]
    session.flush()
    draft.revived = [one.id for one in back]
    draft.outcome = _outcome(ready, set(newcomers))
    if wishes.sends_letters:
        by_key = {one.form_key: one for one in (*new, *back)}
        promise_letters(session, [by_key[one.form_key] for one in newcomers], waiting, breath)


def _come_back(known: Registration, details: AttendeeDetails, newcomer: Registration) -> Registration:
    """Whoever gave a seat back, and comes back, keeps one row, and one calendar entry."""
    fill_in(known, details)
    join_queue(
        known,
        newcomer.queued_at,
        form_key=newcomer.form_key,
        digest=as_it_stands(known).digest(),
        language=newcomer.language,
    )
    known.standing, known.seated_at, known.sequence = newcomer.standing, newcomer.seated_at, newcomer.sequence
    return known


def _outcome(ready: Ready, coming: set[Registration]) -> list[list[object]]:
    """What became of each row, now that seats are given."""
    fates = {line.entry.number: one for line, _details, one in ready.newcomers}
    for line, kept in zip(ready.plan.lines, ready.outcome, strict=True):
        newcomer = fates.get(line.entry.number)
        if newcomer is not None and newcomer in coming:
            kept[0] = (Fate.SEAT if newcomer.standing == Standing.SEATED else Fate.WAIT).value
        elif newcomer is not None:
            kept[:2] = [Fate.OUT.value, "no_seat"]
    return ready.outcome


def _cancelled(session: Session, event: Event, addresses: Sequence[str]) -> dict[str | None, Registration]:
    """Who of these gave a seat back, by folded address."""
    gone = select(Registration.email_key).where(
        Registration.event_id == event.id, Registration.standing == Standing.CANCELLED
    )
    wanted = set(addresses)
    back = sorted(key for key in session.scalars(gone) if key is not None and key in wanted)
    found: dict[str | None, Registration] = {}
    for part in parts(back):
        whole = select(Registration).where(Registration.event_id == event.id, Registration.email_key.in_(part))
        loaded = (selectinload(Registration.needs), selectinload(Registration.answers))
        rows = session.scalars(whole.options(*loaded), execution_options={"populate_existing": True})
        found |= {row.email_key: row for row in rows}
    return found


def as_it_stands(registration: Registration) -> AttendeeDetails:
    """What a registration says now, its answers in the order in which an import keeps them."""
    answers = sorted((answer.question_id, answer.value) for answer in registration.answers)
    return replace(details_of_registration(registration), answers=tuple(answers))


class Print(NamedTuple):
    """What a registration says that an import made, as plain values: two that are equal say the same."""

    id: int
    standing: str
    form_digest: bytes
    name: str
    email: str | None
    organisation: str
    is_member: bool
    shows_name: bool
    wants_recap: bool
    seats: int
    diets: str | None
    allergies: str | None
    access: str | None
    answers: tuple[tuple[int, str], ...]

    def is_untouched(self) -> bool:
        """Whether it still says what the import wrote."""
        details = AttendeeDetails(
            name=self.name,
            email=self.email,
            organisation=self.organisation,
            is_member=self.is_member,
            shows_name=self.shows_name,
            companions=self.seats - 1,
            diets=tuple(Diet(diet) for diet in (self.diets or "").split(",") if diet),
            allergies=self.allergies or "",
            access=self.access or "",
            wants_recap=self.wants_recap,
            answers=self.answers,
        )
        return details.digest() == self.form_digest


def prints_of(session: Session, draft: ImportDraft) -> list[Print]:
    """What the registrations say that an import made, and that still stand; in two queries."""
    mine = (
        Registration.event_id == draft.event_id,
        Registration.form_key.startswith(f"{draft.key}/"),
        Registration.standing != Standing.CANCELLED,
    )
    answers: dict[int, list[tuple[int, str]]] = {}
    said = select(Answer.registration_id, Answer.question_id, Answer.value).join(Registration).where(*mine)
    for registration_id, question_id, value in session.execute(said.order_by(Answer.question_id)):
        answers.setdefault(registration_id, []).append((question_id, value))
    columns = [getattr(Registration, name) for name in Print._fields[:10]]
    made = select(*columns, Needs.diets, Needs.allergies, Needs.access).select_from(Registration)
    rows = session.execute(made.outerjoin(Needs, Needs.registration_id == Registration.id).where(*mine))
    return [Print._make((*row, tuple(answers.get(row[0], ())))) for row in rows.all()]


def untouched(prints: Sequence[Print], known: Mapping[Print, bool], breath: Breath) -> dict[Print, bool]:
    """Which of them nobody has changed since; what was found out before need not be again."""
    return {one: known[one] if one in known else one.is_untouched() for one in in_slices(prints, breath)}

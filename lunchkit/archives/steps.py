"""What an archive brings beside its texts: registration form, run of show, people. In the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, not_, select, update
from sqlalchemy.orm import Session

from lunchkit.accounts.steps import forgets_names
from lunchkit.archives.contents import FormQuestion as Asked
from lunchkit.archives.contents import Lunch, RunRow
from lunchkit.archives.models import ArchiveDraft
from lunchkit.archives.people import Person, check_in_rows
from lunchkit.archives.queries import SCAN_MOMENTS
from lunchkit.archives.refusals import LunchWasTouched, OddPart
from lunchkit.audit.models import AuditEntry
from lunchkit.db import db
from lunchkit.events.actions import MOST_QUESTIONS
from lunchkit.events.models import Event, FormQuestion
from lunchkit.feedback.models import Feedback
from lunchkit.images.steps import destroy
from lunchkit.imports.entries import SLICE, breathe
from lunchkit.imports.planning import Wishes, details_of_entry
from lunchkit.planning.models import RunItem
from lunchkit.polls.models import Poll
from lunchkit.recap.queries import pictures_in_use
from lunchkit.registrations.many import Breath, Newcomers, Sheet
from lunchkit.registrations.models import Answer, CheckIn, Registration, Standing
from lunchkit.registrations.seats import fill_seats
from lunchkit.registrations.steps import fill_in, join_queue, renew_links
from lunchkit.speakers.models import Organisation, Speaker
from lunchkit.speakers.steps import forget_unless_elsewhere
from lunchkit.wording.models import LetterWords

_ANSWER = ("registration_id", "question_id", "value")
_SCAN = (
    "event_id", "registration_id", "nonce", "door", "people", "is_walk_in", "added_seats", "organiser_id",
    *SCAN_MOMENTS,
)  # fmt: skip


@dataclass
class Prepared:
    """People whose registrations are made, in no session yet; their answers and scans as the driver takes them."""

    people: list[tuple[Person, Registration]]
    rows: Newcomers
    answers: list[tuple[Registration, int, list[Any]]]
    """Each with the place of its question in the archive."""
    scans: list[tuple[Registration, list[Any]]]
    answer_sheet: Sheet
    scan_sheet: Sheet


def ask_on_the_form(session: Session, event: Event, asked: Sequence[Asked], now: datetime) -> dict[int, int]:
    """Put the questions of one's own on the form; returns their numbers by their places in the archive.

    Raises OddPart for more than a form can ask.
    """
    if sum(not each.is_removed for each in asked) > MOST_QUESTIONS:
        raise OddPart("form")
    questions = [
        FormQuestion(
            event_id=event.id,
            position=place,
            kind=each.details.kind,
            label=each.details.label,
            choices=list(each.details.choices),
            is_required=each.details.is_required,
            translations={language: dict(texts) for language, texts in each.details.translations.items()},
            removed_at=now if each.is_removed else None,
        )
        for place, each in enumerate(asked, 1)
    ]
    session.add_all(questions)
    session.flush()
    return {place: question.id for place, question in enumerate(questions, 1)}


def run_the_show(session: Session, event: Event, rows: Sequence[RunRow], polls: Mapping[int, Poll]) -> None:
    """Write the run of show; a question that the archive does not hold is left out of its row."""
    for position, row in enumerate(rows, 1):
        poll = polls.get(row.poll or 0)
        session.add(
            RunItem(
                event_id=event.id,
                position=position,
                minutes=row.details.minutes,
                title=row.details.title,
                who=row.details.who,
                note=row.details.note,
                poll_id=poll.id if poll else None,
                is_public=row.details.is_public,
                began_at=row.began_at,
            )
        )


def prepare_people(
    session: Session, people: Sequence[Person], key: str, asked: int = 0, report: Breath = breathe
) -> Prepared:
    """Registrations with links of their own, in no session yet: made while nothing is locked, and others are served.

    Those with a seat stand first, then whoever waits, each in the order of the queue. ``asked`` is how many questions
    there are. Raises OddPart where somebody answers another one.
    """
    if any(place > asked for person in people for place, _value in person.answers):
        raise OddPart("people")
    order = sorted(people, key=lambda person: (person.standing != Standing.SEATED, person.queued_at))
    answer_sheet, scan_sheet = Sheet(session, Answer, _ANSWER), Sheet(session, CheckIn, _SCAN)
    prepared = Prepared([], Newcomers(session), [], [], answer_sheet, scan_sheet)
    for number, person in enumerate(order, 1):
        one = _registration(person, key)
        prepared.people.append((person, one))
        prepared.rows.add(one)
        for place, value in person.answers:
            row = {"registration_id": 0, "question_id": 0, "value": value}
            prepared.answers.append((one, place, answer_sheet.row(row)))
        prepared.scans += [(one, scan_sheet.row(row)) for row in check_in_rows(0, 0, person)]
        if number % SLICE == 0:
            report(number)
    return prepared


def _registration(person: Person, key: str) -> Registration:
    registration = Registration(sequence=0)
    renew_links(registration)
    details = details_of_entry(person.entry, Wishes())
    fill_in(registration, details)
    join_queue(
        registration,
        person.queued_at,
        form_key=f"{key}/{person.entry.number}",
        digest=details.digest(),
        language=person.entry.language or Wishes().language,
    )
    registration.registered_at = person.registered_at
    registration.arrived, registration.arrived_at = min(person.arrived, person.entry.seats), person.arrived_at
    if person.standing is Standing.CANCELLED:
        registration.standing, registration.cancelled_at = Standing.CANCELLED, person.cancelled_at
    return registration


def register_people(
    session: Session, event: Event, prepared: Prepared, questions: Mapping[int, int], now: datetime
) -> None:
    """Seat the people of an archive, and write them.

    Seats are given by the function that gives them to everybody. Whoever had one keeps it, also at a lunch whose seats
    were fewer than its people: nobody loses their seat because it moved house. Where the lunch is over the queue is
    not served any more, as it was not then.
    """
    people = prepared.people
    if not people:
        return
    capacity, first_moment = event.capacity, event.starts_at - timedelta(microseconds=1)
    had = sum(person.entry.seats for person, _one in people if person.standing is Standing.SEATED)
    event.capacity = max(capacity, had)
    newcomers = [
        one
        for person, one in people
        if person.standing is Standing.SEATED or (person.standing is Standing.WAITING and not event.is_over(now))
    ]
    fill_seats(session, event, min(now, first_moment), newcomers)
    for person, one in people:
        if one.standing == Standing.SEATED and person.seated_at is not None:
            one.seated_at = person.seated_at
    has_more = bool(prepared.answers or prepared.scans)
    prepared.rows.write(session, event.id, [one for _person, one in people], numbered=has_more)
    _write_beside(event, prepared, questions)
    event.capacity = capacity


def _write_beside(event: Event, prepared: Prepared, questions: Mapping[int, int]) -> None:
    """Answers and scans, now that everybody has a number."""
    answers, scans = prepared.answer_sheet, prepared.scan_sheet
    (whose, _convert, _name), (which, _convert, _name) = answers.places(("registration_id", "question_id"))
    for one, place, row in prepared.answers:
        row[whose], row[which] = one.id, questions[place]
    (whose, _convert, _name), (where, _convert, _name) = scans.places(("registration_id", "event_id"))
    for one, row in prepared.scans:
        row[whose], row[where] = one.id, event.id
    answers.write([row for _one, _place, row in prepared.answers])
    scans.write([row for _one, row in prepared.scans])


def speak_their_words(session: Session, event: Event, lunch: Lunch, by: str, now: datetime) -> None:
    """Let letters and feedback say what they said where the lunch comes from."""
    words = {(one.letter, one.language): one.words for one in lunch.letters if one.words}
    session.add_all(
        LetterWords(
            event_id=event.id,
            letter=letter,
            language=language,
            subject=said.subject,
            prose=said.prose,
            updated_at=now,
            updated_by=by,
        )
        for (letter, language), said in words.items()
    )
    if lunch.feedback is not None:
        off = now if lunch.feedback.is_off else None
        session.add(Feedback(event_id=event.id, words=lunch.feedback.words, switched_off_at=off))


@forgets_names
def forget_archive_sender(session: Session, name: str) -> None:
    """Who sent an archive is forgotten with the person."""
    session.execute(update(ArchiveDraft).where(ArchiveDraft.by == name).values(by=""))


def untouched_or_refuse(session: Session, event: Event) -> None:
    """Raise LunchWasTouched where a lunch is public or called off, or the log knows of work on it since it came."""
    since = select(AuditEntry.id).where(AuditEntry.event_id == event.id, AuditEntry.verb != "archive.create")
    if event.published_at or event.cancelled_at or session.scalar(since.limit(1)) is not None:
        raise LunchWasTouched


def take_back(session: Session, event: Event, made: Mapping[str, Any]) -> None:
    """Erase a lunch and all that hangs on it, and what was made beside it, but what another lunch has by now."""
    roles = [(number, before, now) for number, before, now in made.get("roles", ())]
    number = event.id
    session.execute(update(AuditEntry).where(AuditEntry.event_id == number).values(event_id=None))
    people = select(Registration.id).where(Registration.event_id == number)
    session.execute(delete(Answer).where(Answer.registration_id.in_(people)))
    for table in reversed(db.metadata.sorted_tables):
        column = table.c.get("event_id")
        if column is not None and column.foreign_keys and table.name != ArchiveDraft.__tablename__:
            session.execute(delete(table).where(column == number))
    session.execute(delete(Event).where(Event.id == number))
    session.expire_all()
    for speaker in session.scalars(select(Speaker).where(Speaker.id.in_(made.get("speakers", ())))).all():
        forget_unless_elsewhere(session, speaker)
    for speaker_id, before, now in roles:
        session.execute(update(Speaker).where(Speaker.id == speaker_id, Speaker.role == now).values(role=before))
    speaks = select(Speaker.id).where(Speaker.organisation_id == Organisation.id).exists()
    houses = Organisation.id.in_(made.get("organisations", ()))
    session.execute(delete(Organisation).where(houses, not_(speaks)))
    destroy(session, set(made.get("pictures", ())) - pictures_in_use())

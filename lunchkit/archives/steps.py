"""What an archive brings beside its texts: registration form, run of show, people. In the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lunchkit.archives.contents import FormQuestion as Asked
from lunchkit.archives.contents import Lunch, RunRow
from lunchkit.archives.people import Person, check_in_rows
from lunchkit.archives.refusals import OddPart
from lunchkit.events.actions import MOST_QUESTIONS
from lunchkit.events.models import Event, FormQuestion
from lunchkit.feedback.models import Feedback
from lunchkit.imports.entries import in_slices
from lunchkit.imports.planning import Wishes, details_of_entry
from lunchkit.planning.models import RunItem
from lunchkit.polls.models import Poll
from lunchkit.registrations.many import Newcomers, insert_rows
from lunchkit.registrations.models import Answer, CheckIn, Registration, Standing
from lunchkit.registrations.seats import fill_seats
from lunchkit.registrations.steps import fill_in, join_queue, renew_links
from lunchkit.wording.models import LetterWords


@dataclass
class Prepared:
    """People whose registrations are made, in no session yet."""

    people: list[tuple[Person, Registration]]
    rows: Newcomers


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
                began_at=row.began_at,
            )
        )


def prepare_people(session: Session, people: Sequence[Person], key: str) -> Prepared:
    """Registrations with links of their own, in no session yet: made while nothing is locked, and others are served.

    Those with a seat stand first, then whoever waits, each in the order of the queue.
    """
    order = sorted(people, key=lambda person: (person.standing != Standing.SEATED, person.queued_at))
    prepared = Prepared([(person, _registration(person, key)) for person in in_slices(order)], Newcomers(session))
    for _person, one in in_slices(prepared.people):
        prepared.rows.add(one)
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
    """Seat the people of an archive, and write them. Raises OddPart where an answer has no question.

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
        one.answers = [Answer(question_id=_number(questions, place), value=value) for place, value in person.answers]
    prepared.rows.write(session, event.id, [one for _person, one in people])
    scans = [row for person, one in people for row in check_in_rows(event.id, one.id, person)]
    insert_rows(session, CheckIn, scans)
    event.capacity = capacity


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


def _number(questions: Mapping[int, int], place: int) -> int:
    if place not in questions:
        raise OddPart("people")
    return questions[place]

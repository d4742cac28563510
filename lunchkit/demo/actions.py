"""Demo data: one series with a past event, one that is running now, and a coming one.

The event of 13 May holds what is known of it; assumptions are marked here, and what is not known is left empty. The
other two events, and everybody registered for them, are fictional, and say so also in calendars, feeds and search
engines.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lunchkit.demo import may_2025 as may
from lunchkit.demo.events import CONTACT, add_speakers, coming_event, past_event, running_event
from lunchkit.events.models import Event, Series
from lunchkit.platform import clock
from lunchkit.platform.db import transaction
from lunchkit.recap.actions import add_section, draft_recap, publish_recap, save_section
from lunchkit.recap.queries import sections_of
from lunchkit.recap.section_content import wording
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.models import Diet
from lunchkit.room.polls.actions import open_poll
from lunchkit.room.polls.models import Choice, Kind, Poll
from lunchkit.room.polls.operations import freeze, movement_between
from lunchkit.run_sheet.models import RunItem
from lunchkit.site.presenter.actions import take_questions
from lunchkit.subscribers.actions import add_subscriber
from lunchkit.team.actions import add_organiser
from lunchkit.team.models import Organiser

QUESTION = "L’ESS et l’IA sont-elles compatibles ?"
ANSWERS = ("Oui", "Oui, à certaines conditions", "Non")
FIRST_NAMES = (
    "Camille", "Dominique", "Claude", "Noa", "Sacha", "Andrea", "Maxime", "Charlie", "Alix", "Eden", "Lou", "Yaël",
    "Robin", "Morgan", "Kim", "Ariel",
)  # fmt: skip
SURNAMES = ("Poireau", "Cardon", "Rutabaga", "Panais", "Courgette", "Radis")
"""Vegetables of Geneva: nobody is called Ariel Rutabaga."""
ORGANISATIONS = ("Jardin fictif", "Atelier imaginaire", "Coopérative du Cardon", "Association Exemple", "")
RUN = (
    (10, "Accueil, et premières assiettes", "Équipe de démonstration", True),
    (10, "Question avant le débat", "", False),
    (25, "Deux minutes chacun·e, puis le débat", "Sidonie Exemple", True),
    (45, "Aux tables", "", True),
    (10, "Question après le débat", "", False),
    (20, "Ce que les tables rapportent, et merci", "", True),
)
"""Schedule of the running event: minutes, title, who, whether the public sees it."""
ASKED_IN, BEGUN = 2, 3  # the row with the poll, and the number of rows that have begun
ALLERGIES = {4: "Arachides", 11: "Sans gluten", 23: "Lactose", 31: "Noix"}


@dataclass(frozen=True)
class Demo:
    """The events and the organiser of the demo."""

    past: Event
    running: Event
    coming: Event
    organiser: Organiser


def create_demo() -> Demo:
    """Fill an empty database with events around the present moment."""
    now = clock.now()
    with transaction() as session:
        series = Series(slug="lunch-des-bonnes-pratiques", name="Lunch des bonnes pratiques", network="APRÈS-GE")
        session.add(series)
        past, running, coming = past_event(series), running_event(series, now), coming_event(series, now)
        session.add_all([past, running, coming])
        session.flush()
        add_speakers(session, past, running, coming)
        asked_again = _polls_in_may(session, past)
        question = _add_poll(session, running, 1, QUESTION, ANSWERS)
        _add_poll(session, running, 2, "En un mot, que craignez-vous de l’IA ?", (), kind=Kind.WORDS, most_choices=1)
        _add_poll(session, running, 3, QUESTION, ANSWERS, before_id=question.id)
        _add_schedule(session, running, question)
        choices = ("Mon téléphone", "Mon grille-pain", "Mes habits", "La gouvernance")
        _add_poll(session, coming, 1, "Que répareriez-vous en premier ?", choices)
    organiser = add_organiser("Équipe de démonstration", CONTACT, "fr")
    _publish_recap(past, asked_again, coming, organiser)
    _register_people(running, 34, now)
    open_poll(question)
    take_questions(running, takes=True)
    _register_people(coming, 41, now)
    for number in range(30, 54):
        with clock.fixed_at(now - timedelta(days=40, hours=number)):
            add_subscriber(f"personne{number}@example.org", "fr")
    return Demo(past, running, coming, organiser)


def find_demo(session: Session) -> Demo | None:
    """The demo that was planted earlier, or None."""
    events = {event.uid: event for event in session.query(Event)}
    organiser = session.query(Organiser).filter_by(email=CONTACT).first()
    past, running, coming = (events.get(f"{uid}@demo.lunchkit") for uid in ("past", "running", "coming"))
    return Demo(past, running, coming, organiser) if past and running and coming and organiser else None


def _add_poll(
    session: Session, event: Event, position: int, question: str, choices: tuple[str, ...], **more: Any
) -> Poll:
    labels = [Choice(position=number, label=label) for number, label in enumerate(choices, 1)]
    poll = Poll(event_id=event.id, position=position, question=question, choices=labels, **more)
    session.add(poll)
    session.flush()
    return poll


def _add_schedule(session: Session, event: Event, question: Poll) -> None:
    planned = event.starts_at
    for position, (minutes, title, who, is_public) in enumerate(RUN, 1):
        item = RunItem(event_id=event.id, position=position, minutes=minutes, title=title, who=who, is_public=is_public)
        item.poll_id = question.id if position == ASKED_IN else None
        item.began_at = planned if position <= BEGUN else None
        session.add(item)
        planned += timedelta(minutes=minutes)


def _polls_in_may(session: Session, event: Event) -> Poll:
    """The polls of 13 May; the first twice, with fictional answers. Returns its second time."""
    before = _add_poll(session, event, 1, QUESTION, ANSWERS, note=may.INVENTED)
    _add_poll(session, event, 2, "Faut-il renoncer à l’IA ?", ("Oui", "Non"))
    after = _add_poll(session, event, 3, QUESTION, ANSWERS, before_id=before.id, note=may.INVENTED)
    for side, (poll, minutes) in enumerate(((before, 15), (after, 100))):
        answers: Counter[str] = Counter()
        for pair, count in may.FLOWS.items():
            if (answer := pair[side]) is not None:
                answers[answer] += count
        movement = movement_between(before, after, may.FLOWS) if poll is after else None
        poll.opened_at = event.starts_at + timedelta(minutes=minutes)
        freeze(session, poll, answers, movement, poll.opened_at + timedelta(minutes=5))
        poll.revealed_at = poll.cleared_at = poll.closed_at
    return after


def _publish_recap(event: Event, poll: Poll, following: Event, organiser: Organiser) -> None:
    told = may.sections(poll.position, following.slug)
    with clock.fixed_at(event.ends_at + timedelta(days=7)):
        draft_recap(event, organiser.name, empty=True)
        drafted = {section.kind: section for section in sections_of(event.id)}
        for kind, title, data in told:
            section = drafted.get(kind) or add_section(event, kind, organiser.name)
            save_section(section, section.version, wording(kind, title, data), organiser.name)
        publish_recap(event)


def _register_people(event: Event, requests: int, now: datetime) -> None:
    latest = min(now, event.starts_at - timedelta(hours=20))
    for number in range(requests):
        name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {SURNAMES[number * 7 % len(SURNAMES)]}"
        companions = (number % 9 == 3) * min(1, event.companions_allowed)
        meals = (Diet.EVERYTHING, Diet.VEGETARIAN, Diet.VEGAN)
        details = AttendeeDetails(
            name=name, email=f"personne{number + 1}@example.org", companions=companions,
            organisation=ORGANISATIONS[number % len(ORGANISATIONS)],
            is_member=number % 3 != 0, shows_name=number % 2 == 0,
            diets=tuple(meals[(number + seat) % 5 % 3] for seat in range(1 + companions)),
            allergies=ALLERGIES.get(number, ""),
            access="Place pour un fauteuil roulant" if number == 17 else "",
        )  # fmt: skip
        with clock.fixed_at(latest - timedelta(hours=3.7 * (requests - number))):
            register_by_hand(event, details, language="fr")

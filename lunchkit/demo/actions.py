"""Demo data: one series with the lunch of 13 May, a fictional one that is over, one that is running and a coming one.

What the lunches hold is in the files of ``data/``; the people who registered are fictional, as are all lunches but that
of 13 May, and say so also in calendars, feeds and search engines.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lunchkit.demo.lunches import CONTACT, add_recap, plant
from lunchkit.events.models import AnswerKind, CustomField, Event, Series
from lunchkit.events.queries import custom_fields
from lunchkit.platform import clock
from lunchkit.platform.db import transaction
from lunchkit.recap.actions import publish_recap
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.models import Diet
from lunchkit.room.polls.actions import open_poll
from lunchkit.room.polls.models import Poll
from lunchkit.run_sheet.models import RunItem
from lunchkit.site.presenter.actions import take_questions
from lunchkit.subscribers.actions import add_subscriber
from lunchkit.team.actions import add_organiser
from lunchkit.team.models import Organiser

FIRST_NAMES = (
    "Camille", "Dominique", "Claude", "Noa", "Sacha", "Andrea", "Maxime", "Charlie", "Alix", "Eden", "Lou", "Yaël",
    "Robin", "Morgan", "Kim", "Ariel",
)  # fmt: skip
SURNAMES = ("Poireau", "Cardon", "Rutabaga", "Panais", "Courgette", "Radis")
"""Vegetables of Geneva: nobody is called Ariel Rutabaga."""
ORGANISATIONS = ("Jardin fictif", "Atelier imaginaire", "Coopérative du Cardon", "Association Exemple", "")
BEGUN = 3  # the number of rows of the running lunch's schedule that have begun
ALLERGIES = {4: "Arachides", 11: "Sans gluten", 23: "Lactose", 31: "Noix"}


@dataclass(frozen=True)
class Demo:
    """The events and the organiser of the demo."""

    past: Event
    told: Event
    running: Event
    coming: Event
    organiser: Organiser


def create_demo() -> Demo:
    """Fill an empty database with events around the present moment."""
    now = clock.now()
    begun = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) - timedelta(minutes=30)
    with transaction() as session:
        series = Series(slug="lunch-des-bonnes-pratiques", name="Lunch des bonnes pratiques", network="APRÈS-GE")
        session.add(series)
        past, told, coming = (plant(session, series, name, now) for name in ("may", "told", "coming"))
        running = plant(session, series, "running", now, begun)
        _begin(session, running)
        question = session.scalars(select(Poll).where(Poll.event_id == running.id, Poll.position == 1)).one()
    organiser = add_organiser("Équipe de démonstration", CONTACT, "fr")
    for event, name, days in ((past, "may", 7), (told, "told", 2)):
        with clock.fixed_at(event.ends_at + timedelta(days=days)):
            with transaction() as session:
                add_recap(session, event, name, organiser.name)
            publish_recap(event)
    _register_people(running, 34, now)
    open_poll(question)
    take_questions(running, takes=True)
    _register_people(coming, 41, now)
    for number in range(30, 54):
        with clock.fixed_at(now - timedelta(days=40, hours=number)):
            add_subscriber(f"personne{number}@example.org", "fr")
    return Demo(past, told, running, coming, organiser)


def find_demo(session: Session) -> Demo | None:
    """The demo that was planted earlier, or None."""
    events = {event.uid: event for event in session.query(Event)}
    organiser = session.query(Organiser).filter_by(email=CONTACT).first()
    past, told, running, coming = (events.get(f"{name}@demo.lunchkit") for name in ("may", "told", "running", "coming"))
    if past and told and running and coming and organiser:
        return Demo(past, told, running, coming, organiser)
    return None


def _begin(session: Session, event: Event) -> None:
    """Let the first rows of a schedule have begun when they were planned."""
    planned = event.starts_at
    rows = select(RunItem).where(RunItem.event_id == event.id).order_by(RunItem.position).limit(BEGUN)
    for item in session.scalars(rows):
        item.began_at = planned
        planned += timedelta(minutes=item.minutes)


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
            answers=tuple((one.id, _answer(one, number)) for one in custom_fields(event.id)),
            access="Place pour un fauteuil roulant" if number == 17 else "",
        )  # fmt: skip
        with clock.fixed_at(latest - timedelta(hours=3.7 * (requests - number))):
            register_by_hand(event, details, language="fr")


def _answer(question: CustomField, number: int) -> str:
    """What the person with this number answers to a question with choices; every fourth gives two where one may."""
    first, second = (question.choices[(number * 5 + number // 3 + more) % len(question.choices)] for more in range(2))
    return f"{first}\n{second}" if question.kind == AnswerKind.SEVERAL and number % 4 == 0 else first

"""Demo data: one series with a lunch that was, one that is running now, and one that is to come.

The lunch of 13 May is told from what is known of it. What is not known is marked as an assumption here, and left
empty rather than invented. The other two lunches, and everybody registered for them, are made up, and say so, also in
the texts that calendars, feeds and search engines take over.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lunchkit.demo import may_2025 as may
from lunchkit.events.models import Colour, Event, Series
from lunchkit.platform import clock
from lunchkit.platform.db import transaction
from lunchkit.recap.actions import add_section, draft_recap, move_section, publish_recap, save_section
from lunchkit.recap.queries import sections_of
from lunchkit.recap.section_content import wording
from lunchkit.recap.sections import SectionKind
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.models import Diet
from lunchkit.room.polls.actions import open_poll
from lunchkit.room.polls.models import Choice, Kind, Poll
from lunchkit.room.polls.operations import freeze, movement_between
from lunchkit.run_sheet.models import RunItem
from lunchkit.site.presenter.actions import take_questions
from lunchkit.speakers.models import Appearance, Organisation, Speaker
from lunchkit.subscribers.actions import add_subscriber
from lunchkit.team.actions import add_organiser
from lunchkit.team.models import Organiser

ZONE = "Europe/Zurich"
CONTACT = "lunch@example.org"
QUESTION = "L’ESS et l’IA sont-elles compatibles ?"
ANSWERS = ("Oui", "Oui, à certaines conditions", "Non")
FIRST_NAMES = (
    "Camille", "Dominique", "Claude", "Noa", "Sacha", "Andrea", "Maxime", "Charlie", "Alix", "Eden", "Lou", "Yaël",
    "Robin", "Morgan", "Kim", "Ariel",
)  # fmt: skip
SURNAMES = ("Poireau", "Cardon", "Rutabaga", "Panais", "Courgette", "Radis")
"""Vegetables of Geneva's gardens: nobody is called Ariel Rutabaga."""
ORGANISATIONS = ("Jardin fictif", "Atelier imaginaire", "Coopérative du Cardon", "Association Exemple", "")
RUN = (
    (10, "Accueil, et premières assiettes", "Équipe de démonstration"),
    (10, "Question avant le débat", ""),
    (25, "Deux minutes chacun·e, puis le débat", "Sidonie Exemple"),
    (45, "Aux tables", ""),
    (10, "Question après le débat", ""),
    (20, "Ce que les tables rapportent, et merci", ""),
)
"""Of the running lunch: minutes, what happens, who."""
ASKED_IN, BEGUN = 2, 3
"""The row in which the question is put to the room, and how many have begun."""
SHOWN = (1, 3, 4, 6)
"""The rows that the lunch's page tells as its programme."""
ALLERGIES = {4: "Arachides", 11: "Sans gluten", 23: "Lactose", 31: "Noix"}


@dataclass(frozen=True)
class Demo:
    """What the demo consists of, for whoever prints its addresses."""

    past: Event
    running: Event
    coming: Event
    organiser: Organiser


def plant_demo() -> Demo:
    """Fill an empty database. The three lunches stand around the present moment."""
    now = clock.now()
    with transaction() as session:
        series = Series(slug="lunch-des-bonnes-pratiques", name="Lunch des bonnes pratiques", network="APRÈS-GE")
        session.add(series)
        past, running, coming = _past(series), _running(series, now), _coming(series, now)
        session.add_all([past, running, coming])
        session.flush()
        _invite_may_speakers(session, past, running)
        _invite_menders(session, coming)
        asked_again = _ask_in_may(session, past)
        question = _ask_before_and_after(session, running)
        _plan_minutes(session, running, question)
        choices = ("Mon téléphone", "Mon grille-pain", "Mes habits", "La gouvernance")
        _ask(session, coming, 1, "Que répareriez-vous en premier ?", choices)
    organiser = add_organiser("Équipe de démonstration", CONTACT, "fr")
    _tell_may(past, asked_again, coming, organiser)
    _register_people(running, 34, now)
    open_poll(question)
    take_questions(running, takes=True)
    _register_people(coming, 41, now)
    _welcome_guests(now)
    return Demo(past, running, coming, organiser)


def find_demo(session: Session) -> Demo | None:
    """The demo that was planted earlier, or None."""
    events = {event.uid: event for event in session.query(Event)}
    organiser = session.query(Organiser).filter_by(email=CONTACT).first()
    try:
        past, running, coming = (events[f"{uid}@demo.lunchkit"] for uid in ("past", "running", "coming"))
    except KeyError:
        return None
    return Demo(past, running, coming, organiser) if organiser else None


def _event(series: Series, uid: str, starts: datetime, hours: float, **fields: Any) -> Event:
    published = min(clock.now(), starts) - timedelta(days=30)
    return Event(
        series=series, uid=f"{uid}@demo.lunchkit", starts_at=starts, ends_at=starts + timedelta(hours=hours), zone=ZONE,
        contact_email=CONTACT, created_at=published, updated_at=published, published_at=published, **fields,
    )  # fmt: skip


def _past(series: Series) -> Event:
    # Assumed: the year, noon to two, and 60 seats. Not known, so left empty: the street.
    return _event(
        series,
        "past",
        datetime(2025, 5, 13, 12, tzinfo=ZoneInfo(ZONE)),
        2,
        slug="ia-responsable",
        title="IA responsable : l’ESS s’empare du débat",
        theme="Intelligence artificielle",
        summary=(
            "Faut-il renoncer à l’intelligence artificielle quand on défend une économie sociale et solidaire ? "
            "Deux personnes qui la pratiquent de près ont répondu à table, avec les membres du réseau et des "
            "expert·es du numérique responsable : à quelles conditions l’IA peut-elle servir nos valeurs, et que peut "
            "faire l’ESS pour qu’elle n’appartienne pas à quelques grandes entreprises ?"
        ),
        venue="L’ESPACE",
        town="Genève",
        capacity=60,
        colour=Colour.TOMATE,
        purged_at=datetime(2025, 6, 12, tzinfo=ZoneInfo(ZONE)),
        needs_erased_at=datetime(2025, 5, 15, 14, tzinfo=ZoneInfo(ZONE)),
    )


def _running(series: Series, now: datetime) -> Event:
    starts = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) - timedelta(minutes=30)
    return _event(
        series,
        "running",
        starts,
        2,
        slug="le-debat-continue",
        title="Le débat continue : l’ESS et l’IA à table",
        theme="Intelligence artificielle",
        summary="Exemple fictif d’un lunch qui a lieu en ce moment : la question du 13 mai, posée à une autre table.",
        venue="L’ESPACE (exemple fictif)",
        town="Genève",
        capacity=300,  # whoever tries the demo with many phones meets no limit of new ones
        colour=Colour.MYRTILLE,
        is_demo=True,
    )


def _coming(series: Series, now: datetime) -> Event:
    day = now.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=21)
    day += timedelta(days=(1 - day.weekday()) % 7)
    return _event(
        series,
        "coming",
        datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(ZONE)),
        2,
        slug="qui-tient-le-tournevis",
        title="Réparer plutôt que jeter : qui tient le tournevis ?",
        theme="Économie de la réparation",
        summary=(
            "Exemple fictif. Un grille-pain tombe en panne, et c’est toute une économie qui apparaît : qui a le droit "
            "de l’ouvrir, qui sait le faire, et qui paie l’heure passée à le comprendre ?\n\n"
            "Apportez un objet cassé. Deux personnes qui réparent pour de vrai en ouvriront un à table, entre la soupe "
            "et le dessert, et diront ce qu’il faudrait pour que réparer redevienne plus simple que racheter."
        ),
        venue="Le Réfectoire (lieu fictif)",
        town="Genève",
        access_notes="Entrée de plain-pied. Boucle magnétique dans la salle.",
        capacity=60,
        companions_allowed=2,
        colour=Colour.PETIT_POIS,
        is_demo=True,
        remind_seven_days=True,
        remind_same_morning=True,
    )


def _invite_may_speakers(session: Session, *events: Event) -> None:
    itopie = Organisation(slug="itopie", name="Itopie", about=may.ITOPIE)
    impactia = Organisation(slug="impactia", name="ImpactIA")
    people = (
        Speaker(slug="samuel-chenal", name="Samuel Chenal", organisation=itopie),
        Speaker(slug="laura-tocmacov", name="Laura Tocmacov", organisation=impactia),
    )
    _seat_at_table(session, people, events[:1], said=may.SAID)
    guest = Speaker(
        slug="sidonie-exemple", name="Sidonie Exemple", role="Personne fictive",
        organisation=Organisation(slug="table-imaginaire", name="La Table imaginaire"),
    )  # fmt: skip
    _seat_at_table(session, (guest,), events[1:])


def _invite_menders(session: Session, event: Event) -> None:
    people = (
        Speaker(
            slug="ada-ressort", name="Ada Ressort", role="Ouvre ce qui ne s’ouvre pas",
            organisation=Organisation(slug="atelier-du-ressort", name="Atelier du Ressort (fictif)"),
        ),
        Speaker(
            slug="leo-boulon", name="Léo Boulon", role="Compte ce que coûte une vis",
            organisation=Organisation(slug="cooperative-boulon", name="Coopérative Boulon (fictive)"),
        ),
    )  # fmt: skip
    _seat_at_table(session, people, (event,))


def _seat_at_table(session: Session, people: tuple[Speaker, ...], events: tuple[Event, ...], said: str = "") -> None:
    session.add_all(people)
    session.flush()
    for event in events:
        session.add_all(
            Appearance(event_id=event.id, speaker_id=speaker.id, position=position, said=said)
            for position, speaker in enumerate(people)
        )


def _ask(session: Session, event: Event, position: int, question: str, choices: tuple[str, ...], **more: Any) -> Poll:
    labels = [Choice(position=number, label=label) for number, label in enumerate(choices, 1)]
    poll = Poll(event_id=event.id, position=position, question=question, choices=labels, **more)
    session.add(poll)
    session.flush()
    return poll


def _ask_before_and_after(session: Session, event: Event) -> Poll:
    """The question of 13 May twice, and one in between for everybody's own words."""
    before = _ask(session, event, 1, QUESTION, ANSWERS)
    _ask(session, event, 2, "En un mot, que craignez-vous de l’IA ?", (), kind=Kind.WORDS, most_choices=1)
    _ask(session, event, 3, QUESTION, ANSWERS, before_id=before.id)
    return before


def _plan_minutes(session: Session, event: Event, question: Poll) -> None:
    """The run of show of the running lunch: three of its rows have begun, on time."""
    for position, (minutes, title, who) in enumerate(RUN, 1):
        planned = event.starts_at + timedelta(minutes=sum(row[0] for row in RUN[: position - 1]))
        session.add(
            RunItem(
                event_id=event.id, position=position, minutes=minutes, title=title, who=who,
                poll_id=question.id if position == ASKED_IN else None, is_public=position in SHOWN,
                began_at=planned if position <= BEGUN else None,
            )
        )  # fmt: skip


def _ask_in_may(session: Session, event: Event) -> Poll:
    """The questions of 13 May; the first twice, with answers that are made up. Returns the second time."""
    before = _ask(session, event, 1, QUESTION, ANSWERS, note=may.INVENTED)
    _ask(session, event, 2, "Faut-il renoncer à l’IA ?", ("Oui", "Non"))
    after = _ask(session, event, 3, QUESTION, ANSWERS, before_id=before.id, note=may.INVENTED)
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


def _tell_may(event: Event, poll: Poll, following: Event, organiser: Organiser) -> None:
    """The recap of 13 May, written and published by the same verbs that organisers use, a week later."""
    told = may.sections(poll.position, following.slug)
    with clock.fixed_at(event.ends_at + timedelta(days=7)):
        draft_recap(event, organiser.name, empty=True)
        drafted = {section.kind: section for section in sections_of(event.id)}
        for kind, title, data in told:
            section = drafted.get(kind) or add_section(event, kind, organiser.name)
            save_section(section, section.version, wording(kind, title, data), organiser.name)
        _move_behind(event, SectionKind.TEXT, SectionKind.ALTERNATIVES)
        publish_recap(event)


def _move_behind(event: Event, kind: SectionKind, other: SectionKind) -> None:
    kinds = [section.kind for section in sections_of(event.id)]
    moved = sections_of(event.id)[kinds.index(kind)]
    for _step in range(kinds.index(kind) - kinds.index(other) - 1):
        move_section(moved, "up")


def _register_people(event: Event, requests: int, now: datetime) -> None:
    """Made-up people at a table, by the same verb that organisers use; a few bring somebody."""
    latest = min(now, event.starts_at - timedelta(hours=20))
    for number in range(requests):
        name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {SURNAMES[number * 7 % len(SURNAMES)]}"
        companions = (number % 9 == 3) * min(1, event.companions_allowed)
        diets = tuple(
            (Diet.EVERYTHING, Diet.VEGETARIAN, Diet.VEGAN)[(number + seat) % 5 % 3] for seat in range(1 + companions)
        )
        details = AttendeeDetails(
            name=name,
            email=f"personne{number + 1}@example.org",
            organisation=ORGANISATIONS[number % len(ORGANISATIONS)],
            is_member=number % 3 != 0,
            shows_name=number % 2 == 0,
            companions=companions,
            diets=diets,
            allergies=ALLERGIES.get(number, ""),
            access="Place pour un fauteuil roulant" if number == 17 else "",
        )
        with clock.fixed_at(latest - timedelta(hours=3.7 * (requests - number))):
            register_by_hand(event, details, language="fr")


def _welcome_guests(now: datetime) -> None:
    """Made-up people who said yes to being invited; some of them are registered for the coming lunch."""
    for number in range(30, 54):
        with clock.fixed_at(now - timedelta(days=40, hours=number)):
            add_subscriber(f"personne{number}@example.org", "fr")

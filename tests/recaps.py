"""A lunch with all that a recap can tell, and a recap with a section of every kind, written straight into the database.

``full_lunch`` makes what happened, ``write_recap`` the draft, ``publish`` what
the public reads. Names of people and organisations are made up.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from PIL import Image

from lunchkit.app import create_app
from lunchkit.demo.lunches import sections
from lunchkit.events.models import Event, Series
from lunchkit.platform import clock, schema
from lunchkit.platform.db import db
from lunchkit.platform.images.models import Picture, PictureFile
from lunchkit.platform.images.redraw import widths_of
from lunchkit.platform.static_files import STATIC
from lunchkit.recap.document import freeze, normalised_words
from lunchkit.recap.models import Recap, RecapCorrection, RecapSection
from lunchkit.recap.queries import sections_of
from lunchkit.recap.sections import SectionKind
from lunchkit.room.polls.models import Choice, HandCount, Kind, Poll, Tally, WrittenAnswer
from lunchkit.room.polls.movement import publishable
from lunchkit.room.qa.models import Question
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker
from tests.conftest import EventMaker, base_settings, event_maker
from tests.server import Server, free_port

QUESTION = "L’ESS et l’IA sont-elles compatibles ?"
CHOICES = ("Oui", "Oui, à certaines conditions", "Non")
NOTE = "Données de démonstration : ces réponses sont inventées."
FLOWS = {
    (1, 1): 6, (1, 2): 3, (2, 2): 14, (2, 3): 3, (3, 3): 4, (3, 2): 4, (0, 2): 5, (0, 0): 3,
}  # fmt: skip
"""How many answered one thing before and another after; 0 is «sans avis»."""
PAGE = "/e/ia-responsable/recap"
DATA = f"{PAGE}.json"
SCHEMA = Draft202012Validator(json.loads((STATIC / "recap.schema.json").read_text()))
PRINCIPLES = ("écologie", "vie privée", "gouvernance", "transparence", "lien social")
SECOND_POLL = "Ce que la salle craint"
"""The title of the section about the second question."""
SECRET_CONSENT = "Accord écrit du 13 mai, classeur 4"
"""Why the people in a picture may be shown: never published."""
OFF_RECORD = "Cette question reste dans la salle ?"
SET_ASIDE = "Cette question a été mise de côté ?"


@dataclass
class FullLunch:
    event: Event
    coming: Event
    again: Poll
    words: Poll
    pictures: list[Picture] = field(default_factory=list)


def full_lunch(make_event: EventMaker, *, photos: int = 2) -> FullLunch:
    """A lunch that is over: a question asked twice, words, questions from the room, two speakers, pictures."""
    now = clock.now()
    noon = (now - timedelta(days=9)).replace(hour=11, minute=0)  # whatever the hour, no lunch that ends after midnight
    event = make_event(slug="ia-responsable", starts_at=noon, theme="Intelligence artificielle")
    coming = make_event(slug="reparer", title="Réparer, ça s’apprend à table", colour="petit-pois")
    before = add_poll(event, 1, QUESTION, CHOICES, {1: 9, 2: 17, 3: 8, 0: 8}, note=NOTE)
    again = add_poll(event, 3, QUESTION, CHOICES, {1: 6, 2: 26, 3: 7, 0: 3}, note=NOTE, before_id=before.id)
    again.movement = publishable(FLOWS, {}, {}, (1, 2, 3, 0), 3)
    words = add_poll(event, 2, "En un mot, que craignez-vous de l’IA ?", (), {}, kind=Kind.WORDS, ballots=30)
    for text, count in (("surveillance", 9), ("énergie", 7), ("emploi", 4), ("dépendance", 3)):
        db.session.add(WrittenAnswer(poll_id=words.id, normalised=text, text=text, count=count, approved_at=now))
    _ask_from_the_room(event)
    _seat_speakers(event)
    db.session.commit()
    return FullLunch(event, coming, again, words, [add_picture(number) for number in range(photos)])


def add_poll(
    event: Event,
    position: int,
    question: str,
    choices: tuple[str, ...],
    counts: Mapping[int, int],
    *,
    by_hand: Mapping[int, int] | None = None,
    **more: Any,
) -> Poll:
    """A question that was asked, counted and revealed; ``counts`` by position, 0 for «sans avis»."""
    then = event.starts_at + timedelta(minutes=20)
    values: dict[str, Any] = dict.fromkeys(("opened_at", "closed_at", "revealed_at", "cleared_at"), then)
    values |= {"ballots": sum(counts.values()), "hand_ballots": sum((by_hand or {}).values())}
    labels = [Choice(position=number, label=label) for number, label in enumerate(choices, 1)]
    poll = Poll(event_id=event.id, position=position, question=question, choices=labels, **(values | more))
    db.session.add(poll)
    db.session.flush()
    db.session.add_all(Tally(poll_id=poll.id, position=at, grade=0, count=count) for at, count in counts.items())
    db.session.add_all(HandCount(poll_id=poll.id, position=at, count=n) for at, n in (by_hand or {}).items())
    db.session.commit()
    return poll


def _ask_from_the_room(event: Event) -> None:
    now = clock.now()
    for text, supports, more in (
        ("Qui paie l’énergie des centres de données ?", 14, {"answered_at": now}),
        ("Une petite association peut-elle héberger son propre modèle ?", 8, {}),
        ("Et la formation des bénévoles ?", 1, {}),
        (OFF_RECORD, 20, {"off_record": True}),
        (SET_ASIDE, 20, {"set_aside_at": now}),
    ):
        db.session.add(Question(event_id=event.id, text=text, supports=supports, approved_at=now, **more))


def _seat_speakers(event: Event) -> None:
    workshop = Organisation(slug="atelier-du-ressort", name="Atelier du Ressort")
    ada = Speaker(slug="ada-ressort", name="Ada Ressort", role="codirectrice", organisation=workshop)
    leo = Speaker(slug="leo-boulon", name="Léo Boulon")
    db.session.add_all((ada, leo))
    db.session.flush()
    for position, speaker in enumerate((ada, leo)):
        db.session.add(Appearance(event_id=event.id, speaker_id=speaker.id, position=position))
    now, approved = clock.now(), "Ce n’est pas la machine qui décide, c’est qui la paie."
    db.session.add(Quotation(event_id=event.id, speaker_id=ada.id, text=approved, created_at=now, approved_at=now))
    db.session.add(Quotation(event_id=event.id, speaker_id=leo.id, text="Jamais approuvé.", created_at=now))


def add_picture(number: int, **more: Any) -> Picture:
    """A picture as the intake keeps it; it looks enough like a photograph to weigh like one."""
    size = more.pop("size", (1280, 853))
    files = [PictureFile(width=width, data=webp(min(number, 2), width, size)) for width in widths_of(size[0])]
    values = {
        "token": secrets.token_urlsafe(16),
        "width": size[0],
        "height": size[1],
        "alt": f"Une table dressée, vue de haut ({number + 1})",
        "credit": "Noa Panais",
        "licence": "CC BY-SA 4.0",
        "consent": SECRET_CONSENT,
        "created_at": clock.now(),
        "files": files,
    }
    picture = Picture(**(values | more))
    db.session.add(picture)
    db.session.commit()
    return picture


@cache
def webp(number: int, width: int, size: tuple[int, int]) -> bytes:
    """A made-up photograph in one width: soft spots of light, and some grain."""
    light = Image.effect_noise((48, 32), 90 + number).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    grain = Image.effect_noise(size, 18).convert("RGB")
    body = BytesIO()
    scene = Image.blend(light, grain, 0.1).resize((width, round(width * size[1] / size[0])), Image.Resampling.LANCZOS)
    scene.save(body, "WEBP", quality=72)
    return body.getvalue()


def contents(lunch: FullLunch) -> list[tuple[SectionKind, str, dict[str, Any]]]:
    """A section of every kind: kind, title, content; mostly those of the demo, with each field filled in somewhere."""
    of_demo = {state.kind: dict(state.data) for state in sections("may")}
    figures = of_demo[SectionKind.FIGURES]["items"]
    alternatives = of_demo[SectionKind.ALTERNATIVES]["items"]
    alternatives[0] |= _ALTERNATIVE
    photos = [{"picture": one.token, "caption": f"Image {n} du lunch"} for n, one in enumerate(lunch.pictures, 1)]
    return [
        (SectionKind.INTRODUCTION, "", of_demo[SectionKind.INTRODUCTION]),
        (SectionKind.NUMBERS, "", {"items": [{"value": value, "label": label} for value, label in _NUMBERS]}),
        (SectionKind.POLL, "", {"poll": lunch.again.position, "text": "La salle a surtout *posé ses conditions*."}),
        (SectionKind.POLL, SECOND_POLL, {"poll": lunch.words.position, "text": ""}),
        (SectionKind.ANSWERS, "", {"items": of_demo[SectionKind.ANSWERS]["items"][1:3]}),
        (SectionKind.FIGURES, "Deux ordres de grandeur", {"items": [figures[0], figures[1] | {"source": ""}]}),
        (
            SectionKind.PRINCIPLES,
            "Cinq principes",
            of_demo[SectionKind.PRINCIPLES] | {"url": "https://manifeste.example/"},
        ),
        (SectionKind.ALTERNATIVES, "Des alternatives", {"text": "Il en existe.", "items": alternatives[:2]}),
        (SectionKind.ROOM, "", {"text": ""}),
        (SectionKind.QUOTATIONS, "", {}),
        (SectionKind.SPEAKERS, "", {}),
        (SectionKind.PRESS, "", {"items": [of_demo[SectionKind.PRESS]["items"][0] | _PRESS]}),
        (SectionKind.RESOURCES, "", {"items": [_RESOURCE]}),
        (SectionKind.PHOTOS, "", {"items": photos}),
        (SectionKind.TEXT, "Le silence du RIPESS", {"text": _RIPESS}),
        (SectionKind.NEXT, "", {"text": "Un groupe de travail se réunit.", "event": lunch.coming.slug}),
    ]


_NUMBERS = ((52, "personnes inscrites"), (44, "personnes présentes"), (6, "places rendues à temps"))
_ALTERNATIVE = {
    "instead_of": "ChatGPT",
    "licence": "propriétaire",
    "checked_on": "2025-05-20",
    "url": "https://www.hebergeur.example/",
}
_PRESS = {
    "title": "À table avec l’IA",
    "author": "Alix Plume",
    "published_on": "2025-05-21",
    "is_paid": "yes",
    "url": "https://www.journal.example/a-table",
    "quotation": "On a surtout posé des conditions.",
    "quoted": "Léo Boulon",
}
_RESOURCE = {"title": "Le guide du numérique sobre", "note": "Douze pages.", "url": "https://guide.example/pdf"}
_RIPESS = "Le RIPESS n’a pour l’instant pas de cadre commun sur l’IA.\n\n> La question reste ouverte."


def write_recap(lunch: FullLunch) -> Recap:
    recap = Recap(event_id=lunch.event.id, created_at=clock.now())
    db.session.add(recap)
    db.session.flush()
    for position, (kind, title, data) in enumerate(contents(lunch), 1):
        add_section(lunch.event, kind, title, data, position)
    db.session.commit()
    return recap


def add_section(
    event: Event, kind: SectionKind, title: str = "", data: dict[str, Any] | None = None, position: int = 99
) -> RecapSection:
    section = RecapSection(
        event_id=event.id, position=position, kind=kind, title=title, data=data or {}, updated_at=clock.now()
    )
    db.session.add(section)
    db.session.commit()
    return section


def publish(event: Event) -> Recap:
    recap = db.session.get_one(Recap, event.id)
    recap.published = freeze(event, sections_of(event.id))
    recap.words = normalised_words(recap.published)
    recap.published_at = recap.published_at or clock.now()
    event.recap_published_at = recap.published_at
    db.session.commit()
    return recap


def correct(event: Event, note: str, **ago: int) -> RecapCorrection:
    correction = RecapCorrection(event_id=event.id, corrected_at=clock.now() - timedelta(**ago), note=note)
    db.session.add(correction)
    db.session.commit()
    return correction


@contextmanager
def served(instance: Path, *, photos: int = 0) -> Iterator[tuple[str, Flask]]:
    """A published recap, served for real: where it is, and the application behind it."""
    port = free_port()
    settings = base_settings(instance, public_url=f"http://127.0.0.1:{port}")
    app = create_app(settings)
    with app.app_context(), app.test_request_context():
        schema.upgrade(db.engine)
        series = Series(slug="lunch-des-bonnes-pratiques", name="Lunch des bonnes pratiques", network="APRÈS-GE")
        db.session.add(series)
        db.session.flush()
        lunch = full_lunch(event_maker(series), photos=photos)
        write_recap(lunch)
        publish(lunch.event)
        db.session.remove()
        db.engine.dispose()
    told = {name: getattr(settings, name.lower()) for name in ("PUBLIC_URL", "NETWORK_NAME", "SECRET_KEY", "MAIL_FROM")}
    with Server(instance, told, port=port):
        yield f"{settings.public_url}/e/{lunch.event.slug}/recap", app


def data_of(client: FlaskClient) -> Any:
    return client.get(DATA).json


def elements(page: str) -> Iterator[Any]:
    """The elements of a page that an independent parser reads without an error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return iter(parser.parse(page).iter())

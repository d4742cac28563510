"""What an organiser is refused, and how: politely, with all that was typed, and never half done."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from lunchkit.events.details import details_of
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.registrations import actions
from lunchkit.registrations.event_changes.actions import cancel_event, change_event
from lunchkit.registrations.models import Registration
from tests.browser import post
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.test_organiser_lunches import TYPED
from tests.test_storage_trouble import locked, only_sqlite

PERSON = {"name": "Rose Bette", "email": "rose@example.org", "companions": "0", "language": "en", "access": "Rampe"}


def opened(client: FlaskClient, path: str) -> dict[str, str]:
    page = client.get(path).text
    version = page.split('name="version"')[1].split('value="')[1].split('"')[0]
    return {"csrf_token": csrf_of(client, path), "version": version}


def keeps(page: str, *words: str) -> bool:
    return all(word in page for word in words)


def both_texts(page: str) -> dict[str, tuple[str, str]]:
    listed = page[page.index('class="versions"') : page.index("</dl>")]
    names, texts = re.findall(r"<dt>(.*?)</dt>", listed), re.findall(r'class="asis">(.*?)</p>', listed, re.DOTALL)
    return {unescape(name): (texts[2 * n], texts[2 * n + 1]) for n, name in enumerate(names)}


def test_every_kind_of_field_is_said_in_words(organiser_client: FlaskClient, event: Event) -> None:
    path = f"/organiser/e/{event.slug}/edit"
    mine = opened(organiser_client, path)
    opens = clock.now().replace(second=0, microsecond=0)
    later = {"starts_at": event.starts_at + timedelta(days=1), "ends_at": event.ends_at + timedelta(days=1)}
    theirs = {"theme": "IA", "colour": "betterave", "companions_allowed": 3, "town": "Carouge", "diets": "vegan"}
    change_event(event, replace(details_of(event), **theirs, **later, opens_at=opens))
    typed = TYPED | mine | {"theme": "Autre", "town": "Lausanne", "opens_at": "2031-05-01T08:00"}
    said = both_texts(organiser_client.post(path, data=typed | {"diets": "vegetarian"}).text)
    day, moment = event.starts_local, opens.astimezone(event.starts_local.tzinfo)
    assert said == {
        "Titre": (event.title, TYPED["title"]),
        "Places": ("60", "24"),
        "Demander les besoins d’accessibilité": ("oui", "non"),
        "Thème": ("IA", "Autre"),
        "Jour": (f"{day:%d.%m.%Y}", "13.05.2031"),
        "Localité": ("Carouge", "Lausanne"),
        "Couleur": ("Betterave", "Petit pois"),
        "Accompagnant·es par personne": ("3", "1"),
        "La cuisine propose": ("végane", "végétarien"),
        "Ouverture des inscriptions": (f"{moment:%d.%m.%Y %H:%M}", "01.05.2031 08:00"),
    }


def test_nobody_is_registered_for_a_draft(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    draft = make_event(published_at=None)
    here = f"/organiser/e/{draft.slug}"
    for page in (here, f"{here}/registrations"):
        assert f"{here}/registrations/new" not in organiser_client.get(page).text
    for answer in (
        organiser_client.get(f"{here}/registrations/new"),
        post(organiser_client, f"{here}/registrations/new", here, **PERSON),
    ):
        assert answer.status_code == 303
        assert "Publiez d’abord le lunch" in organiser_client.get(answer.location).text
    assert outbox.rows() == []
    assert db.session.scalars(db.select(Registration)).all() == []


def test_a_lunch_that_is_called_off_is_only_looked_at(
    organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    registration = actions.register_by_hand(event, details(), language="fr")
    cancel_event(event)
    here = f"/organiser/e/{event.slug}"
    page = organiser_client.get(here).text
    assert f'href="/e/{event.slug}"' in page, "its page is still there"
    assert f"{here}/edit" not in page
    assert f"{here}/registrations/new" not in page + organiser_client.get(f"{here}/registrations").text
    assert "/letter" not in organiser_client.get(f"{here}/registrations/{registration.id}").text.split("<main")[1]
    assert organiser_client.get(f"{here}/edit").status_code == 302
    sent = outbox.kinds()
    answer = post(organiser_client, f"{here}/edit", here + "/cancellation", version="1", **TYPED)
    assert answer.status_code == 409
    assert keeps(answer.text, "Cuisiner les invendus", "Ce lunch est annulé")
    answer = post(organiser_client, f"{here}/registrations/new", here, **PERSON)
    assert answer.status_code == 409
    assert keeps(answer.text, *list(PERSON.values())[:2], "Ce lunch est annulé")
    assert outbox.kinds() == sent


def test_a_lunch_that_began_while_one_typed_keeps_the_words(organiser_client: FlaskClient, event: Event) -> None:
    registration = actions.register_by_hand(event, details(), language="fr")
    one = f"/organiser/e/{event.slug}/registrations/{registration.id}"
    event.starts_at = clock.now() - timedelta(minutes=1)
    db.session.commit()
    answer = post(organiser_client, one, "/organiser/", **(PERSON | {"name": "Autrement"}))
    assert answer.status_code == 409
    assert keeps(answer.text, 'value="Autrement"', "Le lunch a commencé")


@only_sqlite
def test_a_busy_database_gives_organisers_their_forms_back(
    app: Flask, settings: Settings, organiser_client: FlaskClient, event: Event
) -> None:
    registration = actions.register_by_hand(event, details(), language="fr")
    here = f"/organiser/e/{event.slug}"
    doors: dict[str, dict[str, Any]] = {
        f"{here}/registrations/new": PERSON,
        f"{here}/registrations/{registration.id}": PERSON | {"email": ""},
        f"{here}/edit": TYPED | {"act": "tell", "version": str(event.version)},
    }
    token = csrf_of(organiser_client, here)
    with locked(settings):
        for door, typed in doors.items():
            answer = organiser_client.post(door, data=typed | {"csrf_token": token})
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), door
            assert keeps(answer.text, typed.get("name") or typed["title"], 'role="alert"')
    for door, typed in doors.items():
        assert organiser_client.post(door, data=typed | {"csrf_token": token}).status_code == 303
        db.session.rollback()

"""One lunch at a glance: how many come, who waits, what they eat, what is missing, and what to do next."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.models import Diet
from lunchkit.room.polls.forms import PollDetails
from lunchkit.run_sheet.actions import add_poll, add_run_item
from lunchkit.run_sheet.models import ItemDetails
from lunchkit.speakers.actions import add_speaker
from lunchkit.speakers.forms import SpeakerDetails
from tests.conftest import EventMaker, details


def glance(client: FlaskClient, event: Event, phase: str = "") -> str:
    return client.get(f"/organiser/e/{event.slug}{phase}").text


def test_it_says_who_comes_who_waits_and_what_they_eat(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=3, companions_allowed=1)
    table = ((Diet.VEGAN, Diet.EVERYTHING), (Diet.VEGETARIAN,), (Diet.VEGAN,))
    for number, diets in enumerate(table):
        person = details(
            f"P {number}", f"p{number}@example.org", companions=len(diets) - 1, diets=diets, allergies="Noix"
        )
        register_by_hand(event, person, language="fr")
    page = glance(organiser_client, event)
    assert "3 <small>sur 3" in page
    assert "Une demande attend" in page
    page = glance(organiser_client, event, "/day")
    for number, word in ((1, "mangent de tout"), (1, "repas végétariens"), (1, "repas véganes"), (2, "avec allergies")):
        assert f"<dt>{number}</dt><dd>{word}</dd>" in page.replace("</dt>\n<dd>", "</dt><dd>")
    assert "mangent de tout" not in glance(organiser_client, make_event(diets="vegetarian,vegan"), "/day"), (
        "not offered"
    )
    assert "ne demande pas" in glance(organiser_client, make_event(asks_food=False), "/day")


def test_what_is_missing_is_named_with_the_place_where_it_is_mended(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(venue="", town="", remind_two_days=False)
    base = f"/organiser/e/{event.slug}"
    page = glance(organiser_client, event)
    for address, words in (
        (f"{base}/edit#venue", "Le lieu"),
        (f"{base}/edit#summary", "De quoi on parle"),
        (f"{base}/edit#access_notes", "Comment entrer"),
        (f"{base}/speakers", "Intervenant·es"),
        (f"{base}/run", "Un vote"),
        (f"{base}/run", "Le déroulé"),
        (f"{base}/edit#remind_two_days", "Un courriel de rappel"),
        ("/organiser/letters", "Un serveur de courriel"),
    ):
        assert f'<li><a href="{address}">{words}' in page
    add_poll(event, PollDetails("Ensemble ?", ("Oui", "Non")))
    add_run_item(event, ItemDetails(10, "Accueil"))
    add_speaker(event, SpeakerDetails(name="Léo Boulon"))
    page = glance(organiser_client, event)
    for words in ("Un vote", ">Le déroulé<"):
        assert words not in page
    assert "La page d’un·e intervenant·e à écrire" in page
    length = int((event.ends_at - event.starts_at).total_seconds() // 60)
    add_run_item(event, ItemDetails(length - 15, "Le reste"))
    assert "de trop" not in glance(organiser_client, event)
    add_run_item(event, ItemDetails(20, "Encore"))
    assert "20 minutes de trop" in glance(organiser_client, event).replace("\u00a0", " ")


def in_hours(hours: float) -> Any:
    return clock.now() + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("fields", "state", "words", "address"),
    [
        ({"published_at": None}, "Pas encore public", "Publier", "/publication"),
        ({}, "Inscriptions ouvertes", "Inviter", "/emails/new"),
        ({"capacity": 0}, "C’est complet", "Inscrire quelqu’un", "/registrations/new"),
        ({"opens_at": in_hours(48)}, "Bientôt ouvert", "Voir la page publique", "/e/"),
        ({"starts_at": in_hours(20)}, "Inscriptions ouvertes", "Les chiffres pour la cuisine", "?view=kitchen"),
        ({"starts_at": in_hours(20), "asks_food": False}, "Inscriptions ouvertes", "Affiche", "/poster"),
        ({"starts_at": in_hours(-1)}, "En ce moment", "Télécommande", "/room"),
        ({"starts_at": in_hours(-9)}, "Terminé", "Écrire le", "/recap"),
        (
            {"starts_at": in_hours(-9), "recap_published_at": clock.now()},
            *("Terminé", "Le prochain, comme celui-ci", "/e/new?like="),
        ),
        ({"cancelled_at": clock.now()}, "Annulé", "Le prochain, comme celui-ci", "/e/new?like="),
        ({"closes_at": in_hours(-1)}, "Inscriptions closes", "Inscrire quelqu’un", "/registrations/new"),
    ],
)
def test_each_state_has_its_word_and_says_what_to_do_next(
    organiser_client: FlaskClient, make_event: EventMaker, fields: dict[str, Any], state: str, words: str, address: str
) -> None:
    event = make_event(**fields)
    page = glance(organiser_client, event)
    button = page.split('<div class="buttons">')[1].split("</div>")[0].split("secondary")[0]
    assert state in page and words in button and address in button
    assert f'href="/organiser/e/{event.slug}"' in organiser_client.get("/organiser/").text


def test_a_full_lunch_leads_to_its_queue(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=1)
    for name in ("Ana", "Bea"):
        register_by_hand(event, details(name, f"{name}@example.org"), language="fr")
    page = glance(organiser_client, event)
    assert "Voir qui attend" in page.split('<div class="buttons">')[1].split("secondary")[0]


def test_after_the_lunch_it_says_what_came_of_it_and_asks_for_nothing_more(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    ahead = make_event(slug="bientot")
    assert "Il reste" in glance(organiser_client, ahead) and "Il manque encore" in glance(organiser_client, ahead), (
        "control"
    )
    event = make_event(slug="passe", starts_at=clock.now() - timedelta(days=1), recap_published_at=clock.now())
    page = glance(organiser_client, event)
    for outdated in ("Il reste", "Il manque encore", "Écrire le compte rendu", "Accueillir les gens", "Télécommande"):
        assert outdated not in page, outdated
    assert f'href="/organiser/e/{event.slug}/recap"' in page


def test_the_search_finds_lunches_people_and_speakers(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event()
    person = register_by_hand(event, details("Zoé Panais", "zoe@example.org"), language="fr")
    speaker = add_speaker(event, SpeakerDetails(name="Zoé Boulon")).speaker
    found = organiser_client.get("/organiser/?q=zoé").text
    base = f"/organiser/e/{event.slug}"
    assert f'href="{base}/registrations/{person.id}"' in found and f'href="{base}/speakers/{speaker.id}"' in found
    assert "Rien trouvé" in organiser_client.get("/organiser/?q=personne-ici").text, "control"


def test_each_page_of_a_lunch_has_its_phases_and_opens_its_own(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event()
    base = f"/organiser/e/{event.slug}"
    for path, name in (
        *(("", "Faire venir"), ("/prepare", "Préparer"), ("/day", "Le jour"), ("/after", "Après")),
        *(("/run", "Préparer"), ("/registrations", "Faire venir"), ("/questions", "Le jour"), ("/recap", "Après")),
    ):
        bar = organiser_client.get(base + path).text.split('<nav class="phases"')[1].split("</nav>")[0]
        (opened,) = re.findall(r'<a href="([^"]*)" aria-current="true">(?:<svg.*?</svg>)?([^<]+)</a>', bar, re.DOTALL)
        assert opened[1] == name and bar.count("<a ") == 4, path

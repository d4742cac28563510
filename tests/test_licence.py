"""The licence of recaps: chosen in the settings, said everywhere in the same way, and never taken back once given."""

import json

import html5lib
import pytest
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.platform.licences import BY, BY_SA, LICENCES, RESERVED, ZERO, Licence
from lunchkit.recap.actions import publish_recap, withdraw_recap
from lunchkit.recap.models import Recap
from lunchkit.settings.actions import change_settings
from tests.conftest import EventMaker, csrf_of
from tests.recaps import DATA, PAGE, SCHEMA, FullLunch, data_of, full_lunch, write_recap
from tests.test_settings_pages import HOUSE, send

NAMED = {"fr": "Tous droits réservés", "en": "All rights", "de": "Alle Rechte", "it": "Tutti i diritti"}


@pytest.fixture
def lunch(make_event: EventMaker) -> FullLunch:
    """A lunch with a recap that is written, and not published."""
    lunch = full_lunch(make_event, photos=0)
    write_recap(lunch)
    return lunch


def choose(licence: Licence) -> None:
    db.session.rollback()
    change_settings({"recap_licence": licence.key})


def told_in(client: FlaskClient) -> set[str]:
    """The address of the licence, as page, search engines and data tell it; empty where none is told."""
    page = client.get(PAGE).text
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    said = json.loads(page.split('application/ld+json">')[1].split("</script>")[0])
    return {
        next((each.get("href") for each in tree.iter("link") if each.get("rel") == "license"), ""),
        next((each.get("href") for each in tree.iter("a") if "license" in (each.get("rel") or "")), ""),
        said.get("license", ""),
        data_of(client)["licence"]["address"],
    }


def terms_in(client: FlaskClient, language: str) -> str:
    page = client.get(PAGE, headers={"Accept-Language": language}).text
    return page.split('<p class="small-print">')[1].split("</p>")[0]


def recap_pages(event: Event) -> str:
    return f"/organiser/e/{event.slug}/recap"


@pytest.mark.parametrize("licence", LICENCES.values(), ids=LICENCES)
def test_it_is_said_before_publication_and_then_everywhere_in_the_same_way(
    organiser_client: FlaskClient, client: FlaskClient, lunch: FullLunch, licence: Licence
) -> None:
    choose(licence)
    page = organiser_client.get(f"{recap_pages(lunch.event)}/publication?lang=en").text
    assert f"{licence.name if licence.address else 'All rights reserved'} – " in page
    assert ("cannot be taken back" in page) == (licence is not RESERVED)
    data = {"csrf_token": csrf_of(organiser_client, HOUSE), "licence": licence.key}
    assert organiser_client.post(f"{recap_pages(lunch.event)}/publication", data=data).status_code == 303
    assert told_in(client) == {licence.address}
    assert data_of(client)["licence"]["name"] == str(licence.name) and str(licence.name) in client.get(PAGE).text
    assert list(SCHEMA.iter_errors(data_of(client))) == []
    assert ("copyrightNotice" in client.get(PAGE).text) == (licence is RESERVED)
    terms = {language: terms_in(client, language) for language in NAMED}
    assert len(set(terms.values())) == len(NAMED) and "%(" not in str(terms)
    assert all((NAMED[language] in said) == (licence is RESERVED) for language, said in terms.items())
    assert ("APRÈS-GE" in terms["fr"]) == (licence is not ZERO)


@pytest.mark.parametrize(
    ("given", "wanted", "left"),
    [(BY, RESERVED, BY), (BY_SA, BY, BY), (RESERVED, BY, BY), (ZERO, BY_SA, ZERO)],
    ids=lambda one: one.key,
)
def test_a_published_recap_keeps_its_licence_and_a_correction_gives_more_and_never_less(
    organiser_client: FlaskClient, client: FlaskClient, lunch: FullLunch, given: Licence, wanted: Licence, left: Licence
) -> None:
    choose(given)
    publish_recap(lunch.event)
    choose(wanted)
    assert told_in(client) == {given.address}, "the frozen copy keeps its own"
    page = organiser_client.get(f"{recap_pages(lunch.event)}/publication?lang=en").text
    assert ("The licence stays" in page) == (left is given)
    publish_recap(lunch.event, note="Une phrase était fausse.")
    assert told_in(client) == {left.address}


def test_a_withdrawn_recap_may_be_published_under_another_licence(client: FlaskClient, lunch: FullLunch) -> None:
    publish_recap(lunch.event)
    recap = db.session.get_one(Recap, lunch.event.id)
    assert recap.published is not None and recap.published["licence"] == BY.key, "the first one"
    withdraw_recap(lunch.event)
    choose(RESERVED)
    publish_recap(lunch.event)
    assert told_in(client) == {""}


def test_nothing_is_published_under_another_licence_than_the_one_that_was_read(
    organiser_client: FlaskClient, client: FlaskClient, lunch: FullLunch
) -> None:
    data = {"csrf_token": csrf_of(organiser_client, HOUSE), "licence": BY.key}

    def press(**more: str) -> int:
        return organiser_client.post(f"{recap_pages(lunch.event)}/publication", data=data | more).status_code

    choose(ZERO)
    assert (press(), client.get(DATA).status_code) == (409, 404)
    choose(BY)
    assert press() == 303, "control"
    choose(ZERO)
    assert (press(note="Une phrase."), press(note="Une phrase.", licence="nonsense")) == (409, 409)
    assert told_in(client) == {BY.address}
    assert press(note="Une phrase.", licence=ZERO.key) == 303
    assert told_in(client) == {ZERO.address}


def test_it_is_chosen_in_the_settings(organiser_client: FlaskClient) -> None:
    page = organiser_client.get(f"{HOUSE}/sections/recaps").text
    assert [key for key in LICENCES if f'value="{key}"' in page] == list(LICENCES)
    assert send(organiser_client, "recaps", recap_licence=ZERO.key).status_code == 303
    assert current_settings().recap_licence == ZERO.key and "CC0 1.0" in organiser_client.get(HOUSE).text
    assert send(organiser_client, "recaps", recap_licence="cc-by-nc-4.0").status_code == 422
    assert send(organiser_client, "recaps").status_code == 303, "without a tick nothing changes"
    assert current_settings().recap_licence == ZERO.key

"""The licence of recaps: chosen in the house, said everywhere in the same way, and never taken back once it was given."""

import json
from itertools import product

import html5lib
import pytest
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.platform.licences import BY, BY_SA, LICENCES, RESERVED, ZERO, Licence, freer
from lunchkit.recap.actions import correct_recap, publish_recap, withdraw_recap
from lunchkit.recap.errors import LicenceHasChanged
from lunchkit.recap.models import Recap
from lunchkit.settings.actions import change_settings
from tests.conftest import EventMaker, csrf_of
from tests.recaps import DATA, PAGE, SCHEMA, FullLunch, data_of, full_lunch, write_recap
from tests.test_press_kit import files
from tests.test_settings_pages import HOUSE, send

EACH = pytest.mark.parametrize("licence", LICENCES.values(), ids=LICENCES)
ATOM = "{http://www.w3.org/2005/Atom}"
NAMED = {
    "fr": "Tous droits réservés",
    "en": "All rights reserved",
    "de": "Alle Rechte vorbehalten",
    "it": "Tutti i diritti",
}


@pytest.fixture
def lunch(make_event: EventMaker) -> FullLunch:
    """A lunch with a recap that is written, and not published."""
    lunch = full_lunch(make_event)
    write_recap(lunch)
    return lunch


def choose(licence: Licence) -> None:
    """Choose a licence in the house."""
    db.session.rollback()
    change_settings({"recap_licence": licence.key}, "recaps")


def correct(event: Event, *, again: bool = False) -> None:
    """Publish a correction."""
    correct_recap(event, "Une phrase était fausse.", counts_again=again)


def told_of(client: FlaskClient) -> dict[str, object]:
    """The address of the licence, as each way in which a recap leaves the house tells it; empty where none is told."""
    page = client.get(PAGE).text
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    said = json.loads(page.split('application/ld+json">')[1].split("</script>")[0])
    kit = files(client)["LICENCE.txt"].decode()
    return {
        "head": next((each.get("href") for each in tree.iter("link") if each.get("rel") == "license"), ""),
        "foot": next((each.get("href") for each in tree.iter("a") if "license" in (each.get("rel") or "")), ""),
        "search engines": said.get("license", ""),
        "data": data_of(client)["licence"]["address"],
        "kit": next((word for word in kit.split() if word.startswith("https://creativecommons")), ""),
    }


def names_of(client: FlaskClient, licence: Licence) -> list[bool]:
    """Whether page, data and kit call it by its name."""
    name = str(licence.name)
    texts = (client.get(PAGE).text, client.get(DATA).json, files(client)["LICENCE.txt"].decode())
    return [name in str(text) for text in texts]


# What it governs.


@EACH
def test_it_is_said_everywhere_in_the_same_way(client: FlaskClient, lunch: FullLunch, licence: Licence) -> None:
    choose(licence)
    publish_recap(lunch.event)
    assert set(told_of(client).values()) == {licence.address}
    assert names_of(client, licence) == [True] * 3
    assert list(SCHEMA.iter_errors(data_of(client))) == []
    said = json.loads(client.get(PAGE).text.split('application/ld+json">')[1].split("</script>")[0])
    assert ("copyrightNotice" in said) == (licence is RESERVED)
    assert ("APRÈS-GE" in data_of(client)["licence"]["terms"]) == (licence is not ZERO)


def test_each_says_other_terms_in_each_language_and_none_is_half_said(client: FlaskClient, lunch: FullLunch) -> None:
    found = set()
    for licence in LICENCES.values():
        choose(licence)
        publish_recap(lunch.event)
        for language, name in NAMED.items():
            page = client.get(PAGE, headers={"Accept-Language": language}).text
            terms = page.split('<p class="small-print">')[1].split("</p>")[0]
            assert (name in terms) == (licence is RESERVED)
            assert "%(" not in terms
            found.add(terms)
        withdraw_recap(lunch.event)
    assert len(found) == len(LICENCES) * len(NAMED)


# What was given stays given.


@pytest.mark.parametrize(("given", "wanted"), list(product(LICENCES.values(), repeat=2)), ids=lambda one: one.key)
def test_a_published_recap_keeps_its_licence_and_a_correction_gives_more_and_never_less(
    client: FlaskClient, lunch: FullLunch, given: Licence, wanted: Licence
) -> None:
    choose(given)
    publish_recap(lunch.event)
    choose(wanted)
    assert set(told_of(client).values()) == {given.address}, "the frozen copy keeps its own"
    correct(lunch.event)
    left = max(given, wanted, key=[RESERVED, BY_SA, BY, ZERO].index)
    assert set(told_of(client).values()) == {left.address} and freer(given, wanted) is left
    correct(lunch.event, again=True)
    assert set(told_of(client).values()) == {left.address}, "also where results are counted again"


def test_what_was_published_before_there_was_a_choice_is_under_cc_by(client: FlaskClient, lunch: FullLunch) -> None:
    publish_recap(lunch.event)
    recap = db.session.get_one(Recap, lunch.event.id)
    assert recap.published is not None and recap.published["licence"] == BY.key, "the choice of who chooses none"
    recap.published = {key: value for key, value in recap.published.items() if key != "licence"}
    db.session.commit()
    choose(RESERVED)
    assert set(told_of(client).values()) == {BY.address} and names_of(client, BY) == [True] * 3
    correct(lunch.event)
    assert set(told_of(client).values()) == {BY.address}


def test_control_a_copy_that_followed_the_house_would_lose_what_was_given(
    client: FlaskClient, lunch: FullLunch, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_recap(lunch.event)
    choose(RESERVED)
    monkeypatch.setattr("lunchkit.recap.document.licence_of", lambda _copy: LICENCES[current_settings().recap_licence])
    assert told_of(client)["data"] == ""


def test_who_withdraws_a_recap_may_give_it_anew_under_another_licence(client: FlaskClient, lunch: FullLunch) -> None:
    publish_recap(lunch.event)
    withdraw_recap(lunch.event)
    assert "license" not in client.get("/feed.atom").text
    choose(RESERVED)
    publish_recap(lunch.event)
    assert set(told_of(client).values()) == {""}


# Whoever publishes is told, and gets what they were told.


def steps(event: Event) -> str:
    return f"/organiser/e/{event.slug}/recap"


@EACH
def test_the_page_before_publication_says_which_it_will_be(
    organiser_client: FlaskClient, client: FlaskClient, lunch: FullLunch, licence: Licence
) -> None:
    choose(licence)
    page = organiser_client.get(f"{steps(lunch.event)}/publication?lang=en").text
    name = licence.name if licence.address else "All rights reserved"
    assert f"{name} – " in page and f'name="licence" value="{licence.key}"' in page
    assert ("cannot be taken back" in page) == (licence is not RESERVED)
    token = {"csrf_token": csrf_of(organiser_client, HOUSE), "licence": licence.key}
    assert organiser_client.post(f"{steps(lunch.event)}/publication", data=token).status_code == 303
    assert set(told_of(client).values()) == {licence.address}


def test_nothing_goes_out_under_another_licence_than_the_one_that_was_read(
    organiser_client: FlaskClient, client: FlaskClient, lunch: FullLunch
) -> None:
    token = {"csrf_token": csrf_of(organiser_client, HOUSE), "licence": BY.key, "note": "Une phrase."}
    choose(ZERO)
    assert organiser_client.post(f"{steps(lunch.event)}/publication", data=token).status_code == 409
    assert client.get(PAGE).status_code == 404
    choose(BY)
    assert organiser_client.post(f"{steps(lunch.event)}/publication", data=token).status_code == 303, "control"
    choose(ZERO)
    assert organiser_client.post(f"{steps(lunch.event)}/correction", data=token).status_code == 409
    with pytest.raises(LicenceHasChanged):
        correct_recap(lunch.event, "Une phrase.", licence="nonsense")
    assert told_of(client)["data"] == BY.address
    assert (
        organiser_client.post(f"{steps(lunch.event)}/correction", data=token | {"licence": ZERO.key}).status_code == 303
    )
    assert told_of(client)["data"] == ZERO.address


@pytest.mark.parametrize(
    ("wanted", "words"), [(BY, "The licence stays: CC BY 4.0"), (RESERVED, "The licence stays: CC BY 4.0"), (ZERO, "before it was")]
)  # fmt: skip
def test_a_correction_says_whether_it_gives_more(
    organiser_client: FlaskClient, lunch: FullLunch, wanted: Licence, words: str
) -> None:
    publish_recap(lunch.event)
    choose(wanted)
    assert words in organiser_client.get(f"{steps(lunch.event)}/correction?lang=en").text


# The house.


@EACH
def test_it_is_chosen_in_the_house(organiser_client: FlaskClient, licence: Licence) -> None:
    page = organiser_client.get(f"{HOUSE}/sections/recaps").text
    assert [key for key in LICENCES if f'value="{key}"' in page] == list(LICENCES)
    assert (
        page.count(" checked") == 1
        and f'checked id="recap_licence-1" name="recap_licence" type="radio" value="{BY.key}"' in page
    )
    assert send(organiser_client, "recaps", recap_licence=licence.key).status_code == 303
    assert current_settings().recap_licence == licence.key
    assert str(licence.name if licence.address else "Tous droits réservés") in organiser_client.get(HOUSE).text
    assert send(organiser_client, "recaps", recap_licence="cc-by-nc-4.0").status_code == 422
    assert send(organiser_client, "recaps").status_code == 303, "who ticks nothing changes nothing"
    assert current_settings().recap_licence == licence.key


def test_the_first_run_does_not_ask_for_it(organiser_client: FlaskClient) -> None:
    assert organiser_client.get(f"{HOUSE}/start/recaps").status_code == 404
    token = {"csrf_token": csrf_of(organiser_client, HOUSE), "recap_licence": ZERO.key}
    assert organiser_client.post(f"{HOUSE}/start/recaps", data=token).status_code == 404
    assert current_settings().recap_licence == BY.key

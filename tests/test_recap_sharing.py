"""What leaves the house with a recap: data, words for search engines, links, and the secret preview."""

import json
from typing import Any

import html5lib
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.platform.db import db
from lunchkit.platform.images.actions import take_down
from lunchkit.platform.links import token_hash
from lunchkit.recap.sections import SHAPES, FieldKind
from lunchkit.speakers.models import Quotation
from tests.conftest import EventMaker, new_client
from tests.recaps import (
    DATA,
    PAGE,
    PRINCIPLES,
    QUESTION,
    SCHEMA,
    FullLunch,
    add_section,
    correct,
    data_of,
    elements,
    full_lunch,
    publish,
    write_recap,
)
from tests.test_event_page import is_empty, things

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
"""None of this depends on the database."""
HOSTILE = "<script>x</script>\"><img src=x onerror=y>'{{7*7}}"


@pytest.fixture
def lunch(make_event: EventMaker) -> FullLunch:
    """A lunch with a published recap in which every kind of section stands."""
    lunch = full_lunch(make_event)
    write_recap(lunch)
    publish(lunch.event)
    return lunch


def outbound(page: str) -> list[Any]:
    """The links that leave the house."""
    links = [element for element in elements(page) if element.tag == "a" and element.get("href").startswith("http")]
    return [link for link in links if host_of(link) != "lunch.example"]


def host_of(link: Any) -> str:
    """Where a link leads."""
    return str(link.get("href")).split("/")[2]


# what leaves the house


def test_the_data_keep_to_the_schema(client: FlaskClient, lunch: FullLunch) -> None:
    correct(lunch.event, "Corrigé.", days=1)
    told = data_of(client)
    assert list(SCHEMA.iter_errors(told)) == []
    assert told["licence"]["name"] == "CC BY 4.0"
    for spoil in ({"version": 2}, {"secret": "x"}, {"sections": [told["sections"][0] | {"kind": "gossip"}]}):
        assert list(SCHEMA.iter_errors(told | spoil)), "control: what does not fit is found"


def test_the_schema_stands_where_the_data_say(client: FlaskClient, lunch: FullLunch) -> None:
    address = data_of(client)["$schema"].removeprefix("http://lunch.example")
    assert client.get(address).json == SCHEMA.schema


def test_the_data_speak_the_language_of_the_recap_whoever_asks(client: FlaskClient, lunch: FullLunch) -> None:
    told = [client.get(DATA, headers={"Accept-Language": wish}).data for wish in ("fr", "en")]
    assert told[0] == told[1]


def test_search_engines_read_an_article_about_the_event_with_the_press(client: FlaskClient, lunch: FullLunch) -> None:
    correction = correct(lunch.event, "Corrigé.", days=-1)
    page = client.get(PAGE).text
    said = json.loads(page.split('application/ld+json">')[1].split("</script>")[0])
    assert (said["@context"], said["@type"]) == ("https://schema.org", "Article")
    assert said["author"] == said["publisher"] and said["author"]["name"] == "APRÈS-GE"
    assert said["about"]["@type"] == "Event"
    (news,) = said["about"]["subjectOf"]
    assert (news["@type"], news["publisher"]["name"], news["isAccessibleForFree"]) == (
        "NewsArticle", "Le Courrier", False,
    )  # fmt: skip
    assert said["license"].startswith("https://creativecommons.org/licenses/by/4.0")
    assert said["dateModified"] == correction.corrected_at.isoformat() > said["datePublished"]
    assert [thing for thing in things(said) if is_empty(thing)] == []


def test_shared_addresses_show_a_picture(client: FlaskClient, lunch: FullLunch) -> None:
    page = client.get(PAGE).text
    told = {each.get("property"): each.get("content") for each in elements(page) if each.tag == "meta"}
    assert told["og:type"] == "article" and told["og:url"] == f"http://lunch.example{PAGE}"
    assert told["og:image"] == f"http://lunch.example{PAGE}.png"
    picture = client.get(f"{PAGE}.png")
    assert picture.content_type == "image/png" and picture.data.startswith(b"\x89PNG")
    alternate = [each.get("href") for each in elements(page) if each.get("type") == "application/json"]
    assert alternate == [DATA]


def test_links_that_leave_take_no_referrer_and_show_their_host(client: FlaskClient, lunch: FullLunch) -> None:
    links = outbound(client.get(PAGE).text)
    assert len(links) >= 8, "control: there are some"
    for link in links:
        assert {"noopener", "noreferrer"} <= set(link.get("rel").split()), link.get("href")
        assert host_of(link).removeprefix("www.") in "".join(link.itertext()), link.get("href")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_is_sound_html(client: FlaskClient, lunch: FullLunch, language: str) -> None:
    correct(lunch.event, "Corrigé.", days=1)
    assert list(elements(client.get(f"{PAGE}?lang={language}").text))
    with pytest.raises(html5lib.html5parser.ParseError):
        elements(client.get(PAGE).text.replace("</h1>", ""))


def test_what_people_wrote_is_marked_with_its_language(client: FlaskClient, lunch: FullLunch) -> None:
    foreign = [each for each in elements(client.get(f"{PAGE}?lang=en").text) if each.get("lang") == "fr"]
    assert len(foreign) > 10
    page = client.get(f"{PAGE}?lang=fr").text
    assert 'lang="fr" hreflang' not in page and page.count(' lang="fr"') == 1


def test_nothing_that_is_written_becomes_code(client: FlaskClient, lunch: FullLunch) -> None:
    event = lunch.event
    event.title = HOSTILE
    for kind, shape in SHAPES.items():
        fields = {field.name: HOSTILE for field in shape.fields if field.kind in WRITTEN}
        items = [{field.name: HOSTILE for field in shape.items if field.kind in WRITTEN}]
        add_section(event, kind, HOSTILE[:200], fields | ({"items": items} if shape.items else {}))
    quotation = db.session.scalars(select(Quotation).where(Quotation.approved_at.is_not(None))).one()
    quotation.text = quotation.medium = quotation.speaker.name = HOSTILE
    for picture in lunch.pictures:
        picture.alt = picture.credit = picture.licence = HOSTILE[:100]
    correct(event, HOSTILE, days=1)
    publish(event)
    page = client.get(PAGE).text
    assert page.count("7*7") > 40 and "onerror" in page, "control: it is all there"
    tags = list(elements(page))
    assert [each.get("src") or each.get("type") for each in tags if each.tag == "script"] == [
        "application/ld+json", next(each.get("src") for each in tags if each.tag == "script" and each.get("src")),
    ]  # fmt: skip
    assert [each for each in tags if any(str(name).startswith("on") for name in each.attrib)] == []
    assert all(each.get("src", "").startswith("/media/") for each in tags if each.tag == "img")
    SCHEMA.validate(data_of(client))


WRITTEN = {FieldKind.LINE, FieldKind.SENTENCE, FieldKind.TEXT, FieldKind.MARKDOWN}


# the secret preview


@pytest.fixture
def draft(make_event: EventMaker) -> FullLunch:
    """A lunch whose recap is a draft behind a secret link."""
    lunch = full_lunch(make_event)
    recap = write_recap(lunch)
    recap.preview_hash = token_hash("a-secret")
    db.session.commit()
    return lunch


def test_the_preview_shows_the_draft_to_whoever_has_its_link(client: FlaskClient, draft: FullLunch) -> None:
    answer = client.get("/recap/a-secret")
    assert answer.status_code == 200
    assert PRINCIPLES[0] in answer.text and QUESTION.removesuffix(" ?") in answer.text
    assert answer.headers["Cache-Control"] == "no-store" and "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert (
        "Content-Encoding"
        not in new_client(client.application).get("/recap/a-secret", headers={"Accept-Encoding": "gzip"}).headers
    ), "what is secret is not packed"
    assert list(elements(answer.text))
    for public_only in ("recap.json", "og:image", "ld+json", 'rel="canonical"', "press-kit"):
        assert public_only not in answer.text, public_only
    assert client.get("/recap/another-secret").status_code == 404


def test_a_picture_that_is_taken_down_leaves_the_preview_too(client: FlaskClient, draft: FullLunch) -> None:
    assert draft.pictures[0].token in client.get("/recap/a-secret").text
    take_down(draft.pictures[0])
    assert draft.pictures[0].token not in client.get("/recap/a-secret").text

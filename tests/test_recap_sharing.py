"""What leaves the house with a recap: data, words for search engines, links, and the secret preview."""

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
    assert client.get(told["$schema"].removeprefix("http://lunch.example")).json == SCHEMA.schema
    bodies = {client.get(DATA, headers={"Accept-Language": wish}).data for wish in ("fr", "en")}
    assert len(bodies) == 1, "in the language of the recap, whoever asks"
    assert told["licence"]["name"] == "CC BY 4.0"
    for spoil in ({"version": 2}, {"secret": "x"}, {"sections": [told["sections"][0] | {"kind": "gossip"}]}):
        assert list(SCHEMA.iter_errors(told | spoil)), "control: what does not fit is found"


def test_shared_addresses_show_a_picture(client: FlaskClient, lunch: FullLunch) -> None:
    page = client.get(PAGE).text
    told = {each.get("property"): each.get("content") for each in elements(page) if each.tag == "meta"}
    assert told["og:type"] == "article" and told["og:url"] == f"http://lunch.example{PAGE}"
    assert told["og:image"] == f"http://lunch.example{PAGE}.png"
    picture = client.get(f"{PAGE}.png")
    assert picture.content_type == "image/png" and picture.data.startswith(b"\x89PNG")
    alternate = [each.get("href") for each in elements(page) if each.get("type") == "application/json"]
    assert alternate == [DATA]


def test_the_page_is_sound_and_its_links_take_no_referrer_and_show_their_host(
    client: FlaskClient, lunch: FullLunch
) -> None:
    correct(lunch.event, "Corrigé.", days=1)
    page, english = client.get(f"{PAGE}?lang=fr").text, client.get(f"{PAGE}?lang=en").text
    foreign = [each for each in elements(english) if each.get("lang") == "fr"]
    assert len(foreign) > 10 and page.count(' lang="fr"') == 1, "what people wrote is marked with its language"
    with pytest.raises(html5lib.html5parser.ParseError):
        elements(page.replace("</h1>", ""))
    links = outbound(page)
    assert len(links) >= 8, "control: there are some"
    for link in links:
        assert {"noopener", "noreferrer"} <= set(link.get("rel").split()), link.get("href")
        assert host_of(link).removeprefix("www.") in "".join(link.itertext()), link.get("href")


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
    for public_only in ("recap.json", "og:image", "ld+json", 'rel="canonical"'):
        assert public_only not in answer.text, public_only
    assert client.get("/recap/another-secret").status_code == 404
    assert draft.pictures[0].token in answer.text
    take_down(draft.pictures[0])
    assert draft.pictures[0].token not in client.get("/recap/a-secret").text

"""What our pages say to machines, read by somebody else's reader of JSON-LD: it must be well formed, and mean it."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyld import jsonld

from lunchkit.demo import create_demo


@pytest.fixture(scope="session")
def database() -> str:
    """What is tried here is the same on every database."""
    return "sqlite"


SCHEMA = "https://schema.org/"
CONTEXT = {"@context": {"@vocab": SCHEMA, "url": {"@type": "@id"}}}


def offline(address: str, _options: dict[str, Any]) -> dict[str, Any]:
    """The context that schema.org publishes, in the one line that matters here; nothing else is fetched."""
    assert address.rstrip("/") == SCHEMA.rstrip("/"), f"our pages need {address}"
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": address, "document": CONTEXT}


def expanded(document: Any) -> list[dict[str, Any]]:
    """The nodes of a document, every name written out. Raises JsonLdError where it is none."""
    nodes: list[dict[str, Any]] = jsonld.expand(document, {"documentLoader": offline})
    return nodes


def said_on(client: FlaskClient, path: str) -> dict[str, Any]:
    """The one thing that a page speaks of."""
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).text, re.DOTALL)
    (node,) = expanded(json.loads(text))
    return node


def of(node: dict[str, Any], name: str) -> list[Any]:
    """The values of a property."""
    return list(node.get(SCHEMA + name, []))


def test_a_recap_is_an_article_about_an_event_with_its_press(client: FlaskClient) -> None:
    create_demo()
    article = said_on(client, "/e/ia-responsable/recap")
    assert SCHEMA + "Article" in article["@type"]
    (event,) = of(article, "about")
    assert event["@type"] == [f"{SCHEMA}Event"]
    assert [name["@value"] for name in of(event, "name")] == ["IA responsable : l’ESS s’empare du débat"]
    press = [node for node in of(event, "subjectOf") if f"{SCHEMA}NewsArticle" in node["@type"]]
    assert [value["@id"] for value in of(press[0], "url")] == ["https://lecourrier.ch/"]
    for needed in ("headline", "author", "datePublished", "image"):
        assert of(article, needed), needed


def test_a_lunch_is_an_event_and_says_who_speaks(client: FlaskClient) -> None:
    create_demo()
    event = said_on(client, "/e/qui-tient-le-tournevis")
    assert event["@type"] == [f"{SCHEMA}Event"]
    assert {of(person, "name")[0]["@value"] for person in of(event, "performer")} == {"Ada Ressort", "Léo Boulon"}


@pytest.mark.parametrize(
    "broken", [{"@context": "https://schema.org", "@type": {"a": 1}}, {"@context": 7, "name": "x"}]
)
def test_control_what_is_no_linked_data_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(jsonld.JsonLdError):
        expanded(broken)

"""What our pages say to machines, read by somebody else's reader of JSON-LD: it must be well formed, and mean it."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyld import jsonld

from lunchkit.demo.actions import create_demo

SCHEMA = "https://schema.org/"
CONTEXT = {"@context": {"@vocab": SCHEMA, "url": {"@type": "@id"}}}


@pytest.fixture(scope="session")
def database() -> str:
    """What is tried here is the same on every database."""
    return "sqlite"


def offline(address: str, _options: dict[str, Any]) -> dict[str, Any]:
    """The context that schema.org publishes, in the one line that matters here; nothing else is fetched."""
    assert address.rstrip("/") == SCHEMA.rstrip("/"), f"our pages need {address}"
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": address, "document": CONTEXT}


def expanded(document: Any) -> list[dict[str, Any]]:
    """The nodes of a document, every name written out. Raises JsonLdError where it is none."""
    nodes: list[dict[str, Any]] = jsonld.expand(document, {"documentLoader": offline})
    return nodes


def said_on(client: FlaskClient, path: str, kind: str) -> dict[str, Any]:
    """The one thing that a page speaks of, of this kind."""
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).text, re.DOTALL)
    (node,) = expanded(json.loads(text))
    assert node["@type"] == [SCHEMA + kind]
    return node


def names(node: dict[str, Any], name: str) -> set[str]:
    """The names of what a property holds."""
    return {of["@value"] for value in node[SCHEMA + name] for of in value.get(SCHEMA + "name", [value])}


def test_each_page_says_what_it_speaks_of(client: FlaskClient) -> None:
    create_demo()
    article = said_on(client, "/e/ia-responsable/recap", "Article")
    assert names(article, "about") == names(article, "headline") == {"IA responsable : l’ESS s’empare du débat"}
    assert names(article, "author") == {"APRÈS-GE"}
    assert article[SCHEMA + "datePublished"] and article[SCHEMA + "image"]
    event = said_on(client, "/e/qui-tient-le-tournevis", "Event")
    assert names(event, "performer") == {"Ada Ressort", "Léo Boulon"}
    for broken in ({"@context": "https://schema.org", "@type": {"a": 1}}, {"@context": 7, "name": "x"}):
        with pytest.raises(jsonld.JsonLdError):  # control
            expanded(broken)

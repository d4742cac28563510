"""The recap for search engines: a schema.org Article about the Event, without an empty word."""

from typing import Any

from lunchkit.events.models import Event
from lunchkit.platform.links import public
from lunchkit.platform.markdown import plain
from lunchkit.recap.exports.data import items_of
from lunchkit.recap.sections import SectionKind

Thing = dict[str, Any]
CARD = (1200, 630)
"""Width and height of the picture that stands for a shared page."""


def structured_article(event: Event, data: Thing, summary: str) -> Thing:
    """``data`` (of ``exports.data.recap_json``) as https://schema.org/Article; its author is the network.

    The press is about the lunch, as we are.
    """
    network = {"@type": "Organization", "name": data["network"], "url": public("site.home")}
    address, licence, corrections = data["address"], data["licence"], data["corrections"]
    width, height = CARD
    filled: Thing = _filled(
        {
            "@context": "https://schema.org",
            "@type": "Article",
            "@id": address,
            "url": address,
            "mainEntityOfPage": address,
            "headline": data["title"],
            "description": summary,
            "inLanguage": data["language"],
            "datePublished": data["published_at"],
            "dateModified": max([data["published_at"], *(each["corrected_at"] for each in corrections)]),
            "author": network,
            "publisher": network,
            "license": licence["address"],
            "copyrightNotice": "" if licence["address"] else f"© {data['network']}. {licence['name']}",
            "isAccessibleForFree": True,
            "image": {
                "@type": "ImageObject",
                "url": public("recap.card", slug=event.slug),
                "width": width,
                "height": height,
            },
            "correction": [
                {"@type": "CorrectionComment", "text": each["note"], "datePublished": each["corrected_at"]}
                for each in corrections
            ],
            "about": _lunch(event, data),
        }
    )
    return filled


def _lunch(event: Event, data: Thing) -> Thing:
    """What the recap says of the lunch; its own page says the rest under the same ``@id``."""
    lunch = data["lunch"]
    return {
        "@type": "Event",
        "@id": lunch["address"],
        "url": lunch["address"],
        "name": lunch["title"],
        "startDate": lunch["starts_at"],
        "endDate": lunch["ends_at"],
        "location": {"@type": "Place", "name": event.venue or event.town},
        "performer": [_speaker(item) for item in items_of(data, SectionKind.SPEAKERS)],
        "subjectOf": [_news(item) for item in items_of(data, SectionKind.PRESS)],
    }


def _speaker(item: Thing) -> Thing:
    affiliation = {"@type": "Organization", "name": item["organisation"]}
    return {"@type": "Person", "name": item["name"], "url": item["address"], "affiliation": affiliation}


def _news(item: Thing) -> Thing:
    return {
        "@type": "NewsArticle",
        "headline": item["title"] or item["medium"],
        "url": item["url"],
        "datePublished": item["published_on"],
        "inLanguage": {"@type": "Language", "name": item["language"]},
        "author": {"@type": "Person", "name": item["author"]},
        "publisher": {"@type": "Organization", "name": item["medium"]},
        "abstract": plain(item["summary"]),
        "isAccessibleForFree": not item["is_paid"],
    }


def _filled(value: Any) -> Any:
    """What says something, at any depth; a thing of which only the type is left says nothing."""
    if isinstance(value, dict):
        kept = {key: _filled(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if _says_something(inner)}
    if isinstance(value, list):
        return [inner for inner in map(_filled, value) if _says_something(inner)]
    return value


def _says_something(value: Any) -> bool:
    return value not in ("", None, {}, []) and not (isinstance(value, dict) and set(value) <= {"@type"})

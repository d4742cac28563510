"""The recap for search engines: a schema.org Article about the Event, without an empty word."""

from datetime import datetime
from typing import Any

from flask_babel import force_locale

from lunchkit.events.models import Event
from lunchkit.links import public
from lunchkit.markdown import plain
from lunchkit.recap.sections import SectionKind
from lunchkit.recap.views import Article

Thing = dict[str, Any]
CARD = (1200, 630)
"""Width and height of the picture that stands for a shared page."""


def structured_article(event: Event, article: Article, published_at: datetime) -> Thing:
    """The recap as https://schema.org/Article, its author the network; the press is about the lunch, as we are."""
    network = {"@type": "Organization", "name": event.series.network, "url": public("pages.home")}
    address = public("recap.show", slug=event.slug)
    changed = [published_at, *(each.corrected_at for each in article.corrections)]
    width, height = CARD
    filled: Thing = _filled(
        {
            "@context": "https://schema.org",
            "@type": "Article",
            "@id": address,
            "url": address,
            "mainEntityOfPage": address,
            "headline": event.title,
            "description": article.summary,
            "inLanguage": article.language,
            "datePublished": published_at.isoformat(),
            "dateModified": max(changed).isoformat(),
            "author": network,
            "publisher": network,
            "license": article.licence.address,
            "copyrightNotice": "" if article.licence.address else _notice(event, article),
            "isAccessibleForFree": True,
            "image": {
                "@type": "ImageObject",
                "url": public("recap.card", slug=event.slug),
                "width": width,
                "height": height,
            },
            "correction": [
                {"@type": "CorrectionComment", "text": each.note, "datePublished": each.corrected_at.isoformat()}
                for each in article.corrections
            ],
            "about": _lunch(event, article),
        }
    )
    return filled


def _notice(event: Event, article: Article) -> str:
    with force_locale(article.language):
        return f"© {event.series.network}. {article.licence.name}"


def _lunch(event: Event, article: Article) -> Thing:
    place = {
        "@type": "PostalAddress",
        "streetAddress": event.street,
        "postalCode": event.postcode,
        "addressLocality": event.town,
    }
    page = public("pages.event", slug=event.slug)
    return {
        "@type": "Event",
        "@id": page,
        "url": page,
        "name": event.title,
        "about": {"@type": "Thing", "name": event.theme},
        "startDate": event.starts_local.isoformat(),
        "endDate": event.ends_local.isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": event.venue or event.town, "address": place},
        "organizer": {"@type": "Organization", "name": event.series.network},
        "superEvent": {"@type": "EventSeries", "name": event.series.name},
        "performer": _speakers(article),
        "subjectOf": [_news(item) for section in article.of_kind(SectionKind.PRESS) for item in section.items],
    }


def _speakers(article: Article) -> list[Thing]:
    return [
        {
            "@type": "Person",
            "name": each.speaker.name,
            "url": public("speakers.show", slug=each.speaker.slug),
            "affiliation": {
                "@type": "Organization",
                "name": each.speaker.organisation.name if each.speaker.organisation else "",
            },
        }
        for section in article.of_kind(SectionKind.SPEAKERS)
        for each in section.speakers
    ]


def _news(item: Any) -> Thing:
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

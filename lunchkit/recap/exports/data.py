"""The recap for a program. ``static/recap.schema.json`` says what each part means."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import force_locale

from lunchkit.events.models import Event
from lunchkit.platform.links import public
from lunchkit.recap.document import VERSION
from lunchkit.recap.exports.licence import licence_terms
from lunchkit.recap.models import Recap
from lunchkit.recap.sections import SectionKind
from lunchkit.recap.view_models import Article, Photo, Section
from lunchkit.speakers.models import Appearance, Quotation

Thing = dict[str, Any]


def recap_json(recap: Recap, article: Article) -> Thing:
    """The whole recap, in its own language whoever asks: what the page shows, and no more. Other exports read it."""
    event, published_at = recap.event, recap.published_at or recap.created_at
    with force_locale(article.language):
        return {
            "$schema": public("web.static_file", build="latest", path="recap.schema.json"),
            "version": VERSION,
            "address": public("recap.show", slug=event.slug),
            "title": event.title,
            "language": article.language,
            "network": event.series.network,
            "series": event.series.name,
            "licence": {
                "name": str(article.licence.name),
                "address": article.licence.address,
                "terms": licence_terms(event, article.licence),
            },
            "published_at": published_at.isoformat(),
            "corrections": [
                {"corrected_at": each.corrected_at.isoformat(), "note": each.note} for each in article.corrections
            ],
            "lunch": _lunch(event),
            "sections": [_section(section) for section in article.sections],
        }


def items_of(data: Thing, kind: SectionKind) -> list[Thing]:
    """All items in the sections of a kind."""
    return [item for section in data["sections"] if section["kind"] == kind for item in section["items"]]


def _lunch(event: Event) -> Thing:
    return {
        "address": public("site.event", slug=event.slug),
        "title": event.title,
        "starts_at": event.starts_local.isoformat(),
        "ends_at": event.ends_local.isoformat(),
        "place": event.place,
        "is_demo": event.is_demo,
    }


def _section(section: Section) -> Thing:
    told: Thing = {
        "id": section.id,
        "kind": section.kind.value,
        "heading": section.heading,
        "fields": dict(section.fields),
        "items": [_ITEMS.get(section.kind, dict)(item) for item in section.items],
    }
    if section.poll:
        told |= {"result": section.poll.kept, "before": section.poll.kept_before, "movement": section.poll.movement}
    if section.kind is SectionKind.NEXT:
        told["lunch"] = _lunch(section.next_lunch.event) if section.next_lunch else None
    return told


def _photo(photo: Photo) -> Thing:
    picture = photo.picture
    files = [
        {"width": width, "address": public("images.file", token=picture.token, width=width)} for width in picture.widths
    ]
    return {
        "caption": photo.caption,
        "alt": picture.alt,
        "credit": picture.credit,
        "licence": picture.licence,
        "width": picture.width,
        "height": picture.height,
        "files": files,
    }


def _speaker(appearance: Appearance) -> Thing:
    speaker = appearance.speaker
    return {
        "name": speaker.name,
        "role": speaker.role,
        "organisation": speaker.organisation.name if speaker.organisation else "",
        "address": public("speakers.show", slug=speaker.slug),
    }


def _quotation(quotation: Quotation) -> Thing:
    return {
        "text": quotation.text,
        "by": quotation.speaker.name,
        "medium": quotation.medium,
        "url": quotation.url,
    }


_ITEMS: Mapping[SectionKind, Callable[[Any], Thing]] = {
    SectionKind.PHOTOS: _photo,
    SectionKind.SPEAKERS: _speaker,
    SectionKind.QUOTATIONS: _quotation,
}

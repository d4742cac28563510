"""What a speaker's page shows, the contact card, and the structured data."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from icalendar.parser import Contentline

from lunchkit.platform import qr
from lunchkit.platform.images.models import Picture
from lunchkit.platform.images.queries import picture_by_token
from lunchkit.platform.links import public
from lunchkit.platform.text import clean_line
from lunchkit.speakers.models import Appearance, Organisation, Speaker
from lunchkit.speakers.page import SpeakerPage
from lunchkit.speakers.queries import public_organisation_named, public_quotations_of, talks_of

VCARD_TYPE = "text/vcard; charset=utf-8"
SHARED_WIDTH = 1280
"""Pixels; search engines and chats need no larger portrait."""


def page_facts(speaker: Speaker, page: SpeakerPage) -> dict[str, Any]:
    """The variables of the page template, for the public page and for a draft."""
    talks = talks_of(speaker.id, only_public=True)
    return {
        "speaker": speaker,
        "page": page,
        "talks": talks,
        "lunches": {talk.event_id: talk.event for talk in talks},
        "quotations": public_quotations_of(speaker.id),
        "portrait": picture_by_token(page.portrait),
        "organisation": public_organisation_named(page.organisation),
        "colour": talks[0].event.colour if talks else "tomate",
        "qr": qr.svg(public("speakers.vcard", slug=speaker.slug), _("QR code of the contact card")),
    }


def contact_card(page: SpeakerPage, address: str) -> bytes:
    """The contact card of a speaker, with nothing that is not on the public page.

    vCard 3.0 (RFC 2426), which every phone reads. Phones sort by N: the first word of the name is taken for the given
    name, the others for the family name («de la Tour»).
    """
    given, _, family = page.name.partition(" ")
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "PRODID:-//lunchkit//lunchkit//EN",
        f"FN:{_escaped(page.name)}",
        f"N:{_escaped(family)};{_escaped(given)};;;",
        *([f"ORG:{_escaped(page.organisation)}"] if page.organisation else ()),
        *([f"TITLE:{_escaped(page.role)}"] if page.role else ()),
        *([f"NOTE:{_escaped(page.short_bio)}"] if page.short_bio else ()),
        f"URL:{_uri(address)}",
        *(f"URL:{_uri(link['url'])}" for link in page.links),
        f"UID:{_uri(address)}",
        "END:VCARD",
    ]
    return b"".join(Contentline(line).to_ical() + b"\r\n" for line in lines)  # type: ignore[no-untyped-call]


def _escaped(text: str) -> str:
    for char in ("\\", ";", ","):
        text = text.replace(char, f"\\{char}")
    return text.replace("\n", "\\n")


def _uri(address: str) -> str:
    """An address without characters at which some readers cut it."""
    return clean_line(address).replace(",", "%2C").replace(";", "%3B")


def structured_speaker(
    speaker: Speaker,
    page: SpeakerPage,
    talks: Sequence[Appearance],
    organisation: Organisation | None,
    portrait: Picture | None,
) -> dict[str, Any]:
    """A schema.org Person (https://schema.org/Person), without empty fields."""
    address = public("speakers.show", slug=speaker.slug)
    works_for = {"@type": "Organization", "name": page.organisation, **_about(organisation)}
    return _filled(
        {
            "@context": "https://schema.org",
            "@type": "Person",
            "@id": address,
            "url": address,
            "name": page.name,
            "jobTitle": page.role,
            "description": page.short_bio,
            "image": portrait_address(portrait) if portrait else "",
            "worksFor": works_for if page.organisation else "",
            "knowsLanguage": [name.strip() for name in page.languages.split(",") if name.strip()],
            "sameAs": [link["url"] for link in page.links],
            "performerIn": [_event(talk) for talk in talks],
        }
    )


def _event(talk: Appearance) -> dict[str, Any]:
    address = public("site.event", slug=talk.event.slug)
    return {
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": talk.event.title,
        "startDate": talk.event.starts_local.isoformat(),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if talk.event.cancelled_at else 'Scheduled'}",
    }


def _about(organisation: Organisation | None) -> dict[str, Any]:
    if organisation is None:
        return {}
    address = public("speakers.organisation", slug=organisation.slug)
    return _filled({"@id": address, "url": organisation.website or address})


def structured_organisation(organisation: Organisation, description: str, network: str) -> dict[str, Any]:
    """A schema.org Organization, without empty fields; ``network`` if it is a member."""
    place = {"@type": "PostalAddress", "addressLocality": organisation.town}
    return _filled(
        {
            "@context": "https://schema.org",
            "@type": "Organization",
            **_about(organisation),
            "mainEntityOfPage": public("speakers.organisation", slug=organisation.slug),
            "name": organisation.name,
            "description": description,
            "address": place if organisation.town else "",
            "memberOf": {"@type": "Organization", "name": network} if network else "",
        }
    )


def portrait_address(portrait: Picture) -> str:
    """The public address of a portrait, not wider than ``SHARED_WIDTH`` if possible."""
    width = max((width for width in portrait.widths if width <= SHARED_WIDTH), default=portrait.width)
    return public("images.file", token=portrait.token, width=width)


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", [], None)}

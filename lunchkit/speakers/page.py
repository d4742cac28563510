"""The page of a speaker as one value: the public one, or the draft (``Speaker.draft``); and the contact card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import LazyString, gettext as _, lazy_gettext as _l

from lunchkit.platform import links, qr
from lunchkit.platform.images.queries import picture_by_token
from lunchkit.platform.late import icalendar
from lunchkit.platform.text import clean_line
from lunchkit.platform.versions import Difference
from lunchkit.speakers.models import Appearance, Speaker, initials_of
from lunchkit.speakers.queries import public_organisation_named, public_quotations_of, talks_of

LABELS: Mapping[str, LazyString] = {
    "name": _l("First and last name"),
    "role": _l("Role"),
    "organisation": _l("Organisation"),
    "short_bio": _l("In one or two sentences"),
    "biography": _l("Biography"),
    "languages": _l("Languages"),
    "links": _l("Links"),
    "slides": _l("Slides"),
    "portrait": _l("Portrait"),
    "portrait_alt": _l("What the portrait shows"),
    "portrait_credit": _l("Who took the portrait"),
}


@dataclass(frozen=True)
class SpeakerPage:
    """What a speaker says of themselves. ``Speaker.draft`` holds these fields."""

    name: str
    role: str = ""
    organisation: str = ""
    """Its name."""
    short_bio: str = ""
    biography: str = ""
    """Markdown."""
    languages: str = ""
    links: list[dict[str, str]] = field(default_factory=list)
    """[{"label": …, "url": …}]."""
    slides: dict[str, dict[str, str]] = field(default_factory=dict)
    """By event id, as ``Appearance.slides`` has them."""
    portrait: str = ""
    """The token of a picture."""
    portrait_alt: str = ""
    portrait_credit: str = ""

    @property
    def initials(self) -> str:
        return initials_of(self.name)

    def slides_of(self, event_id: int) -> dict[str, str]:
        return self.slides.get(str(event_id), {})

    def as_text(self, name: str) -> str:
        value = getattr(self, name)
        if name == "portrait":
            return _("a picture") if value else ""
        if name == "links":
            return "\n".join(f"{link['url']} {link['label']}".strip() for link in value)
        if name == "slides":
            return "\n".join(" · ".join(filter(None, slides.values())) for slides in value.values())
        return str(value)


def public_page(speaker: Speaker, talks: Sequence[Appearance]) -> SpeakerPage:
    """The public page; ``talks`` are the appearances whose slides it shows."""
    portrait = speaker.portrait
    return SpeakerPage(
        **{name: getattr(speaker, name) for name in ("name", "role", "short_bio", "biography", "languages", "links")},
        organisation=speaker.organisation.name if speaker.organisation else "",
        slides={str(talk.event_id): talk.slides for talk in talks if talk.slides},
        portrait=portrait.token if portrait else "",
        portrait_alt=portrait.alt if portrait else "",
        portrait_credit=portrait.credit if portrait else "",
    )


def draft_page(speaker: Speaker) -> SpeakerPage | None:
    return None if speaker.draft is None else SpeakerPage(**speaker.draft)


def written_page(speaker: Speaker, talks: Sequence[Appearance]) -> SpeakerPage:
    return draft_page(speaker) or public_page(speaker, talks)


def differences(before: SpeakerPage, after: SpeakerPage) -> list[Difference]:
    return [
        Difference(str(label), before.as_text(name), after.as_text(name), name)
        for name, label in LABELS.items()
        if getattr(before, name) != getattr(after, name)
    ]


def page_facts(speaker: Speaker, page: SpeakerPage) -> dict[str, Any]:
    talks = talks_of(speaker.id, only_public=True)
    return {
        "speaker": speaker,
        "page": page,
        "talks": talks,
        "lunches": {talk.event_id: talk.event for talk in talks},
        "quotations": public_quotations_of(speaker.id),
        "portrait": picture_by_token(page.portrait),
        "organisation": public_organisation_named(page.organisation),
        "colour": next((talk.event.colour for talk in talks or talks_of(speaker.id)), "tomate"),
        "qr": qr.svg(links.public("speakers.vcard", slug=speaker.slug), _("QR code of the contact card")),
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
    return b"".join(icalendar.parser.Contentline(line).to_ical() + b"\r\n" for line in lines)  # type: ignore[no-untyped-call]


def _escaped(text: str) -> str:
    for char in ("\\", ";", ","):
        text = text.replace(char, f"\\{char}")
    return text.replace("\n", "\\n")


def _uri(address: str) -> str:
    """An address without characters at which some readers cut it."""
    return clean_line(address).replace(",", "%2C").replace(";", "%3B")

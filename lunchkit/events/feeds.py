"""What calendars and feed readers are told of lunches. Stands between the doors (routes) and the reads (queries)."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from lunchkit.events.models import Event
from lunchkit.events.queries import all_series
from lunchkit.platform.calendar import Entry
from lunchkit.platform.config import current_settings
from lunchkit.platform.i18n import when
from lunchkit.platform.links import public
from lunchkit.platform.text import clean_line, clean_text

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed changed that has never held anything."""
_NOT_IN_XML = dict.fromkeys((0xFFFE, 0xFFFF))
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True)
class Rights:
    """What may be done with a recap: a licence by name, and where its text is, if anything is given away."""

    name: str
    address: str


@dataclass(frozen=True)
class AtomEntry:
    """One lunch, or its recap, as a feed reader shows it; the texts are fit for XML."""

    id: str
    title: str
    link: str
    published_at: datetime
    updated_at: datetime
    summary: str
    rights: Rights | None = None


RightsReader = Callable[[Collection[int]], Mapping[int, Rights]]
_readers: list[RightsReader] = []


def tells_rights(reader: RightsReader) -> RightsReader:
    """Register the decorated function as one that knows under which licence the recaps of lunches are given away."""
    _readers.append(reader)
    return reader


def calendar_entry(event: Event) -> Entry:
    """The lunch as a calendar shows it, with no link but those of its public page and its recap."""
    page = public("site.event", slug=event.slug)
    return Entry(
        uid=event.uid,
        sequence=event.sequence,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.zone,
        title=event.title,
        description=_paragraphs(event.summary, event.access_notes, page, _recap_line(event)),
        location=event.place,
        url=page,
        created_at=event.created_at,
        updated_at=event.updated_at,
        cancelled=event.cancelled_at is not None,
        organiser_name=event.series.network,
        organiser_email=event.contact_email,
    )


def _recap_line(event: Event) -> str:
    """Where the recap stands, in the house's language: calendars are fetched by machines."""
    if event.recap_published_at is None:
        return ""
    with force_locale(current_settings().language):
        return str(_("Recap: %(what)s", what=public("recap.show", slug=event.slug)))


def feed_name() -> str:
    """What a calendar or a feed reader calls our feeds."""
    return clean_line(", ".join(series.name for series in all_series())) or current_settings().network_name


def atom_feed(events: Iterable[Event]) -> str:
    """The Atom document (RFC 4287) of these lunches and their recaps, what was published last first.

    It speaks the house's language, whoever asks: a feed is fetched by machines.
    """
    settings, told_of = current_settings(), list(events)
    with force_locale(settings.language):
        rights = _rights([event.id for event in told_of if event.recap_published_at is not None])
        told = [entry for event in told_of for entry in _atom_entries(event, rights.get(event.id))]
        entries = sorted(told, key=lambda entry: entry.published_at, reverse=True)
        updated_at = max((entry.updated_at for entry in entries), default=NEVER)
        document = render_template(
            "events/feed.atom.xml",
            title=feed_name(), author=clean_line(settings.network_name), language=settings.language,
            address=public("events.atom"), home=public("site.home"), updated_at=updated_at, entries=entries,
        )  # fmt: skip
    return document.translate(_NOT_IN_XML)


def _rights(event_ids: Collection[int]) -> dict[int, Rights]:
    return {number: right for reader in _readers for number, right in reader(event_ids).items()} if event_ids else {}


def _atom_entries(event: Event, rights: Rights | None) -> Iterator[AtomEntry]:
    """The lunch, and its recap once that is published."""
    title = clean_line(event.title)
    yield AtomEntry(
        id=_tag(event),
        title=_("Lunch cancelled: %(title)s", title=title) if event.cancelled_at else title,
        link=public("site.event", slug=event.slug),
        published_at=event.published_at or event.created_at,
        updated_at=event.updated_at,
        summary=_paragraphs(_when_and_where(event), event.summary),
    )
    if event.recap_published_at is not None:
        yield AtomEntry(
            id=f"{_tag(event)}/recap",
            title=_("Recap: %(what)s", what=title),
            link=public("recap.show", slug=event.slug),
            published_at=event.recap_published_at,
            updated_at=max(event.updated_at, event.recap_published_at),
            summary=_paragraphs(_when_and_where(event), _("What was said at table, and what came of it.")),
            rights=rights,
        )


def _when_and_where(event: Event) -> str:
    return ", ".join(part for part in (when(event), event.place) if part)


def _tag(event: Event) -> str:
    """A name for ever (RFC 4151), made of the UID: it outlives a change of the address or of the server.

    No lunch has a slash in it, so that what belongs to one may be named after it.
    """
    name, _at, host = event.uid.rpartition("@")
    if not _HOST_NAME.fullmatch(host) or not name:
        name, host = event.uid, urlsplit(current_settings().address).hostname or ""
    authority = host.lower() if _HOST_NAME.fullmatch(host) else "localhost"
    return f"tag:{authority},{event.created_at:%Y-%m-%d}:{quote(name, safe='', errors='replace')}"


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text for text in (clean_text(text) for text in texts) if text)

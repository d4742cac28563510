"""What calendars and feed readers show of lunches and their recaps."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from flask import render_template
from flask_babel import force_locale, gettext as _

from lunchkit.events.models import Event
from lunchkit.events.queries import all_series
from lunchkit.platform.config import current_settings
from lunchkit.platform.i18n import when
from lunchkit.platform.late import calendar
from lunchkit.platform.links import public
from lunchkit.platform.text import clean_line, clean_text

_NOT_IN_XML = dict.fromkeys((0xFFFE, 0xFFFF))


def calendar_entry(event: Event) -> "calendar.Entry":
    """The lunch as a calendar shows it. Its only links are the public page and the recap."""
    page = public("site.event", slug=event.slug)
    return calendar.Entry(
        uid=event.uid,
        sequence=event.sequence,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.zone,
        title=event.title,
        description=_paragraphs(
            event.summary, f"{event.price} {event.price_url}".strip(), event.access_notes, page, _recap_line(event)
        ),
        location=event.place,
        url=page,
        created_at=event.created_at,
        updated_at=event.updated_at,
        cancelled=event.cancelled_at is not None,
        organiser_name=event.series.network,
        organiser_email=event.contact_email,
    )


def _recap_line(event: Event) -> str:
    if event.recap_published_at is None:
        return ""
    with force_locale(current_settings().language):  # calendars are fetched by machines
        return str(_("Recap: %(what)s", what=public("recap.show", slug=event.slug)))


def feed_name() -> str:
    return clean_line(", ".join(series.name for series in all_series())) or current_settings().network_name


def atom_feed(events: Iterable[Event]) -> str:
    """The Atom document (RFC 4287) of lunches and recaps, the latest publication first, in the settings' language."""
    settings = current_settings()
    with force_locale(settings.language):
        entries = [entry for event in events for entry in _atom_entries(event)]
        document = render_template(
            "events/feed.atom.xml",
            title=feed_name(),
            author=clean_line(settings.network_name),
            language=settings.language,
            address=public("events.atom"),
            home=public("site.home"),
            updated_at=max((entry["updated_at"] for entry in entries), default=datetime(1970, 1, 1, tzinfo=UTC)),
            entries=sorted(entries, key=lambda entry: entry["published_at"], reverse=True),
        )
    return document.translate(_NOT_IN_XML)


def _atom_entries(event: Event) -> Iterator[dict[str, Any]]:
    title, place_and_time = clean_line(event.title), ", ".join(filter(None, (when(event), event.place)))
    yield {
        "id": _tag(event),
        "title": _("Lunch cancelled: %(title)s", title=title) if event.cancelled_at else title,
        "link": public("site.event", slug=event.slug),
        "published_at": event.published_at or event.created_at,
        "updated_at": event.updated_at,
        "summary": _paragraphs(place_and_time, event.summary),
    }
    if event.recap_published_at is not None:
        yield {
            "id": f"{_tag(event)}/recap",
            "title": _("Recap: %(what)s", what=title),
            "link": public("recap.show", slug=event.slug),
            "published_at": event.recap_published_at,
            "updated_at": max(event.updated_at, event.recap_published_at),
            "summary": _paragraphs(place_and_time, _("What was said at table, and what came of it.")),
        }


def _tag(event: Event) -> str:
    """A permanent id (RFC 4151), made of the UID: it outlives a change of the address or of the server."""
    name, _at, host = event.uid.rpartition("@")
    return f"tag:{quote(host.lower())},{event.created_at:%Y-%m-%d}:{quote(name, safe='')}"


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text for text in (clean_text(text) for text in texts) if text)

"""Public pages that compose several features: home, one lunch, its poster, and privacy."""

from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lunchkit import clock, links, qr
from lunchkit.events.models import Event
from lunchkit.events.queries import coming_events, event_by_slug_or_404, past_events, running_events
from lunchkit.i18n import when
from lunchkit.polls.queries import polls_of
from lunchkit.registrations.queries import queue_length, seats_taken, seats_taken_by_event
from lunchkit.rooms.queries import room_of_event
from lunchkit.speakers.queries import appearances

bp = Blueprint("pages", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    """The lunches that run, come, and were."""
    now = clock.now()
    running, coming, past = running_events(now), coming_events(now), past_events(now)
    taken = seats_taken_by_event([event.id for event in (*running, *coming)])
    left = {event.id: max(0, event.capacity - taken[event.id]) for event in (*running, *coming)}
    return render_template("pages/home.html", running=running, coming=coming, past=past, seats_left=left)


@bp.get("/e/<slug>")
def event(slug: str) -> ResponseReturnValue:
    """One lunch."""
    event = event_by_slug_or_404(slug)
    taken = seats_taken(event.id)
    left = max(0, event.capacity - taken)
    polls, room = polls_of(event.id), room_of_event(event.id)
    address = links.public("pages.event", slug=slug)
    return render_template(
        "pages/event.html",
        event=event,
        seats_taken=taken,
        seats_left=left,
        queue_length=queue_length(event.id),
        state=event.state(clock.now(), left),
        speakers=appearances(event.id),
        polls=[poll for poll in polls if poll.before_id is None],
        results={poll.id for poll in polls if poll.is_public},
        room_code=room.code if room and event.starts_at <= clock.now() <= event.ends_at else None,
        structured=structured_event(event, left),
        share=share_links(event),
        address=address,
        short_address=address.partition("://")[2],
        qr=qr.svg(address, _("QR code of this page's address")),
    )


@bp.get("/e/<slug>/poster")
def poster(slug: str) -> ResponseReturnValue:
    """The poster: one A4 page from the browser's print command."""
    event = event_by_slug_or_404(slug)
    address = links.public("pages.event", slug=slug)
    return render_template(
        "pages/poster.html",
        event=event,
        speakers=appearances(event.id),
        qr=qr.svg(address, _("QR code of this page's address")),
        short_address=address.partition("://")[2],
    )


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What is stored, for how long, and which cookies there are."""
    return render_template("pages/privacy.html")


def structured_event(event: Event, left: int) -> dict[str, Any]:
    """The lunch as a schema.org Event (https://schema.org/Event), without empty fields."""
    status = "EventCancelled" if event.cancelled_at else "EventScheduled"
    address = {
        "@type": "PostalAddress",
        "streetAddress": event.street,
        "postalCode": event.postcode,
        "addressLocality": event.town,
    }
    return _filled(
        {
            "@context": "https://schema.org",
            "@type": "Event",
            "@id": links.public("pages.event", slug=event.slug),
            "url": links.public("pages.event", slug=event.slug),
            "name": event.title,
            "about": event.theme,
            "description": event.summary,
            "startDate": event.starts_local.isoformat(),
            "endDate": event.ends_local.isoformat(),
            "eventStatus": f"https://schema.org/{status}",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "location": {"@type": "Place", "name": event.venue or event.town, "address": address},
            "organizer": {"@type": "Organization", "name": event.series.network},
            "superEvent": {"@type": "EventSeries", "name": event.series.name},
            "maximumAttendeeCapacity": event.capacity,
            "remainingAttendeeCapacity": left,
        }
    )


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    """What says something, at any depth; a thing of which only the type is left says nothing."""
    kept = {key: _filled(value) if isinstance(value, dict) else value for key, value in fields.items()}
    return {key: value for key, value in kept.items() if value not in ("", None) and not _is_bare(value)}


def _is_bare(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() <= {"@type"}


def share_links(event: Event) -> list[tuple[str, str]]:
    """Plain links that pass a lunch on: no script, no third party until one is tapped."""
    address = links.public("pages.event", slug=event.slug)
    text = f"{event.title}, {when(event)}"
    mail = urlencode({"subject": event.title, "body": f"{text}\n{address}"}, quote_via=quote)
    return [
        (_("By e-mail"), f"mailto:?{mail}"),
        ("WhatsApp", "https://wa.me/?" + urlencode({"text": f"{text} {address}"})),
        ("LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?" + urlencode({"url": address})),
    ]

"""Public pages that compose several features: home, an event, its poster and card, the archive, and privacy."""

from collections.abc import Sequence
from textwrap import shorten
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext as _

from lunchkit.events.models import Event, EventState
from lunchkit.events.queries import (
    all_series,
    coming_events,
    event_by_slug_or_404,
    events_by_id,
    past_events,
    running_events,
)
from lunchkit.platform import clock, links, qr
from lunchkit.platform.config import current_settings
from lunchkit.platform.errors import NotFound
from lunchkit.platform.i18n import when
from lunchkit.platform.images.late import cards
from lunchkit.platform.page_cache import seldom_changes
from lunchkit.platform.text import clean_line, normalise
from lunchkit.recap.exports import share_links
from lunchkit.registrations.queries import fullness, seats_taken_by_event
from lunchkit.room.polls.queries import lacks_words, polls_of
from lunchkit.room.queries import room_of_event
from lunchkit.run_sheet.queries import run_sheet_of
from lunchkit.settings.queries import current_site
from lunchkit.site.presenter.fitting import fits
from lunchkit.site.series import LATEST, archive, series_or_404
from lunchkit.speakers.models import Appearance
from lunchkit.speakers.queries import appearances

bp = Blueprint("site", __name__)
BOOKABLE = (EventState.OPEN, EventState.FULL, EventState.LATER)
"""States in which people can register, now or later."""
POSTER = {"width": 189, "height": 114, "character": 0.535, "line": 0.95}  # the place of the title, in millimetres
FREE = {"gratuit", "free", "kostenlos", "gratis", "gratuito"}
"""Prices that mean free of charge; of any other nothing is claimed to search engines but its words."""
SHORT_SLUG = 24
"""Characters; a poster has the short address of a lunch in the place of a longer one, which nobody would type."""
POSTER_SIZES = (29.4, 24, 20, 17, 14.5)
"""Type sizes of the title on a poster, in millimetres; what needs a smaller one takes the sixth."""


@bp.get("/")
@seldom_changes()
def home() -> ResponseReturnValue:
    now = clock.now()
    running = running_events(now)
    events = [*running, *coming_events(now)]
    taken = seats_taken_by_event([event.id for event in events])
    left = {event.id: max(0, event.capacity - taken[event.id]) for event in events}
    first = next((event for event in events if event.cancelled_at is None), None)
    return render_template(
        "site/home.html",
        running=running,
        first=first,
        others=[event for event in events if event is not first],
        states={event.id: event.state(now, left[event.id]) for event in events},
        past=past_events(now)[:LATEST],
        seats_left=left,
        all_series=all_series(),
    )


@bp.get("/series/<slug>")
@seldom_changes()
def series(slug: str) -> ResponseReturnValue:
    series = series_or_404(slug)
    text = clean_line(request.args.get("q"))[:100]
    found = archive(series, text, request.args.get("page", 1, type=int), clock.now())
    return render_template("site/series.html", series=series, archive=found, q=text)


@bp.get("/e/<slug>")
@seldom_changes()
def event(slug: str) -> ResponseReturnValue:
    return event_page(event_by_slug_or_404(slug))


def event_page(event: Event) -> str:
    """The public page of an event; that of a draft says that it is one."""
    now, is_draft = clock.now(), event.published_at is None
    full = fullness(event.id)
    left = max(0, event.capacity - full.taken)
    polls, room = polls_of(event.id), room_of_event(event.id)
    pairs = {poll.before_id for poll in polls}
    asked = {poll.before_id or poll.id for poll in polls if poll.is_frozen and not poll.in_rehearsal}
    told = {poll.before_id or poll.id: poll for poll in polls if poll.is_public and not lacks_words(poll)}
    address = links.public("site.event", slug=event.slug)
    speakers = appearances(event.id)
    draft_state = EventState.LATER if event.opens_later(now) else EventState.OPEN
    state = draft_state if is_draft else event.state(now, left)
    is_over = state is EventState.OVER
    listed = [poll for poll in polls if poll.before_id is None and (poll.id in asked or not is_over)]
    return render_template(
        "site/event.html",
        event=event,
        seats_taken=full.taken,
        seats_left=left,
        queue_length=full.waiting,
        state=state,
        is_draft=is_draft,
        speakers=speakers,
        programme=[row for row in run_sheet_of(event).rows if row.item.is_public],
        polls=sorted(listed, key=lambda poll: poll.id not in pairs),
        told=told,
        pairs=pairs,
        room_code=room.code if room and event.starts_at <= now <= event.over_at else None,
        structured=structured_event(event, left if state in BOOKABLE else None, speakers),
        card=links.public("site.card", slug=event.slug),
        share=share_links(event, address, f"{event.title}, {when(event)}"),
        address=address,
        short_address=address.partition("://")[2],
        qr=qr.svg(address, _("QR code of this page's address")),
    )


@bp.get("/<int(max=2147483647):number>")
def short(number: int) -> ResponseReturnValue:
    """The short address of a lunch, for paper: its number, which no other lunch ever has."""
    event = events_by_id([number]).get(number)
    if event is None or event.published_at is None:
        raise NotFound
    return redirect(url_for(".event", slug=event.slug))


@bp.get("/e/<slug>/poster")
@seldom_changes()
def poster(slug: str) -> ResponseReturnValue:
    return poster_page(event_by_slug_or_404(slug))


def poster_page(event: Event) -> str:
    now, address = clock.now(), links.public("site.event", slug=event.slug)
    to_type = address if len(event.slug) <= SHORT_SLUG else links.public("site.short", number=event.id)
    return render_template(
        "site/poster.html",
        event=event,
        size=next((step for step, size in enumerate(POSTER_SIZES, 1) if fits(event.title, size, **POSTER)), 6),
        invites=event.takes_registrations(now) or event.opens_later(now),
        speakers=appearances(event.id),
        qr=qr.svg(address, _("QR code of this page's address")),
        short_address=to_type.partition("://")[2],
    )


@bp.get("/e/<slug>/card.png")
@seldom_changes()
def card(slug: str) -> ResponseReturnValue:
    event = event_by_slug_or_404(slug)
    with force_locale(current_settings().language):
        place = ", ".join(part for part in (event.venue or event.street, event.town) if part)
        first = _("This lunch is cancelled") if event.cancelled_at else when(event)
        lines = tuple(line for line in (first, place, event.series.network) if line)
        return Response(cards.card_png(event.title, lines, event.colour), content_type="image/png")


@bp.get("/privacy")
@seldom_changes()
def privacy() -> ResponseReturnValue:
    site = current_site()
    return render_template("site/privacy.html", notice=site.notice, purge_days=site.purge_days)


def structured_event(event: Event, left: int | None, speakers: Sequence[Appearance] = ()) -> dict[str, Any]:
    """The event as a schema.org Event, without empty fields; ``left`` is None where nobody can register."""
    status = "EventCancelled" if event.cancelled_at else "EventScheduled"
    people = [appearance.speaker for appearance in speakers]
    performers = [
        {"@type": "Person", "name": one.name, "url": links.public("speakers.show", slug=one.slug)} for one in people
    ]
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
            "@id": links.public("site.event", slug=event.slug),
            "url": links.public("site.event", slug=event.slug),
            "name": event.title,
            "description": shorten(event.summary, 200, placeholder="…"),
            "startDate": event.starts_local.isoformat(),
            "endDate": event.ends_local.isoformat(),
            "eventStatus": f"https://schema.org/{status}",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "location": {"@type": "Place", "name": event.venue or event.town, "address": address},
            "image": links.public("site.card", slug=event.slug),
            "performer": performers or None,
            "organizer": {"@type": "Organization", "name": event.series.network},
            "maximumAttendeeCapacity": event.capacity,
            "remainingAttendeeCapacity": left,
            "offers": event.price_url and {"@type": "Offer", "description": event.price, "url": event.price_url},
            "isAccessibleForFree": True if normalise(event.price) in FREE else None,
            "subjectOf": event.recap_published_at
            and {"@type": "Article", "url": links.public("recap.show", slug=event.slug)},
        }
    )


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields without empty ones, at any depth; an object with nothing but its type is empty."""
    kept = {key: _filled(value) if isinstance(value, dict) else value for key, value in fields.items()}
    return {
        key: value
        for key, value in kept.items()
        if value not in ("", None) and not (isinstance(value, dict) and value.keys() <= {"@type"})
    }

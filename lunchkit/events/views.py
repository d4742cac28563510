"""Public files of lunches: calendars, the Atom feed, the QR code of a poster."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from lunchkit.events.feeds import atom_feed, calendar_entry, feed_name
from lunchkit.events.queries import event_by_slug_or_404, published_events
from lunchkit.platform.late import calendar as ical
from lunchkit.platform.links import public
from lunchkit.platform.page_cache import seldom_changes
from lunchkit.platform.qr import svg

bp = Blueprint("events", __name__)


@bp.get("/e/<slug>/event.ics")
@seldom_changes()
def ics(slug: str) -> ResponseReturnValue:
    event = event_by_slug_or_404(slug)
    response = Response(ical.download(calendar_entry(event)), content_type=ical.CONTENT_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"{event.slug}.ics")
    return response


@bp.get("/calendar.ics")
@seldom_changes()
def calendar() -> ResponseReturnValue:
    body = ical.feed(feed_name(), [calendar_entry(event) for event in published_events()])
    return Response(body, content_type=ical.CONTENT_TYPE)


@bp.get("/feed.atom")
@seldom_changes()
def atom() -> ResponseReturnValue:
    body = atom_feed(published_events())
    return Response(body, content_type="application/atom+xml; charset=utf-8")


@bp.get("/e/<slug>/qr.svg")
@seldom_changes()
def qr(slug: str) -> ResponseReturnValue:
    address = public("site.event", slug=event_by_slug_or_404(slug).slug)
    return Response(svg(address, title=address), content_type="image/svg+xml")

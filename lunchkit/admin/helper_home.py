"""A helper's home: the lunches of today and soon, each with the way to its door; and the lock on all other doors."""

from datetime import datetime, timedelta

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from lunchkit.events.models import Event
from lunchkit.events.queries import events_around
from lunchkit.platform import clock
from lunchkit.team.admin import area
from lunchkit.team.errors import NotAllowed
from lunchkit.team.models import Role
from lunchkit.team.queries import current_organiser

OPENS_BEFORE = timedelta(days=2)
CLOSES_AFTER = timedelta(days=1)
"""Helpers may enter the door of a lunch from so long before its start until so long after its end."""
SOON = timedelta(days=60)
DOOR = "organiser.check_in"
"""The doors to whom comes; all below it is for helpers too, while the lunch is near."""
MOST = 40
bp = Blueprint("helper_home", __name__, url_prefix="/doors")


class DoorIsClosed(NotAllowed):
    """A helper at the door of a lunch that is not near, or that is not there at all: they need not know which."""

    message = _l("The door of this lunch opens two days before it, and closes a day after.")


@bp.get("")
def index() -> ResponseReturnValue:
    """The lunches whose door is open, those that are over and may still be completed, and those that come."""
    now = clock.now()
    lunches = events_around(now - CLOSES_AFTER, now + SOON)[:MOST]
    return render_template(
        "admin/helper_home.html",
        open=[event for event in lunches if is_near(event, now) and not event.is_over(now)],
        over=[event for event in lunches if is_near(event, now) and event.is_over(now)],
        soon=[event for event in lunches if not is_near(event, now)],
        door=door_of,
        list=list_of,
        closes_at=lambda event: event.over_at + CLOSES_AFTER,
        opens_at=lambda event: event.starts_at - OPENS_BEFORE,
    )


def is_near(event: Event, now: datetime) -> bool:
    """Whether helpers may enter the door of a lunch at this moment."""
    return (
        event.published_at is not None
        and event.cancelled_at is None
        and event.starts_at - OPENS_BEFORE <= now <= event.over_at + CLOSES_AFTER
    )


def door_of(event: Event) -> str:
    """The address where people are checked in."""
    return url_for("organiser.check_in.index", slug=event.slug)


def list_of(event: Event) -> str:
    """The address where who came is completed."""
    return url_for("organiser.check_in.people", slug=event.slug)


@area.before_request
def keep_helpers_at_near_doors() -> None:
    """A helper passes only at the doors of lunches that are near; the lock of the area has asked for all else.

    Raises DoorIsClosed.
    """
    helper = current_organiser()
    slug = (request.view_args or {}).get("slug")
    if helper is None or helper.role != Role.HELPER or slug is None:
        return
    now = clock.now()
    near = (event for event in events_around(now - CLOSES_AFTER, now + OPENS_BEFORE) if is_near(event, now))
    if not any(event.slug == slug for event in near):
        raise DoorIsClosed

"""A helper's home: the events of today and soon, each with its check-in; and the limit of what helpers may open."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request
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
"""Helpers may check people in from this long before the start until this long after the end."""
SOON = timedelta(days=60)
bp = Blueprint("helper_home", __name__, url_prefix="/doors")


class CheckInNotOpen(NotAllowed):
    """A helper at the check-in of an event that is not near, or does not exist: they need not know which."""

    message = _l("Check-in for this lunch opens two days before it, and closes one day after.")


@bp.get("")
def index() -> ResponseReturnValue:
    now = clock.now()
    near = _near(now)
    return render_template(
        "admin/helper_home.html",
        open=[event for event in near if not event.is_over(now)],
        over=[event for event in near if event.is_over(now)],
        soon=[event for event in events_around(now + OPENS_BEFORE, now + SOON) if event not in near],
        closes_at=lambda event: event.over_at + CLOSES_AFTER,
        opens_at=lambda event: event.starts_at - OPENS_BEFORE,
    )


def _near(now: datetime) -> Sequence[Event]:
    return events_around(now - CLOSES_AFTER, now + OPENS_BEFORE)


@area.before_request
def keep_helpers_at_near_events() -> None:
    """Let helpers open only events that are near; the policies of the area decide the rest. Raises CheckInNotOpen."""
    helper = current_organiser()
    slug = (request.view_args or {}).get("slug")
    if helper is None or helper.role != Role.HELPER or slug is None:
        return
    if all(event.slug != slug for event in _near(clock.now())):
        raise CheckInNotOpen

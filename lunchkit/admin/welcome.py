"""The first page of a new team member: what their role can do, and where to begin."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lunchkit.admin.helper_home import OPENS_BEFORE, SOON, is_near
from lunchkit.events.queries import events_around
from lunchkit.platform import clock
from lunchkit.platform.errors import NotFound
from lunchkit.platform.links import public
from lunchkit.team.models import Role
from lunchkit.team.queries import current_organiser, owner

bp = Blueprint("welcome", __name__)


@bp.get("/welcome")
def show() -> ResponseReturnValue:
    me = current_organiser()
    if me is None:
        raise NotFound
    now = clock.now()
    lunches = events_around(now, now + SOON)
    following = next((event for event in lunches if is_near(event, now)), None) or next(iter(lunches), None)
    holder = owner()
    return render_template(
        "admin/welcome.html",
        me=me,
        helps=me.role == Role.HELPER,
        event=following,
        is_open=following is not None and is_near(following, now),
        opens_at=following.starts_at - OPENS_BEFORE if following else None,
        holder=holder.name if holder is not None and holder.id != me.id else None,
        way_back=public("organiser.home.home"),
    )

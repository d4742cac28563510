"""What the history says about a changed event: which parts of it, with the values of seats and hours."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lunchkit.platform.i18n import moment

PLACE, MEAL, OPENING = _l("the place"), _l("the meal"), _l("when registration opens and closes")
REMINDERS, HOURS = _l("the reminders"), _l("day and hours")
PARTS: dict[str, LazyString] = {
    "title": _l("the title"),
    "theme": _l("the theme"),
    "summary": _l("the text"),
    "starts_at": HOURS,
    "ends_at": HOURS,
    "zone": HOURS,
    "venue": PLACE,
    "street": PLACE,
    "postcode": PLACE,
    "town": PLACE,
    "access_notes": _l("the way in"),
    "contact_email": _l("the contact address"),
    "colour": _l("the colour"),
    "capacity": _l("seats"),
    "companions_allowed": _l("companions"),
    "asks_food": MEAL,
    "diets": MEAL,
    "food_note": MEAL,
    "asks_access": _l("whether needs are asked"),
    "members_open_at": OPENING,
    "opens_at": OPENING,
    "closes_at": OPENING,
    "purge_days": _l("when people are erased"),
    "remind_seven_days": REMINDERS,
    "remind_two_days": REMINDERS,
    "remind_same_morning": REMINDERS,
}
"""By the names of ``events.changes.EventDetails``."""


def parts_told(changed: Mapping[str, Any], zone: str) -> list[str]:
    """Each changed part once, in the order of the form; seats and start with their values before and after."""
    valued = {name: _told(changed[name], zone) for name in ("capacity", "starts_at") if changed.get(name)}
    words = {str(PARTS[name]): "" for name in PARTS if name in changed}
    words |= {str(PARTS[name]): values for name, values in valued.items()}
    return [_("%(part)s: %(values)s", part=part, values=values) if values else part for part, values in words.items()]


def _told(values: Iterable[Any], zone: str) -> str:
    return " → ".join(
        moment(datetime.fromisoformat(value), zone) if isinstance(value, str) else str(value) for value in values
    )

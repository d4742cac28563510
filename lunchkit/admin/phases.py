"""The four phases of an event, as the bar on each of its pages shows them."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from flask import request, url_for
from flask_babel import LazyString, lazy_gettext as _l

from lunchkit.events.models import Event
from lunchkit.platform import clock

DAY_BEFORE = timedelta(hours=2)
"""The day of an event begins for its organisers this long before the start."""


class Phase(StrEnum):
    """What organisers do for an event, in this order. The value is the last part of the phase's address."""

    PREPARE = "prepare"
    INVITE = "invite"
    DAY = "day"
    AFTER = "after"


NAMES: dict[Phase, LazyString] = {
    Phase.PREPARE: _l("Prepare"),
    Phase.INVITE: _l("Bring people in"),
    Phase.DAY: _l("The day"),
    Phase.AFTER: _l("Afterwards"),
}
_AREAS = {
    Phase.PREPARE: ("events", "speakers", "run_sheet", "polls", "custom_fields"),
    Phase.INVITE: ("registrations", "imports", "mailings"),
    Phase.DAY: ("presenter", "check_in", "qa", "printouts"),
    Phase.AFTER: ("recap", "survey"),
}
_PHASE_OF_AREA = {area: phase for phase, areas in _AREAS.items() for area in areas}


class Step(NamedTuple):
    name: LazyString
    address: str
    mark: int
    """As ``choice_mark`` draws it: 1 is over, 2 is now, 3 is to come."""
    is_open: bool


def phase_of_moment(event: Event, now: datetime) -> Phase:
    if event.cancelled_at is not None or (event.published_at is not None and event.is_over(now)):
        return Phase.AFTER
    if event.published_at is None:
        return Phase.PREPARE
    return Phase.DAY if event.starts_at - now <= DAY_BEFORE else Phase.INVITE


def next_act(event: Event, now: datetime) -> tuple[LazyString, str] | None:
    """What to do next for an event in a list, as far as its own row tells: a few words, and the address."""
    acts = {
        Phase.PREPARE: (_l("Go on preparing"), "home.event"),
        Phase.INVITE: (_l("Registrations"), "registrations.index"),
        Phase.DAY: (_l("Remote control"), "presenter.remote"),
        Phase.AFTER: (_l("Write the recap"), "recap.index"),
    }
    phase = phase_of_moment(event, now)
    if phase is Phase.AFTER and (event.recap_published_at is not None or event.cancelled_at is not None):
        return None
    words, endpoint = acts[phase]
    return words, url_for(f"organiser.{endpoint}", slug=event.slug)


def area_of_page() -> str:
    return "".join((request.endpoint or "").split(".")[-2:-1])


def phase_of_page(event: Event | None) -> Phase | None:
    """The phase that this page is about, on the event's own page that of its address; without an event maybe none."""
    if asked := (request.view_args or {}).get("phase"):
        return Phase(asked)
    return _PHASE_OF_AREA.get(area_of_page(), phase_of_moment(event, clock.now()) if event else None)


def phase_bar(event: Event) -> list[Step]:
    phases, opened = list(Phase), phase_of_page(event)
    reached = phases.index(phase_of_moment(event, clock.now()))
    return [
        Step(
            NAMES[phase],
            url_for("organiser.home.event", slug=event.slug, phase=phase),
            2 if number == reached else 1 if number < reached else 3,
            phase is opened,
        )
        for number, phase in enumerate(phases)
    ]

"""Verbs of lunches that concern nobody's registration: those that do are in ``registrations.actions``."""

import uuid
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.audit.recording import tell
from lunchkit.config import current_settings
from lunchkit.db import transaction
from lunchkit.errors import Refusal
from lunchkit.events.changes import EventDetails, apply_details
from lunchkit.events.models import Event, Series
from lunchkit.slugs import free_slug, is_slug_of, slug_of

RESERVED = {"new"}
"""Words that the organiser's addresses use themselves."""


class LunchIsOver(Refusal):
    """A draft whose day has gone by."""

    message = _l("This lunch lies in the past. Give it a coming date first.")


class LunchIsCancelled(Refusal):
    """A draft that was given up."""

    message = _l("This lunch was cancelled. Make a new one instead.")


def create_event(details: EventDetails, series: Series | None = None) -> Event:
    """Make a draft in the given series, or else in the first one of the house, which is made if there is none."""
    with transaction() as session:
        home = series or _first_series(session)
        now = clock.now()
        host = urlsplit(current_settings().public_url).hostname
        event = Event(
            series=home,
            uid=f"{uuid.uuid4()}@{host}",
            slug=_slug_for(session, home, details.title),
            sequence=0,
            title=details.title,
            created_at=now,
            updated_at=now,
        )
        apply_details(event, details)
        event.sequence = 0
        session.add(event)
        session.flush()
        tell(session, event_id=event.id)
    return event


def publish_event(event: Event) -> None:
    """Show a draft to the public. Its address follows the title once more, and then stays for ever.

    Raises LunchIsOver or LunchIsCancelled; a lunch that is public already stays as it is.
    """
    with transaction() as session:
        session.refresh(event, with_for_update=True)
        if event.published_at is not None:
            return
        if event.cancelled_at is not None:
            raise LunchIsCancelled
        if event.is_over(clock.now()):
            raise LunchIsOver
        if not is_slug_of(event.slug, event.title):
            event.slug = _slug_for(session, event.series, event.title)
        event.published_at = event.updated_at = clock.now()


def _slug_for(session: Session, series: Series, title: str) -> str:
    """The slug of a title, numbered where another lunch has it already."""
    if series.id is not None:  # lunches of one title must not choose at the same moment
        session.scalar(select(Series.id).where(Series.id == series.id).with_for_update())
    base = slug_of(title)
    taken = set(session.scalars(select(Event.slug).where(Event.slug.startswith(base, autoescape=True)))) | RESERVED
    return free_slug(base, taken)


def _first_series(session: Session) -> Series:
    series = session.scalar(select(Series).order_by(Series.id).limit(1))
    if series is None:
        name = current_settings().network_name
        series = Series(slug="lunches", name=name, network=name)
        session.add(series)
        session.flush()
    return series

"""Verbs of lunches that concern nobody's registration: those that do are in ``registrations.actions``."""

from flask_babel import lazy_gettext as _l

from lunchkit import clock
from lunchkit.db import transaction
from lunchkit.errors import Refusal
from lunchkit.events.changes import EventDetails
from lunchkit.events.models import Event, Series
from lunchkit.events.steps import draft_event, slug_for
from lunchkit.slugs import is_slug_of


class LunchIsOver(Refusal):
    """A draft whose day has gone by."""

    message = _l("This lunch lies in the past. Give it a coming date first.")


class LunchIsCancelled(Refusal):
    """A draft that was given up."""

    message = _l("This lunch was cancelled. Make a new one instead.")


def create_event(details: EventDetails, series: Series | None = None) -> Event:
    """Make a draft in the given series, or else in the first one of the house, which is made if there is none."""
    with transaction() as session:
        return draft_event(session, details, series)


def publish_event(event: Event) -> None:
    """Show a draft to the public. Its address follows the title once more, and then stays for ever.

    One that came in an archive may lie in the past: it was public elsewhere, and is read here.
    Raises LunchIsOver or LunchIsCancelled; a lunch that is public already stays as it is.
    """
    with transaction() as session:
        session.refresh(event, with_for_update=True)
        if event.published_at is not None:
            return
        if event.cancelled_at is not None:
            raise LunchIsCancelled
        if event.is_over(clock.now()) and not event.origin:
            raise LunchIsOver
        if not event.origin and not is_slug_of(event.slug, event.title):
            event.slug = slug_for(session, event.series, event.title)
        event.published_at = event.updated_at = clock.now()

from datetime import UTC, datetime, timedelta

import pytest

from lunchkit.events.queries import coming_events, past_events, published_events, running_events
from tests.conftest import EventMaker

pytestmark = pytest.mark.both_databases
NOON = datetime(2025, 5, 13, 10, tzinfo=UTC)


def test_lunches_are_coming_running_or_past(make_event: EventMaker) -> None:
    for slug, days in (("past", -9), ("older", -20), ("now", 0), ("next", 5), ("later", 20)):
        make_event(slug=slug, starts_at=NOON + timedelta(days=days))
        make_event(slug=f"draft-{slug}", starts_at=NOON + timedelta(days=days), published_at=None)
        make_event(slug=f"off-{slug}", starts_at=NOON + timedelta(days=days), cancelled_at=NOON)
    now = NOON + timedelta(hours=1)
    assert [event.slug for event in coming_events(now)] == ["next", "off-next", "later", "off-later"]
    assert [event.slug for event in running_events(now)] == ["now"]
    assert [event.slug for event in past_events(now)] == ["past", "older"]
    assert len(published_events()) == 10


def test_lunch_begins_and_ends_on_the_dot(make_event: EventMaker) -> None:
    lunch = make_event(starts_at=NOON)
    moments = (NOON - timedelta(seconds=1), NOON, lunch.ends_at - timedelta(seconds=1), lunch.ends_at)
    found = [(len(coming_events(at)), len(running_events(at)), len(past_events(at))) for at in moments]
    assert found == [(1, 0, 0), (0, 1, 0), (0, 1, 0), (0, 0, 1)]

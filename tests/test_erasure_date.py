"""The day on which names are erased: promised when somebody registers, and never later without telling them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from lunchkit.events.details import EventDetails, details_of, plan_with
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.registrations.actions import erase_registration, register_by_hand
from lunchkit.registrations.errors import ErasurePromised
from lunchkit.registrations.event_changes.actions import change_event
from tests.conftest import EventMaker, Outbox, details
from tests.test_telling import send

pytestmark = pytest.mark.both_databases
ERASED = "Effacement des noms et des adresses"


def ana(event: Event) -> None:
    register_by_hand(event, details("Ana", "ana@example.org"), language="fr")


def moved(event: Event, days: int) -> EventDetails:
    by = timedelta(days=days)
    return replace(details_of(event), starts_at=event.starts_at + by, ends_at=event.ends_at + by)


def test_days_may_fall_and_not_rise_once_somebody_has_registered(event: Event) -> None:
    erase_registration(register_by_hand(event, details(), language="fr"))  # who is erased was promised nothing more
    change_event(event, replace(details_of(event), purge_days=40))
    assert event.purge_days == 40, "nobody was told anything yet"
    ana(event)
    with pytest.raises(ErasurePromised) as refused:
        change_event(event, replace(details_of(event), purge_days=41))
    assert event.purge_days == 40 and "40" in str(refused.value.message)
    change_event(event, replace(details_of(event), purge_days=10))
    assert event.purge_days == 10
    with pytest.raises(ErasurePromised):
        change_event(event, replace(details_of(event), purge_days=40))


def test_the_form_says_until_when_and_keeps_what_was_typed(organiser_client: FlaskClient, event: Event) -> None:
    ana(event)
    answer = send(organiser_client, event, purge_days="90")
    assert answer.status_code == 409
    assert "pas davantage" in answer.text and str(event.purge_on.year) in answer.text
    assert 'value="90"' in answer.text
    assert send(organiser_client, event, purge_days="20").status_code == 303


def letter_about(outbox: Outbox) -> str:
    assert outbox.kinds("ana@example.org")[-1] == "change"
    return outbox.last("ana@example.org").text


def test_a_later_day_is_told_with_the_new_day_of_erasure(event: Event, outbox: Outbox) -> None:
    ana(event)
    change_event(event, moved(event, 7), tells=False)
    (line,) = (line for line in letter_about(outbox).splitlines() if ERASED in line)
    assert f" {event.purge_on.day}" in line


def test_an_earlier_day_tells_nothing_of_erasure_and_may_be_quiet(event: Event, outbox: Outbox) -> None:
    ana(event)
    change_event(event, moved(event, -2), tells=False)
    assert outbox.kinds() == ["confirmation"]
    change_event(event, moved(event, -1))
    assert ERASED not in letter_about(outbox)


def test_a_day_that_comes_so_near_that_names_stay_longer_is_told(make_event: EventMaker, outbox: Outbox) -> None:
    event = make_event(purge_days=2, starts_at=clock.now() + timedelta(days=3))
    ana(event)
    promised, details_then = event.purge_on, moved(event, -2)
    planned = plan_with(event, details_then).purge_on
    change_event(event, details_then, tells=False)
    assert event.purge_on == planned > promised
    assert ERASED in letter_about(outbox)


def test_the_organiser_is_not_offered_to_keep_it_quiet(organiser_client: FlaskClient, event: Event) -> None:
    ana(event)
    for days, is_quiet in ((-1, True), (1, False)):
        asked = send(organiser_client, event, date=f"{event.starts_local + timedelta(days=days):%Y-%m-%d}")
        assert asked.status_code == 200
        assert ('value="quietly"' in asked.text, ERASED in asked.text) == (is_quiet, not is_quiet)

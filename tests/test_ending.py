"""The end of a lunch before its hour, and after it: what an end closes and opens, without an e-mail, and taken back."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.admin.overview import Overview
from lunchkit.events.details import details_of
from lunchkit.events.models import Event, EventState
from lunchkit.events.queries import past_events, running_events
from lunchkit.events.timing import EXTENSION, EXTENSION_WINDOW, LONGEST_EXTENSION
from lunchkit.platform import clock
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.db import db
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.errors import TooLate
from lunchkit.registrations.event_changes.actions import change_event
from lunchkit.room.actions import CannotGoOn, NotBegun, NotTakingPlace, end_lunch, let_lunch_go_on, room_of
from lunchkit.room.survey.models import Stage
from lunchkit.room.survey.queries import glance
from lunchkit.run_sheet.forms import like_values
from lunchkit.site.presenter.queries import phone_view
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.room import running_event
from tests.seating import all_at_once

HOUR = timedelta(hours=1)


def fresh(event: Event) -> Event:
    db.session.rollback()
    return db.session.get_one(Event, event.id, populate_existing=True)


def seen(event: Event) -> str:
    return event.over_at.isoformat()


def state(event: Event) -> EventState:
    return fresh(event).state(clock.now(), 1)


def press(client: FlaskClient, event: Event, noun: str, **fields: str) -> int:
    token = csrf_of(client, f"/organiser/e/{event.slug}/room")
    answer = client.post(f"/organiser/e/{event.slug}/{noun}", data={"csrf_token": token, **fields})
    return answer.status_code


def test_an_ended_lunch_is_over_for_everything_that_takes_place(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event)
    room, at_table = room_of(event), [event.slug]
    assert [each.slug for each in running_events(clock.now())] == at_table, "control"
    assert phone_view(room, "fr").state == "welcome", "control"
    register_by_hand(event, details(), language="fr")

    def offered() -> list[str]:
        with app.test_request_context():
            return [way.address.rpartition("/")[2] for way in Overview(fresh(event)).next]

    assert "messages" not in offered(), "control"
    revision = room.revision
    end_lunch(event)
    assert offered()[:2] == ["recap", "new"], "recap and thanks"
    event = fresh(event)
    assert [each.slug for each in running_events(clock.now())] == []
    assert [each.slug for each in past_events(clock.now())] == at_table
    assert (glance(event).stage, state(event)) == (Stage.OPEN, EventState.OVER)
    assert phone_view(room_of(event), "fr").state == "feedback"
    assert room_of(event).revision > revision, "phones and projector are told"
    with pytest.raises(TooLate):
        register_by_hand(event, details(), language="fr")


def test_no_letter_leaves_and_what_was_announced_stays(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    event = running_event(make_event)
    register_by_hand(event, details(), language="fr")
    path, sequence, ends_at = f"/e/{event.slug}/event.ics", event.sequence, event.ends_at
    before = [organiser_client.get(address).get_data(as_text=True) for address in (path, "/calendar.ics")]
    emails = outbox.kinds()
    assert press(organiser_client, event, "ending") == 303
    event = fresh(event)
    assert (event.ends_at, event.sequence) == (ends_at, sequence)
    assert outbox.kinds() == emails
    after = [organiser_client.get(address).get_data(as_text=True) for address in (path, "/calendar.ics")]
    assert [without_stamps(one) for one in after] == [without_stamps(one) for one in before]
    assert like_values(event, clock.now())["end"] == event.ends_local.time(), "the next one lasts as long as announced"


def without_stamps(calendar: str) -> str:
    return "\n".join(line for line in calendar.splitlines() if not line.startswith("DTSTAMP"))


def test_before_it_begins_and_where_none_takes_place_it_is_refused_in_words(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    coming = make_event()
    draft = running_event(make_event, published_at=None)
    called_off = running_event(make_event, cancelled_at=clock.now())
    none = (NotTakingPlace, "n’a pas lieu")
    for event, refusal, words in ((coming, NotBegun, "pas encore commencé"), (draft, *none), (called_off, *none)):
        with pytest.raises(refusal):
            end_lunch(event)
        path = f"/organiser/e/{event.slug}/ending"
        data = {"csrf_token": csrf_of(organiser_client, "/organiser/sessions")}
        answer = organiser_client.post(path, data=data)
        assert (answer.status_code, fresh(event).actual_end_at) == (409, None)
        assert words in answer.get_data(as_text=True)
        assert path not in organiser_client.get(f"/organiser/e/{event.slug}").text
    running = running_event(make_event)
    assert "/ending" in organiser_client.get(f"/organiser/e/{running.slug}").text, "control"


def test_an_early_end_is_undone_for_half_an_hour_and_a_lunch_that_runs_over_goes_on_by_quarters(
    app: Flask, make_event: EventMaker
) -> None:
    event = running_event(make_event)
    with pytest.raises(CannotGoOn):
        let_lunch_go_on(event, seen(event))
    end_lunch(event)
    event = fresh(event)
    assert event.extended_end(clock.now()) == event.ends_at
    with clock.fixed_at(clock.now() + EXTENSION_WINDOW), pytest.raises(CannotGoOn):
        let_lunch_go_on(event, seen(event))
    let_lunch_go_on(event, seen(event))
    event = fresh(event)
    assert (event.actual_end_at, state(event), glance(event).stage) == (None, EventState.RUNNING, Stage.AHEAD)
    with clock.fixed_at(event.ends_at - timedelta(minutes=5)):
        let_lunch_go_on(event, seen(event))
        event = fresh(event)
        assert event.over_at == event.ends_at + EXTENSION
    with clock.fixed_at(event.ends_at + timedelta(minutes=14)):
        assert (state(event), glance(event).stage) == (EventState.RUNNING, Stage.AHEAD)
    ended = event.ends_at + timedelta(minutes=20)
    with clock.fixed_at(ended):  # it was over for five minutes: the quarter of an hour begins now
        assert (state(event), glance(event).stage) == (EventState.OVER, Stage.OPEN), "control"
        let_lunch_go_on(event, seen(event))
        event = fresh(event)
        assert (event.over_at, state(event)) == (ended + EXTENSION, EventState.RUNNING)
        end_lunch(event)
        assert (fresh(event).over_at, state(event)) == (ended, EventState.OVER), "an extended one can be ended too"


def test_nobody_extends_a_lunch_into_the_evening(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event)
    for _ in range(LONGEST_EXTENSION // EXTENSION):
        with clock.fixed_at(event.over_at):
            let_lunch_go_on(event, seen(event))
        event = fresh(event)
    assert event.over_at == event.ends_at + LONGEST_EXTENSION
    with clock.fixed_at(event.over_at), pytest.raises(CannotGoOn):
        let_lunch_go_on(event, seen(event))


def by_number(event_id: int, act: str, at: str = "") -> None:
    event = db.session.get_one(Event, event_id)
    end_lunch(event) if act == "end" else let_lunch_go_on(event, at)


def test_two_who_let_it_go_on_at_once_give_it_one_quarter_of_an_hour(app: Flask, make_event: EventMaker) -> None:
    event = make_event(starts_at=clock.now() - 2 * HOUR + timedelta(minutes=10))
    at, until = seen(event), event.ends_at + EXTENSION
    assert all_at_once(app, [partial(by_number, event.id, "on", at) for _ in range(6)]) == [None] * 6
    assert fresh(event).over_at == until
    let_lunch_go_on(fresh(event), seen(event))
    assert fresh(event).over_at == until + EXTENSION, "control: whoever has seen the new end is heard"


def test_other_hours_forget_what_was_decided_at_table(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event)
    with clock.fixed_at(event.ends_at):
        let_lunch_go_on(event, seen(event))
        event = fresh(event)
        assert event.over_at == event.ends_at + EXTENSION, "control"
        change_event(event, details_of(event).__class__(**{**vars(details_of(event)), "title": "Autre titre"}))
        assert fresh(event).over_at == event.ends_at + EXTENSION, "control: another title changes nothing"
        later = {**vars(details_of(event)), "ends_at": event.ends_at + HOUR}
        change_event(event, details_of(event).__class__(**later), tells=False)
    event = fresh(event)
    assert (event.actual_end_at, event.over_at) == (None, event.ends_at)


def test_the_pages_offer_it_when_it_can_be_done_and_the_log_tells_it(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    coming, event = make_event(), running_event(make_event)
    room_of(event)

    def pages(event: Event) -> list[str]:
        return [organiser_client.get(f"/organiser/e/{event.slug}{end}").text for end in ("", "/room")]

    assert not any("Terminer le lunch" in page or "Continuer jusqu" in page for page in pages(coming))
    assert all("Terminer le lunch" in page and "Continuer jusqu" not in page for page in pages(event))
    assert press(organiser_client, event, "ending") == 303
    assert all("Terminer le lunch" not in page and "Continuer jusqu" in page for page in pages(event))
    assert press(organiser_client, event, "extension", seen=seen(fresh(event))) == 303
    assert (state(event), fresh(event).actual_end_at) == (EventState.RUNNING, None)
    log = organiser_client.get(f"/organiser/log?lunch={event.slug}").get_data(as_text=True)
    assert "a terminé le lunch avant l’heure" in log and "a prolongé le lunch" in log
    verbs = db.session.scalars(select(AuditEntry.action).where(AuditEntry.event_id == event.id)).all()
    assert {"events.end", "events.go_on"} <= set(verbs)

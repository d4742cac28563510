"""«The next one like the last»: what a new lunch takes over from another, which day is proposed, and what never comes along."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from lunchkit.events.actions import add_question, remove_question
from lunchkit.events.details import QuestionDetails, details_of
from lunchkit.events.forms import event_form
from lunchkit.events.models import CustomField, Event, Series
from lunchkit.events.queries import custom_fields
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.models import CheckIn, Registration
from lunchkit.room.polls.forms import PollDetails, details_of as poll_details
from lunchkit.room.polls.models import Poll, Stage
from lunchkit.room.polls.queries import polls_of
from lunchkit.run_sheet.actions import add_poll, add_run_item, make_lunch, set_begun
from lunchkit.run_sheet.forms import like_values
from lunchkit.run_sheet.models import ItemDetails
from lunchkit.run_sheet.queries import run_sheet_of
from lunchkit.speakers.actions import add_speaker
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.queries import appearances
from tests.conftest import EventMaker, details
from tests.test_organiser_lunches import TYPED, post

ZURICH = ZoneInfo("Europe/Zurich")


def on(year: int, month: int, day: int, hour: int = 12) -> datetime:
    """A moment on Zurich's wall clock."""
    return datetime(year, month, day, hour, tzinfo=ZURICH).astimezone(UTC)


def test_wall_clock_and_window_are_kept_across_the_change_of_clocks(make_event: EventMaker) -> None:
    event = make_event(
        starts_at=on(2026, 10, 13), members_open_at=on(2026, 9, 14, 8), opens_at=on(2026, 9, 21, 8),
        closes_at=on(2026, 10, 12, 18),
    )  # fmt: skip
    values = like_values(event, on(2026, 10, 14))
    assert str(values["date"]) == "2026-11-10", "four weeks later"
    assert str(like_values(event, on(2026, 11, 4))["date"]) == "2026-12-08", "a week is left to prepare it"
    assert (values["start"].hour, values["end"].hour) == (12, 14)
    assert [str(values[name]) for name in ("members_open_at", "opens_at", "closes_at")] == [
        "2026-10-12 08:00:00", "2026-10-19 08:00:00", "2026-11-09 18:00:00",
    ]  # fmt: skip


@pytest.fixture
def prepared(event: Event) -> Event:
    """A lunch with all that can be prepared, and somebody who comes."""
    before = add_poll(event, PollDetails("Ensemble ?", ("Oui", "Non"), translations={"en": {"question": "Together?"}}))
    add_poll(event, PollDetails("En un mot ?", (), kind="words", most_choices=2))
    add_poll(event, poll_details(before, before_id=before.id))
    add_question(event, QuestionDetails("one", "Atelier ?", ("Cuisine", "Jardin"), is_required=True))
    remove_question(add_question(event, QuestionDetails("text", "Vieille question")))
    item = add_run_item(event, ItemDetails(10, "Accueil", is_public=True))
    set_begun(item, has_begun=True)
    add_speaker(event, SpeakerDetails(name="Léo Boulon"))
    register_by_hand(event, details(), language="fr")
    before.opened_at = before.closed_at = before.revealed_at = clock.now()
    before.ballots, before.note = 12, "Une remarque"
    db.session.commit()
    return event


def test_all_that_was_prepared_comes_along_and_nothing_that_happened(prepared: Event) -> None:
    copy = make_lunch(details_of(prepared), like=prepared)
    polls = polls_of(copy.id)
    assert [poll.question for poll in polls] == [poll.question for poll in polls_of(prepared.id)]
    assert [poll.position for poll in polls] == [1, 2, 3]
    pair = next(poll for poll in polls if poll.before_id is not None)
    assert pair.before_id == polls[0].id
    assert all(poll.stage is Stage.PLANNED and poll.ballots is None and poll.note == "" for poll in polls)
    assert polls[0].translations == {"en": {"question": "Together?"}}
    assert [choice.label for choice in polls[0].choices] == ["Oui", "Non"]
    (question,) = custom_fields(copy.id)
    assert (question.label, question.choices, question.is_required) == ("Atelier ?", ["Cuisine", "Jardin"], True)
    rows = [row.item for row in run_sheet_of(copy).rows]
    assert [(row.minutes, row.title, row.who, row.began_at) for row in rows] == [
        *[(5, title, "", None) for title in ("Vote", "Vote", "Le même vote, après le débat")],
        (10, "Accueil", "", None),
    ]  # fmt: skip
    assert [row.is_public for row in rows] == [False, False, False, True]
    assert rows[0].poll_id == polls[0].id
    assert not appearances(copy.id)
    assert db.session.scalars(select(Registration).where(Registration.event_id == copy.id)).all() == []
    assert (copy.published_at, copy.uid == prepared.uid, copy.slug == prepared.slug) == (None, False, False)
    assert copy.series_id == prepared.series_id
    assert [poll.ballots for poll in polls_of(prepared.id) if poll.ballots] == [12], "the other one stays as it is"


def test_seats_that_were_added_at_check_in_do_not_come_along(organiser_client: FlaskClient, prepared: Event) -> None:
    def proposed() -> str:
        page = organiser_client.get(f"/organiser/e/new?like={prepared.slug}").text
        return page.split('name="capacity"')[1].split('value="')[1].split('"')[0]

    assert proposed() == str(prepared.capacity), "control"
    person = db.session.scalars(select(Registration)).first()
    assert person is not None
    scan = {"nonce": "n", "door": "A", "people": 1, "scanned_at": clock.now(), "received_at": clock.now()}
    db.session.add(CheckIn(event_id=prepared.id, registration_id=person.id, added_seats=2, **scan))
    db.session.commit()
    assert proposed() == str(prepared.capacity - 2)


def test_who_speaks_comes_along_only_if_ticked(organiser_client: FlaskClient, prepared: Event) -> None:
    path = f"/organiser/e/new?like={prepared.slug}"
    page = organiser_client.get(path).get_data(as_text=True)
    assert 'value="IA responsable' in page
    post(organiser_client, path, path, **(TYPED | {"title": "Sans"}))
    post(organiser_client, path, path, **(TYPED | {"title": "Avec", "speakers": "y"}))
    copies = {event.title: event for event in db.session.scalars(select(Event)) if event.id != prepared.id}
    assert len(appearances(copies["Sans"].id)) == 0
    (appearance,) = appearances(copies["Avec"].id)
    assert (appearance.speaker.name, appearance.said) == ("Léo Boulon", "")


def stamp_of(page: str) -> str:
    """The stamp that a form was given out with."""
    return page.split('name="stamp"')[1].split('value="')[1].split('"')[0]


def test_a_form_sent_twice_makes_one_lunch(organiser_client: FlaskClient, prepared: Event) -> None:
    path = f"/organiser/e/new?like={prepared.slug}"
    stamp = stamp_of(organiser_client.get(path).get_data(as_text=True))
    answers = [post(organiser_client, path, path, stamp=stamp, **TYPED) for _tap in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert db.session.query(Event).count() == 2
    assert db.session.query(Poll).count() == 6
    other = post(organiser_client, path, path, stamp=stamp, **(TYPED | {"title": "Autre chose"}))
    assert other.status_code == 409
    page = other.get_data(as_text=True)
    assert "Autre chose" in page, "nothing that was typed is lost"
    assert post(organiser_client, path, path, stamp=stamp_of(page), **TYPED).status_code == 303
    db.session.rollback()
    assert db.session.query(Event).count() == 3


@pytest.mark.parametrize("is_empty", [True, False])
def test_eight_taps_at_once_make_one_lunch(app: Flask, request: pytest.FixtureRequest, is_empty: bool) -> None:
    like = None if is_empty else request.getfixturevalue("prepared")
    like_id = like.id if like else None
    db.session.rollback()
    with app.test_request_context():
        plan = event_form(data=MultiDict(TYPED))
        assert plan.validate()
        wanted = plan.details()

    def tap(_number: int) -> int:
        with app.app_context():
            try:
                source = db.session.get_one(Event, like_id) if like_id else None
                return make_lunch(wanted, form_key="k", like=source, from_template=is_empty).id
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(tap, range(8)))) == 1
    assert db.session.query(Event).filter_by(title=TYPED["title"]).count() == 1
    assert db.session.query(Series).count() == 1


def test_a_first_lunch_from_the_proposal(organiser_client: FlaskClient) -> None:
    path = "/organiser/e/new?like=template"
    assert path in organiser_client.get("/organiser/").get_data(as_text=True), "an empty house offers it"
    assert organiser_client.get(path).status_code == 200
    assert post(organiser_client, path, path, **TYPED).status_code == 303
    (event,) = db.session.scalars(select(Event))
    first, words, again = polls_of(event.id)
    assert again.before_id == first.id
    assert words.kind == "words"
    run = run_sheet_of(event)
    assert (run.minutes, run.left) == (120, 0)
    assert [row.item.poll_id for row in run.rows if row.item.poll_id] == [first.id, words.id, again.id]
    assert db.session.query(CustomField).count() == 0


def test_home_offers_the_next_one_like_the_last(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    make_event(starts_at=clock.now() - timedelta(days=40))
    latest = make_event()
    make_event(cancelled_at=clock.now(), starts_at=clock.now() + timedelta(days=90))
    assert f"/organiser/e/new?like={latest.slug}" in organiser_client.get("/organiser/").get_data(as_text=True)
    assert organiser_client.get("/organiser/e/new?like=introuvable").status_code == 404

"""The survey after the lunch: three questions on the phone, one answer a phone, shown once it is closed."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.admin.retention.actions import purge_people
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.live.batches import Batches
from lunchkit.room.actions import end_lunch, let_lunch_go_on
from lunchkit.room.devices import cookie_name
from lunchkit.room.polls.actions import close_poll, finish_closings, reveal_poll
from lunchkit.room.queries import ballot_store, keys
from lunchkit.room.survey.actions import close_due_feedback, close_feedback
from lunchkit.room.survey.models import OPEN_FOR, Feedback, Remark, Stage
from lunchkit.room.survey.queries import glance, outcome, remarks_page, survey_of
from tests.conftest import EventMaker, csrf_of
from tests.room import JSON, Phone, asked, leave_no_keys, phones, running_event, voted
from tests.test_cli import lunchkit

pytestmark = pytest.mark.usefixtures(leave_no_keys.__name__)


@pytest.fixture
def lunch(app: Flask, make_event: EventMaker) -> Event:
    return make_event(starts_at=clock.now() - timedelta(hours=2, minutes=30))


def say(phone: Phone, status: int = 200, **fields: object) -> object:
    answer = phone.client.post(f"/v/{phone.code}/feedback", data=fields, headers=JSON)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def crowd_says(app: Flask, event: Event, number: int, **fields: object) -> list[Phone]:
    crowd = phones(app, event, number)
    for phone in crowd:
        say(phone, **fields)
    return crowd


def shown(event: Event) -> tuple[int, dict[str, int], dict[str, int], int]:
    """What an organiser may see: answers, marks, again, remarks."""
    db.session.rollback()
    seen = outcome(event)
    marks, again = ({row.label: row.total for row in seen[name].rows if row.total} for name in ("mark", "again"))
    return seen["answered"], marks, again, remarks_page(event.id, 1)["count"]


def workspace(client: FlaskClient, event: Event, query: str = "") -> str:
    return client.get(f"/organiser/e/{event.slug}/feedback{query}").get_data(as_text=True)


def press(client: FlaskClient, event: Event, verb: str, **data: str) -> int:
    """Post a form of the organiser's page; its token is that of the remote control, which always has one."""
    token = csrf_of(client, f"/organiser/e/{event.slug}/room")
    path = f"/organiser/e/{event.slug}/feedback/{verb}"
    return client.post(path, data={"csrf_token": token, **data}).status_code


def state_of(phone: Phone) -> str:
    return str(phone.client.get(f"/v/{phone.code}/state.json").get_json()["key"]).partition("-")[0]


def is_destroyed(event_id: int) -> bool:
    is_empty = ballot_store().surveys() == [] and ballot_store().count(-event_id) == 0
    return is_empty and keys().get(survey_of(event_id).key_name) is None


# The phone


def test_phones_ask_three_questions_once_the_lunch_is_over_and_until_a_week_later(
    app: Flask, make_event: EventMaker
) -> None:
    event = running_event(make_event)
    (phone,) = phones(app, event, 1)
    assert 'name="mark"' not in phone.look()
    say(phone, 409, mark=5)
    with clock.fixed_at(event.ends_at):
        page = phone.look()
        assert "Comment était ce lunch" in page and 'name="mark"' in page and 'name="again"' in page
        assert "Que devrions-nous mieux faire" in page
        assert 'http-equiv="refresh"' not in page, "what is being typed must not be lost"
    with clock.fixed_at(event.ends_at + OPEN_FOR - timedelta(seconds=1)):
        assert state_of(phone) == "feedback"
    with clock.fixed_at(event.ends_at + OPEN_FOR):
        page = phone.look()
        assert 'name="mark"' not in page and "Ce lunch est passé" in page
        assert "Le questionnaire est clos" not in page, "of answers that nobody gave nothing is said"
        assert say(phone, 409, mark=1)["state"] == "closed"  # type: ignore[index]


def test_an_answer_works_without_a_script_and_the_page_shows_it_again(
    app: Flask, lunch: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    (phone,) = phones(app, lunch, 1)
    data = {"mark": "4", "again": "2", "better": "Plus de pain."}
    answer = phone.client.post(f"/v/{phone.code}/feedback", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/v/{phone.code}")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith(cookie_name()))
    (seconds,) = re.findall(r"Max-Age=(\d+)", cookie)
    assert 6 * 86_400 < int(seconds) <= 7 * 86_400, "the number of a phone lasts until the survey closes"
    page = phone.look()
    assert re.search(r'name="mark" value="4" checked', page) and re.search(r'name="again" value="2" checked', page)
    assert ">Plus de pain.</textarea>" in page and 'data-sent="saved"' in page
    phone.client.post(f"/v/{phone.code}/feedback", data={"mark": "2", "again": "2", "better": ""})
    page = phone.look()
    assert 'value="2" checked' in page and "Plus de pain" not in page
    assert ballot_store().count(survey_of(lunch.id).id) == 1

    def late(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(Batches, "submit", late)
    answer = phone.client.post(f"/v/{phone.code}/feedback", data={"mark": "3"})
    assert answer.status_code == 303
    assert "Le serveur est lent" in phone.client.get(answer.headers["Location"]).text


def test_what_nobody_asked_for_is_refused_and_what_was_taken_back_counts_for_nobody(app: Flask, lunch: Event) -> None:
    crowd = phones(app, lunch, 5)
    marks = [{"mark": "6"}, {"mark": "1' or 1"}, {"mark": "５"}]
    for fields in ({}, *marks, {"again": "4"}, {"again": "yes"}, {"better": "é" * 501}, {"better": " \n "}):
        say(crowd[0], 422, **fields)
        assert crowd[0].client.post(f"/v/{crowd[0].code}/feedback", data=fields).status_code == 303
    assert ballot_store().count(survey_of(lunch.id).id) == 0
    for phone in crowd:
        say(phone, better="Merci", mark=3)
    say(crowd[0], better="")
    assert glance(lunch).answered == 4
    close_feedback(lunch)
    assert shown(lunch) == (4, {}, {}, 0), "behind the fifth nobody can hide"


def test_no_answer_can_be_told_by_the_length_of_what_is_sent(app: Flask, lunch: Event) -> None:
    sizes = set()
    for phone, fields in zip(
        phones(app, lunch, 4), ({"mark": 1}, {"mark": 5}, {"again": 3}, {"again": 2}), strict=True
    ):
        answer = phone.client.post(f"/v/{phone.code}/feedback", data=fields, headers=JSON)
        sizes.add((answer.status_code, len(answer.data), sum(map(len, answer.headers.getlist("Set-Cookie")))))
    assert len(sizes) == 1
    page = phone.look()
    for name in ("mark", "again"):
        sent = {part.partition('"')[0] for part in page.split(f'name="{name}" value="')[1:]}
        assert len(sent) >= 3 and {len(value) for value in sent} == {1}, name
    assert "longueur" in page, "what somebody writes can be told apart, and that is said"


def test_only_an_open_question_goes_before_feedback_and_both_take_answers(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event)
    poll = asked(event)
    crowd = voted(app, event, 5, 1)
    with clock.fixed_at(event.ends_at + timedelta(minutes=1)):
        assert state_of(crowd[0]) == "open"
        say(crowd[0], mark=4)
        assert crowd[0].vote(2).status_code == 200, "the survey closes no poll"
        close_poll(poll)
        assert state_of(crowd[0]) == "feedback" and glance(event).answered == 1, "nor the poll the survey"
        reveal_poll(poll)
        page = crowd[0].look()
        assert 'name="mark"' in page and f"/e/{event.slug}/polls/1" in page


def test_no_ballot_of_a_poll_gets_into_a_survey(app: Flask, lunch: Event) -> None:
    (phone,) = crowd_says(app, lunch, 1, mark=3)
    for code in (f"feedback-{lunch.id}", f"FEEDBACK-{lunch.id}", f"feedback{lunch.id}", "-"):
        assert phone.client.post(f"/v/{code}", data={"choice": "1"}, headers=JSON).status_code == 409
    assert 'value="3" checked' in phone.look()


# When


def test_what_was_acknowledged_while_feedback_closed_is_counted_and_nothing_else(app: Flask, lunch: Event) -> None:
    crowd = phones(app, lunch, 30)
    say(crowd[0], mark=3)
    address = f"/v/{crowd[0].code}/feedback"

    def close() -> None:
        with app.app_context():
            close_feedback(db.session.get_one(Event, event_id))
            db.session.remove()

    event_id = lunch.id
    db.session.remove()
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(phone.client.post, address, data={"mark": 3}, headers=JSON) for phone in crowd[1:15]]
        closing = pool.submit(close)
        sent += [pool.submit(phone.client.post, address, data={"mark": 3}, headers=JSON) for phone in crowd[15:]]
        closing.result()
    statuses = [answer.result().status_code for answer in sent]
    assert set(statuses) <= {200, 409}
    assert db.session.get_one(Feedback, event_id).answered == 1 + statuses.count(200)
    assert is_destroyed(event_id)


def test_where_the_lunch_goes_on_after_all_nobody_answers_and_nothing_is_lost(
    app: Flask, make_event: EventMaker
) -> None:
    event = running_event(make_event)
    end_lunch(event)
    (phone,) = phones(app, event, 1)
    for mark, turn in ((4, 1), (4, 1), (2, 2), (4, 1)):  # double taps, a change, and the first tap on a slow way
        say(phone, mark=mark, turn=turn)
    assert 'value="2" checked' in phone.look() and 'name="turn" value="3"' in phone.page
    let_lunch_go_on(event, event.over_at.isoformat())
    say(phone, 409, mark=1)
    assert state_of(phone) == "welcome" and glance(event).answered == 1


def test_an_organiser_may_do_without_it_and_phones_say_that_the_lunch_is_over(
    app: Flask, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = running_event(make_event)
    (phone,) = phones(app, event, 1)
    assert "Renoncer au questionnaire…" in workspace(organiser_client, event)
    assert press(organiser_client, event, "closing") == 303
    db.session.rollback()
    assert (state_of(phone), glance(event).stage) == ("welcome", Stage.OFF)
    with clock.fixed_at(event.ends_at + timedelta(minutes=1)):
        finish_closings()  # which tells phones of the end
        assert state_of(phone) == "over"
        assert "questionnaire" not in phone.look().partition("secrecy")[0]
        say(phone, 409, mark=1)


def test_it_closes_on_the_purge_day_where_that_comes_first(app: Flask, make_event: EventMaker) -> None:
    event = make_event(starts_at=clock.now() - timedelta(hours=2, minutes=30), purge_days=2)
    crowd = crowd_says(app, event, 5, mark=4, better="Merci")
    with clock.fixed_at(event.ends_at + timedelta(days=2, hours=23)):
        say(crowd[0], 409, mark=1)
        purge_people()
        assert close_due_feedback() == 1
        assert shown(event) == (5, {"4": 5}, {}, 0), "what people wrote goes with the names, counts stay"
        assert is_destroyed(event.id)


def test_the_purge_of_the_command_line_leaves_no_ballot_behind(
    app: Flask, settings: Settings, make_event: EventMaker
) -> None:
    event = make_event(starts_at=clock.now() - timedelta(days=60))
    with clock.fixed_at(event.ends_at + timedelta(hours=1)):
        crowd_says(app, event, 5, better="Camille")
    event_id = event.id
    db.session.remove()
    more = {"DATABASE_URL": settings.database_url} if settings.database_url else {}
    done = lunchkit(settings.instance, "purge", **more)
    assert done.returncode == 0, done.stderr
    db.session.remove()
    assert is_destroyed(event_id) and db.session.query(Remark).count() == 0
    assert b"Camille" not in (settings.instance / "ballots.sqlite").read_bytes()


def test_after_a_restart_of_the_machine_what_was_said_before_still_counts(app: Flask, lunch: Event) -> None:
    crowd = crowd_says(app, lunch, 5, mark=4)
    keys().destroy(survey_of(lunch.id).key_name)  # as a restart does
    assert "checked" not in crowd[0].look()
    crowd_says(app, lunch, 1, mark=1)
    with clock.fixed_at(lunch.ends_at + OPEN_FOR):
        assert close_due_feedback(by_hours=False) == 0, "a clock that is not believed closes nothing"
        assert close_due_feedback() == 1
    assert shown(lunch)[:2] == (6, {"1": 1, "4": 5})


# What organisers see


def test_nothing_shows_before_the_close_and_then_nothing_of_four_people(
    app: Flask, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    ended = clock.now() - timedelta(hours=2, minutes=30)
    many, few = make_event(starts_at=ended), make_event(starts_at=ended)
    for event, number in ((many, 4), (few, 3)):
        crowd_says(app, event, number, mark=5, again=1, better="Encore du pain")
        crowd_says(app, event, 1, mark=1)
        assert shown(event) == (number + 1, {}, {}, 0)
        page = workspace(organiser_client, event)
        assert "Encore du pain" not in page and '<svg class="pic' not in page
        assert press(organiser_client, event, "closing") == 303
    assert shown(many) == (5, {"1": 1, "5": 4}, {}, 4), "four answered the second question"
    assert shown(few) == (4, {}, {}, 0)
    assert db.session.get_one(Feedback, few.id).counts == {"mark": {}, "again": {}}, "and nothing is stored either"
    page = workspace(organiser_client, many)
    assert page.count("Encore du pain") >= 4 and 'class="pic' in page and "<table>" in page
    assert "Note médiane\u00a0: 5 sur 5 (5 personnes)" in page, "no per cent without n"
    assert "Moins de cinq personnes ont répondu" in page, "of the second question"
    assert "Moins de cinq personnes ont répondu" in workspace(organiser_client, few)


def test_it_is_closed_once_and_a_remark_is_erased_once_and_what_else_was_answered_still_counts(
    app: Flask, organiser_client: FlaskClient, lunch: Event, make_event: EventMaker
) -> None:
    (phone, *_) = crowd_says(app, lunch, 6, mark=4, better="Rien à redire")
    say(phone, mark=4, better="Camille parle trop fort")
    assert "Clore maintenant" in workspace(organiser_client, lunch)
    assert glance(lunch).stage is Stage.OPEN, "looking is not closing"
    for _ in range(2):
        assert press(organiser_client, lunch, "closing") == 303
    assert (shown(lunch)[:2], glance(lunch).stage) == ((6, {"4": 6}), Stage.CLOSED)
    say(phone, 409, mark=1)
    assert 'name="mark"' not in phone.look()
    assert close_due_feedback() == 0 and is_destroyed(lunch.id)
    assert "survey.close" in db.session.scalars(select(AuditEntry.action)).all()
    remark = db.session.query(Remark).filter(Remark.text.contains("Camille")).one()
    assert press(organiser_client, make_event(), "erasure", remark=remark.id) == 404, "of another lunch"
    assert press(organiser_client, lunch, "erasure", remark=remark.id) == 303
    assert press(organiser_client, lunch, "erasure", remark=remark.id) == 404, "once is enough"
    assert shown(lunch) == (6, {"4": 6}, {}, 5)
    assert "Camille" not in workspace(organiser_client, lunch)

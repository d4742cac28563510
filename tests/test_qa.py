"""Audience questions: asked without a name, read before they show, supported by phones, kept in the room on wish."""

import json
import re
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.errors import NotFound
from lunchkit.platform.limits import Window
from lunchkit.room.actions import room_of
from lunchkit.room.devices import new_device
from lunchkit.room.models import Room
from lunchkit.room.qa import actions
from lunchkit.room.qa.actions import (
    answer_question,
    approve_question,
    ask_question,
    freeze_supports,
    mark_off_record,
    restore_question,
    set_aside_question,
    set_aside_waiting,
    support_question,
)
from lunchkit.room.qa.errors import AskedOffRecord, QuestionsClosed, SupportClosed, TooManyQuestions, TooManyWaiting
from lunchkit.room.qa.models import Question, Support, Turn
from lunchkit.room.qa.queries import (
    approved_questions,
    count_waiting,
    public_questions,
    questions_to_judge,
    ranked_questions,
)
from lunchkit.room.queries import revisions_of
from lunchkit.site.presenter.actions import end_rehearsal
from tests.conftest import EventMaker, csrf_of, new_client
from tests.seating import all_at_once

CANARY = "<script>alert(1)</script><img src=x onerror=alert(2)>"
JSON = {"Accept": "application/json"}


@pytest.fixture
def event(make_event: EventMaker) -> Event:
    return make_event(starts_at=clock.now() - timedelta(minutes=30))


@pytest.fixture
def room(event: Event) -> Room:
    return opened(event)


def opened(event: Event) -> Room:
    room_of(event)
    with transaction() as session:
        room = session.get_one(Room, event.id)
        room.takes_questions = True
    return room


def ask(room: Room, text: str = "Qui paie ?", **details: object) -> Question:
    return ask_question(room, new_device(), text, **details)  # type: ignore[arg-type]


def shown(room: Room, text: str = "Qui paie ?", **details: object) -> Question:
    question = ask(room, text, **details)
    approve_question(question)
    return question


def texts(event_id: int) -> list[str]:
    return [question.text for question in approved_questions(event_id)]


def count_supports(question_id: int) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Support.question_id == question_id)) or 0


def phone_of(app: Flask, room: Room) -> FlaskClient:
    client = new_client(app)
    assert client.get(f"/v/{room.code}").status_code == 200
    return client


def send(client: FlaskClient, room: Room, text: str = "Qui paie ?", key: str = "", **fields: str) -> TestResponse:
    headers = JSON if fields.pop("json", "") else {}
    answer = client.post(f"/v/{room.code}/questions", data={"text": text, "key": key, **fields}, headers=headers)
    db.session.rollback()
    return answer


# Asking


def test_question_shows_nowhere_before_it_is_approved_and_public_is_what_was_read_and_not_set_aside(room: Room) -> None:
    before = revisions_of(room.event_id)
    question = ask(room)
    assert texts(room.event_id) == [] and ranked_questions(room.event_id) == []
    assert public_questions(room.event_id) == []
    assert count_waiting(room.event_id) == 1
    assert revisions_of(room.event_id)[0] == before[0], "no phone hears of it"
    approve_question(question)
    assert texts(room.event_id) == ["Qui paie ?"] == [row.text for row in ranked_questions(room.event_id)], "control"
    assert revisions_of(room.event_id)[0] == before[0] + 1
    set_aside_question(shown(room, "Écartée"))
    answer_question(ask(room, "Répondue"))
    public = {(row.text, row.is_answered) for row in public_questions(room.event_id)}
    assert public == {("Répondue", True), ("Qui paie ?", False)}


def test_same_copy_of_the_form_sent_twice_is_one_question(room: Room) -> None:
    device = new_device()
    first = ask_question(room, device, "Qui paie ?", key="k")
    assert ask_question(room, device, "Qui paie ?", key="k").id == first.id
    assert first.key is not None and len(first.key) == 22, "not the key of the form itself"
    assert ask_question(room, device, "Qui décide ?", key="k").id != first.id, "other words are kept too"
    assert ask_question(room, device, "Qui paie ?", key="l").id != first.id, "control"
    close(room)
    assert ask_question(room, device, "Qui paie ?", key="k").id == first.id, "a retry is told that it was kept"
    with pytest.raises(QuestionsClosed):
        ask(room)


def test_twenty_retries_at_once_are_one_question(app: Flask, room: Room) -> None:
    device, event_id = new_device(), room.event_id

    def retry() -> None:
        ask_question(db.session.get_one(Room, event_id), device, "Qui paie ?", key="k")

    assert all_at_once(app, [retry] * 20) == [None] * 20
    assert count_waiting(event_id) == 1


def close(room: Room) -> None:
    with transaction() as session:
        session.get_one(Room, room.event_id).takes_questions = False


def test_a_room_is_flooded_no_further_than_can_be_read_and_not_two_hours_after_the_lunch(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_WAITING", 3)
    first, *_ = [ask(room, f"Et {number} ?") for number in range(3)]
    with pytest.raises(TooManyWaiting):
        ask(room)
    approve_question(first)
    with clock.fixed_at(room.event.ends_at + timedelta(hours=1, minutes=59)):
        ask(room)
    with clock.fixed_at(room.event.ends_at + timedelta(hours=2)), pytest.raises(QuestionsClosed):
        ask(room)


def test_one_phone_asks_ten_an_hour_and_its_neighbours_ask_on(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "asking", Window("asking", 10, 3600))
    device, now = new_device(), clock.now()
    with clock.fixed_at(now):
        for number in range(10):
            ask_question(room, device, f"Et {number} ?", key=f"k{number}")
        with pytest.raises(TooManyQuestions):
            ask_question(room, device, "Encore ?")
        ask_question(room, device, "Et 3 ?", key="k3")  # a retry is none more
        ask(room, "Et moi ?")
    with clock.fixed_at(now + timedelta(minutes=61)):
        ask_question(room, device, "Encore ?")


def test_a_script_with_many_cookies_fills_a_minute_and_phones_may_ask_in_the_next(
    room: Room, make_event: EventMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "arriving", Window("arriving", 30, 60))
    elsewhere = opened(make_event(starts_at=clock.now() - timedelta(minutes=30)))
    phone, now = new_device(), clock.now()
    with clock.fixed_at(now):
        for number in range(30):
            ask(room, f"Et {number} ?")
        for _ in range(20):  # an honest phone tries again and again: none of that counts as one of its ten
            with pytest.raises(TooManyWaiting):
                ask_question(room, phone, "Qui paie ?", key="k")
        ask(elsewhere)
    with clock.fixed_at(now + timedelta(seconds=61)):
        ask_question(room, phone, "Qui paie ?", key="k")
    assert count_waiting(room.event_id) == 31


def test_all_that_wait_are_set_aside_at_once_and_taken_back_one_or_all(
    organiser_client: FlaskClient, room: Room, make_event: EventMaker
) -> None:
    path = f"/organiser/e/{room.event.slug}/questions"
    kept, first, earlier = shown(room, "Gardée ?"), ask(room, "Un ?"), ask(room, "Avant ?")
    set_aside_question(earlier)
    page = organiser_client.get(path).text
    assert "setting-aside/all" not in page and "restoration/all" not in page, "one alone has its own button"
    second = ask(room, "Deux ?")
    elsewhere = ask(opened(make_event(starts_at=clock.now())), "Ailleurs ?")
    page = organiser_client.get(path).text
    (address,) = re.findall(r'formaction="([^"]*/setting-aside/all)"', page)
    later = ask(room, "Trois ?")
    form = {"csrf_token": csrf_of(organiser_client, path)}
    assert organiser_client.post(address, data=form).status_code == 303
    db.session.expire_all()
    groups = questions_to_judge(room.event_id)
    assert [each.Question.text for each in groups[Turn.WAITING]] == [later.text], "nobody has seen it yet"
    assert [each.Question.text for each in groups[Turn.SET_ASIDE]] == ["Deux ?", "Avant ?", "Un ?"]
    assert kept.turn is Turn.APPROVED and elsewhere.turn is Turn.WAITING
    restore_question(first, Turn.SET_ASIDE)
    assert first.turn is Turn.WAITING
    set_aside_waiting(later)
    (address,) = re.findall(r'formaction="([^"]*/restoration/all)"', organiser_client.get(path).text)
    for _again in range(2):
        assert organiser_client.post(address, data=form).status_code == 303
        db.session.expire_all()
        turns = [question.turn for question in (earlier, second, first, later)]
        assert turns == [Turn.SET_ASIDE, Turn.SET_ASIDE, Turn.WAITING, Turn.WAITING], "and nothing else"


def test_no_limit_counts_by_address(app: Flask, room: Room) -> None:
    for number in range(25):
        assert send(phone_of(app, room), room, f"Et {number} ?", json="1").status_code == 200
    assert count_waiting(room.event_id) == 25


# Secrecy


def test_tables_know_neither_when_nor_who() -> None:
    columns = {table.name: set(table.c.keys()) for table in (Question.__table__, Support.__table__)}  # type: ignore[attr-defined]
    assert columns["support"] == {"question_id", "tag"}
    assert columns["question"] == {
        "id", "event_id", "key", "text", "off_record", "asked_off_record", "approved_at", "answered_at", "set_aside_at",
        "supports", "in_rehearsal",
    }  # fmt: skip
    assert {name for name in columns["question"] if name.endswith("_at")} == {
        "approved_at", "answered_at", "set_aside_at",
    }, "times of the organisers, none of the person who asked"  # fmt: skip


def test_off_the_record_never_leaves_the_room_and_is_on_no_screen_after_the_lunch(room: Room) -> None:
    kept = shown(room, "Entre nous ?", off_record=True)
    shown(room, "Pour tout le monde ?")
    for step in (answer_question, restore_question):
        step(kept)
        assert [question.text for question in public_questions(room.event_id)] == ["Pour tout le monde ?"]
    assert texts(room.event_id) == ["Entre nous ?", "Pour tout le monde ?"], "in the room it shows"
    assert {row.text: row.off_record for row in ranked_questions(room.event_id)}["Entre nous ?"]
    with clock.fixed_at(room.event.ends_at + timedelta(hours=2)):
        freeze_supports()
    assert texts(room.event_id) == [row.text for row in ranked_questions(room.event_id)] == ["Pour tout le monde ?"]


def test_what_somebody_asked_off_the_record_no_organiser_lets_out(room: Room) -> None:
    promised, other = shown(room, "Entre nous ?", off_record=True), shown(room, "Autre ?")
    with pytest.raises(AskedOffRecord):
        mark_off_record(promised, False)
    mark_off_record(other, True)
    assert public_questions(room.event_id) == []
    mark_off_record(other, False)
    assert [question.text for question in public_questions(room.event_id)] == ["Autre ?"]
    question = shown(room, key="k")
    assert len(public_questions(room.event_id)) == 2, "control"
    assert ask(room, key="k", off_record=True).id == question.id, "ticking the box afterwards"
    assert len(public_questions(room.event_id)) == 1


# Supports


def test_support_counts_once_and_is_taken_back(room: Room) -> None:
    question, device = shown(room), new_device()
    before = revisions_of(room.event_id)
    for _ in range(3):
        support_question(room, device, question.id)
    assert count_supports(question.id) == 1
    assert revisions_of(room.event_id) == (before[0], before[1] + 1), "the projector alone hears of it, and once"
    assert [each.is_supported for each in approved_questions(room.event_id, device)] == [True]
    assert [each.is_supported for each in approved_questions(room.event_id, new_device())] == [False]
    assert [each.is_supported for each in approved_questions(room.event_id)] == [None]
    for _ in range(2):
        support_question(room, device, question.id, is_on=False)
    assert count_supports(question.id) == 0
    assert revisions_of(room.event_id) == (before[0], before[1] + 2)


def test_forty_phones_support_at_once_and_each_counts(app: Flask, room: Room) -> None:
    question_id, event_id = shown(room).id, room.event_id
    phones = [new_device() for _ in range(40)]

    def tap(device: bytes) -> None:
        here = db.session.get_one(Room, event_id)
        for _ in range(2):
            support_question(here, device, question_id)

    assert all_at_once(app, [partial(tap, device) for device in phones]) == [None] * 40
    assert count_supports(question_id) == 40
    assert [row.supports for row in ranked_questions(event_id)] == [40]


def test_control_a_counter_that_is_written_back_loses_supports(app: Flask, room: Room) -> None:
    """Why supports are rows: the same race with a number that is read, and written plus one."""
    question_id = shown(room).id
    read = [db.session.get_one(Question, question_id).supports for _ in range(2)]
    for value in read:
        with transaction() as session:
            session.get_one(Question, question_id).supports = value + 1
    db.session.expire_all()
    assert db.session.get_one(Question, question_id).supports == 1


def test_only_what_the_room_sees_can_be_supported(room: Room, make_event: EventMaker) -> None:
    waiting, answered, aside = ask(room), shown(room, "B ?"), shown(room, "C ?")
    answer_question(answered)
    set_aside_question(aside)
    elsewhere = shown(opened(make_event(starts_at=clock.now())), "D ?")
    for question, refusal in (
        (waiting, NotFound), (answered, SupportClosed), (aside, SupportClosed), (elsewhere, NotFound),
    ):  # fmt: skip
        with pytest.raises(refusal):
            support_question(room, new_device(), question.id)
        assert count_supports(question.id) == 0
    support_question(room, new_device(), shown(room, "E ?").id)


def test_supports_are_frozen_two_hours_after_the_lunch_or_its_cancelling_and_their_tags_destroyed(
    room: Room, make_event: EventMaker
) -> None:
    called_off = opened(make_event(starts_at=clock.now()))
    support_question(called_off, new_device(), (dropped := shown(called_off)).id)
    with transaction() as session:
        session.get_one(Event, called_off.event_id).cancelled_at = clock.now()
    assert freeze_supports() == 1 and count_supports(dropped.id) == 0
    question, device = shown(room), new_device()
    for phone in (device, new_device(), new_device()):
        support_question(room, phone, question.id)
    with clock.fixed_at(room.event.ends_at + timedelta(hours=1, minutes=59)):
        assert freeze_supports() == 0
    assert count_supports(question.id) == 3
    with clock.fixed_at(room.event.ends_at + timedelta(hours=2)):
        assert freeze_supports() == 1
        assert freeze_supports() == 0, "once is enough"
        with pytest.raises(SupportClosed):
            support_question(room, device, question.id)
    assert count_supports(question.id) == 0
    db.session.expire_all()
    assert (question.supports, question.key) == (3, None)
    assert [row.supports for row in public_questions(room.event_id)] == [3]
    assert [row.supports for row in questions_to_judge(room.event_id)[Turn.APPROVED]] == [3]


def test_what_is_asked_in_a_rehearsal_is_forgotten_with_it(room: Room, event: Event) -> None:
    real = shown(room, "Pour de vrai ?")
    with transaction() as session:
        session.get_one(Room, event.id).rehearsing_since = clock.now()
    practised = shown(room, "Pour essayer ?")
    support_question(room, new_device(), practised.id)
    assert texts(event.id) == ["Pour de vrai ?", "Pour essayer ?"]
    assert [row.text for row in public_questions(event.id)] == ["Pour de vrai ?"]
    end_rehearsal(event)
    assert texts(event.id) == ["Pour de vrai ?"]
    assert count_supports(practised.id) == 0
    assert db.session.get(Question, real.id) is not None


# Judging


def test_questions_are_judged_in_four_groups_and_the_projector_shows_the_most_supported_first(room: Room) -> None:
    ask(room, "A"), ask(room, "B")
    shown(room, "C")
    support_question(room, new_device(), shown(room, "D").id)
    answer_question(shown(room, "E"))
    set_aside_question(ask(room, "F"))
    assert texts(room.event_id) == ["C", "D"], "phones, in the order of asking"
    assert [tuple(row) for row in ranked_questions(room.event_id)] == [("D", 1, False), ("C", 0, False)]
    groups = questions_to_judge(room.event_id)
    assert [[(each.Question.text, each.supports) for each in groups[turn]] for turn in Turn] == [
        [("A", 0), ("B", 0)], [("D", 1), ("C", 0)], [("E", 0)], [("F", 0)],
    ]  # fmt: skip


# Views for phones


def test_phone_asks_and_is_led_back(app: Flask, room: Room) -> None:
    client = phone_of(app, room)
    answer = send(client, room, " Qui\n paie ? ", off_record="1")
    assert answer.status_code == 303
    assert answer.location.startswith(f"/v/{room.code}?asked=1")
    (waiting,) = questions_to_judge(room.event_id)[Turn.WAITING]
    assert (waiting.Question.text, waiting.Question.off_record) == ("Qui paie ?", True)
    assert send(client, room, "Et qui décide ?", json="1").get_json() == {"rev": revisions_of(room.event_id)[0]}
    keys = {re.findall(r'name="key" value="([^"]*)"', client.get(f"/v/{room.code}").text)[0] for _ in range(2)}
    assert len(keys) == 2 and {len(key) for key in keys} == {22}, "each copy of the form has a key of its own"


def test_page_of_a_phone_says_what_it_supports_and_never_how_many_and_the_stream_says_neither(
    app: Flask, room: Room
) -> None:
    question, client = shown(room), phone_of(app, room)
    pages = []
    for on in ("1", "0", "1"):
        answer = client.post(f"/v/{room.code}/questions/{question.id}/support", data={"on": on})
        assert answer.status_code == 303 and answer.location.endswith(f"#question-{question.id}")
        pages.append(client.get(f"/v/{room.code}").text)
    assert ['aria-pressed="true"' in page for page in pages] == [True, False, True]
    for _ in range(7):
        support_question(room, new_device(), question.id)
    pages.append(client.get(f"/v/{room.code}").text)
    lists = [page.split("data-supports")[1].split("</ul>")[0] for page in pages[2:]]
    assert lists[0] == lists[1], "seven supports more change nothing on a phone"
    html = client.get(f"/v/{room.code}/state.json").get_json()["html"]
    assert f'id="question-{question.id}"' in html, "control"
    assert 'aria-pressed="true"' not in html
    assert 'name="key"' not in html
    assert 'data-fill="asking"' in html, "the page has the form already"


def test_what_is_empty_too_long_or_too_late_comes_back_and_nothing_typed_is_lost(app: Flask, room: Room) -> None:
    client = phone_of(app, room)
    for text in ("", "   ", "?!", "x" * 281):
        answer = send(client, room, text)
        assert answer.status_code == 422 and 'id="question-text-error"' in answer.text
        assert f">{text.strip()}</textarea>" in answer.text
        assert send(client, room, text, json="1").get_json()["state"] == "unreadable"
    assert count_waiting(room.event_id) == 0
    assert send(client, room, "x" * 280).status_code == 303, "control"
    close(room)
    answer = send(client, room, "Qui paie ?", key="k", off_record="1")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert ">Qui paie ?</textarea>" in page and 'name="key" value="k"' in page and " checked>" in page
    assert count_waiting(room.event_id) == 1
    told = send(client, room, json="1")
    assert told.status_code == 409 and told.get_json()["state"] == "closed" and told.get_json()["error"]


def test_phone_that_keeps_no_cookie_is_told_so(app: Flask, room: Room) -> None:
    client, question = new_client(app), shown(room)
    answer = send(client, room, "Qui paie ?")
    assert answer.status_code == 403 and "cookies" in answer.get_data(as_text=True)
    assert ">Qui paie ?</textarea>" in answer.get_data(as_text=True)
    client.delete_cookie("voter")
    support = client.post(f"/v/{room.code}/questions/{question.id}/support", data={"on": "1"}, headers=JSON)
    assert support.status_code == 403 and support.get_json()["state"] == "no-cookie"
    assert count_waiting(room.event_id) == 0 and count_supports(question.id) == 0


def test_hostile_words_are_only_words(app: Flask, organiser_client: FlaskClient, room: Room) -> None:
    for text in (CANARY, "\x00\ud800‮olleh", "{{ 7*7 }}", '" autofocus onfocus=alert(1) x="'):
        body = {"text": text.encode("utf-8", "surrogatepass"), "key": CANARY}
        assert phone_of(app, room).post(f"/v/{room.code}/questions", data=body).status_code == 303
    db.session.rollback()
    for waiting in questions_to_judge(room.event_id)[Turn.WAITING]:
        approve_question(waiting.Question)
    client = phone_of(app, room)
    pages = [
        client.get(f"/v/{room.code}").text,
        json.loads(client.get(f"/v/{room.code}/state.json").text)["html"],
        organiser_client.get(f"/organiser/e/{room.event.slug}/questions").text,
    ]
    close(room)
    pages.append(send(client, room, "Et " + CANARY, key=CANARY).text)
    for page in pages:
        assert "<script>alert" not in page and "<img src=x" not in page and '" autofocus onfocus' not in page
        assert "&lt;script&gt;alert" in page, "control: it is there, as words"
        assert ">49<" not in page.replace(" ", "")


# Views for organisers


def judge(client: FlaskClient, event: Event, question: Question, noun: str, **data: str) -> TestResponse:
    path = f"/organiser/e/{event.slug}/questions"
    token = csrf_of(client, path)
    answer = client.post(f"{path}/{question.id}/{noun}", data={"csrf_token": token, **data})
    db.session.rollback()
    db.session.expire_all()
    return answer


def test_organiser_approves_answers_sets_aside_and_undoes(
    organiser_client: FlaskClient, event: Event, room: Room
) -> None:
    question = ask(room)
    page = organiser_client.get(f"/organiser/e/{event.slug}/questions").get_data(as_text=True)
    assert "Qui paie" in page
    for noun, data, turn in (
        ("approval", {}, Turn.APPROVED),
        ("answer", {}, Turn.ANSWERED),
        ("restoration", {"turn": "answered"}, Turn.APPROVED),
        ("restoration", {"turn": "answered"}, Turn.APPROVED),
        ("setting-aside", {}, Turn.SET_ASIDE),
        ("restoration", {}, Turn.APPROVED),
        ("restoration", {}, Turn.WAITING),
    ):
        was = question.turn
        answer = judge(organiser_client, event, question, noun, **data)
        assert answer.status_code == 303 and answer.location == f"/organiser/e/{event.slug}/questions#{was}"
        assert question.turn is turn
    for off in ("1", "0"):
        assert judge(organiser_client, event, question, "record", off=off).status_code == 303
        assert question.off_record is (off == "1")
    question = ask(room, off_record=True)
    page = organiser_client.get(f"/organiser/e/{event.slug}/questions").get_data(as_text=True)
    assert f"{question.id}/approval" in page and f"{question.id}/record" not in page
    assert judge(organiser_client, event, question, "record", off="0").status_code == 409, "what was promised"
    assert question.off_record

"""Feedback after the lunch: three questions on the phone, one answer a phone, nothing shown of fewer than five."""

import csv
import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from lunchkit import clock
from lunchkit.db import db
from lunchkit.events.changes import details_of
from lunchkit.events.models import Event
from lunchkit.feedback.actions import (
    bring_in_feedback,
    close_feedback,
    open_feedback,
    switch_feedback,
    take_back_feedback,
    word_feedback,
)
from lunchkit.feedback.models import OPEN_FOR, Feedback, Remark, Stage
from lunchkit.feedback.queries import feedback_box, glance, key_name, outcome
from lunchkit.feedback.refusals import IsClosed, IsSwitchedOff, NothingToClose, StillRehearsing, TooEarly, WordsStay
from lunchkit.planning.actions import make_lunch
from lunchkit.polls.actions import close_poll, reveal_poll, start_rehearsal
from lunchkit.rooms.actions import room_of
from lunchkit.rooms.devices import cookie_name
from lunchkit.rooms.queries import keys
from lunchkit.upkeep.actions import purge_people
from tests.conftest import EventMaker, csrf_of, new_client
from tests.room import JSON, Phone, asked, code_of, phones, running_event, unheld
from tests.test_workspace_queries import selects

MORE = 10_000


@pytest.fixture(autouse=True)
def leave_no_keys(app: Flask) -> Iterator[None]:
    """Leave no key of a test in memory."""
    yield
    folder = keys().folder
    for path in list(folder.iterdir()) if folder and folder.exists() else []:
        path.unlink()


@pytest.fixture
def lunch(app: Flask, make_event: EventMaker) -> Event:
    """A lunch that ended half an hour ago."""
    return make_event(starts_at=clock.now() - timedelta(hours=2, minutes=30))


def say(phone: Phone, status: int = 200, **fields: object) -> object:
    """Send what somebody taps, as the script does."""
    answer = phone.client.post(f"/v/{phone.code}/feedback", data=fields, headers=JSON)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def crowd_says(app: Flask, event: Event, number: int, **fields: object) -> list[Phone]:
    """So many phones that all say the same."""
    crowd = phones(app, event, number)
    for phone in crowd:
        say(phone, **fields)
    return crowd


def shown(event: Event) -> tuple[int, dict[str, int], dict[str, int], int]:
    """What the workspace knows, after the background work has looked: people, marks, again, remarks."""
    bring_in_feedback()
    db.session.rollback()
    seen = outcome(event, "fr")
    marks = {row.label: row.total for row in seen.mark.rows if row.total}
    again = {row.label: row.total for row in seen.again.rows if row.total}
    return seen.shown, marks, again, seen.remarks


def workspace(client: FlaskClient, event: Event, query: str = "") -> str:
    """The organiser's page."""
    return client.get(f"/organiser/e/{event.slug}/feedback{query}").get_data(as_text=True)


def state_of(phone: Phone) -> str:
    """What the stream tells phones to show."""
    return str(phone.client.get(f"/v/{phone.code}/state.json").get_json()["key"]).partition("-")[0]


# The phone


def test_phones_ask_three_questions_once_the_lunch_is_over_and_until_a_week_later(
    app: Flask, make_event: EventMaker
) -> None:
    event = running_event(make_event)
    (phone,) = phones(app, event, 1)
    assert "data-feedback" not in phone.look()
    with clock.fixed_at(event.ends_at):
        page = phone.look()
        assert "Comment était ce lunch" in page and 'name="mark"' in page and 'name="again"' in page
        assert "Que devrions-nous mieux faire" in unheld(page)
        assert "Refresh" not in page and 'http-equiv="refresh"' not in page, "what is being typed must not be lost"
    with clock.fixed_at(event.ends_at + OPEN_FOR - timedelta(seconds=1)):
        assert state_of(phone) == "feedback"
    with clock.fixed_at(event.ends_at + OPEN_FOR):
        page = phone.look()
        assert "data-feedback" not in page and "Ce lunch est passé" in page
        assert "Les retours sont clos" not in page, "of answers that nobody gave nothing is said"
        assert say(phone, 409, mark=1) == {
            "error": "Les retours sur ce lunch ne sont pas ouverts, ou ne le sont plus\u00a0: "
            "votre réponse n’a pas été gardée.",
            "state": "closed",
        }


def test_an_answer_works_without_a_script_and_the_page_shows_it_again(app: Flask, lunch: Event) -> None:
    (phone,) = phones(app, lunch, 1)
    data = {"mark": "4", "again": "2", "better": "Plus de pain."}
    answer = phone.client.post(f"/v/{phone.code}/feedback", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/v/{phone.code}")
    page = phone.look()
    assert re.search(r'name="mark" value="4" checked', page) and re.search(r'name="again" value="2" checked', page)
    assert ">Plus de pain.</textarea>" in page and "c’est enregistré" in page
    phone.client.post(f"/v/{phone.code}/feedback", data={"mark": "2", "again": "2", "better": ""})
    page = phone.look()
    assert 'value="2" checked' in page and "Plus de pain" not in page
    assert feedback_box().count(lunch.id) == 1


def test_one_tap_speaks_of_one_question_and_leaves_the_others(app: Flask, lunch: Event) -> None:
    (phone,) = phones(app, lunch, 1)
    for turn, fields in enumerate(({"mark": 5}, {"again": 1}, {"better": "Merci"}, {"mark": 3}), 1):
        say(phone, turn=turn, **fields)
    page = phone.look()
    assert 'value="3" checked' in page and 'name="again" value="1" checked' in page and ">Merci</textarea>" in page


def test_double_taps_and_retries_are_one_answer_and_a_late_one_changes_nothing(app: Flask, lunch: Event) -> None:
    (phone,) = phones(app, lunch, 1)
    for _ in range(3):
        say(phone, mark=4, turn=1)
    say(phone, mark=2, turn=2)
    say(phone, mark=4, turn=1)  # of the first tap, on a slow way
    assert feedback_box().count(lunch.id) == 1
    assert 'value="2" checked' in phone.look()
    assert 'data-turn="3"' in phone.page


def test_a_whole_room_that_answers_at_once_is_counted_to_the_last_phone(app: Flask, lunch: Event) -> None:
    crowd = phones(app, lunch, 24)  # all from one address: nothing is counted by it
    address = f"/v/{crowd[0].code}/feedback"
    with ThreadPoolExecutor(12) as pool:
        sent = [
            pool.submit(phone.client.post, address, data={"mark": number % 5 + 1}, headers=JSON)
            for number, phone in enumerate([*crowd, *crowd])
        ]
    assert {answer.result().status_code for answer in sent} == {200}
    assert feedback_box().count(lunch.id) == 24


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"mark": "6"},
        {"mark": "0"},
        {"mark": "1' or 1"},
        {"again": "4"},
        {"again": "yes"},
        {"again": "１"},
        {"better": "é" * 501},
        {"mark": "５"},
    ],
)
def test_what_nobody_asked_for_is_refused(app: Flask, lunch: Event, fields: dict[str, str]) -> None:
    (phone,) = phones(app, lunch, 1)
    say(phone, 422, **fields)
    assert phone.client.post(f"/v/{phone.code}/feedback", data=fields).status_code == 303
    assert feedback_box().count(lunch.id) == 0


def test_nothing_but_spaces_is_no_answer(app: Flask, lunch: Event) -> None:
    (phone,) = phones(app, lunch, 1)
    say(phone, 422, better=" \n ")
    assert feedback_box().count(lunch.id) == 0
    say(phone, better="Merci")
    say(phone, better="")  # who takes it back has said something before
    assert feedback_box().count(lunch.id) == 0


def test_a_phone_without_a_cookie_is_told_so(app: Flask, lunch: Event) -> None:
    answer = new_client(app).post(f"/v/{code_of(lunch)}/feedback", data={"mark": "3"}, headers=JSON)
    assert answer.status_code == 403 and answer.get_json()["state"] == "no-cookie"


def test_before_the_end_nobody_answers(app: Flask, make_event: EventMaker) -> None:
    (phone,) = phones(app, running_event(make_event), 1)
    say(phone, 409, mark=5)


def test_a_post_from_another_site_is_refused(app: Flask, lunch: Event) -> None:
    (phone,) = phones(app, lunch, 1)
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert phone.client.post(f"/v/{phone.code}/feedback", data={"mark": "3"}, headers=headers).status_code == 403
    assert feedback_box().count(lunch.id) == 0


def test_the_number_of_a_phone_lasts_until_feedback_closes(app: Flask, lunch: Event) -> None:
    (phone,) = phones(app, lunch, 1)
    answer = phone.client.post(f"/v/{phone.code}/feedback", data={"mark": "3"})
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith(cookie_name()))
    (seconds,) = re.findall(r"Max-Age=(\d+)", cookie)
    assert 6 * 86_400 < int(seconds) <= 7 * 86_400


def test_answers_have_the_same_length_whatever_they_say(app: Flask, lunch: Event) -> None:
    sizes = set()
    for phone, fields in zip(
        phones(app, lunch, 4), ({"mark": 1}, {"mark": 5}, {"again": 3}, {"again": 2}), strict=True
    ):
        answer = phone.client.post(f"/v/{phone.code}/feedback", data=fields, headers=JSON)
        sizes.add((answer.status_code, len(answer.data), sum(map(len, answer.headers.getlist("Set-Cookie")))))
    assert len(sizes) == 1


def test_only_an_open_question_goes_before_feedback(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event)
    poll = asked(event)
    crowd = phones(app, event, 5)
    for phone in crowd:
        phone.vote(1)
    with clock.fixed_at(event.ends_at + timedelta(minutes=1)):
        assert state_of(crowd[0]) == "open"
        close_poll(poll)
        assert state_of(crowd[0]) == "feedback"
        reveal_poll(poll)
        page = crowd[0].look()
        assert "data-feedback" in page and f"/e/{event.slug}/polls/1" in page


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
    assert db.session.get_one(Feedback, event_id).shown == 1 + statuses.count(200)
    assert feedback_box().sheets() == [] and keys().get(key_name(event_id)) is None


# When


def test_an_organiser_asks_earlier_and_takes_it_back(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event)
    (phone,) = phones(app, event, 1)
    seen = [room_of(event).revision]
    for verb in (open_feedback, open_feedback, take_back_feedback):
        verb(event)
        db.session.refresh(room_of(event))
        seen.append(room_of(event).revision)
    assert seen == [seen[0], seen[0] + 1, seen[0] + 1, seen[0] + 2], "each change wakes the phones, once"
    assert state_of(phone) == "welcome"
    assert "trois questions" not in phone.client.get(f"/screen/{phone.code}").get_data(as_text=True)
    open_feedback(event)
    assert state_of(phone) == "feedback"
    assert "trois questions" in phone.client.get(f"/screen/{phone.code}").get_data(as_text=True)
    say(phone, mark=5)
    take_back_feedback(event)
    say(phone, 409, mark=1)
    assert feedback_box().count(event.id) == 1, "what was said is kept"


def test_it_is_not_asked_before_a_lunch_nor_in_a_rehearsal_nor_where_it_is_off(
    app: Flask, event: Event, make_event: EventMaker
) -> None:
    with pytest.raises(TooEarly):
        open_feedback(event)
    running = running_event(make_event)
    start_rehearsal(running)
    with pytest.raises(StillRehearsing):
        open_feedback(running)
    other = running_event(make_event)
    switch_feedback(other, is_on=False)
    with pytest.raises(IsSwitchedOff):
        open_feedback(other)


def test_switched_off_phones_say_that_the_lunch_is_over_and_on_again_they_ask(app: Flask, lunch: Event) -> None:
    (phone,) = crowd_says(app, lunch, 1, mark=3)
    switch_feedback(lunch, is_on=False)
    assert state_of(phone) == "over"
    assert "retours" not in phone.look().partition("secrecy")[0]
    say(phone, 409, mark=1)
    switch_feedback(lunch, is_on=True)
    assert 'value="3" checked' in phone.look()
    switch_feedback(lunch, is_on=False)
    with clock.fixed_at(lunch.ends_at + OPEN_FOR):
        assert bring_in_feedback() == 1, "a switch leaves no slips behind"
    assert feedback_box().sheets() == [] and keys().get(key_name(lunch.id)) is None


def test_it_closes_on_the_purge_day_where_that_comes_first(app: Flask, make_event: EventMaker) -> None:
    event = make_event(starts_at=clock.now() - timedelta(hours=2, minutes=30), purge_days=2)
    crowd = crowd_says(app, event, 5, mark=4, better="Merci")
    assert shown(event)[3] == 5
    with clock.fixed_at(event.ends_at + timedelta(days=2, hours=23)):
        say(crowd[0], 409, mark=1)
        purge_people()
        assert shown(event) == (5, {"4": 5}, {}, 0), "what people wrote goes with the names, counts stay"
        assert feedback_box().sheets() == []


# What the workspace shows


def test_nothing_shows_of_four_people_and_all_of_five(app: Flask, organiser_client: FlaskClient, lunch: Event) -> None:
    crowd_says(app, lunch, 4, mark=5, again=1, better="Encore du pain")
    assert shown(lunch) == (0, {}, {}, 0)
    page = workspace(organiser_client, lunch)
    assert "4 personnes ont répondu" in page and "Encore du pain" not in page and '<svg class="pic' not in page
    crowd_says(app, lunch, 1, mark=1, again=3)
    assert shown(lunch) == (5, {"1": 1, "5": 4}, {"Oui": 4, "Non": 1}, 4)
    page = workspace(organiser_client, lunch)
    assert page.count("Encore du pain") >= 4 and 'class="pic' in page and "<table>" in page
    assert "5 personnes ont répondu" in page.replace("\u00a0", " "), "no per cent without n"


def test_what_shows_moves_on_by_five_phones_at_a_time(app: Flask, lunch: Event) -> None:
    crowd_says(app, lunch, 5, mark=3)
    assert shown(lunch)[0] == 5
    late = crowd_says(app, lunch, 4, mark=1)
    assert shown(lunch)[:2] == (5, {"3": 5})
    say(late[0], mark=2)  # who changes their mind is one phone, not two
    assert shown(lunch)[:2] == (5, {"3": 5})
    crowd_says(app, lunch, 1, mark=1)
    assert shown(lunch)[:2] == (10, {"1": 4, "2": 1, "3": 5})


def test_a_question_that_fewer_than_five_answered_shows_nothing(
    app: Flask, organiser_client: FlaskClient, lunch: Event
) -> None:
    crowd_says(app, lunch, 4, mark=3, again=3)
    crowd_says(app, lunch, 1, mark=3)
    assert shown(lunch) == (5, {"3": 5}, {}, 0)
    assert "Moins de cinq personnes ont répondu" in workspace(organiser_client, lunch)
    row = db.session.get_one(Feedback, lunch.id)
    assert row.counts["again"] == {}, "and is not stored either"


def test_at_the_close_everybody_counts_and_of_four_nothing_stays(app: Flask, make_event: EventMaker) -> None:
    ended = clock.now() - timedelta(hours=2, minutes=30)
    many, few = make_event(starts_at=ended), make_event(starts_at=ended)
    crowd_says(app, many, 7, mark=2, better="Trop court")
    crowd_says(app, few, 4, mark=2, better="Trop court")
    assert shown(many)[0] == 7 and shown(few)[0] == 0
    with clock.fixed_at(many.ends_at + OPEN_FOR):
        assert shown(many) == (7, {"2": 7}, {}, 7)
        assert shown(few) == (0, {}, {}, 0) and glance(few).answered == 4
        assert bring_in_feedback() == 0, "nothing is left to do"
    assert db.session.query(Remark).filter_by(event_id=few.id).count() == 0


def test_an_organiser_closes_it_early_and_it_stays_closed(
    app: Flask, organiser_client: FlaskClient, lunch: Event, make_event: EventMaker
) -> None:
    (phone, *_) = crowd_says(app, lunch, 6, mark=4)
    path = f"/organiser/e/{lunch.slug}/feedback"
    assert "6 personnes ont répondu" in organiser_client.get(f"{path}/closing").get_data(as_text=True)
    assert glance(lunch).stage is Stage.OPEN, "asking is not closing"
    data = {"csrf_token": csrf_of(organiser_client, f"{path}/closing")}
    for _ in range(2):
        assert organiser_client.post(f"{path}/closing", data=data).status_code == 303
    assert shown(lunch)[:2] == (6, {"4": 6})
    say(phone, 409, mark=1)
    assert "data-feedback" not in phone.look()
    for verb in (open_feedback, lambda event: switch_feedback(event, is_on=False)):
        with pytest.raises(IsClosed):
            verb(lunch)
    with pytest.raises(NothingToClose):
        close_feedback(make_event())


def test_after_a_restart_of_the_machine_what_was_said_before_still_counts(app: Flask, lunch: Event) -> None:
    crowd = crowd_says(app, lunch, 5, mark=4)
    keys().destroy(key_name(lunch.id))  # as a restart does
    app.extensions.pop("lunchkit_feedback_batches")
    assert "checked" not in crowd[0].look()
    crowd_says(app, lunch, 1, mark=1)
    with clock.fixed_at(lunch.ends_at + OPEN_FOR):
        assert shown(lunch)[:2] == (6, {"1": 1, "4": 5})


def test_the_page_is_found_empty_with_a_next_step_in_every_state(
    app: Flask, organiser_client: FlaskClient, lunch: Event, event: Event, make_event: EventMaker
) -> None:
    page = workspace(organiser_client, event)
    assert "Ce qui sera demandé" in page and "Comment était ce lunch" in page
    assert "Personne n’a encore répondu" in workspace(organiser_client, lunch)
    switch_feedback(event, is_on=False)
    assert "Activer les retours" in workspace(organiser_client, event)
    assert "Personne n’a répondu" in workspace(organiser_client, make_event(starts_at=clock.now() - timedelta(days=9)))


# Remarks


def test_a_remark_is_erased_after_being_asked_once_and_never_comes_back(
    app: Flask, organiser_client: FlaskClient, lunch: Event
) -> None:
    crowd = crowd_says(app, lunch, 5, mark=3)
    say(crowd[0], better="Camille parle trop fort")
    for phone in crowd[1:]:
        say(phone, better="Rien à redire")
    assert shown(lunch)[3] == 5
    remark = db.session.query(Remark).filter(Remark.text.contains("Camille")).one()
    path = f"/organiser/e/{lunch.slug}/feedback/remarks/{remark.id}/erasure"
    assert "Camille parle trop fort" in organiser_client.get(path).get_data(as_text=True)
    data = {"csrf_token": csrf_of(organiser_client, path)}
    assert organiser_client.post(path, data=data).status_code == 303
    assert organiser_client.post(path, data=data).status_code == 404, "once is enough"
    assert "Camille parle" not in crowd[0].look(), "nor does the phone that wrote it show it"
    assert 'value="3" checked' in crowd[0].page
    close_feedback(lunch)
    assert shown(lunch) == (5, {"3": 5}, {}, 4)
    assert "Camille" not in workspace(organiser_client, lunch)


def test_a_remark_that_is_written_anew_takes_the_place_of_the_old_one(app: Flask, lunch: Event) -> None:
    crowd = crowd_says(app, lunch, 5, better="Bruyant")
    shown(lunch)
    first = {remark.id for remark in db.session.query(Remark)}
    for phone in crowd:
        say(phone, better="Calme")
    assert shown(lunch)[3] == 5
    assert {remark.text for remark in db.session.query(Remark)} == {"Calme"}
    assert first.isdisjoint(remark.id for remark in db.session.query(Remark))


def test_remarks_are_searched_and_cut_in_pages_by_the_database(
    app: Flask, organiser_client: FlaskClient, lunch: Event
) -> None:
    crowd_says(app, lunch, 5, mark=4, better="Très bien")
    shown(lunch)
    path = f"/organiser/e/{lunch.slug}/feedback"
    few = {query: selects(organiser_client, path + query) for query in ("", "?q=tres+bien", "?q=rien", "?page=99")}
    rows = [
        {"id": f"{number:032x}", "event_id": lunch.id, "text": f"Été n° {number}", "folded": f"ete n° {number}"}
        for number in range(MORE)
    ]
    db.session.execute(insert(Remark), rows)
    db.session.commit()
    many = {query: selects(organiser_client, path + query) for query in few}
    assert many == few and max(many.values()) <= 14
    page = workspace(organiser_client, lunch)
    assert page.count("/erasure") == 40 and "sur 251" in page
    assert workspace(organiser_client, lunch, "?q=ETE+9999").count("/erasure") == 1
    assert "Aucune remarque" in workspace(organiser_client, lunch, "?q=introuvable")
    assert workspace(organiser_client, lunch, "?q=%25").count("/erasure") == 0, "no wildcard"


def test_remarks_go_with_the_names_and_counts_stay(app: Flask, organiser_client: FlaskClient, lunch: Event) -> None:
    crowd_says(app, lunch, 5, mark=4, better="Merci")
    with clock.fixed_at(lunch.ends_at + timedelta(days=8)):
        assert shown(lunch)[3] == 5
    with clock.fixed_at(lunch.ends_at + timedelta(days=31)):
        purge_people()
        assert shown(lunch) == (5, {"4": 5}, {}, 0)
    assert "Ce qui a été écrit est effacé" in workspace(organiser_client, lunch)


def test_the_table_to_take_away_guards_formulas_and_says_no_more_than_the_page(
    app: Flask, organiser_client: FlaskClient, lunch: Event
) -> None:
    path = f"/organiser/e/{lunch.slug}/feedback.csv"
    crowd_says(app, lunch, 4, mark=4, better="=1+1")
    bring_in_feedback()
    assert len(read(organiser_client, path)) == 0
    crowd_says(app, lunch, 1, mark=4, better="@somme")
    bring_in_feedback()
    rows = read(organiser_client, path)
    assert [row["people"] for row in rows if row["n"] == "5"] == ["0", "0", "0", "5", "0"]
    assert sorted(row["answer"] for row in rows if not row["n"]) == ["'=1+1"] * 4 + ["'@somme"]


def read(client: FlaskClient, path: str) -> list[dict[str, str]]:
    """The rows of a table."""
    text = client.get(path).get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


# In the organiser's words


def test_an_organiser_words_the_questions_and_what_is_not_translated_is_read_in_french(
    app: Flask, organiser_client: FlaskClient, lunch: Event
) -> None:
    path = f"/organiser/e/{lunch.slug}/feedback/words"
    data = {"csrf_token": csrf_of(organiser_client, path), "fr_mark": "Et le repas ?", "fr_again": "Un autre ?"}
    wrong = organiser_client.post(path, data=data | {"en_better": "What else?", "fr_low": "froid"})
    assert wrong.status_code == 422 and "aussi en français" in wrong.get_data(as_text=True)
    assert "les deux extrêmes" in wrong.get_data(as_text=True) and "What else?" in wrong.get_data(as_text=True)
    assert organiser_client.post(path, data=data | {"en_again": "Another one?"}).status_code == 303
    (phone,) = phones(app, lunch, 1)
    english = phone.client.get(f"/v/{phone.code}?lang=en").get_data(as_text=True)
    assert re.search(r'<legend lang="fr">Et le repas\u202f\?', english)
    assert "<legend>Another one?" in english and "What should we do better?" in english
    say(phone, mark=1)
    late = organiser_client.post(path, data=data | {"fr_mark": "Le dessert ?"})
    assert late.status_code == 409 and "Le dessert ?" in late.get_data(as_text=True), "what was typed is not lost"
    with pytest.raises(WordsStay):
        word_feedback(lunch, {})


def test_the_next_lunch_asks_in_the_same_words_and_takes_no_answer_along(app: Flask, lunch: Event) -> None:
    word_feedback(lunch, {"mark": {"fr": "Et le repas ?", "de": "Und das Essen?"}})
    crowd_says(app, lunch, 5, mark=4)
    shown(lunch)
    switch_feedback(lunch, is_on=False)
    event = make_lunch(details_of(lunch), like=lunch)
    copy = db.session.get_one(Feedback, event.id)
    assert copy.words == {"mark": {"fr": "Et le repas ?", "de": "Und das Essen?"}}
    assert copy.switched_off_at is not None
    assert (copy.shown, copy.counts, copy.opened_at, copy.closed_at) == (0, {}, None, None)
    copy.words["mark"]["fr"] = "autre"
    assert db.session.get_one(Feedback, lunch.id).words["mark"]["fr"] == "Et le repas ?"


# Around it


def test_the_page_of_the_lunch_leads_there_afterwards(app: Flask, organiser_client: FlaskClient, lunch: Event) -> None:
    path = f"/organiser/e/{lunch.slug}"
    assert "Lire les retours" not in organiser_client.get(path).get_data(as_text=True)
    crowd_says(app, lunch, 3, mark=4)
    page = organiser_client.get(path).get_data(as_text=True)
    assert "Lire les retours" in page and "3 personnes ont répondu" in page.replace("\u00a0", " ")


def test_the_remote_control_ends_the_lunch(app: Flask, organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = running_event(make_event)
    room = f"/organiser/e/{event.slug}/room"
    assert "Fin du lunch" in organiser_client.get(room).get_data(as_text=True)
    data = {"csrf_token": csrf_of(organiser_client, room), "on": "1"}
    answer = organiser_client.post(f"/organiser/e/{event.slug}/feedback/opening", data=data)
    assert (answer.status_code, glance(event).stage) == (303, Stage.OPEN)
    assert "Les téléphones posent trois questions" in organiser_client.get(room).get_data(as_text=True)
    assert "Pas encore" in workspace(organiser_client, event)


def test_a_lunch_that_was_never_in_a_room_has_no_door_for_phones(app: Flask, lunch: Event) -> None:
    assert new_client(app).post("/v/ABCDE/feedback", data={"mark": "3"}).status_code == 404


def test_between_the_fifth_answer_and_the_counting_the_page_says_that_it_comes(
    app: Flask, organiser_client: FlaskClient, lunch: Event
) -> None:
    crowd_says(app, lunch, 4, mark="5")
    assert "Results show from five on" in workspace(organiser_client, lunch, "?lang=en")
    crowd_says(app, lunch, 2, mark="4")
    page = workspace(organiser_client, lunch, "?lang=en")
    assert "Results show from five on" not in page, "six are more than five"
    assert "6 people have answered: that is enough" in page
    assert '<noscript><meta http-equiv="refresh" content="20"></noscript>' in page
    path = f"/organiser/e/{lunch.slug}/feedback"
    assert organiser_client.get(path, headers=JSON).get_json() == {"waiting": 0}
    bring_in_feedback()
    db.session.rollback()
    assert organiser_client.get(path, headers=JSON).get_json() == {"waiting": 6}, "what the page's script hears"
    page = workspace(organiser_client, lunch, "?lang=en")
    assert "Median mark" in page and "refresh" not in page
    crowd_says(app, lunch, 3, mark="1")
    assert "More answers are being counted" not in workspace(organiser_client, lunch, "?lang=en"), "three are too few"
    crowd_says(app, lunch, 2, mark="1")
    assert "More answers are being counted" in workspace(organiser_client, lunch, "?lang=en")

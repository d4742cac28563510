"""Two organisers at the form of one lunch: what only one has changed is kept, what both have changed is a question."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from lunchkit import merging
from lunchkit.db import db
from lunchkit.events.forms import event_form
from lunchkit.events.models import Event
from lunchkit.registrations import actions
from lunchkit.speakers.actions import add_speaker
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.organiser_forms import speaker_form
from tests.conftest import EventMaker, Outbox, csrf_of
from tests.test_dates import coming, fresh

HIDDEN = re.compile(r'name="seen" type="hidden" value="([^"]*)"')


def page_of(client: FlaskClient, event: Event) -> MultiDict[str, str]:
    """What a browser holds once it has opened the form."""
    path = f"/organiser/e/{event.slug}/edit"
    form = event_form(event)
    typed = merging.as_sent(form)
    typed["csrf_token"] = csrf_of(client, path)
    return typed


def save(client: FlaskClient, event: Event, page: MultiDict[str, str], **typed: str) -> TestResponse:
    sent = page.copy()
    for name, value in typed.items():
        sent[name] = value
    answered = client.post(f"/organiser/e/{event.slug}/edit", data=sent)
    fresh(event)
    return answered


@pytest.fixture
def lunch(make_event: EventMaker) -> Event:
    return make_event(food_note="Soupe", access_notes="Par la cour", summary="Un lunch.\n\nDeux heures.")


def test_a_field_that_only_one_has_changed_keeps_the_newer_text(organiser_client: FlaskClient, lunch: Event) -> None:
    mine, theirs = (page_of(organiser_client, lunch) for _ in range(2))
    assert save(organiser_client, lunch, theirs, food_note="Soupe de Carla 2", asks_access="y").status_code == 303
    saved = save(organiser_client, lunch, mine, access_notes="Par le jardin")
    assert saved.status_code == 303 and saved.location.endswith("done=merged")
    assert (lunch.food_note, lunch.access_notes) == ("Soupe de Carla 2", "Par le jardin")
    assert "gardé aussi" in organiser_client.get(saved.location).text
    alone = save(organiser_client, lunch, page_of(organiser_client, lunch), theme="Pain")
    assert alone.location.endswith("done=saved"), "control"


def test_boxes_days_and_lists_are_merged_too(organiser_client: FlaskClient, lunch: Event) -> None:
    mine, theirs = (page_of(organiser_client, lunch) for _ in range(2))
    theirs.setlist("diets", ["vegan"])
    theirs.poplist("remind_two_days")
    assert save(organiser_client, lunch, theirs, opens_at="2026-01-05T08:00", colour="betterave").status_code == 303
    assert save(organiser_client, lunch, mine, capacity="17").status_code == 303
    assert (lunch.diets, lunch.remind_two_days, lunch.colour, lunch.capacity) == ("vegan", False, "betterave", 17)
    assert lunch.opens_at is not None


def test_what_both_have_changed_is_asked_with_both_texts_and_nothing_is_lost(
    organiser_client: FlaskClient, lunch: Event
) -> None:
    mine, theirs = (page_of(organiser_client, lunch) for _ in range(2))
    save(organiser_client, lunch, theirs, food_note="Soupe de Carla", theme="Sa main")
    asked = save(organiser_client, lunch, mine, food_note="Soupe de Lia", access_notes="Par le jardin")
    assert asked.status_code == 409 and (lunch.food_note, lunch.access_notes) == ("Soupe de Carla", "Par la cour")
    page = unescape(asked.text)
    both = page[page.index('class="versions"') : page.index("</dl>")]
    assert "Soupe de Carla" in both and "Soupe de Lia" in both and "jardin" not in both, "only what both have changed"
    assert "Par le jardin" in page and "Sa main" in page, "in their fields"
    mine["seen"] = unescape(HIDDEN.findall(asked.text)[0])
    mine["theme"] = "Sa main"
    assert (
        save(organiser_client, lunch, mine, food_note="Soupe de Lia", access_notes="Par le jardin").status_code == 303
    )
    assert (lunch.food_note, lunch.access_notes, lunch.theme) == ("Soupe de Lia", "Par le jardin", "Sa main")


def test_with_a_tick_what_is_saved_stays(organiser_client: FlaskClient, lunch: Event) -> None:
    mine, theirs = (page_of(organiser_client, lunch) for _ in range(2))
    save(organiser_client, lunch, theirs, food_note="Soupe de Carla")
    asked = save(organiser_client, lunch, mine, food_note="Soupe de Lia", theme="Pain")
    assert 'name="theirs" value="food_note"' in asked.text
    mine["seen"] = unescape(HIDDEN.findall(asked.text)[0])
    save(organiser_client, lunch, page_of(organiser_client, lunch), food_note="Soupe de Carla, sans sel")
    assert save(organiser_client, lunch, mine, food_note="Soupe de Lia", theme="Pain", theirs="food_note").location
    assert (lunch.food_note, lunch.theme) == ("Soupe de Carla, sans sel", "Pain"), "as it is now, not as it was then"


@pytest.mark.parametrize(("tick", "stays"), [({}, "Soupe de Lia"), ({"theirs": "food_note"}, "Soupe de Carla")])
def test_the_answer_to_the_question_is_what_is_saved(
    organiser_client: FlaskClient, lunch: Event, tick: dict[str, str], stays: str
) -> None:
    mine, theirs = (page_of(organiser_client, lunch) for _ in range(2))
    save(organiser_client, lunch, theirs, food_note="Soupe de Carla")
    asked = save(organiser_client, lunch, mine, food_note="Soupe de Lia")
    mine["seen"] = unescape(HIDDEN.findall(asked.text)[0])
    assert save(organiser_client, lunch, mine, food_note="Soupe de Lia", **tick).status_code == 303
    assert lunch.food_note == stays


def test_the_same_change_by_both_is_no_question(organiser_client: FlaskClient, lunch: Event) -> None:
    mine, theirs = (page_of(organiser_client, lunch) for _ in range(2))
    save(organiser_client, lunch, theirs, venue="La Cantine")
    assert save(organiser_client, lunch, mine, venue=" La  Cantine ", summary="Un lunch.\r\n\r\nDeux heures.").location


def test_what_cannot_be_read_is_not_taken_for_untouched(organiser_client: FlaskClient, lunch: Event) -> None:
    mine, theirs = (page_of(organiser_client, lunch) for _ in range(2))
    day = lunch.starts_local.date() - timedelta(days=2)
    save(organiser_client, lunch, theirs, closes_at=f"{day}T08:00")
    answered = save(organiser_client, lunch, mine, closes_at="bientôt")
    assert answered.status_code == 409 and "bientôt" in answered.text and f"{day:%d.%m.%Y}" in answered.text


def test_two_changes_that_do_not_go_together_are_said_beside_the_field(
    organiser_client: FlaskClient, lunch: Event
) -> None:
    mine, theirs = (page_of(organiser_client, lunch) for _ in range(2))
    save(organiser_client, lunch, theirs, start="13:00")
    answered = save(organiser_client, lunch, mine, end="12:45")
    assert answered.status_code == 422 and 'id="end-error"' in answered.text


def test_a_day_that_somebody_else_moved_stays_moved_and_no_letter_repeats_it(
    organiser_client: FlaskClient, lunch: Event, outbox: Outbox
) -> None:
    coming(lunch)
    mine, theirs = (page_of(organiser_client, lunch) for _ in range(2))
    save(organiser_client, lunch, theirs, end="15:30", act="tell")
    assert save(organiser_client, lunch, mine, theme="Pain").status_code == 303, "nothing of mine moves a calendar"
    assert lunch.ends_local.hour == 15 and outbox.kinds() == ["confirmation", "change"]


@pytest.mark.parametrize("seen", ["", "0", "[]", "{", "[" * 5000, '{"title": 1}', "é" * 2000])
def test_a_page_that_does_not_say_what_it_showed_is_taken_as_typed(
    organiser_client: FlaskClient, lunch: Event, seen: str
) -> None:
    page = page_of(organiser_client, lunch)
    assert save(organiser_client, lunch, page, seen=seen, theme="Pain").status_code in (303, 409)
    assert save(organiser_client, lunch, page, seen="", theme="Seigle").status_code == 303
    assert lunch.theme == "Seigle"


def test_control_without_the_comparison_the_older_page_wins(
    organiser_client: FlaskClient, lunch: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = (page_of(organiser_client, lunch) for _ in range(2))
    save(organiser_client, lunch, theirs, food_note="Soupe de Carla 2")
    monkeypatch.setattr(merging, "_read", lambda _seen: {})
    save(organiser_client, lunch, mine, access_notes="Par le jardin")
    assert lunch.food_note == "Soupe"


def test_who_somebody_is_keeps_what_only_one_has_changed(organiser_client: FlaskClient, event: Event) -> None:
    speaker = add_speaker(event, SpeakerDetails("Ada Ressort", "boulangère", "")).speaker
    path = f"/organiser/e/{event.slug}/speakers/{speaker.id}"
    with organiser_client.application.test_request_context():
        form = speaker_form(speaker)
        mine = merging.as_sent(form)
    mine["csrf_token"] = csrf_of(organiser_client, path)
    assert mine["shown"] in unescape(organiser_client.get(path).text), "the page carries it"
    theirs = mine.copy()
    theirs["role"] = "meunière"
    assert organiser_client.post(path, data=theirs).status_code == 303
    mine["name"] = "Ada Ressort-Exemple"
    asked = organiser_client.post(path, data=mine)
    assert asked.status_code == 409 and 'value="meunière"' in asked.text and 'value="Ada Ressort-Exemple"' in asked.text
    assert "boulangère" not in asked.text, "only what both have changed is a question"
    mine["role"] = "meunière"
    seen = re.search(
        r'action="[^"]*/speakers/\d+"[^>]*>.*?name="seen" type="hidden" value="([^"]*)"', asked.text, re.DOTALL
    )
    assert seen is not None
    mine["seen"] = unescape(seen[1])
    assert organiser_client.post(path, data=mine).status_code == 303
    db.session.refresh(speaker)
    assert (speaker.name, speaker.role) == ("Ada Ressort-Exemple", "meunière")


def at_once(app: Flask, *works: Callable[[], object]) -> list[str]:
    """Do several things at the same moment; what became of each: its answer, or the name of what was raised."""
    ready, came = threading.Barrier(len(works)), dict[int, str]()

    def work(number: int, act: Callable[[], object]) -> None:
        with app.app_context():
            ready.wait()
            try:
                came[number] = str(act())
            except Exception as error:
                came[number] = type(error).__name__
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [came[number] for number in range(len(works))]


def test_two_who_save_at_once_both_have_their_field(
    app: Flask, organiser_client: FlaskClient, lunch: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have merged before either saves: the later one is merged once more."""
    pages = [page_of(organiser_client, lunch) for _ in range(2)]
    met, real = threading.Barrier(2), actions.lock_event
    waited = threading.local()

    def together(session: object, event_id: int) -> Event:
        if not getattr(waited, "once", False):
            waited.once = True
            met.wait()
        return real(session, event_id)  # type: ignore[arg-type]

    slug, cookie = lunch.slug, organiser_client.get_cookie("lunchkit")
    assert cookie is not None

    def press(page: MultiDict[str, str], name: str, text: str) -> int:
        client = app.test_client()
        client.set_cookie("lunchkit", cookie.value)
        sent = page.copy()
        sent[name] = text
        return client.post(f"/organiser/e/{slug}/edit", data=sent).status_code

    db.session.remove()
    if db.engine.dialect.name == "postgresql":  # on SQLite the first one holds the file: the other has not merged yet
        monkeypatch.setattr(actions, "lock_event", together)
    came = at_once(app, lambda: press(pages[0], "theme", "Pain"), lambda: press(pages[1], "food_note", "Soupe 2"))
    assert came == ["303", "303"]
    saved = db.session.get_one(Event, lunch.id, populate_existing=True)
    assert (saved.theme, saved.food_note) == ("Pain", "Soupe 2")

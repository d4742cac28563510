"""A question with fewer than five voices: the remote control warns, asks once before it is closed, and never shows it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.recap.actions import draft_recap
from lunchkit.recap.document import freeze
from lunchkit.recap.queries import sections_of
from lunchkit.room.actions import room_of
from lunchkit.room.polls.actions import close_poll, enter_hand_counts, reveal_poll
from lunchkit.room.polls.models import Poll, Stage
from lunchkit.room.polls.queries import polls_of
from lunchkit.site.presenter.queries import next_step, phone_view
from tests.conftest import EventMaker, csrf_of, new_client
from tests.room import JSON, ask, asked, fresh, phones, running_event

REASON = "Trop peu de réponses pour montrer un résultat : il laisserait deviner qui a répondu quoi."
PROMISE = "Le résultat s’affichera à l’écran."


@pytest.fixture
def event(app: Flask, make_event: EventMaker) -> Event:
    return running_event(make_event)


def vote(app: Flask, event: Event, people: int) -> None:
    for phone in phones(app, event, people):
        phone.vote(1)


def room_page(client: FlaskClient, event: Event) -> str:
    return client.get(f"/organiser/e/{event.slug}/room").get_data(as_text=True).replace("\u202f", " ")


def step(
    client: FlaskClient, event: Event, poll: Poll, headers: dict[str, str] | None = None, **more: str
) -> tuple[int, str | None, str | None]:
    room = f"/organiser/e/{event.slug}/room"
    data = {"csrf_token": csrf_of(client, room), "step": "close", "poll": str(poll.id), **more}
    answer = client.post(f"{room}/step", data=data, headers=headers or {})
    return answer.status_code, answer.location, (answer.get_json() or {}).get("state") if headers else None


def test_closing_asks_once_while_few_have_answered(app: Flask, organiser_client: FlaskClient, event: Event) -> None:
    poll = asked(event)
    vote(app, event, 4)
    asking = f"/organiser/e/{event.slug}/polls/{poll.id}/closing"
    assert step(organiser_client, event, poll)[:2] == (303, asking), "a form is led to the page that asks"
    assert step(organiser_client, event, poll, JSON)[::2] == (409, "few")
    assert "Clore quand même" in organiser_client.get(asking).get_data(as_text=True)
    assert fresh(poll).stage is Stage.OPEN, "asking changes nothing"
    data = {"csrf_token": csrf_of(organiser_client, asking), "few": "1"}
    assert organiser_client.post(asking, data=data).location == f"/organiser/e/{event.slug}/room"
    assert fresh(poll).stage is Stage.CLOSED


def test_the_remote_warns_and_then_says_why_there_is_nothing_to_show(
    app: Flask, organiser_client: FlaskClient, event: Event
) -> None:
    first, second = asked(event), ask(event, "Et ensuite ?")
    vote(app, event, 3)
    page = room_page(organiser_client, event)
    assert "En dessous de 5, le résultat ne pourra pas être montré" in page
    close_poll(first)
    assert next_step(room_of(event), polls_of(event.id)) == ("open", second), "not what shows nothing"
    page = room_page(organiser_client, event)
    assert "moins de 5 personnes ont répondu" in page
    assert f"/polls/{first.id}/reveal" not in page


def seen(app: Flask, event: Event) -> list[str]:
    (phone,) = phones(app, event, 1)
    pages = phone.look(), new_client(app).get(f"/screen/{phone.code}").text
    return [page.replace("\u202f", " ").replace("\u00a0", " ") for page in pages]


def test_the_room_is_told_why_no_result_comes_and_not_promised_one(app: Flask, event: Event) -> None:
    poll = asked(event)
    vote(app, event, 4)
    close_poll(poll)
    assert [(REASON in page, PROMISE in page) for page in seen(app, event)] == [(True, False)] * 2
    enough = asked(event, "Et ensuite ?")
    vote(app, event, 5)
    close_poll(enough)
    phone, screen = seen(app, event)
    assert PROMISE in phone and REASON not in phone + screen and "data-discs" in screen


def test_a_phone_that_was_told_so_learns_that_raised_hands_made_enough(app: Flask, event: Event) -> None:
    poll = asked(event)
    close_poll(poll)
    key = phone_view(room_of(event), "fr").key
    enter_hand_counts(poll, {1: 1})
    assert phone_view(room_of(event), "fr").key == key, "control: few as before, and nothing is sent"
    enter_hand_counts(poll, {1: 4, 2: 3})
    assert phone_view(room_of(event), "fr").key != key
    phone, screen = seen(app, event)
    assert PROMISE in phone and REASON not in phone + screen


def test_a_drafted_section_about_few_does_not_show_and_says_why(
    app: Flask, organiser_client: FlaskClient, event: Event
) -> None:
    for people, question in ((4, "Combien ?"), (5, "Et maintenant ?")):
        poll = asked(event, question)
        vote(app, event, people)
        close_poll(poll)
        reveal_poll(poll)
    draft_recap(event, "Ada")
    page = organiser_client.get(f"/organiser/e/{event.slug}/recap").get_data(as_text=True)
    assert "Pas affiché\u00a0: moins de 5 réponses" in page
    kept = freeze(event, sections_of(event.id))["sections"]
    assert [part["data"]["poll"] for part in kept if part["kind"] == "poll"] == [poll.position]

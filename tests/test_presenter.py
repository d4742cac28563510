"""What the room shows at each moment: one next step, a slide that tells the truth, a language of one's own."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.room.actions import room_of
from lunchkit.room.models import Room, Slide
from lunchkit.room.polls.actions import annul_poll, close_poll, judge_answers, open_poll, reveal_poll
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.queries import answers_to_judge, polls_of
from lunchkit.site.presenter.actions import end_rehearsal, go_on, show_slide, start_rehearsal
from lunchkit.site.presenter.queries import current_poll, next_step, phone_view, screen_view, shown_slide
from tests.conftest import EventMaker, csrf_of
from tests.room import ask, asked, code_of, phones, running_event, voted


@pytest.fixture
def event(app: Flask, make_event: EventMaker) -> Event:
    return running_event(make_event)


def room_now(event: Event) -> Room:
    room = room_of(event)
    db.session.commit()
    db.session.refresh(room)
    return room


def step_of(event: Event) -> tuple[str, Poll | None]:
    return next_step(room_now(event), polls_of(event.id))


def slide_of(event: Event) -> str:
    room = room_now(event)
    return shown_slide(room, current_poll(room, polls_of(event.id)))


def state_of(event: Event) -> str:
    return phone_view(room_now(event), "fr").state


def test_one_button_leads_through_a_whole_lunch_and_a_step_that_is_done_is_not_done_twice(
    app: Flask, event: Event
) -> None:
    before = ask(event)
    ask(event, before_id=before.id)
    crowd = phones(app, event, 6)
    done = []
    for _ in range(8):
        assert screen_view(room_now(event), "fr").goes_on
        step, poll = step_of(event)
        done.append((step, poll.position if poll else None))
        for _twice in range(2):  # the phone, a moment after the keyboard
            go_on(event, step, poll.id if poll else None)
        if step == "open":
            for phone in crowd:
                phone.send({"choice": 1 if poll is before else 2}, turn=1)
    assert done == [
        ("open", 1), ("close", 1), ("reveal", 1), ("open", 2), ("close", 2), ("reveal", 2), ("movement", 2), ("done", None),
    ]  # fmt: skip
    assert slide_of(event) == Slide.WELCOME
    assert not screen_view(room_now(event), "fr").goes_on


@pytest.mark.parametrize("slide", [Slide.POLL, Slide.MOVEMENT])
def test_a_question_that_was_annulled_leaves_the_projector(event: Event, slide: Slide) -> None:
    poll = asked(event)
    close_poll(poll)
    reveal_poll(poll)
    show_slide(event, slide, poll)
    assert slide_of(event) == Slide.POLL, "there is no movement to show"
    annul_poll(poll)
    assert (slide_of(event), state_of(event)) == (Slide.WELCOME, "annulled")


def test_phones_are_told_that_a_question_was_annulled_until_the_next_or_the_end(app: Flask, event: Event) -> None:
    annul_poll(asked(event))
    page = app.test_client().get(f"/v/{room_now(event).code}").get_data(as_text=True)
    assert "Cette question est annulée." in page and "choice" not in page
    with clock.fixed_at(event.ends_at + timedelta(minutes=1)):
        assert state_of(event) == "feedback"
    with clock.fixed_at(event.ends_at + timedelta(days=8)):
        assert state_of(event) == "over"
    asked(event)
    assert state_of(event) == "open"


def test_a_rehearsal_shows_results_of_few_and_forgets_them(app: Flask, event: Event) -> None:
    start_rehearsal(event)
    poll = asked(event)
    voted(app, event, 2, 1)
    close_poll(poll)
    reveal_poll(poll)
    view = screen_view(room_now(event), "fr").poll
    assert view is not None
    assert view.result is not None
    assert view.result.is_shown, "or else two people could not rehearse the reveal"
    (phone,) = phones(app, event, 1)
    assert "Répétition" in phone.page
    state = phone.client.get(phone.page.split('data-state="')[1].split('"')[0].replace("&amp;", "&"))
    assert state.status_code == 200 and "Set-Cookie" not in state.headers
    assert not poll.is_public
    end_rehearsal(event)
    assert state_of(event) == "welcome"


def test_the_big_button_says_that_answers_are_to_be_read(
    app: Flask, organiser_client: FlaskClient, event: Event
) -> None:
    poll = asked(event, choices=(), kind="words", most_choices=1)

    def below() -> str:
        return organiser_client.get(f"/organiser/e/{event.slug}/room").text.partition('class="next"')[2]

    assert "à lire" not in below(), "control"
    for phone, word in zip(phones(app, event, 5), ("temps", "temps", "argent", "écoute", "énergie"), strict=True):
        phone.send({"word": word})
    assert "Réponses à lire (4)" in below() and "une fois la question close" in below()
    assert 'data-written="5"' in below()
    close_poll(poll)
    assert "Réponses à lire (4)" in below() and "Ce que personne n’a lu" in below()
    for answer in answers_to_judge(poll):
        judge_answers(poll, "approve", answer.normalised)
    assert "à lire" not in below()


@pytest.mark.parametrize(
    ("voters", "says"), [(5, "Montrer avant et après"), (40, "Montrer comment les avis ont bougé")]
)
def test_the_remote_control_offers_no_movement_that_cannot_be_shown(
    app: Flask, organiser_client: FlaskClient, event: Event, voters: int, says: str
) -> None:
    before = ask(event)
    after = ask(event, before_id=before.id)
    crowd = phones(app, event, voters)
    open_poll(before)
    for number, phone in enumerate(crowd):
        phone.send({"choice": number % 2 + 1}, turn=1)
    close_poll(before)
    reveal_poll(before)
    open_poll(after)
    for number, phone in enumerate(crowd):
        phone.send({"choice": number % 3 + 1}, turn=1)
    close_poll(after)
    reveal_poll(after)
    page = organiser_client.get(f"/organiser/e/{event.slug}/room").get_data(as_text=True)
    assert step_of(event)[0] == "movement" and f"<span>{says}<small>" in page


def test_to_look_at_the_remote_control_changes_no_row(
    organiser_client: FlaskClient, make_event: EventMaker, event: Event
) -> None:
    page, rooms = "/organiser/e/{}/room", select(func.count()).select_from(Room)
    draft = make_event(published_at=None)
    assert "publiez" in organiser_client.get(page.format(draft.slug)).get_data(as_text=True)
    token = csrf_of(organiser_client, page.format(event.slug))
    assert db.session.scalar(rooms) == 0
    made = organiser_client.post(page.format(event.slug) + "/slide", data={"csrf_token": token})
    assert made.location == page.format(event.slug)
    assert code_of(event) in organiser_client.get(made.location).get_data(as_text=True)

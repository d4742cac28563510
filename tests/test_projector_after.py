"""The projector at the end of a lunch: it asks for feedback, as phones do, unless an organiser shows something else."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.room.actions import end_lunch, let_lunch_go_on, room_of
from lunchkit.room.models import Room, Slide
from lunchkit.room.polls.actions import close_poll, reveal_poll
from lunchkit.room.polls.models import Poll
from lunchkit.site.presenter.actions import show_slide
from lunchkit.site.presenter.queries import screen_view
from tests.conftest import EventMaker
from tests.room import asked, running_event, voted


def _room(event: Event) -> Room:
    db.session.rollback()
    room = room_of(event)
    db.session.refresh(room)
    return room


def on_screen(event: Event) -> tuple[str, bool]:
    view = screen_view(_room(event), "fr")
    return view.slide, view.asks_feedback


def revealed(app: Flask, event: Event) -> Poll:
    poll = asked(event)
    voted(app, event, 5, 1)
    close_poll(poll)
    reveal_poll(poll)
    return poll


def end_early(event: Event) -> datetime:
    end_lunch(event)
    return clock.now()


@pytest.mark.parametrize("end", [lambda event: event.ends_at, end_early], ids=["by its hour", "early"])
@pytest.mark.parametrize("slide", [Slide.POLL, Slide.QUESTIONS])
def test_at_the_end_the_projector_asks_for_feedback_instead_of_what_was_there(
    app: Flask, make_event: EventMaker, end: Callable[[Event], datetime], slide: Slide
) -> None:
    event = running_event(make_event)
    poll = revealed(app, event)
    if slide is Slide.QUESTIONS:
        show_slide(event, slide)
    assert on_screen(event) == (slide, False), "control"
    with clock.fixed_at(end(event) + timedelta(minutes=1)):
        assert on_screen(event) == (Slide.WELCOME, True)
        page = app.test_client().get(f"/screen/{room_of(event).code}?lang=en").get_data(as_text=True)
        assert "Thank you! Tell us how it was." in page and "compatibles" in poll.question and "compatibles" not in page
        if slide is Slide.POLL:
            show_slide(event, slide, poll)
            assert on_screen(event) == (Slide.POLL, True), "an organiser may show it again"
        let_lunch_go_on(event, event.over_at.isoformat())
        assert on_screen(event) == (slide, False), "nothing was lost"


def test_an_open_question_stays_at_the_end_and_an_organiser_may_show_its_result(
    app: Flask, make_event: EventMaker
) -> None:
    event = running_event(make_event)
    poll = asked(event)
    voted(app, event, 5)
    with clock.fixed_at(event.ends_at + timedelta(minutes=1)):
        assert on_screen(event)[0] == Slide.POLL
        close_poll(poll)
        assert on_screen(event)[0] == Slide.WELCOME
        reveal_poll(poll)
        assert on_screen(event) == (Slide.POLL, True)
        show_slide(event, Slide.WELCOME)
        assert on_screen(event) == (Slide.WELCOME, True)
        show_slide(event, Slide.POLL, poll)
        assert on_screen(event) == (Slide.POLL, True)

"""Actions of the remote control: what the projector shows, and the next step."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import transaction
from lunchkit.room.actions import room_of
from lunchkit.room.models import Room, Slide
from lunchkit.room.operations import touch
from lunchkit.room.polls.actions import close_poll, destroy_ballots, open_poll, reveal_poll
from lunchkit.room.polls.errors import AnotherPollIsOpen
from lunchkit.room.polls.models import Poll, Stage
from lunchkit.room.polls.operations import delete_results
from lunchkit.room.polls.queries import is_open, polls_of
from lunchkit.room.qa.models import Question
from lunchkit.room.queries import ballot_store
from lunchkit.site.presenter.queries import next_step

LONGEST_TIMER = 180


def go_on(event: Event, wanted: str | None = None, poll_id: int | None = None, *, even_few: bool = True) -> None:
    """Take the next step: open the next poll, close it, reveal it, show the movement.

    Does nothing if ``wanted`` and ``poll_id`` are no longer the next step. Raises FewHaveAnswered where it would close
    a poll with few answers, unless ``even_few``.
    """
    step, poll = next_step(room_of(event), polls_of(event.id))
    if wanted is not None and (wanted, poll_id) != (step, poll.id if poll else None):
        return
    if poll is None:
        show_slide(event, Slide.WELCOME)
    elif step == "movement":
        show_slide(event, Slide.MOVEMENT, poll)
    elif step == "close":
        close_poll(poll, even_few=even_few)
    else:
        {"open": open_poll, "reveal": reveal_poll}[step](poll)


def show_slide(event: Event, slide: Slide, poll: Poll | None = None) -> None:
    """Show a slide on the projector, of a poll if one is given.

    The movement reveals the first result too. A result shown again counts as revealed now: during the survey the
    projector shows only results revealed after the end.
    """
    with _changed_room(event) as (session, room):
        room.slide, room.is_blank = slide, False
        if poll is not None:
            session.refresh(poll, with_for_update=True)
            if poll.stage is Stage.REVEALED:
                poll.revealed_at = clock.now()
            if slide == Slide.MOVEMENT and poll.before is not None:
                session.refresh(poll.before, with_for_update=True)
                if poll.before.stage is Stage.CLOSED:
                    poll.before.revealed_at = clock.now()
            room.poll_id = poll.id


@contextmanager
def _changed_room(event: Event) -> Iterator[tuple[Session, Room]]:
    room_of(event)
    with transaction() as session:
        yield session, session.get_one(Room, event.id, with_for_update=True)
        touch(session, event.id)


def blank_screen(event: Event, *, is_blank: bool | None = None) -> None:
    """Turn the projector black, or on again; toggles without ``is_blank``."""
    with _changed_room(event) as (_session, room):
        room.is_blank = not room.is_blank if is_blank is None else is_blank


def start_timer(event: Event, minutes: int) -> None:
    """Start a timer of some minutes on the projector; 0 stops it."""
    minutes = min(max(minutes, 0), LONGEST_TIMER)
    with _changed_room(event) as (_session, room):
        room.timer_ends_at = clock.now() + timedelta(minutes=minutes) if minutes else None


def take_questions(event: Event, *, takes: bool) -> None:
    with _changed_room(event) as (_session, room):
        room.takes_questions = takes


def start_rehearsal(event: Event) -> None:
    """Open polls for practice from now on. Raises AnotherPollIsOpen."""
    with _changed_room(event) as (session, room):
        if session.scalar(select(Poll.id).where(Poll.event_id == event.id, is_open())) is not None:
            raise AnotherPollIsOpen
        room.rehearsing_since = room.rehearsing_since or clock.now()


def end_rehearsal(event: Event) -> None:
    """Delete all that was practised: the polls of the rehearsal are as if they had never been opened."""
    with _changed_room(event) as (session, room):
        practised = session.scalars(select(Poll).where(Poll.event_id == event.id, Poll.in_rehearsal)).all()
        for poll in practised:
            ballot_store().stop(poll.id)
            delete_results(session, poll)
        room.rehearsing_since = None
        room.slide, room.poll_id = Slide.WELCOME, None
        session.execute(delete(Question).where(Question.event_id == event.id, Question.in_rehearsal))
    for poll in practised:
        destroy_ballots(poll)

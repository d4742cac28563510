"""Actions of the remote control: what the projector shows, and the next step."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import transaction
from lunchkit.room.actions import room_of
from lunchkit.room.models import Room, Slide
from lunchkit.room.operations import touch
from lunchkit.room.polls.actions import close_poll, end_rehearsal, open_poll, reveal_poll, start_rehearsal
from lunchkit.room.polls.models import Poll, Stage
from lunchkit.room.polls.queries import polls_of
from lunchkit.room.qa.actions import delete_rehearsed
from lunchkit.site.presenter.queries import next_step

LONGEST_TIMER = 180
"""Minutes."""


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
            _show_again(session, poll, slide)
            room.poll_id = poll.id


@contextmanager
def _changed_room(event: Event) -> Iterator[tuple[Session, Room]]:
    room_of(event)
    with transaction() as session:
        yield session, session.get_one(Room, event.id, with_for_update=True)
        touch(session, event.id)


def _show_again(session: Session, poll: Poll, slide: Slide) -> None:
    session.refresh(poll, with_for_update=True)
    if poll.stage is Stage.REVEALED:
        poll.revealed_at = clock.now()
    if slide == Slide.MOVEMENT and poll.before is not None:
        session.refresh(poll.before, with_for_update=True)
        if poll.before.stage is Stage.CLOSED:
            poll.before.revealed_at = clock.now()


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
    """Let phones send questions, or no more."""
    with _changed_room(event) as (_session, room):
        room.takes_questions = takes


def rehearse(event: Event, *, rehearses: bool) -> None:
    """Begin a rehearsal, or end it and delete its answers. Raises AnotherPollIsOpen."""
    if rehearses:
        start_rehearsal(event)
    else:
        end_rehearsal(event)
        delete_rehearsed(event)

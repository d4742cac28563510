"""Verbs of the room: what the projector shows, and the one next step."""

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
    """Do the one next thing: open the next question, close it, reveal it, show how opinions moved.

    Where somebody says which step they mean, and to which question, and it was done meanwhile, nothing is done.
    Raises FewHaveAnswered where it would close a question with few answers, unless ``even_few``.
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
    """Put something on the projector; of a question, if one is named.

    How opinions moved tells the first result too, which is thereby shown if it was not yet. A result that is put there
    again counts as shown now: once phones ask for feedback, only such a one stands before the code.
    """
    room_of(event)
    with transaction() as session:
        if poll is not None:
            _show_again(session, poll, slide)
        room = session.get_one(Room, event.id, with_for_update=True)
        room.slide, room.is_blank = slide, False
        if poll is not None:
            room.poll_id = poll.id
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
    """Turn the projector black, or on again; whichever it is not, where nothing is said."""
    room_of(event)
    with transaction() as session:
        room = session.get_one(Room, event.id, with_for_update=True)
        room.is_blank = not room.is_blank if is_blank is None else is_blank
        touch(session, event.id)


def start_timer(event: Event, minutes: int) -> None:
    """Let so many minutes run on the projector; 0 stops them."""
    room_of(event)
    with transaction() as session:
        room = session.get_one(Room, event.id, with_for_update=True)
        minutes = min(max(minutes, 0), LONGEST_TIMER)
        room.timer_ends_at = clock.now() + timedelta(minutes=minutes) if minutes else None
        touch(session, event.id)


def take_questions(event: Event, *, takes: bool) -> None:
    """Let phones ask the room questions, or no more."""
    room_of(event)
    with transaction() as session:
        room = session.get_one(Room, event.id, with_for_update=True)
        room.takes_questions = takes
        touch(session, event.id)


def rehearse(event: Event, *, rehearses: bool) -> None:
    """Begin a rehearsal, or end it and forget all that was practised. Raises AnotherPollIsOpen."""
    if rehearses:
        start_rehearsal(event)
    else:
        end_rehearsal(event)
        delete_rehearsed(event)

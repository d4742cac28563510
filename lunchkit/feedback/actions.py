"""Verbs of feedback: to answer, to open and close it, to word it, and to erase what somebody wrote."""

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.db import db, leave_traces, transaction
from lunchkit.errors import NotFound
from lunchkit.events.models import Event
from lunchkit.feedback.box import Kept, Slip
from lunchkit.feedback.forms import Said
from lunchkit.feedback.models import OPEN_FOR, STEP, Feedback, Remark, Stage, Words, closes_at, stage_of
from lunchkit.feedback.queries import count_late, feedback_box, feedback_of, key_name, last_day, seal_of
from lunchkit.feedback.refusals import (
    FeedbackClosed,
    FeedbackNotKnownYet,
    FeedbackUnreadable,
    IsClosed,
    IsSwitchedOff,
    NothingToClose,
    StillRehearsing,
    TooEarly,
    TooFewSince,
    WordsStay,
)
from lunchkit.polls.models import FEWEST_SHOWN, Poll
from lunchkit.polls.queries import is_open
from lunchkit.rooms.actions import room_of
from lunchkit.rooms.devices import Device, ballot_tag
from lunchkit.rooms.models import Room, Slide
from lunchkit.rooms.queries import batches, box, keys
from lunchkit.rooms.steps import touch
from lunchkit.text import fold

HEARD_WITHIN = timedelta(minutes=1)
"""So long after the last moment to answer phones are told so: ``bring_in_feedback`` runs three times a minute."""


def answer_feedback(event: Event, device: Device, said: Said) -> None:
    """Keep what a phone says; what it does not speak of stays as it was. Returns after it is on the disk.

    Raises FeedbackClosed, FeedbackNotKnownYet, FeedbackUnreadable where somebody who has said nothing sends nothing.
    """
    if stage_of(event, feedback_of(event.id), clock.now()) is not Stage.OPEN:
        raise FeedbackClosed
    key = _key(event.id)
    tag = ballot_tag(key, key_name(event.id), device)
    says_nothing = not (said.mark or said.again or said.better)
    if says_nothing and feedback_box().of_phone(event.id, tag) is None:
        raise FeedbackUnreadable
    seal = seal_of(key, tag, said.better) if said.better else ""
    slip = Slip(event.id, tag, said.mark, said.again, said.better, secrets.token_hex(16), said.turn, seal)
    try:
        is_kept = batches("lunchkit_feedback_batches", feedback_box).submit(slip)
    except TimeoutError as error:
        raise FeedbackNotKnownYet from error
    if not is_kept:
        raise FeedbackClosed


def _key(event_id: int) -> bytes:
    """The key of a lunch's slips; the first answer makes it, and opens the box. Raises FeedbackClosed.

    After a restart of the machine there is a new one: what was kept before counts, but nobody can change it any more.
    """
    key = keys().get(key_name(event_id))
    if key is not None and feedback_box().takes_answers(event_id):
        return key
    with transaction() as session:
        event, feedback = _lock(session, event_id)
        if stage_of(event, feedback, clock.now()) is not Stage.OPEN:
            raise FeedbackClosed
        feedback_box().open(event_id)
        return keys().ensure(key_name(event_id))


def _lock(session: Session, event_id: int) -> tuple[Event, Feedback]:
    """A lunch and its feedback as they are now, held; the row is made if there is none."""
    event = session.get_one(Event, event_id, with_for_update=True, populate_existing=True)
    feedback = session.get(Feedback, event_id, populate_existing=True)
    if feedback is None:
        feedback = Feedback(event_id=event_id, words={}, shown=0, counts={})
        session.add(feedback)
        session.flush()
    return event, feedback


def open_feedback(event: Event) -> None:
    """Ask for feedback before the end of the lunch. Raises TooEarly, StillRehearsing, IsSwitchedOff, IsClosed.

    The projector turns to the code, unless a question is open: that goes first on phones, too.
    """
    room_of(event)
    with transaction() as session:
        event, feedback = _lock(session, event.id)
        stage = stage_of(event, feedback, clock.now())
        if stage is Stage.OPEN:
            return
        room = session.get_one(Room, event.id, with_for_update=True, populate_existing=True)
        if room.rehearsing_since is not None:
            raise StillRehearsing
        if stage is not Stage.AHEAD:
            raise IsSwitchedOff if stage is Stage.OFF else IsClosed
        if clock.now() < event.starts_at:
            raise TooEarly
        feedback.opened_at = clock.now()
        if session.scalar(select(Poll.id).where(Poll.event_id == event.id, is_open())) is None:
            room.slide, room.is_blank = Slide.WELCOME, False
        touch(session, event.id)


def take_back_feedback(event: Event) -> None:
    """Ask only when the lunch is over; what was answered already is kept."""
    with transaction() as session:
        event, feedback = _lock(session, event.id)
        feedback.opened_at = None
        touch(session, event.id)


def switch_feedback(event: Event, *, is_on: bool) -> None:
    """Ask for feedback at this lunch, or not at all; what was answered already is kept. Raises IsClosed."""
    with transaction() as session:
        event, feedback = _lock(session, event.id)
        if feedback.closed_at is not None:
            raise IsClosed
        feedback.switched_off_at = None if is_on else feedback.switched_off_at or clock.now()
        touch(session, event.id)


def word_feedback(event: Event, words: Words) -> None:
    """Ask in other words. Raises WordsStay once people have answered."""
    with transaction() as session:
        event, feedback = _lock(session, event.id)
        if words == feedback.words:
            return
        if feedback.closed_at is not None or feedback_box().count(event.id):
            raise WordsStay
        feedback.words = words
        touch(session, event.id)


def erase_remark(remark: Remark) -> None:
    """Forget what somebody wrote, here and in the box; what else they said still counts. Raises NotFound.

    Their phone may send it once more, on its own or by hand: the same text is not kept again.
    """
    with transaction() as session:
        _lock(session, remark.event_id)
        found = session.get(Remark, remark.id, populate_existing=True)
        if found is None:
            raise NotFound
        key = keys().get(key_name(found.event_id)) or secrets.token_bytes(32)  # of a lost key no phone can write again
        feedback_box().erase_text(found.event_id, found.id, partial(seal_of, key))
        session.delete(found)
        leave_traces()
    box().scrub()


def close_feedback(event: Event) -> None:
    """Count the slips for good and destroy them, with their key. Raises NothingToClose.

    Raises TooFewSince where one to four phones have said something since what shows: an organiser's haste must not
    cost them their answers, and the difference to what shows now would be theirs alone.
    """
    with transaction() as session:
        locked, feedback = _lock(session, event.id)
        if stage_of(locked, feedback, clock.now()) not in (Stage.OPEN, Stage.CLOSED):
            raise NothingToClose
        if count_late(locked):
            raise TooFewSince(last_day(locked))
    _close(event.id)


def _close(event_id: int) -> None:
    """Each step may be done again: take no more, keep the counts, then destroy slips and key."""
    with transaction() as session:
        event, feedback = _lock(session, event_id)
        if feedback.closed_at is None:
            feedback_box().open(event_id)  # so that whoever answers at this moment finds it closed
            feedback_box().stop(event_id)
            _keep_last(session, event, feedback)
            feedback.closed_at = clock.now()
            touch(session, event_id)
    _destroy(event_id)


def _keep_last(session: Session, event: Event, feedback: Feedback) -> None:
    """What stays at the close: all that was said if five phones have said something new, else what shows already.

    The last one to four are counted and nothing more: whoever kept what showed before could tell their answers from
    the rest. Only what somebody took back goes.
    """
    box_of = feedback_box()
    slips = box_of.slips(event.id)
    is_first = not feedback.shown and len(slips) >= FEWEST_SHOWN
    if is_first or box_of.count_new(event.id) >= STEP:
        _keep(session, event, feedback, slips)
        return
    _drop_withdrawn(session, event.id, slips)
    feedback.counts = {**feedback.counts, "late": max(0, len(slips) - feedback.shown)}


def _drop_withdrawn(session: Session, event_id: int, slips: Sequence[Kept]) -> None:
    """Forget the remarks that their writers have taken back or written anew."""
    still = {slip.dice for slip in slips if slip.better}
    for remark in session.scalars(select(Remark).where(Remark.event_id == event_id)).all():
        if remark.id not in still:
            session.delete(remark)
            leave_traces()


def _destroy(event_id: int) -> None:
    feedback_box().stop(event_id)
    feedback_box().clear(event_id)
    is_clean = box().scrub()
    keys().destroy(key_name(event_id))
    if is_clean:
        feedback_box().forget(event_id)


def _keep(session: Session, event: Event, feedback: Feedback, slips: Sequence[Kept]) -> None:
    """Let the workspace show these answers: nothing of fewer than five, no remark once the people are forgotten.

    Remarks are written anew, all of them in the order of their dice, so that the order of rows is the same.
    """
    feedback.shown = len(slips)
    feedback.counts = {
        "mark": _counts([str(slip.mark) for slip in slips if slip.mark is not None]),
        "again": _counts([slip.again for slip in slips if slip.again is not None]),
    }
    shows = len(slips) >= FEWEST_SHOWN and event.purged_at is None
    fresh = {slip.dice: slip.better for slip in slips if slip.better} if shows else {}
    of_this = select(Remark.id, Remark.text).where(Remark.event_id == event.id)
    if any(fresh.get(name) != text for name, text in session.execute(of_this)):
        leave_traces()
    session.execute(delete(Remark).where(Remark.event_id == event.id))
    rows = [
        {"id": name, "event_id": event.id, "text": text, "folded": fold(text)} for name, text in sorted(fresh.items())
    ]
    if rows:
        session.execute(insert(Remark), rows)


def _counts(answers: Sequence[str]) -> dict[str, int]:
    return dict(Counter(answers)) if len(answers) >= FEWEST_SHOWN else {}


def bring_in_feedback(*, by_hours: bool = True) -> int:
    """Show what five phones more have said; close what is due, and finish what was interrupted. Safe to run often.

    Where the clock is not believed nothing is due by its hour (``by_hours``). Returns how many lunches were closed.
    """
    closed = 0
    _tell_who_is_done()
    for event_id in feedback_box().sheets():
        event = db.session.get(Event, event_id, populate_existing=True)
        if event is None:  # the database is an older one that was restored
            _destroy(event_id)
        elif _is_due(event, by_hours=by_hours):
            _close(event_id)
            closed += 1
        else:
            _show_more(event_id)
    return closed


def _tell_who_is_done() -> None:
    """Let the phones of a lunch whose time to answer is just over hear of it, also where nobody has said anything."""
    now = clock.now()
    with transaction() as session:
        ended = Event.over_at.between(now - OPEN_FOR - HEARD_WITHIN, now)  # few lunches: those of a week
        for event in session.scalars(select(Event).join(Room, Room.event_id == Event.id).where(ended)).all():
            if now - HEARD_WITHIN <= closes_at(event) <= now:
                touch(session, event.id)


def _is_due(event: Event, *, by_hours: bool) -> bool:
    """Whether a lunch takes no more answers: its time is over, or its closing was begun."""
    is_late = by_hours and clock.now() >= closes_at(event)
    is_past = is_late or event.purged_at is not None or event.cancelled_at is not None
    return is_past or not feedback_box().takes_answers(event.id)


def _show_more(event_id: int) -> None:
    with transaction() as session:
        event, feedback = _lock(session, event_id)
        if feedback.closed_at is None:
            slips = feedback_box().take_if_new(event_id, STEP)
            if slips is not None:
                _keep(session, event, feedback, slips)

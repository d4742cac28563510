"""Actions of the survey: to answer it, to close it, and to erase a remark."""

import logging
import secrets
from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.errors import NotFound
from lunchkit.room.actions import submit_ballot
from lunchkit.room.ballot_store import OpenPoll
from lunchkit.room.devices import Device
from lunchkit.room.errors import BallotUnreadable, KeyIsLost, PollClosed
from lunchkit.room.keys import GIVEN_UP
from lunchkit.room.operations import destroy, touch
from lunchkit.room.polls.answers import Ballot
from lunchkit.room.polls.models import FEWEST_SHOWN
from lunchkit.room.queries import ballot_store, keys
from lunchkit.room.survey.models import NOTHING, Feedback, Remark, Stage, closes_at, said_in, stage_of
from lunchkit.room.survey.queries import feedback_of, given_by, said_at, survey_of

log = logging.getLogger("lunchkit.survey")


def answer_feedback(event: Event, device: Device, ballot: Ballot) -> None:
    """Keep the answer of a phone; the latest one holds. Returns after it is on the disk.

    Raises PollClosed, NotKnownYet; BallotUnreadable, also where a phone that has answered nothing sends nothing.
    """
    said, opened = said_in(ballot.form), survey_of(event.id)
    if stage_of(event, feedback_of(event.id), clock.now()) is not Stage.OPEN:
        raise PollClosed
    key = _key(opened)
    if said == NOTHING and not given_by(event.id, device).is_kept:
        raise BallotUnreadable
    submit_ballot(opened, key, device, said.dumps(), ballot.turn)


def _key(opened: OpenPoll) -> bytes:
    """The key of a survey; the first answer makes it, and opens the survey in the ballot store. Raises PollClosed.

    After a restart of the machine there is a new one: what was kept before counts, but nobody can change it any more.
    """
    key = keys().get(opened.key_name)
    is_open = ballot_store().opened(opened.id) is not None
    if key is not None and is_open:
        return key
    if is_open and ballot_store().is_shared:  # with a new key nobody could read what was answered so far
        raise PollClosed
    with transaction() as session:
        _event, feedback = _lock(session, opened.event_id)
        if feedback is not None:
            raise PollClosed
        if ballot_store().opened(opened.id) is None:
            ballot_store().open(opened)
        return keys().ensure(opened.key_name)


def _lock(session: Session, event_id: int) -> tuple[Event, Feedback | None]:
    event = session.get_one(Event, event_id, with_for_update=True, populate_existing=True)
    return event, session.get(Feedback, event_id, populate_existing=True)


def close_feedback(event: Event) -> None:
    """Count the answers for good and destroy the ballots, with their key; done twice, it is done once.

    Before the end of the lunch: ask nothing at all. Each step may be repeated: see ``close_due_feedback``.
    """
    opened = survey_of(event.id)
    with transaction() as session:
        event, feedback = _lock(session, event.id)
        ballot_store().stop(opened.id)
        if feedback is None:
            _freeze(session, event)
            touch(session, event.id)
    destroy([opened.id], opened.key_name)


def _freeze(session: Session, event: Event) -> None:
    said = said_at(event.id)
    marks = _counts([str(one.mark) for one in said if one.mark is not None])
    again = _counts([one.again for one in said if one.again is not None])
    counts = {"mark": marks, "again": again}
    session.add(Feedback(event_id=event.id, closed_at=clock.now(), answered=len(said), counts=counts))
    if len(said) >= FEWEST_SHOWN and event.purged_at is None:
        texts = sorted((secrets.token_hex(16), one.better) for one in said if one.better)
        session.add_all(Remark(id=name, event_id=event.id, text=text) for name, text in texts)


def _counts(answers: Sequence[str]) -> dict[str, int]:
    return dict(Counter(answers)) if len(answers) >= FEWEST_SHOWN else {}


def close_due_feedback(*, by_hours: bool = True) -> int:
    """Close what is due, and finish every closing that was interrupted. Safe to run often. Returns how many.

    Where the clock is not believed nothing is due by its hour (``by_hours``).
    """
    closed = 0
    for opened in ballot_store().surveys():
        event = db.session.get(Event, opened.event_id, populate_existing=True)
        if event is None:  # the database is an older one that was restored
            ballot_store().stop(opened.id)
            destroy([opened.id], opened.key_name)
        elif opened.is_closing or _lost_for(opened) >= GIVEN_UP or _is_past(event, by_hours=by_hours):
            closed += _close_due(event, opened)
    return closed


def _lost_for(opened: OpenPoll) -> float:
    """Seconds since nobody can answer or read; on one machine what was answered can be read without its key."""
    return keys().lost_for(opened.key_name) if ballot_store().is_shared else 0.0


def _close_due(event: Event, opened: OpenPoll) -> bool:
    """Close a survey; without its answers where nobody can read them any more."""
    try:
        close_feedback(event)
    except KeyIsLost:
        if _lost_for(opened) < 10 * GIVEN_UP:
            return False
        log.error("the answers to the survey of lunch %d are lost with their key", event.id)
        ballot_store().clear([opened.id])
        close_feedback(event)
    return True


def _is_past(event: Event, *, by_hours: bool) -> bool:
    is_late = by_hours and clock.now() >= closes_at(event)
    return is_late or event.purged_at is not None or event.cancelled_at is not None


def erase_remark(event_id: int, remark_id: str) -> None:
    """Erase what a person wrote; what else they answered counts. Raises NotFound, also for another lunch's remark."""
    with transaction() as session:
        remark = session.get(Remark, remark_id)
        if remark is None or remark.event_id != event_id:
            raise NotFound
        session.delete(remark)

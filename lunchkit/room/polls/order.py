"""Parts of actions: the questions of a lunch in their order, and a question before and after the debate as a pair.

Numbers are addresses. No two questions of a lunch ever share one, not even within a transaction, and one that people
have seen keeps its own.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lunchkit.events.models import Event
from lunchkit.platform.ordered import next_position, swap
from lunchkit.room.operations import room_in
from lunchkit.room.polls.errors import CannotAskAgain, KeepsItsPlace, PollIsFrozen
from lunchkit.room.polls.forms import COLUMNS, PollDetails
from lunchkit.room.polls.models import Choice, Kind, Poll


def place_poll(session: Session, event: Event, details: PollDetails) -> Poll:
    """Add a poll behind those that are there. Raises CannotAskAgain."""
    if details.before_id is not None:
        _require_first(session, event, details)
    return _add(session, event, next_position(session, Poll, event.id), details, details.before_id)


def place_programme(session: Session, event: Event, questions: Sequence[tuple[PollDetails, int | None]]) -> list[Poll]:
    """Write a whole programme for a lunch that has none, in this order.

    With each question comes the number of the one, counted from 0, that it asks again after the debate.
    """
    placed: list[Poll] = []
    for position, (details, first) in enumerate(questions, 1):
        placed.append(_add(session, event, position, details, None if first is None else placed[first].id))
    return placed


def arrange(session: Session, event_id: int, wanted: Sequence[int]) -> None:
    """Give the polls that nobody has seen new numbers: those of these ids first, in this order.

    The caller holds the event. Raises KeepsItsPlace where one that asks another again would come before it.
    """
    found = select(Poll).where(Poll.event_id == event_id).order_by(Poll.position).with_for_update()
    polls = session.scalars(found.execution_options(populate_existing=True)).all()
    unseen = [poll for poll in polls if not poll.is_frozen]
    rank = {poll_id: number for number, poll_id in reversed(list(enumerate(wanted)))}
    places = [poll.position for poll in unseen]
    for place, poll in zip(places, sorted(unseen, key=lambda poll: rank.get(poll.id, len(rank))), strict=True):
        if poll.position != place:
            swap(session, poll, next(other for other in unseen if other.position == place))
    numbers = {poll.id: poll.position for poll in polls}
    if any(numbers.get(poll.before_id or 0, 0) > poll.position for poll in polls):
        raise KeepsItsPlace


def _add(session: Session, event: Event, position: int, details: PollDetails, before_id: int | None) -> Poll:
    room_in(session, event.id)  # so that its code is there before anybody asks for it
    poll = Poll(event_id=event.id, position=position, before_id=before_id)
    write_poll(poll, details)
    session.add(poll)
    session.flush()
    return poll


def rewrite_poll(session: Session, poll: Poll, details: PollDetails) -> None:
    """Reword a question, and with it the other one of its pair: both ask the same.

    Raises PollIsFrozen, and CannotAskAgain where a pair would become of a kind that cannot be compared.
    """
    others = _partners(session, poll)
    if poll.is_frozen or any(other.is_frozen for other in others):
        raise PollIsFrozen
    if others and not Kind(details.kind).is_one_of:
        raise CannotAskAgain
    for one in (poll, *others):
        write_poll(one, details)


def delete_poll(session: Session, poll: Poll) -> None:
    """Delete a poll, and the one that asks it again. Raises PollIsFrozen once people have seen either."""
    seconds = [other for other in _partners(session, poll) if other.before_id == poll.id]
    if poll.is_frozen or any(other.is_frozen for other in seconds):
        raise PollIsFrozen
    for one in (*seconds, poll):
        session.delete(one)
        session.flush()


def stays(poll: Poll, other: Poll | None) -> bool:
    """Whether a question must stay as it is: people have seen it, or the other one of its pair."""
    return poll.is_frozen or (other is not None and other.is_frozen)


def _require_first(session: Session, event: Event, details: PollDetails) -> None:
    before = session.get(Poll, details.before_id, populate_existing=True)
    if before is None or before.event_id != event.id or not Kind(details.kind).is_one_of:
        raise CannotAskAgain
    if not may_be_first(before) or _partners(session, before):
        raise CannotAskAgain


def _partners(session: Session, poll: Poll) -> Sequence[Poll]:
    same = Poll.id == poll.before_id if poll.before_id is not None else Poll.before_id == poll.id
    found = select(Poll).where(same).options(selectinload(Poll.choices))
    return session.scalars(found.with_for_update().execution_options(populate_existing=True)).all()


def write_poll(poll: Poll, details: PollDetails) -> None:
    """Set the details on the row and its choices, in the caller's transaction."""
    for name in COLUMNS:
        setattr(poll, name, getattr(details, name))
    poll.translations = {language: dict(texts) for language, texts in details.translations.items()}
    # rows are reworded, then added or dropped at the end: no two ever share a position
    poll.choices += [Choice(position=number + 1) for number in range(len(poll.choices), len(details.choices))]
    del poll.choices[len(details.choices) :]
    for number, choice in enumerate(poll.choices):
        choice.label = details.choices[number]
        choice.translations = {
            language: labels[number] for language, labels in details.choice_translations.items() if labels[number:]
        }


def programme_rows(polls: Sequence[Poll]) -> list[dict[str, Any]]:
    """The polls of a lunch in their order, what may be done with each, and the other one of its pair."""
    by_id = {poll.id: poll for poll in polls}
    seconds = {poll.before_id: poll for poll in polls if poll.before_id is not None}
    return [
        {
            "poll": poll,
            "may_change": not stays(poll, by_id.get(poll.before_id or 0) or seconds.get(poll.id)),
            "may_ask_again": may_be_first(poll) and poll.id not in seconds,
            "first": by_id.get(poll.before_id or 0),
            "second": seconds.get(poll.id),
        }
        for poll in polls
    ]


def may_be_first(poll: Poll) -> bool:
    """Whether a question can be asked again after the debate: its ballots must still be there to be compared."""
    return Kind(poll.kind).is_one_of and poll.before_id is None and poll.closed_at is None

"""The questions of a lunch, before it takes place."""

from sqlalchemy import delete, func, select

from lunchkit.db import transaction
from lunchkit.events.models import Event
from lunchkit.polls.forms import PollDetails
from lunchkit.polls.models import Choice, Poll


def add_poll(event: Event, details: PollDetails) -> Poll:
    """Put one more question on the programme of a lunch, after those that are there."""
    with transaction() as session:
        session.get(Event, event.id, with_for_update=True)
        last = session.scalar(select(func.max(Poll.position)).where(Poll.event_id == event.id))
        poll = Poll(event_id=event.id, position=(last or 0) + 1, question=details.question)
        _set_choices(poll, details.choices)
        session.add(poll)
    return poll


def change_poll(poll: Poll, details: PollDetails) -> None:
    """Change a question and its choices."""
    with transaction() as session:
        session.refresh(poll, with_for_update=True)
        poll.question = details.question
        _set_choices(poll, details.choices)


def remove_poll(poll: Poll) -> None:
    """Take a question off the programme."""
    with transaction() as session:
        session.execute(delete(Choice).where(Choice.poll_id == poll.id))
        session.execute(delete(Poll).where(Poll.id == poll.id))


def _set_choices(poll: Poll, labels: tuple[str, ...]) -> None:
    """Reword the rows that are there, then add or drop at the end: no two rows ever share a position."""
    for choice, label in zip(poll.choices, labels, strict=False):
        choice.label = label
    for position in range(len(poll.choices), len(labels)):
        poll.choices.append(Choice(position=position + 1, label=labels[position]))
    del poll.choices[len(labels) :]

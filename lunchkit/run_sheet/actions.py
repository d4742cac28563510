"""Actions of the schedule: make a lunch from another or from the template, write its schedule and follow it."""

from flask_babel import gettext as _, lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lunchkit.events.details import EventDetails, details_of
from lunchkit.events.models import Event
from lunchkit.events.operations import draft_event, lock_event, made_by_form
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import record_facts
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import user_error
from lunchkit.platform.ordered import lock_rows, move, next_position
from lunchkit.room.operations import touch
from lunchkit.room.polls.forms import PollDetails
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.operations import lock_poll
from lunchkit.room.polls.order import arrange, delete_poll, place_poll, place_programme
from lunchkit.run_sheet.copying import copy_plan
from lunchkit.run_sheet.first_lunch import template_polls, template_run
from lunchkit.run_sheet.models import ItemDetails, RunItem

MOST_ITEMS = 30
POLL_MINUTES = 5
"""How long a row is that is made with a poll."""
LunchMadeAlready = user_error(
    "LunchMadeAlready",
    _l("This form has made a lunch already. Change that one, or send this form again to make one more."),
)
RunIsFull = user_error("RunIsFull", _l("The schedule has thirty rows already. Put two of them together."))


def make_lunch(
    details: EventDetails,
    *,
    form_key: str | None = None,
    like: Event | None = None,
    with_speakers: bool = False,
    from_template: bool = False,
) -> Event:
    """Make a draft: alone, with all that was prepared for another lunch, or with the template's polls and schedule.

    Idempotent by ``form_key``. Raises LunchMadeAlready where the same form says something else.
    """

    def make() -> Event:
        with transaction() as session:
            made = made_by_form(session, form_key)
            if made is not None:
                if details_of(made) != details:
                    raise LunchMadeAlready
                return made
            event = draft_event(session, details, like.series if like else None, form_key=form_key)
            if like is not None:
                copy_plan(session, like, event, with_speakers=with_speakers)
            elif from_template:
                _plan_from_template(session, event)
            record_facts(session, event_id=event.id)
        return event

    try:
        return make()
    except IntegrityError:  # at the same moment another request made the first series, or this very lunch
        return make()


def _plan_from_template(session: Session, event: Event) -> None:
    polls = place_programme(session, event, template_polls())
    for position, (details, poll) in enumerate(template_run(), 1):
        item = RunItem(event_id=event.id, position=position, **vars(details))
        item.poll_id = None if poll is None else polls[poll].id
        session.add(item)


def add_run_item(event: Event, details: ItemDetails) -> RunItem:
    """Add a row at the end of the schedule. Raises RunIsFull."""
    with transaction() as session:
        lock_event(session, event.id)
        record_facts(session, what=details.title)
        return _add(session, event, details)


def add_poll(event: Event, details: PollDetails) -> Poll:
    """Add a poll, and a row at the end of the schedule in which it is opened. Raises RunIsFull, CannotAskAgain."""
    with transaction() as session:
        lock_event(session, event.id)
        record_facts(session, what=details.question)
        poll = place_poll(session, event, details)
        title = _("The same poll, after the debate") if poll.before_id else _("Poll")
        _add(session, event, ItemDetails(POLL_MINUTES, title), poll)
        return poll


def _add(session: Session, event: Event, details: ItemDetails, poll: Poll | None = None) -> RunItem:
    if (session.scalar(select(func.count()).where(RunItem.event_id == event.id)) or 0) >= MOST_ITEMS:
        raise RunIsFull
    position = next_position(session, RunItem, event.id)
    item = RunItem(event_id=event.id, position=position, poll_id=poll.id if poll else None, **vars(details))
    session.add(item)
    _arrange_polls(session, event.id)
    return item


def _arrange_polls(session: Session, event_id: int) -> None:
    """Bring the polls into the order of their rows. Raises KeepsItsPlace."""
    session.flush()
    found = select(RunItem.poll_id).where(RunItem.event_id == event_id, RunItem.poll_id.is_not(None))
    arrange(session, event_id, [poll_id for poll_id in session.scalars(found.order_by(RunItem.position)) if poll_id])


def change_run_item(item: RunItem, details: ItemDetails) -> None:
    with transaction() as session:
        _lock(session, item)
        for name, value in vars(details).items():
            setattr(item, name, value)


def remove_poll(poll: Poll) -> None:
    """Delete a poll, the one that asks it again, and their rows. Raises PollIsFrozen once people have seen either."""
    with transaction() as session:
        lock_poll(session, poll)
        polls = [poll.id, *session.scalars(select(Poll.id).where(Poll.before_id == poll.id))]
        session.execute(delete(RunItem).where(RunItem.poll_id.in_(polls)))
        delete_poll(session, poll)


def remove_run_item(item: RunItem) -> None:
    with transaction() as session:
        _lock(session, item)
        session.delete(item)
        _arrange_polls(session, item.event_id)


def move_run_item(item: RunItem, direction: str) -> None:
    """Move a row ``up`` or ``down``, and its poll with it; at the end it stays. Raises KeepsItsPlace."""
    with transaction() as session:
        move(session, _lock(session, item), item, direction)
        _arrange_polls(session, item.event_id)


def set_begun(item: RunItem, *, has_begun: bool) -> None:
    """Note that this row has begun, and those before it; or that it has not, nor those behind it. Idempotent."""
    with transaction() as session:
        rows, now = _lock(session, item), clock.now()
        place = rows.index(item)
        for row in rows[: place + 1] if has_begun else rows[place:]:
            row.began_at = (row.began_at or now) if has_begun else None
        touch(session, item.event_id)


def _lock(session: Session, item: RunItem) -> list[RunItem]:
    """Lock the lunch and read its rows again, in order. Raises NotFound where the row is gone."""
    lock_event(session, item.event_id)
    return lock_rows(session, item)

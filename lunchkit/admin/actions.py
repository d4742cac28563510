"""Actions on an event as a whole: unpublish it while nobody has registered, delete a draft."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lunchkit.admin.queries import can_be_unpublished
from lunchkit.events.models import Event
from lunchkit.events.operations import lock_event
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import record_facts
from lunchkit.platform.db import db, transaction
from lunchkit.platform.errors import user_error
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.registrations.models import Registration
from lunchkit.room.operations import destroy
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.operations import key_name
from lunchkit.room.queries import ballot_store
from lunchkit.speakers.models import Appearance, Quotation, Speaker
from lunchkit.speakers.operations import erase_unless_elsewhere, lock

EventIsKnown = user_error(
    "EventIsKnown",
    _l("People know this lunch: somebody has registered, was invited or was there. It can be cancelled only."),
)
EventIsPublic = user_error("EventIsPublic", _l("This lunch is public: it can be cancelled, not deleted."))


def unpublish_event(event: Event) -> None:
    """Make a public event a draft again: its page is gone, also from lists, calendar and feeds. Idempotent.

    Raises EventIsKnown. A person who registers at the same moment is registered, or told that registration is closed.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        if event.published_at is None:
            return
        if not can_be_unpublished(event):
            raise EventIsKnown
        event.published_at, event.updated_at = None, clock.now()


def delete_event_draft(event: Event) -> None:
    """Delete a draft with everything that belongs to it; its address is free again. The history keeps its title.

    A speaker who speaks nowhere else is deleted too. Raises EventIsPublic, and NotFound where it is deleted already.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        if event.published_at is not None:
            raise EventIsPublic
        _remove_speakers(session, event.id)
        rehearsed = _delete_polls(session, event.id)
        session.execute(delete(OutboxEmail).where(OutboxEmail.event_id == event.id))
        _delete_rows_of(session, event.id)
        record_facts(session, what=event.title)
        session.delete(event)
    for poll_id, name in rehearsed:
        destroy([poll_id], name)


def _remove_speakers(session: Session, event_id: int) -> None:
    here = select(Appearance.speaker_id).where(Appearance.event_id == event_id)
    speakers = session.scalars(select(Speaker).where(Speaker.id.in_(here)).order_by(Speaker.id)).all()
    for speaker in speakers:
        lock(session, speaker)
    for table in (Quotation, Appearance):
        session.execute(delete(table).where(table.event_id == event_id))
    for speaker in speakers:
        erase_unless_elsewhere(session, speaker)


def _delete_polls(session: Session, event_id: int) -> list[tuple[int, str]]:
    """Returns poll and key name of ballots from rehearsals."""
    polls = session.scalars(select(Poll).where(Poll.event_id == event_id)).all()
    rehearsed = [(poll.id, key_name(poll)) for poll in polls if poll.opened_at and not poll.cleared_at]
    for poll_id, _name in rehearsed:
        ballot_store().stop(poll_id)
    session.execute(update(Poll).where(Poll.event_id == event_id).values(before_id=None))
    session.execute(delete(Poll).where(Poll.event_id == event_id))
    return rehearsed


def _delete_rows_of(session: Session, event_id: int) -> None:
    """Delete the rows that need the event or one of its people. A job erases the pictures of its recap later."""
    people = select(Registration.id).where(Registration.event_id == event_id)
    for table in reversed(db.metadata.sorted_tables):
        owner = table.c.get("event_id")
        if "registration_id" in table.c:
            session.execute(delete(table).where(table.c.registration_id.in_(people)))
        elif owner is not None and owner.foreign_keys and not owner.nullable:
            session.execute(delete(table).where(owner == event_id))

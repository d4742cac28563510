"""What can be done with a lunch as a whole: it is taken back while nobody has registered; a draft is thrown away."""

import uuid

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lunchkit.admin.errors import IsKnown, IsPublic
from lunchkit.admin.queries import may_be_taken_back
from lunchkit.events.models import Event
from lunchkit.events.operations import uid_of
from lunchkit.platform import clock
from lunchkit.platform.db import db, leave_traces, transaction
from lunchkit.platform.mail.models import OutboxLetter
from lunchkit.registrations.models import Registration
from lunchkit.registrations.seats import lock_event
from lunchkit.room.polls.closing import destroy, key_name
from lunchkit.room.polls.models import Poll
from lunchkit.room.queries import box
from lunchkit.speakers.models import Appearance, Quotation, Speaker
from lunchkit.speakers.operations import erase_unless_elsewhere, lock


def take_back_lunch(event: Event) -> None:
    """Make a public lunch a draft again: its page is gone, lists, calendar and feeds forget it. Twice is once.

    Raises IsKnown; a person who registers at the same moment is either registered or told that registration is closed.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        if event.published_at is None:
            return
        if not may_be_taken_back(event):
            raise IsKnown
        event.published_at, event.updated_at = None, clock.now()


def discard_draft(event: Event) -> None:
    """Throw a draft away, with all that hangs on it; its address is free again. Twice is once.

    A person who speaks nowhere else is forgotten. People are on a draft only where they came in its archive: they go
    too. Raises IsPublic.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        if event.discarded_at is not None:
            return
        if event.published_at is not None:
            raise IsPublic
        leave_traces()
        _send_speakers_home(session, event.id)
        practised = _take_off_polls(session, event.id)
        session.execute(delete(OutboxLetter).where(OutboxLetter.event_id == event.id))
        _take_off_the_rest(session, event.id)
        _empty(event)
    for poll_id, name in practised:
        destroy([poll_id], name)


def _send_speakers_home(session: Session, event_id: int) -> None:
    here = select(Appearance.speaker_id).where(Appearance.event_id == event_id)
    speakers = session.scalars(select(Speaker).where(Speaker.id.in_(here)).order_by(Speaker.id)).all()
    for speaker in speakers:
        lock(session, speaker)
    for table in (Quotation, Appearance):
        session.execute(delete(table).where(table.event_id == event_id))
    for speaker in speakers:
        erase_unless_elsewhere(session, speaker)


def _take_off_polls(session: Session, event_id: int) -> list[tuple[int, str]]:
    """Returns the ballots that were cast for practice: which contest, under which key."""
    polls = session.scalars(select(Poll).where(Poll.event_id == event_id)).all()
    practised = [(poll.id, key_name(poll)) for poll in polls if poll.opened_at and not poll.cleared_at]
    for poll_id, _name in practised:
        box().stop(poll_id)
    session.execute(update(Poll).where(Poll.event_id == event_id).values(before_id=None))
    session.execute(delete(Poll).where(Poll.event_id == event_id))
    return practised


def _take_off_the_rest(session: Session, event_id: int) -> None:
    """Delete the rows that need the lunch or one of its people. Upkeep erases the pictures of its recap later."""
    people = select(Registration.id).where(Registration.event_id == event_id)
    for table in reversed(db.metadata.sorted_tables):
        owner = table.c.get("event_id")
        if "registration_id" in table.c:
            session.execute(delete(table).where(table.c.registration_id.in_(people)))
        elif owner is not None and owner.foreign_keys and not owner.nullable:
            session.execute(delete(table).where(owner == event_id))


def _empty(event: Event) -> None:
    """Leave a row without a word but its title, which the log shows. No page finds it, and nothing is due for it."""
    now = clock.now()
    event.discarded_at = event.updated_at = now
    event.cancelled_at = event.cancelled_at or now
    event.needs_erased_at = event.purged_at = now
    event.slug, event.uid, event.form_key = f"~{event.id}", uid_of(str(uuid.uuid4())), None
    for name in ("theme", "summary", "venue", "street", "postcode", "town", "access_notes", "food_note"):
        setattr(event, name, "")
    event.contact_email = ""
    event.members_nonce = event.members_hash = None

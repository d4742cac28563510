"""A lunch taken in from an archive, taken back, forgotten. It is made in one transaction: all of it, or nothing."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import Select, delete, inspect, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.archives.container import Contents, unpack
from lunchkit.archives.contents import Lunch, lunch_of
from lunchkit.archives.drafting import Arrival, draw_pictures, make_lunch, photos_in
from lunchkit.archives.models import ArchiveDraft, ArchivePart
from lunchkit.archives.people import Person, people_of
from lunchkit.archives.queries import bytes_of
from lunchkit.archives.refusals import ArchiveForgotten
from lunchkit.archives.steps import prepare_people, take_back, untouched_or_refuse
from lunchkit.audit.recording import Act, record, tell
from lunchkit.carrying.actions import Report, begun, carry_on
from lunchkit.carrying.models import is_forgotten
from lunchkit.db import db, leave_traces, transaction
from lunchkit.errors import Refusal
from lunchkit.events.models import Event, Series
from lunchkit.events.steps import uid_of
from lunchkit.imports.actions import AT_ONCE
from lunchkit.imports.entries import breathe

PART = 1_000_000
"""Bytes of an archive that are written, or erased, in one transaction."""


@dataclass(frozen=True)
class Sender:
    """Who sends an archive, and in which language they are told what became of it."""

    name: str = ""
    organiser_id: int | None = None
    language: str = "fr"


def take_in(data: bytes, *, key: str, sender: Sender, with_people: bool) -> ArchiveDraft | Event:
    """Take a lunch in: at once, or, with more than five hundred people, beside the other requests.

    The same copy of the form is one lunch; so is the same file that is sent again while the first is being taken in.
    Returns what is kept of it for an hour; the lunch alone where that hour is over.
    Raises ArchiveRefused, and what pictures and questions say no to.
    """
    began = clock.now()
    contents = unpack(data)
    lunch, people = lunch_of(contents), people_of(contents.people) if with_people else []
    photos_in(contents, lunch)  # what can be refused at once is
    sent = _Sent(key, hashlib.sha256(data + bytes([with_people])).digest(), began)
    for attempt in (1, 2):
        if (known := _known_draft(db.session(), sent) or _known(db.session(), key)) is not None:
            return known
        draft = _draft_of(sent, sender, lunch.details.title, with_people, len(people))
        try:
            if len(people) > AT_ONCE:
                return _keep(draft, sent, data)
            event = bring_lunch(contents, lunch, key=key, by=sender.name, people=people, draft=draft)
            return _known_draft(db.session(), sent) or event
        except (IntegrityError, _IsThere):  # on PostgreSQL two that are sent at once may both find nothing known
            if attempt > 1:
                raise
    raise ArchiveForgotten


@dataclass(frozen=True)
class _Sent:
    """What tells one sending from another."""

    key: str
    digest: bytes
    began: datetime


def _draft_of(sent: _Sent, sender: Sender, title: str, with_people: bool, people: int) -> ArchiveDraft:
    return ArchiveDraft(
        key=sent.key,
        created_at=sent.began,
        organiser_id=sender.organiser_id,
        by=sender.name,
        language=sender.language,
        digest=sent.digest,
        title=title,
        with_people=with_people,
        total=people,
    )


def _keep(draft: ArchiveDraft, sent: _Sent, data: bytes) -> ArchiveDraft:
    """Keep an archive, part by part; only when all of it is here it may begin.

    Whoever sends the same file once more goes on where a process was killed.
    """
    with transaction() as session:
        _one_at_a_time(session)
        left = _left_over(session, sent)  # before the next look: one that begins between the two is seen by either
        if (known := _known_draft(session, sent)) is not None:
            return known
        draft = left or draft
        session.add(draft)
    for position in range(0, len(data), PART):
        with transaction() as session:
            if session.get(ArchivePart, (draft.id, position)) is None:
                session.add(ArchivePart(draft_id=draft.id, position=position, data=data[position : position + PART]))
        breathe(0)
    with transaction() as session:
        draft = session.get_one(ArchiveDraft, draft.id, with_for_update=True, populate_existing=True)
        draft.started_at = draft.started_at or clock.now()
    begun.set()
    return draft


def _left_over(session: Session, sent: _Sent) -> ArchiveDraft | None:
    """The same file of which not all is here yet. Another file that this copy of the form began with is let go."""
    begun_once = select(ArchiveDraft).where(ArchiveDraft.started_at.is_(None), ArchiveDraft.imported_at.is_(None))
    left = session.scalar(begun_once.where(ArchiveDraft.digest == sent.digest).limit(1))
    other = session.scalar(begun_once.where(ArchiveDraft.key == sent.key, ArchiveDraft.digest != sent.digest))
    if left is None and other is not None:
        session.execute(delete(ArchivePart).where(ArchivePart.draft_id == other.id))
        session.delete(other)
        session.flush()
    return left


def _known_draft(session: Session, sent: _Sent) -> ArchiveDraft | None:
    """What was sent by this copy of the form; or the same file, if it was being taken in when this one came."""
    running = ArchiveDraft.imported_at.is_(None) & ArchiveDraft.failed_at.is_(None)
    same = (ArchiveDraft.digest == sent.digest) & (running | (ArchiveDraft.imported_at >= sent.began))
    drafts = select(ArchiveDraft).where(
        or_(ArchiveDraft.key == sent.key, same),
        or_(ArchiveDraft.started_at.is_not(None), ArchiveDraft.imported_at.is_not(None)),
    )
    return session.scalar(drafts.order_by(ArchiveDraft.id).execution_options(populate_existing=True).limit(1))


def _one_at_a_time(session: Session) -> None:
    """Hold the first series of the house, into which every archive comes."""
    session.scalars(select(Series.id).order_by(Series.id).limit(1).with_for_update()).all()


def bring_lunch(
    contents: Contents,
    lunch: Lunch,
    *,
    key: str,
    by: str,
    people: Sequence[Person] = (),
    draft: ArchiveDraft | None = None,
    report: Report = breathe,
) -> Event:
    """Make a draft of what an archive holds. Sent twice under one key, it is one lunch.

    ``people`` are registered in it: with a seat whoever had one, by new links, and without a letter. Pictures are drawn
    anew and people made ready before the transaction begins; if it fails later, upkeep erases pictures that have no
    place. ``draft`` keeps what became of it; where the same file has just made a lunch there is no second one.
    Raises ArchiveRefused, and what pictures and questions say no to.
    """
    if (known := _known(db.session(), key)) is not None:
        return known
    drawn = draw_pictures(contents, lunch, report)
    prepared = prepare_people(db.session(), people, key, len(lunch.form), report)
    with transaction() as session:
        _one_at_a_time(session)
        if (known := _known(session, key)) is not None:
            return known
        held = None if draft is None else _held(session, draft)
        now = clock.now()
        event, made = make_lunch(session, Arrival(contents, lunch, drawn, prepared, key, by), now)
        if held is not None:
            held.imported_at, held.event_id, held.made = now, event.id, made
        tell(session, event_id=event.id)
    return event


def _known(session: Session, key: str) -> Event | None:
    return session.scalar(select(Event).where(Event.uid == uid_of(key)))


class _IsThere(Exception):
    """The lunch of this archive is there, or on its way: there must be no second one."""


def _held(session: Session, draft: ArchiveDraft) -> ArchiveDraft:
    """The draft as it is under the lock. Raises _IsThere where the same file has made a lunch, or makes one."""
    if inspect(draft).transient:
        if _known_draft(session, _Sent(draft.key, draft.digest, draft.created_at)) is not None:
            raise _IsThere
        session.add(draft)
        return draft
    fresh = session.get(ArchiveDraft, draft.id, with_for_update=True, populate_existing=True)
    if fresh is None:
        raise ArchiveForgotten
    if fresh.imported_at is not None:
        raise _IsThere
    record(session, Act("archive.create", fresh.organiser_id, fresh.by))
    return fresh


def carry_on_archives() -> int:
    """Take in what waits, if no other process works on it. Returns how many lunches were made."""
    made = carry_on(ArchiveDraft, _bring, _words_of)
    if made:
        _forget_parts(select(ArchiveDraft.id).where(ArchiveDraft.imported_at.is_not(None)))
    return made


def _bring(draft: ArchiveDraft, report: Report) -> None:
    contents = unpack(bytes_of(draft.id))
    report(0)
    lunch = lunch_of(contents)
    people = people_of(contents.people) if draft.with_people else []
    with suppress(_IsThere):
        bring_lunch(contents, lunch, key=draft.key, by=draft.by, people=people, draft=draft, report=report)


def _words_of(refusal: Refusal, draft: ArchiveDraft) -> str:
    with force_locale(draft.language):
        return str(refusal.message)


def undo_archive(draft: ArchiveDraft) -> None:
    """Take a lunch back that an archive made, as long as it is a draft on which nobody has worked. Twice is once.

    With it go the speakers and organisations that came with it and are at no other lunch, its people, and its pictures.
    Raises ArchiveForgotten or LunchWasTouched.
    """
    with transaction() as session:
        fresh = session.get(ArchiveDraft, draft.id, with_for_update=True, populate_existing=True)
        if fresh is None:
            raise ArchiveForgotten
        if fresh.event_id is None or fresh.undone_at is not None:
            return
        event = session.get_one(Event, fresh.event_id, with_for_update=True, populate_existing=True)
        untouched_or_refuse(session, event)
        made = fresh.made
        fresh.undone_at, fresh.event_id, fresh.made = clock.now(), None, {}
        take_back(session, event, made)
        leave_traces()


def forget_archives() -> int:
    """Erase the archives of an hour ago and earlier, but none that is being taken in. Returns how many there were."""
    old = db.session.scalars(select(ArchiveDraft.id).where(is_forgotten(ArchiveDraft, clock.now()))).all()
    _forget_parts(select(ArchiveDraft.id).where(ArchiveDraft.id.in_(old)))
    with transaction() as session:
        again = ArchiveDraft.id.in_(old), is_forgotten(ArchiveDraft, clock.now())
        gone = session.execute(delete(ArchiveDraft).where(*again)) if old else None
    return int(getattr(gone, "rowcount", 0))


def _forget_parts(drafts: Select[int]) -> None:
    """Erase the bytes of archives, a part in a transaction."""
    parts = select(ArchivePart.draft_id, ArchivePart.position).where(ArchivePart.draft_id.in_(drafts))
    for draft_id, position in db.session.execute(parts).all():
        with transaction() as session:
            mine = (ArchivePart.draft_id == draft_id, ArchivePart.position == position)
            session.execute(delete(ArchivePart).where(*mine))
            leave_traces()
        breathe(0)


def give_people_away(event: Event) -> None:
    """Note in the log that somebody takes the people of a lunch away, before they have them."""
    with transaction() as session:
        tell(session, event_id=event.id)

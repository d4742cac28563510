"""Actions of recaps: draft one, write it so that no text is lost, show it in secret, publish and correct it."""

import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_event
from lunchkit.platform import clock
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import NotFound
from lunchkit.platform.images.actions import destroy, hide_pictures, lock, unhide_pictures
from lunchkit.platform.images.models import Picture
from lunchkit.platform.links import derived_token, token_hash
from lunchkit.platform.ordered import lock_rows, move, next_position
from lunchkit.platform.versions import ChangedMeanwhile
from lunchkit.recap.admin_queries import first_draft
from lunchkit.recap.document import article_of, freeze, licence_to_give, normalised_words
from lunchkit.recap.models import Recap, RecapCorrection, RecapSection, RecapVersion
from lunchkit.recap.operations import (
    LicenceHasChanged,
    LunchHasNotBegun,
    LunchIsNotPublic,
    NoMorePictures,
    NothingToPublish,
    PictureWords,
    describe_pictures,
    hide_removed_pictures,
    keep_version,
    lock_recap,
    lock_section,
    new_section,
    without_foreign_pictures,
    write,
)
from lunchkit.recap.queries import current_pictures, pictures_in_use, pictures_read, sections_of
from lunchkit.recap.section_content import Wording, pictures_in, wording
from lunchkit.recap.sections import SHAPES, SectionKind
from lunchkit.registrations.emails import enqueue_recap_emails

PREVIEW = "preview"  # what the token of a secret link is derived for


def draft_recap(event: Event, by: str, *, empty: bool = False) -> Recap:
    """Make the draft of a recap, filled in with what happened unless ``empty``. One that is there already stays."""
    with transaction() as session:
        lock_event(session, event.id)
        recap = session.get(Recap, event.id, populate_existing=True)
        if recap is not None:
            return recap
        recap = Recap(event=event, created_at=clock.now())
        session.add(recap)
        session.flush()
        drafted = enumerate(first_draft(event, empty=empty), 1)
        session.add_all(new_section(event, state, position, by) for position, state in drafted)
    return recap


def add_section(event: Event, kind: SectionKind, by: str, place: str = "") -> RecapSection:
    """One more section, at a place counted from 1 or behind all; of a kind that a recap has once, the one there."""
    with transaction() as session:
        lock_recap(session, event.id)
        sections = sections_of(event.id)
        if SHAPES[kind].is_single and (present := [section for section in sections if section.kind == kind]):
            return present[0]
        section = new_section(event, wording(kind, "", {}), next_position(session, RecapSection, event.id), by)
        session.add(section)
        session.flush()
        if place.isdecimal():
            move(session, lock_rows(session, section), section, place)
    return section


def move_section(section: RecapSection, direction: str) -> None:
    with transaction() as session:
        lock_recap(session, section.event_id)
        move(session, lock_rows(session, section), section, direction)


def set_section_visibility(section: RecapSection, *, shown: bool) -> None:
    """Hide a section from readers, or show it again with the pictures that left their page when it was hidden."""
    with transaction() as session:
        lock_section(session, section)
        section.hidden_at = None if shown else section.hidden_at or clock.now()
        if shown:
            unhide_pictures(session, pictures_in(section.data))


def remove_section(section: RecapSection) -> None:
    with transaction() as session:
        lock_section(session, section)
        session.delete(section)
        session.flush()
        hide_removed_pictures(session, section.event_id, pictures_in(section.data))


def save_section(
    section: RecapSection, base_version: int, state: Wording, by: str, words: PictureWords | None = None
) -> None:
    """Save a text that was written on top of a version, and what is said of its pictures. Idempotent.

    Raises ChangedMeanwhile where the section has another version: what it says goes into its history, so that the next
    save may replace it. Raises NotFound where the section was removed.
    """
    with transaction() as session:
        lock_section(session, section)
        state = without_foreign_pictures(section.event_id, state)
        is_late = base_version != section.version and state != section.state
        if is_late:
            keep_version(session, section)
        elif state != section.state:
            write(session, section, state, by)
        if not is_late:
            describe_pictures(section.event_id, words or {})
    if is_late:
        raise ChangedMeanwhile


def restore_version(section: RecapSection, version: RecapVersion, by: str) -> None:
    with transaction() as session:
        lock_section(session, section)
        state = wording(SectionKind(section.kind), version.title, version.data)
        if state != section.state:
            keep_version(session, section)
            write(session, section, state, by)


def add_picture(section: RecapSection, token: str, by: str) -> None:
    """Put a picture behind the others of a section. Raises NoMorePictures."""
    with transaction() as session:
        lock_section(session, section)
        state = section.state
        if len(state.items) >= state.shape.most_items:
            raise NoMorePictures
        write(session, section, state.with_items([*state.items, {"picture": token, "caption": ""}]), by)


def take_out_picture(event: Event, token: str, by: str) -> None:
    with transaction() as session:
        lock_recap(session, event.id)
        for section in sections_of(event.id):
            if token in pictures_in(section.data):
                state = section.state
                write(session, section, state.with_items([i for i in state.items if i["picture"] != token]), by)


def put_back_picture(event: Event, picture: Picture) -> None:
    """Show a picture again that was taken down. Raises NotFound where it has no place in the recap any more."""
    with transaction() as session:
        lock_recap(session, event.id)
        if picture.token not in current_pictures(event.id):
            raise NotFound
        lock(session, picture)
        picture.taken_down_at = None


def erase_orphaned_pictures() -> int:
    """Destroy pictures to which nothing refers, a day after they came. Returns how many. Safe to run often."""
    with transaction() as session:  # a younger picture may still be on its way to its place
        old = select(Picture.token).where(Picture.created_at < clock.now() - timedelta(days=1))
        orphans = set(session.scalars(old)) - pictures_in_use()
        held = set(session.scalars(select(Picture.token).where(Picture.token.in_(orphans)).with_for_update()))
        gone = held - pictures_in_use()  # again: one may just have got its place back
        destroy(session, gone)
    return len(gone)


def set_preview(event: Event, *, on: bool) -> None:
    """Give the draft a new secret link, or none; an earlier one opens nothing any more."""
    with transaction() as session:
        recap = lock_recap(session, event.id)
        recap.preview_nonce = nonce = secrets.token_bytes(16) if on else None
        recap.preview_hash = token_hash(derived_token(PREVIEW, nonce)) if nonce else None


def publish_recap(event: Event, *, note: str = "", licence: str | None = None) -> int:
    """Freeze the draft and show it to everybody; returns how many e-mails leave.

    What is public already stays, unless a ``note`` tells what is corrected; its results stay as counted first.
    ``licence`` is the key of the one that the publisher was shown; None where nothing was shown.
    Raises LunchIsNotPublic, LunchHasNotBegun, LicenceHasChanged, NothingToPublish; NotFound with a note on a draft.
    """
    with transaction() as session:
        recap = _lock_both(session, event)
        if recap.published is not None and not note:
            return 0
        if recap.published is None and note:
            raise NotFound
        if event.published_at is None:
            raise LunchIsNotPublic
        if clock.now() < event.starts_at:
            raise LunchHasNotBegun
        recap.published_at = recap.published_at or clock.now()
        _freeze(session, event, recap, licence)
        if note:
            session.add(RecapCorrection(event_id=event.id, corrected_at=clock.now(), note=note))
            return 0
        event.recap_published_at = recap.published_at
        return enqueue_recap_emails(session, event)


def withdraw_recap(event: Event) -> None:
    """Take a recap away from its readers, with its pictures; the draft stays. Published again, they come back."""
    with transaction() as session:
        recap = _lock_both(session, event)
        if recap.published is None:
            return
        hide_pictures(session, pictures_read(event.id))
        recap.published, recap.words = None, ""
        event.recap_published_at = None
        _tell_calendars(event)


def _lock_both(session: Session, event: Event) -> Recap:
    """Hold the lunch, then its recap. Raises NotFound."""
    session.refresh(event, with_for_update=True)
    return lock_recap(session, event.id)


def _freeze(session: Session, event: Event, recap: Recap, promised: str | None) -> None:
    """Give readers the draft. A licence cannot be taken back, so it is no other than the one that was promised."""
    licence = licence_to_give(recap.published).key
    if promised not in (None, licence):
        raise LicenceHasChanged
    snapshot = freeze(event, sections_of(event.id), recap.published) | {"licence": licence}
    before, recap.published = pictures_read(event.id), snapshot
    after = pictures_read(event.id)
    hide_pictures(session, before - after)
    unhide_pictures(session, after)
    if all(section.kind is SectionKind.SPEAKERS for section in article_of(event, snapshot).sections):
        raise NothingToPublish
    recap.words = normalised_words(snapshot)
    _tell_calendars(event)


def _tell_calendars(event: Event) -> None:
    event.updated_at = clock.now()
    event.sequence += 1

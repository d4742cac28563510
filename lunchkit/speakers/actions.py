"""Actions on speakers: who speaks, the page that they write by their private link, and their quotations."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_existing_event
from lunchkit.platform import clock, links
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import UserError, user_error
from lunchkit.platform.images.actions import erase_picture, keep_picture
from lunchkit.platform.versions import ChangedMeanwhile, count_version, require_version
from lunchkit.speakers.admin_forms import AppearanceDetails, OrganisationDetails
from lunchkit.speakers.emails import enqueue_submission
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker
from lunchkit.speakers.operations import (
    erase_portraits,
    erase_unless_elsewhere,
    fresh_talks,
    lock,
    lock_by_link,
    organisation_for,
    publish,
    save_draft,
    speaker_named,
)
from lunchkit.speakers.page import SpeakerPage, draft_page, public_page, written_page
from lunchkit.speakers.queries import SCOPE

AlreadySpeaks = user_error("AlreadySpeaks", _l("This person is on the list of this lunch already."))


def add_speaker(event: Event, details: SpeakerDetails) -> Appearance:
    """Add a speaker to a lunch, after the others; one of the same name and organisation is the same person.

    Raises AlreadySpeaks.
    """
    with transaction() as session:
        lock_existing_event(session, event.id)
        speaker = speaker_named(session, details, organisation_for(session, details.organisation))
        if session.get(Appearance, (event.id, speaker.id)) is not None:
            raise AlreadySpeaks
        last = session.scalar(select(func.max(Appearance.position)).where(Appearance.event_id == event.id))
        appearance = Appearance(event_id=event.id, speaker=speaker, position=(last or 0) + 1)
        session.add(appearance)
    return appearance


def remove_speaker(appearance: Appearance) -> None:
    """Remove a speaker from a lunch, with their quotations from it.

    A speaker without another lunch is erased, with portrait, draft and private link.
    """
    with transaction() as session:
        speaker, event_id = appearance.speaker, appearance.event_id
        lock(session, speaker)
        for table in (Quotation, Appearance):
            session.execute(delete(table).where(table.event_id == event_id, table.speaker_id == speaker.id))
        erase_unless_elsewhere(session, speaker)


def change_appearance(appearance: Appearance, details: AppearanceDetails, version: int) -> None:
    """Change who a speaker is, and what they said and showed at a lunch. The same parts of a draft change too.

    ``version`` is the one of the speaker. Raises ChangedMeanwhile.
    """
    with transaction() as session:
        speaker = appearance.speaker
        lock(session, speaker)
        lock(session, appearance)
        require_version(speaker, version)
        before, talks = public_page(speaker, [appearance]), [appearance]
        speaker.name, speaker.role = details.name, details.role
        speaker.organisation = organisation_for(session, details.organisation)
        for name in ("said", "slides_url", "slides_title", "slides_licence"):
            setattr(appearance, name, getattr(details, name))
        if speaker.draft is not None:
            after = asdict(public_page(speaker, talks))
            changed = {name: after[name] for name, value in asdict(before).items() if value != after[name]}
            if "slides" in changed:
                changed["slides"] = {**speaker.draft["slides"], str(appearance.event_id): appearance.slides}
            speaker.draft = {**speaker.draft, **changed}
        count_version(speaker)


def change_organisation(organisation: Organisation, details: OrganisationDetails, version: int) -> None:
    """Change an organisation. Raises ChangedMeanwhile."""
    with transaction() as session:
        lock(session, organisation)
        require_version(organisation, version)
        for name, value in asdict(details).items():
            setattr(organisation, name, value)
        count_version(organisation)


def issue_link(speaker: Speaker) -> None:
    """Give a speaker a new private link; an earlier one stops working."""
    with transaction() as session:
        lock(session, speaker)
        speaker.link_nonce = secrets.token_bytes(16)
        speaker.link_hash = links.token_hash(links.derived_token(SCOPE, speaker.link_nonce))


def save_page(speaker: Speaker, page: SpeakerPage, version: int) -> None:
    """Save what a speaker wrote as a draft, not submitted. Raises ChangedMeanwhile, LinkGone."""
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        require_version(speaker, version)
        save_draft(speaker, page, talks)


def save_portrait(speaker: Speaker, data: bytes | None, alt: str, credit: str, consent: str) -> None:
    """Set the portrait of the draft, or only its texts if ``data`` is None. A submitted draft stays submitted.

    An earlier portrait of the draft is destroyed. Raises LinkGone and the errors of ``keep_picture``.
    """
    picture = keep_picture(data, alt=alt, credit=credit, consent=consent) if data is not None else None
    try:
        with transaction() as session:
            talks = lock_by_link(session, speaker)
            before = written_page(speaker, talks)
            token = picture.token if picture else before.portrait
            page = replace(before, portrait=token, portrait_alt=alt, portrait_credit=credit)
            save_draft(speaker, page, talks, stays_submitted=True)
            if before.portrait not in (token, public_page(speaker, talks).portrait):
                erase_portraits(session, [before.portrait])
    except UserError:
        if picture:
            erase_picture(picture)
        raise


def remove_portrait(speaker: Speaker) -> None:
    """Remove the portrait from the draft and from every public page, and destroy it. Raises LinkGone."""
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        draft, public = draft_page(speaker), public_page(speaker, talks)
        speaker.portrait = None
        count_version(speaker)
        if draft is not None:
            bare = replace(draft, portrait="", portrait_alt="", portrait_credit="")
            save_draft(speaker, bare, talks, stays_submitted=True)
        erase_portraits(session, [public.portrait, draft.portrait if draft else ""])


def discard_draft(speaker: Speaker) -> None:
    """Delete the draft and its portrait. Raises LinkGone."""
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        draft, public = draft_page(speaker), public_page(speaker, talks)
        save_draft(speaker, public, talks)
        if draft is not None and draft.portrait != public.portrait:
            erase_portraits(session, [draft.portrait])


def submit_page(speaker: Speaker, version: int) -> None:
    """Submit the draft to the organisers, who get an e-mail. Raises ChangedMeanwhile, LinkGone."""
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        if speaker.draft is None:
            return
        require_version(speaker, version)
        if speaker.submitted_at is None:
            speaker.submitted_at, speaker.set_aside_at = clock.now(), None
            enqueue_submission(session, speaker, talks)


def approve_page(speaker: Speaker, version: int) -> None:
    """Publish a submitted draft. Raises ChangedMeanwhile if it is not the one that was read."""
    with transaction() as session:
        talks, draft = _lock_submitted(session, speaker, version)
        publish(session, speaker, draft, talks)


def set_aside_page(speaker: Speaker, version: int) -> None:
    """Return a submitted draft to the speaker without publishing it. Raises ChangedMeanwhile."""
    with transaction() as session:
        _lock_submitted(session, speaker, version)
        speaker.submitted_at, speaker.set_aside_at = None, clock.now()


def _lock_submitted(session: Session, speaker: Speaker, version: int) -> tuple[Sequence[Appearance], SpeakerPage]:
    lock(session, speaker)
    talks, draft = fresh_talks(session, speaker), draft_page(speaker)
    if draft is None or speaker.submitted_at is None:
        raise ChangedMeanwhile
    require_version(speaker, version)
    return talks, draft


def quote_speaker(appearance: Appearance, text: str, medium: str = "", url: str = "") -> Quotation:
    """Add a quotation, not public before the speaker approves it. The same one again returns the first."""
    with transaction() as session:
        lock(session, appearance.speaker)
        lock(session, appearance)
        where = {"event_id": appearance.event_id, "speaker_id": appearance.speaker_id}
        said = {"text": text, "medium": medium, "url": url}
        known = session.scalars(select(Quotation).filter_by(**where, **said)).first()
        quotation = known or Quotation(**where, **said, created_at=clock.now())
        session.add(quotation)
    return quotation


def remove_quotation(quotation: Quotation) -> None:
    """Delete a quotation."""
    with transaction() as session:
        session.execute(delete(Quotation).where(Quotation.id == quotation.id))


def answer_quotation(speaker: Speaker, quotation: Quotation, is_approved: bool, text: str) -> None:
    """Let a speaker approve or refuse a quotation; every page follows at once, and they may change their mind.

    Raises LinkGone, and ChangedMeanwhile if another ``text`` was approved.
    """
    with transaction() as session:
        lock_by_link(session, speaker)
        lock(session, quotation)
        if is_approved and text != quotation.text:
            raise ChangedMeanwhile
        quotation.approved_at = (quotation.approved_at or clock.now()) if is_approved else None
        quotation.refused_at = None if is_approved else (quotation.refused_at or clock.now())

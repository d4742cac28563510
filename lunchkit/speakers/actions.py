"""Verbs of speakers: who speaks, the page that they write by their private link, and what they are quoted with."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_existing_event
from lunchkit.platform import clock, links
from lunchkit.platform.db import leave_traces, transaction
from lunchkit.platform.errors import Refusal
from lunchkit.platform.images.actions import erase_picture, keep_picture
from lunchkit.platform.versions import ChangedMeanwhile, count_version, require_version
from lunchkit.speakers.admin_forms import AppearanceDetails, OrganisationDetails, QuotationDetails, details_of
from lunchkit.speakers.emails import promise_submission
from lunchkit.speakers.errors import AlreadySpeaks
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker
from lunchkit.speakers.operations import (
    correct,
    erase_portraits,
    erase_unless_elsewhere,
    fresh_talks,
    keep_draft,
    lock,
    lock_by_link,
    organisation_for,
    publish,
    speaker_named,
)
from lunchkit.speakers.page import SpeakerPage, draft_page, public_page, written_page
from lunchkit.speakers.queries import SCOPE


def add_speaker(event: Event, details: SpeakerDetails) -> Appearance:
    """Let somebody speak at a lunch, after those who are there; a person of the same name and organisation is the same.

    Raises AlreadySpeaks.
    """
    with transaction() as session:
        lock_existing_event(session, event.id)
        organisation = organisation_for(session, details.organisation)
        speaker = speaker_named(session, details, organisation)
        if session.get(Appearance, (event.id, speaker.id)) is not None:
            raise AlreadySpeaks
        last = session.scalar(select(func.max(Appearance.position)).where(Appearance.event_id == event.id))
        appearance = Appearance(event_id=event.id, speaker=speaker, position=(last or 0) + 1)
        session.add(appearance)
    return appearance


def remove_speaker(appearance: Appearance) -> None:
    """Take a speaker off a lunch, with what they are quoted with from it.

    Somebody who speaks nowhere else is forgotten, with portrait, draft and private link.
    """
    with transaction() as session:
        speaker, event_id = appearance.speaker, appearance.event_id
        lock(session, speaker)
        for table in (Quotation, Appearance):
            session.execute(delete(table).where(table.event_id == event_id, table.speaker_id == speaker.id))
        leave_traces()
        erase_unless_elsewhere(session, speaker)


def change_speaker(speaker: Speaker, details: SpeakerDetails, version: int) -> None:
    """Correct who somebody is, in a draft of theirs too. Raises ChangedMeanwhile."""
    with transaction() as session:
        lock(session, speaker)
        require_version(speaker, version)
        before = asdict(details_of(speaker))
        speaker.name, speaker.role = details.name, details.role
        speaker.organisation = organisation_for(session, details.organisation)
        correct(speaker, **{name: text for name, text in asdict(details).items() if text != before[name]})


def change_organisation(organisation: Organisation, details: OrganisationDetails, version: int) -> None:
    """Say something else of an organisation. Raises ChangedMeanwhile."""
    with transaction() as session:
        lock(session, organisation)
        require_version(organisation, version)
        for name, value in asdict(details).items():
            setattr(organisation, name, value)
        count_version(organisation)


def change_appearance(appearance: Appearance, details: AppearanceDetails, version: int) -> None:
    """Write what a speaker said and showed at a lunch, in a draft of theirs too.

    ``version`` is the one of the speaker. Raises ChangedMeanwhile.
    """
    with transaction() as session:
        speaker = appearance.speaker
        lock(session, speaker)
        lock(session, appearance)
        require_version(speaker, version)
        before = appearance.slides
        for name, value in asdict(details).items():
            setattr(appearance, name, value)
        draft = draft_page(speaker) or public_page(speaker, ())
        slides = {str(appearance.event_id): appearance.slides} if appearance.slides != before else {}
        correct(speaker, slides={**draft.slides, **slides})


def issue_link(speaker: Speaker) -> None:
    """Give a speaker a private link that nobody has; an earlier one opens nothing any more."""
    with transaction() as session:
        lock(session, speaker)
        speaker.link_nonce = secrets.token_bytes(16)
        speaker.link_hash = links.token_hash(links.derived_token(SCOPE, speaker.link_nonce))


def save_page(speaker: Speaker, page: SpeakerPage, version: int) -> None:
    """Keep what a speaker wrote as a draft; it is not submitted by that. Raises ChangedMeanwhile, LinkGone."""
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        require_version(speaker, version)
        keep_draft(speaker, page, talks)


def save_portrait(speaker: Speaker, data: bytes | None, alt: str, credit: str, consent: str) -> None:
    """Put a portrait into the draft, or other words beside the one that is there (``data`` is None).

    A draft that is submitted stays so. An earlier portrait of the draft is destroyed.
    Raises LinkGone, and what pictures refuse.
    """
    picture = keep_picture(data, alt=alt, credit=credit, consent=consent) if data is not None else None
    try:
        with transaction() as session:
            talks = lock_by_link(session, speaker)
            before = written_page(speaker, talks)
            token = picture.token if picture else before.portrait
            page = replace(before, portrait=token, portrait_alt=alt, portrait_credit=credit)
            keep_draft(speaker, page, talks, joins_submission=True)
            if before.portrait not in (token, public_page(speaker, talks).portrait):
                erase_portraits(session, [before.portrait])
    except Refusal:
        if picture:
            erase_picture(picture)
        raise


def remove_portrait(speaker: Speaker) -> None:
    """Take the portrait off the draft and off every public page at once, and destroy it. Raises LinkGone."""
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        draft, public = draft_page(speaker), public_page(speaker, talks)
        speaker.portrait = None
        count_version(speaker)
        if draft is not None:
            bare = replace(draft, portrait="", portrait_alt="", portrait_credit="")
            keep_draft(speaker, bare, talks, joins_submission=True)
        leave_traces()
        erase_portraits(session, [public.portrait, draft.portrait if draft else ""])


def discard_draft(speaker: Speaker) -> None:
    """Delete what a speaker wrote and did not publish, its portrait too. Raises LinkGone."""
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        draft, public = draft_page(speaker), public_page(speaker, talks)
        keep_draft(speaker, public, talks)
        leave_traces()
        if draft is not None and draft.portrait != public.portrait:
            erase_portraits(session, [draft.portrait])


def submit_page(speaker: Speaker, version: int) -> None:
    """Let the draft wait for an organiser, who gets an e-mail.

    Raises ChangedMeanwhile where it is not the draft that they looked at, LinkGone.
    """
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        if speaker.draft is None:
            return
        require_version(speaker, version)
        if speaker.submitted_at is None:
            speaker.submitted_at, speaker.set_aside_at = clock.now(), None
            promise_submission(session, speaker, talks)


def approve_page(speaker: Speaker, version: int) -> None:
    """Publish a draft that was submitted. Raises ChangedMeanwhile where it is not the one that was looked at."""
    with transaction() as session:
        talks, draft = _submitted(session, speaker, version)
        publish(session, speaker, draft, talks)


def set_aside_page(speaker: Speaker, version: int) -> None:
    """Do not publish a draft that was submitted; the speaker keeps it, and may change and submit it again.

    Raises ChangedMeanwhile.
    """
    with transaction() as session:
        _submitted(session, speaker, version)
        speaker.submitted_at, speaker.set_aside_at = None, clock.now()


def _submitted(session: Session, speaker: Speaker, version: int) -> tuple[Sequence[Appearance], SpeakerPage]:
    lock(session, speaker)
    talks, draft = fresh_talks(session, speaker), draft_page(speaker)
    if draft is None or speaker.submitted_at is None:
        raise ChangedMeanwhile
    require_version(speaker, version)
    return talks, draft


def quote_speaker(appearance: Appearance, details: QuotationDetails) -> Quotation:
    """Keep a sentence of a speaker; it shows nowhere before they approve it. The same sentence twice is one."""
    with transaction() as session:
        lock(session, appearance.speaker)
        lock(session, appearance)
        here = (Quotation.event_id == appearance.event_id, Quotation.speaker_id == appearance.speaker_id)
        known = session.scalar(select(Quotation).where(*here, Quotation.text == details.text).limit(1))
        if known is not None and (known.medium, known.url) == (details.medium, details.url):
            return known
        quotation = Quotation(
            event_id=appearance.event_id,
            speaker_id=appearance.speaker_id,
            text=details.text,
            medium=details.medium,
            url=details.url,
            created_at=clock.now(),
        )
        session.add(quotation)
    return quotation


def remove_quotation(quotation: Quotation) -> None:
    """Take a quotation back, from every page."""
    with transaction() as session:
        session.execute(delete(Quotation).where(Quotation.id == quotation.id))
        leave_traces()


def answer_quotation(speaker: Speaker, quotation: Quotation, is_approved: bool, text: str) -> None:
    """Approve or refuse to be quoted so; a speaker who changes their mind changes every page at once.

    Raises LinkGone, and ChangedMeanwhile where a yes was to another ``text``.
    """
    with transaction() as session:
        lock_by_link(session, speaker)
        lock(session, quotation)
        if is_approved and text != quotation.text:
            raise ChangedMeanwhile
        quotation.approved_at = (quotation.approved_at or clock.now()) if is_approved else None
        quotation.refused_at = None if is_approved else (quotation.refused_at or clock.now())

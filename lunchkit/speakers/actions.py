"""Verbs of speakers: who speaks, the page that they write by their private link, and what they are quoted with."""

import secrets
from dataclasses import replace

from sqlalchemy import delete, func, select

from lunchkit import clock, links
from lunchkit.db import leave_traces, transaction
from lunchkit.errors import Refusal
from lunchkit.events.models import Event
from lunchkit.events.steps import hold_event
from lunchkit.images.actions import erase_picture, keep_picture
from lunchkit.speakers.forms import (
    PortraitWords,
    SpeakerDetails,
    SpeakerPage,
    as_draft,
    digest_of,
    draft_page,
    public_page,
    with_portrait_of,
    written_page,
)
from lunchkit.speakers.letters import promise_submission
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker
from lunchkit.speakers.organiser_forms import (
    AppearanceDetails,
    OrganisationDetails,
    QuotationDetails,
    appearance_details,
    details_of,
    organisation_details,
    quotation_details,
)
from lunchkit.speakers.queries import SCOPE
from lunchkit.speakers.refusals import ChangedMeanwhile, NothingWaits, QuotationApproved, SpeaksAlready
from lunchkit.speakers.steps import (
    erase_portraits,
    forget_unless_elsewhere,
    fresh_talks,
    keep_draft,
    lock,
    lock_by_link,
    organisation_for,
    publish,
    speaker_named,
    take_along,
)


def add_speaker(event: Event, details: SpeakerDetails) -> Appearance:
    """Let somebody speak at a lunch, after those who are there; a person of the same name and organisation is the same.

    Raises SpeaksAlready.
    """
    with transaction() as session:
        hold_event(session, event.id)
        organisation = organisation_for(session, details.organisation)
        speaker = speaker_named(session, details, organisation)
        if session.get(Appearance, (event.id, speaker.id)) is not None:
            raise SpeaksAlready
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
        forget_unless_elsewhere(session, speaker)


def change_speaker(speaker: Speaker, details: SpeakerDetails, seen: str) -> None:
    """Correct who somebody is; a draft of theirs follows. Raises ChangedMeanwhile."""
    with transaction() as session:
        lock(session, speaker)
        talks = fresh_talks(session, speaker)
        if digest_of(details_of(speaker)) != seen:
            raise ChangedMeanwhile
        before = public_page(speaker, talks)
        speaker.name, speaker.role = details.name, details.role
        speaker.organisation = organisation_for(session, details.organisation)
        speaker.updated_at = clock.now()
        take_along(speaker, before, talks)


def change_organisation(organisation: Organisation, details: OrganisationDetails, seen: str) -> None:
    """Say something else of an organisation. Raises ChangedMeanwhile."""
    with transaction() as session:
        lock(session, organisation)
        if digest_of(organisation_details(organisation)) != seen:
            raise ChangedMeanwhile
        for name in OrganisationDetails.__dataclass_fields__:
            setattr(organisation, name, getattr(details, name))


def change_appearance(appearance: Appearance, details: AppearanceDetails, seen: str) -> None:
    """Write what a speaker said and showed at a lunch; a draft of theirs follows. Raises ChangedMeanwhile."""
    with transaction() as session:
        speaker = appearance.speaker
        lock(session, speaker)
        lock(session, appearance)
        if digest_of(appearance_details(appearance)) != seen:
            raise ChangedMeanwhile
        talks = fresh_talks(session, speaker)
        before = public_page(speaker, talks)
        for name in AppearanceDetails.__dataclass_fields__:
            setattr(appearance, name, getattr(details, name))
        take_along(speaker, before, talks)


def issue_link(speaker: Speaker) -> None:
    """Give a speaker a private link that nobody has; an earlier one opens nothing any more."""
    with transaction() as session:
        lock(session, speaker)
        speaker.link_nonce = secrets.token_bytes(16)
        speaker.link_hash = links.token_hash(links.derived_token(SCOPE, speaker.link_nonce))


def revoke_link(speaker: Speaker) -> None:
    """Let nobody write a speaker's page by a link; what was written stays."""
    with transaction() as session:
        lock(session, speaker)
        speaker.link_nonce = speaker.link_hash = None


def trust_speaker(speaker: Speaker, goes_live: bool) -> None:
    """Let what a speaker submits be public at once, or let it wait for an organiser."""
    with transaction() as session:
        lock(session, speaker)
        speaker.goes_live = goes_live


def save_page(speaker: Speaker, typed: SpeakerPage, seen: str) -> None:
    """Keep what a speaker wrote as a draft; it waits for nobody until it is submitted.

    Raises ChangedMeanwhile, LinkGone.
    """
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        before = written_page(speaker, talks)
        if before.text_digest() != seen:
            raise ChangedMeanwhile
        keep_draft(speaker, with_portrait_of(before, typed), talks)


def keep_portrait(speaker: Speaker, data: bytes, words: PortraitWords, consent: str) -> None:
    """Put a portrait into the draft, also one that waits for the organisers; an earlier one of the draft is destroyed.

    Raises LinkGone, and what pictures refuse.
    """
    picture = keep_picture(data, alt=words.alt, credit=words.credit, consent=consent)
    try:
        _hold_up_portrait(speaker, picture.token, words)
    except Refusal:
        erase_picture(picture)
        raise


def _hold_up_portrait(speaker: Speaker, token: str, words: PortraitWords) -> None:
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        before = written_page(speaker, talks)
        page = replace(before, portrait=token, portrait_alt=words.alt, portrait_credit=words.credit, set_aside_at="")
        keep_draft(speaker, page, talks, joins_submission=True)
        if before.portrait != public_page(speaker, talks).portrait:
            erase_portraits(session, [before.portrait])


def describe_portrait(speaker: Speaker, words: PortraitWords) -> None:
    """Say in the draft, also in one that waits, what the portrait shows and who took it. Raises LinkGone."""
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        before = written_page(speaker, talks)
        page = replace(before, portrait_alt=words.alt, portrait_credit=words.credit, set_aside_at="")
        keep_draft(speaker, page, talks, joins_submission=True)


def remove_portrait(speaker: Speaker) -> None:
    """Take the portrait off the draft and off every public page at once, and destroy it. Raises LinkGone."""
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        draft, public = draft_page(speaker, talks), public_page(speaker, talks)
        speaker.portrait = None
        if draft is not None:
            bare = replace(draft, portrait="", portrait_alt="", portrait_credit="")
            is_nothing_else = bare.digest() == public_page(speaker, talks).digest()
            speaker.draft = None if is_nothing_else else as_draft(bare)
            speaker.submitted_at = None if is_nothing_else else speaker.submitted_at
        leave_traces()
        erase_portraits(session, [public.portrait, draft.portrait if draft else ""])


def discard_draft(speaker: Speaker) -> None:
    """Throw away what a speaker wrote and did not publish, its portrait too. Raises LinkGone."""
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        draft = draft_page(speaker, talks)
        speaker.draft = speaker.submitted_at = None
        leave_traces()
        if draft is not None and draft.portrait != public_page(speaker, talks).portrait:
            erase_portraits(session, [draft.portrait])


def submit_page(speaker: Speaker, seen: str) -> None:
    """Publish the draft where the speaker is trusted to, or else let it wait for an organiser, who gets a letter.

    Raises ChangedMeanwhile where it is not the draft that they looked at, LinkGone.
    """
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        draft = draft_page(speaker, talks)
        if draft is None:
            return
        if draft.digest() != seen:
            raise ChangedMeanwhile
        if speaker.goes_live:
            publish(session, speaker, draft, talks)
            return
        speaker.draft = as_draft(replace(draft, set_aside_at=""))
        if speaker.submitted_at is None:
            speaker.submitted_at = clock.now()
            promise_submission(session, speaker, talks, draft.digest())


def take_back_page(speaker: Speaker) -> None:
    """Let the draft wait no longer: the speaker goes on writing. Raises LinkGone."""
    with transaction() as session:
        lock_by_link(session, speaker)
        speaker.submitted_at = None


def approve_page(speaker: Speaker, seen: str) -> None:
    """Publish a draft that waits. Raises NothingWaits, ChangedMeanwhile where it is not the one that was looked at."""
    with transaction() as session:
        lock(session, speaker)
        talks = fresh_talks(session, speaker)
        draft = draft_page(speaker, talks)
        if draft is None or speaker.submitted_at is None:
            raise NothingWaits
        if draft.digest() != seen:
            raise ChangedMeanwhile
        publish(session, speaker, draft, talks)


def set_aside_page(speaker: Speaker, seen: str) -> None:
    """Do not publish a draft that waits; the speaker keeps it, and may change and submit it again.

    Raises NothingWaits, ChangedMeanwhile.
    """
    with transaction() as session:
        lock(session, speaker)
        draft = draft_page(speaker, fresh_talks(session, speaker))
        if draft is None or speaker.submitted_at is None:
            raise NothingWaits
        if draft.digest() != seen:
            raise ChangedMeanwhile
        speaker.draft = as_draft(replace(draft, set_aside_at=clock.now().isoformat()))
        speaker.submitted_at = None


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


def change_quotation(quotation: Quotation, details: QuotationDetails, seen: str) -> None:
    """Write a sentence otherwise; the speaker is asked anew. Raises ChangedMeanwhile, QuotationApproved."""
    with transaction() as session:
        lock(session, quotation.speaker)
        lock(session, quotation)
        if quotation.approved_at is not None:
            raise QuotationApproved
        if digest_of(quotation_details(quotation)) != seen:
            raise ChangedMeanwhile
        quotation.text, quotation.medium, quotation.url = details.text, details.medium, details.url
        quotation.approved_at = quotation.refused_at = None


def remove_quotation(quotation: Quotation) -> None:
    """Take a quotation back, from every page."""
    with transaction() as session:
        session.execute(delete(Quotation).where(Quotation.id == quotation.id))
        leave_traces()


def judge_quotation(speaker: Speaker, quotation: Quotation, is_approved: bool, seen: str | None = None) -> None:
    """Approve or refuse to be quoted so; whoever changes their mind changes every page at once.

    Raises LinkGone, and ChangedMeanwhile where a yes was to other words than those that were ``seen``.
    """
    with transaction() as session:
        lock_by_link(session, speaker)
        lock(session, quotation)
        if is_approved and seen is not None and digest_of(quotation_details(quotation)) != seen:
            raise ChangedMeanwhile
        quotation.approved_at = (quotation.approved_at or clock.now()) if is_approved else None
        quotation.refused_at = None if is_approved else (quotation.refused_at or clock.now())

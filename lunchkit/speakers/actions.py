"""Actions on speakers: who speaks, their invitation, and the page that they write by their private link."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_event
from lunchkit.platform import clock, links
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import NotFound, UserError, user_error
from lunchkit.platform.images.actions import erase_picture, keep_picture
from lunchkit.platform.images.models import Picture
from lunchkit.platform.versions import ChangedMeanwhile, count_version, require_version
from lunchkit.speakers.admin_forms import AppearanceDetails
from lunchkit.speakers.emails import THANKS, enqueue_submission, enqueue_to_speaker, forget_emails
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import INVITATION, Appearance, Organisation, Quotation, Speaker
from lunchkit.speakers.operations import (
    erase_portraits,
    erase_unless_elsewhere,
    lock,
    lock_by_link,
    lock_with_talks,
    organisation_for,
    publish,
    save_draft,
    speaker_named,
)
from lunchkit.speakers.page import SpeakerPage, draft_page, public_page, written_page
from lunchkit.speakers.queries import SCOPE, private_link

AlreadySpeaks = user_error("AlreadySpeaks", _l("This person is on the list of this lunch already."))

SAME_INVITATION = timedelta(minutes=5)
"""An invitation asked for again within this time is the same one: a button pressed twice."""


def add_speaker(event: Event, details: SpeakerDetails, email: str = "") -> Appearance:
    """Add a speaker to a lunch, after the others; one of the same name and organisation is the same person.

    Raises AlreadySpeaks.
    """
    with transaction() as session:
        lock_event(session, event.id)
        speaker = speaker_named(session, details, organisation_for(session, details.organisation))
        if session.get(Appearance, (event.id, speaker.id)) is not None:
            raise AlreadySpeaks
        _set_email(session, speaker, email or speaker.email)
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
    """Change who a speaker is, what they said and showed at a lunch, and what their page says.

    The same parts of a draft change too.

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
        _set_email(session, speaker, details.email)
        for name, value in details.written.items():
            setattr(speaker, name, value)
        speaker.on_behalf = details.on_behalf
        for name in ("said", "slides_url", "slides_title", "slides_licence"):
            setattr(appearance, name, getattr(details, name))
        if speaker.draft is not None:
            after = asdict(public_page(speaker, talks))
            changed = {name: after[name] for name, value in asdict(before).items() if value != after[name]}
            if "slides" in changed:
                changed["slides"] = {**speaker.draft["slides"], str(appearance.event_id): appearance.slides}
            speaker.draft = {**speaker.draft, **changed}
        count_version(speaker)


def change_organisation(organisation: Organisation, values: Mapping[str, Any], version: int) -> None:
    """Change the columns of an organisation. Raises ChangedMeanwhile."""
    with transaction() as session:
        lock(session, organisation)
        require_version(organisation, version)
        for name, value in values.items():
            setattr(organisation, name, value)
        count_version(organisation)


def issue_link(speaker: Speaker) -> None:
    """Give a speaker a new private link; an earlier one stops working."""
    with transaction() as session:
        lock(session, speaker)
        _issue_link(speaker)


def invite(appearance: Appearance) -> None:
    """Send a speaker the private link, made if there is none. Raises NotFound without an address."""
    with transaction() as session:
        speaker, now = appearance.speaker, clock.now()
        lock(session, speaker)
        if not speaker.email:
            raise NotFound
        if speaker.invited_at and now - speaker.invited_at < SAME_INVITATION:
            return
        if private_link(speaker) is None:
            _issue_link(speaker)
        speaker.invited_at = now
        enqueue_to_speaker(session, INVITATION, speaker, appearance.event, now)


def _issue_link(speaker: Speaker) -> None:
    speaker.link_nonce = secrets.token_bytes(16)
    speaker.link_hash = links.token_hash(links.derived_token(SCOPE, speaker.link_nonce))


def _set_email(session: Session, speaker: Speaker, email: str) -> None:
    if email != speaker.email:
        forget_emails(session, speaker)
        speaker.email, speaker.invited_at = email, None


def save_page(speaker: Speaker, page: SpeakerPage, version: int) -> None:
    """Save what a speaker wrote as a draft, not submitted. Raises ChangedMeanwhile, LinkGone."""
    with transaction() as session:
        talks = lock_by_link(session, speaker)
        require_version(speaker, version)
        save_draft(speaker, page, talks)


def save_portrait(
    speaker: Speaker, data: bytes | None, alt: str, credit: str, consent: str, focus: int = 4, on_behalf: bool = False
) -> None:
    """Set the portrait of the draft, or only its texts if ``data`` is None. A submitted draft stays submitted.

    With ``on_behalf`` an organiser sets the public one, and that of a draft which has the same; ``consent`` is then
    when and how the speaker agreed. ``focus``, where it is cut, needs no approval. A portrait that nothing shows any
    more is destroyed. Raises LinkGone and the errors of ``keep_picture``.
    """
    picture = keep_picture(data, alt=alt, credit=credit, consent=consent) if data is not None else None
    try:
        with transaction() as session:
            talks = lock_with_talks(session, speaker) if on_behalf else lock_by_link(session, speaker)
            public, before = public_page(speaker, talks), written_page(speaker, talks)
            token = picture.token if picture else public.portrait if on_behalf else before.portrait
            page = replace(before, portrait=token, portrait_alt=alt, portrait_credit=credit)
            values = {"focus": focus} | ({"alt": alt, "credit": credit, "consent": consent} if on_behalf else {})
            session.execute(update(Picture).where(Picture.token == token).values(values))
            if on_behalf:
                speaker.portrait = session.scalars(select(Picture).where(Picture.token == token)).one()
                speaker.on_behalf = consent
                count_version(speaker)
                if speaker.draft is not None and before.portrait == public.portrait:
                    speaker.draft = asdict(page)
            else:
                save_draft(speaker, page, talks, stays_submitted=True)
            shown = {page.portrait for page in (public_page(speaker, talks), written_page(speaker, talks))}
            erase_portraits(session, {public.portrait, before.portrait} - shown)
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
        if talks:
            enqueue_to_speaker(session, THANKS, speaker, talks[0].event, clock.now())


def set_aside_page(speaker: Speaker, version: int) -> None:
    """Return a submitted draft to the speaker without publishing it. Raises ChangedMeanwhile."""
    with transaction() as session:
        _lock_submitted(session, speaker, version)
        speaker.submitted_at, speaker.set_aside_at = None, clock.now()


def _lock_submitted(session: Session, speaker: Speaker, version: int) -> tuple[Sequence[Appearance], SpeakerPage]:
    talks, draft = lock_with_talks(session, speaker), draft_page(speaker)
    if draft is None or speaker.submitted_at is None:
        raise ChangedMeanwhile
    require_version(speaker, version)
    return talks, draft

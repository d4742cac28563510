"""What actions on speakers are made of. Nothing here commits: the caller holds the transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lunchkit.platform.db import leave_traces
from lunchkit.platform.errors import NotFound
from lunchkit.platform.images.models import Picture
from lunchkit.platform.images.operations import destroy
from lunchkit.platform.slugs import free_slug, slug_of
from lunchkit.platform.versions import count_version
from lunchkit.speakers.errors import LinkGone
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker
from lunchkit.speakers.page import SpeakerPage, public_page, written_page
from lunchkit.speakers.queries import organisation_named, talks_of


def lock(session: Session, row: Speaker | Organisation | Appearance | Quotation) -> None:
    """Read a row anew and hold it. Raises NotFound where somebody has removed it."""
    key = session.identity_key(instance=row)[1]  # refresh() would join what the row was read with, and lock that too
    if session.get(type(row), key, with_for_update=True, populate_existing=True) is None:
        raise NotFound


def lock_by_link(session: Session, speaker: Speaker) -> Sequence[Appearance]:
    """Hold a speaker who comes by their private link; returns their lunches.

    Raises LinkGone where the link was renewed or revoked since it was opened.
    """
    opened_with = speaker.link_hash
    try:
        lock(session, speaker)
    except NotFound as error:
        raise LinkGone from error
    if speaker.link_hash is None or speaker.link_hash != opened_with:
        raise LinkGone
    return fresh_talks(session, speaker)


def fresh_talks(session: Session, speaker: Speaker) -> Sequence[Appearance]:
    """The lunches of a speaker, who was just locked; whatever was read before is read again."""
    session.expire_all()
    return talks_of(speaker.id)


def keep_draft(
    speaker: Speaker, page: SpeakerPage, talks: Sequence[Appearance], *, joins_submission: bool = False
) -> None:
    """Let a page be the speaker's draft. One that says what is public is none.

    It is not submitted any more, unless it ``joins_submission``: then what was submitted still waits, as it is now.
    """
    draft = None if page == public_page(speaker, talks) else asdict(page)
    if draft != speaker.draft:
        count_version(speaker)
    speaker.draft, speaker.set_aside_at = draft, None
    if draft is None or not joins_submission:
        speaker.submitted_at = None


def correct(speaker: Speaker, **changed: Any) -> None:
    """Note that an organiser has changed parts of the page: a draft takes over the same parts."""
    if speaker.draft is not None:
        speaker.draft = {**speaker.draft, **changed}
    count_version(speaker)


def publish(session: Session, speaker: Speaker, page: SpeakerPage, talks: Sequence[Appearance]) -> None:
    """Let a page be what everybody reads; the portrait that it replaces is gone for good."""
    for name in ("name", "role", "short_bio", "biography", "languages", "links"):
        setattr(speaker, name, getattr(page, name))
    speaker.organisation = organisation_for(session, page.organisation)
    for talk in talks:
        for name in ("url", "title", "licence"):
            setattr(talk, f"slides_{name}", page.slides_of(talk.event_id).get(name, ""))
    _hang_portrait(session, speaker, page)
    speaker.draft = speaker.submitted_at = speaker.set_aside_at = None
    count_version(speaker)


def _hang_portrait(session: Session, speaker: Speaker, page: SpeakerPage) -> None:
    before = speaker.portrait.token if speaker.portrait else ""
    portrait = session.scalar(select(Picture).where(Picture.token == page.portrait)) if page.portrait else None
    speaker.portrait = portrait
    if portrait is not None:
        portrait.alt, portrait.credit = page.portrait_alt, page.portrait_credit
    if before != page.portrait:
        erase_portraits(session, [before])


def erase_portraits(session: Session, tokens: Iterable[str]) -> None:
    """Destroy portraits, with every file of them."""
    destroy(session, [token for token in tokens if token])


def erase_unless_elsewhere(session: Session, speaker: Speaker) -> None:
    """Forget a speaker, whom the caller holds, if they speak nowhere any more: with portraits, draft and quotations."""
    if session.scalar(select(func.count()).where(Appearance.speaker_id == speaker.id)):
        return
    portraits = [speaker.portrait.token] if speaker.portrait else []
    portraits.append(written_page(speaker, []).portrait)
    session.execute(delete(Quotation).where(Quotation.speaker_id == speaker.id))
    session.execute(delete(Speaker).where(Speaker.id == speaker.id))
    leave_traces()
    erase_portraits(session, portraits)


def organisation_for(session: Session, name: str) -> Organisation | None:
    """The organisation of this name; a new one where there is none. None for nobody."""
    if not name:
        return None
    known = organisation_named(name)
    if known is None:
        known = Organisation(slug=_slug_for(session, Organisation, name, "organisation"), name=name)
        session.add(known)
        session.flush()
    return known


def speaker_named(session: Session, details: SpeakerDetails, organisation: Organisation | None) -> Speaker:
    """The speaker of this name and organisation; a new one where there is none."""
    same = Speaker.organisation_id == (organisation.id if organisation else None)
    named = select(Speaker).where(Speaker.name == details.name, same).limit(1)
    known = session.scalar(named.with_for_update())  # or else somebody may just be forgetting them
    if known is None:
        slug = _slug_for(session, Speaker, details.name, "speaker")
        known = Speaker(slug=slug, name=details.name, organisation=organisation)
        session.add(known)
    known.role = details.role or known.role or ""
    session.flush()
    return known


def _slug_for(session: Session, table: type[Speaker | Organisation], name: str, otherwise: str) -> str:
    base = slug_of(name, otherwise)
    taken = set(session.scalars(select(table.slug).where(table.slug.startswith(base, autoescape=True))))
    return free_slug(base, taken)

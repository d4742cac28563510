"""What actions on speakers are made of. Nothing here commits: the caller holds the transaction."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.db import leave_traces
from lunchkit.errors import NotFound
from lunchkit.images.models import Picture
from lunchkit.images.steps import destroy
from lunchkit.slugs import free_slug, slug_of
from lunchkit.speakers.forms import (
    Slides,
    SpeakerDetails,
    SpeakerPage,
    as_draft,
    draft_page,
    public_page,
    rebased,
    written_page,
)
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker
from lunchkit.speakers.queries import organisation_named, talks_of
from lunchkit.speakers.refusals import LinkGone


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
    """The lunches of a speaker as they stand under the lock."""
    talks = talks_of(speaker.id)
    for talk in talks:
        session.refresh(talk, ["said", "slides_url", "slides_title", "slides_licence"])
    if speaker.organisation is not None:
        session.refresh(speaker.organisation)
    if speaker.portrait is not None:
        session.refresh(speaker.portrait, ["alt", "credit", "taken_down_at"])
    return talks


def keep_draft(
    speaker: Speaker, page: SpeakerPage, talks: Sequence[Appearance], *, joins_submission: bool = False
) -> None:
    """Let a page be the speaker's draft. One that says what is public is none.

    It waits for nobody any more, unless it ``joins_submission``: then what was submitted goes on waiting, as it is now.
    """
    public = public_page(speaker, talks)
    speaker.draft = None if page.digest() == public.digest() else as_draft(page)
    if speaker.draft is None or not joins_submission:
        speaker.submitted_at = None


def publish(session: Session, speaker: Speaker, page: SpeakerPage, talks: Sequence[Appearance]) -> None:
    """Let a page be what everybody reads; the portrait that it replaces is gone for good."""
    speaker.name, speaker.role = page.name, page.role
    speaker.organisation = organisation_for(session, page.organisation)
    speaker.short_bio, speaker.biography = page.short_bio, page.biography
    speaker.languages = list(page.languages)
    speaker.links = [{"label": link.label, "url": link.url} for link in page.links]
    for talk in talks:
        _show_slides(talk, page.slides_of(talk.event_id))
    _hang_portrait(session, speaker, page)
    speaker.draft = speaker.submitted_at = None
    speaker.updated_at = clock.now()


def _show_slides(talk: Appearance, slides: Slides) -> None:
    talk.slides_url, talk.slides_title, talk.slides_licence = slides.url, slides.title, slides.licence


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


def take_along(speaker: Speaker, before: SpeakerPage, talks: Sequence[Appearance]) -> None:
    """Let a draft follow what organisers have just changed, wherever the speaker had left it as it was."""
    draft = draft_page(speaker, talks)
    if draft is not None:
        speaker.draft = as_draft(rebased(draft, before, public_page(speaker, talks)))


def forget_unless_elsewhere(session: Session, speaker: Speaker) -> None:
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

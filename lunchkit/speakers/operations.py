"""Operations on speakers for actions. Nothing here commits: the caller holds the transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from lunchkit.platform.erasures import Mark, note
from lunchkit.platform.errors import NotFound, or_404
from lunchkit.platform.images.actions import destroy
from lunchkit.platform.images.models import Picture
from lunchkit.platform.slugs import free_slug, slug_of
from lunchkit.platform.versions import count_version
from lunchkit.speakers.emails import forget_emails
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import SLIDES, Appearance, Organisation, Quotation, Speaker
from lunchkit.speakers.page import SpeakerPage, public_page, written_page
from lunchkit.speakers.queries import LinkGone, organisation_named, talks_of


def lock(session: Session, row: Speaker | Organisation | Appearance | Quotation) -> None:
    """Lock a row and read it again. Raises NotFound if it was deleted."""
    key = session.identity_key(instance=row)[1]  # refresh() would also lock the tables that the row was joined with
    or_404(session.get(type(row), key, with_for_update=True, populate_existing=True))


def lock_with_talks(session: Session, speaker: Speaker) -> Sequence[Appearance]:
    """Lock a speaker; returns their appearances, read again. Raises NotFound."""
    lock(session, speaker)
    session.expire_all()
    return talks_of(speaker.id)


def lock_by_link(session: Session, speaker: Speaker) -> Sequence[Appearance]:
    """The same for a speaker who comes by their private link.

    Raises LinkGone if the link has been replaced since it was opened.
    """
    opened_with = speaker.link_hash
    try:
        talks = lock_with_talks(session, speaker)
    except NotFound as error:
        raise LinkGone from error
    if speaker.link_hash is None or speaker.link_hash != opened_with:
        raise LinkGone
    return talks


def save_draft(
    speaker: Speaker, page: SpeakerPage, talks: Sequence[Appearance], *, stays_submitted: bool = False
) -> None:
    """Set the speaker's draft; a page that equals the public one is none. It must be submitted again by default."""
    draft = None if page == public_page(speaker, talks) else asdict(page)
    if draft != speaker.draft:
        count_version(speaker)
    speaker.draft, speaker.set_aside_at = draft, None
    if draft is None or not stays_submitted:
        speaker.submitted_at = None


def publish(session: Session, speaker: Speaker, page: SpeakerPage, talks: Sequence[Appearance]) -> None:
    """Make a page the public one; a portrait that it replaces is destroyed."""
    for name in ("name", "role", "short_bio", "biography", "languages", "links"):
        setattr(speaker, name, getattr(page, name))
    speaker.organisation = organisation_for(session, page.organisation)
    for talk in talks:
        for name in SLIDES:
            setattr(talk, name, page.slides_of(talk.event_id).get(name, ""))
    before = speaker.portrait.token if speaker.portrait else ""
    portrait = session.scalar(select(Picture).where(Picture.token == page.portrait)) if page.portrait else None
    speaker.portrait = portrait
    if portrait is not None:
        portrait.alt, portrait.credit = page.portrait_alt, page.portrait_credit
    if before != page.portrait:
        erase_portraits(session, [before])
    speaker.draft = speaker.submitted_at = speaker.set_aside_at = None
    speaker.on_behalf = ""
    count_version(speaker)


def erase_portraits(session: Session, tokens: Iterable[str]) -> None:
    """Destroy portraits with all their files; an empty token is none."""
    destroy(session, [token for token in tokens if token])


def erase_unless_elsewhere(session: Session, speaker: Speaker) -> None:
    if not session.scalar(select(exists().where(Appearance.speaker_id == speaker.id))):
        erase_speaker(session, speaker)


def erase_speaker(session: Session, speaker: Speaker) -> None:
    """Erase a locked speaker with appearances, quotations, draft and portraits; a restored backup erases them again."""
    note(Mark.ERASED, speaker.erasure_nonce)
    portraits = [speaker.portrait.token if speaker.portrait else "", written_page(speaker, []).portrait]
    for table in (Quotation, Appearance):
        session.execute(delete(table).where(table.speaker_id == speaker.id))
    forget_emails(session, speaker)
    session.execute(delete(Speaker).where(Speaker.id == speaker.id))
    erase_portraits(session, portraits)


def organisation_for(session: Session, name: str) -> Organisation | None:
    """The organisation of this name, created if there is none; None for an empty name."""
    if not name:
        return None
    known = organisation_named(name)
    if known is None:
        known = Organisation(slug=_slug_for(session, Organisation, name, "organisation"), name=name)
        session.add(known)
        session.flush()
    return known


def speaker_named(session: Session, details: SpeakerDetails, organisation: Organisation | None) -> Speaker:
    """The speaker of this name and organisation, created if there is none."""
    same = Speaker.organisation_id == (organisation.id if organisation else None)
    named = select(Speaker).where(Speaker.name == details.name, same).limit(1)
    known = session.scalar(named.with_for_update())  # it may just be erased by another request
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

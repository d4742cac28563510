"""Reads of speakers and organisations. A speaker is public if they appear at a published lunch."""

from collections.abc import Collection, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from lunchkit.events.models import Event
from lunchkit.platform import links
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound, or_404
from lunchkit.platform.images.models import Picture
from lunchkit.platform.slugs import slug_of
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker


class LinkGone(NotFound):
    """An unknown private link: replaced, or not complete."""

    message = _l("This private link opens nothing, or no longer.")


SCOPE = "speaker"
"""The purpose for which private links of speakers are derived."""
_WITH_PARTS = (joinedload(Speaker.organisation), joinedload(Speaker.portrait))
_IS_PUBLIC = (
    select(Appearance.event_id)
    .join(Appearance.event)
    .where(Appearance.speaker_id == Speaker.id, Event.published_at.is_not(None))
    .exists()
)


def appearances(event_id: int) -> Sequence[Appearance]:
    """The speakers of a lunch in order, each with organisation and portrait, in one query."""
    return db.session.scalars(
        select(Appearance)
        .where(Appearance.event_id == event_id)
        .options(joinedload(Appearance.speaker).options(*_WITH_PARTS))
        .order_by(Appearance.position, Appearance.speaker_id)
    ).all()


def appearance_or_404(event_id: int, speaker_id: int) -> Appearance:
    """The appearance of a speaker at this lunch. Raises NotFound."""
    return or_404(db.session.get(Appearance, (event_id, speaker_id)))


def speakers_named(text: str) -> Sequence[Appearance]:
    """The latest appearances of speakers whose name contains ``text``; at most 20, with speaker and lunch."""
    named = select(Appearance).join(Appearance.speaker).where(Speaker.name.icontains(text, autoescape=True))
    latest = named.order_by(Appearance.event_id.desc()).limit(20)
    return db.session.scalars(latest.options(joinedload(Appearance.event))).all()


def waiting_pages(event_ids: Collection[int]) -> dict[int, int]:
    """The number of submitted pages of each of these lunches that has any, in one query."""
    found = db.session.execute(
        select(Appearance.event_id, func.count(Appearance.speaker_id))
        .join(Appearance.speaker)
        .where(Appearance.event_id.in_(event_ids), Speaker.submitted_at.is_not(None))
        .group_by(Appearance.event_id)
    )
    return {row[0]: row[1] for row in found}


def public_speaker_or_404(slug: str) -> Speaker:
    """The speaker with this slug, with organisation and portrait. Raises NotFound."""
    found = select(Speaker).where(Speaker.slug == _printable(slug), _IS_PUBLIC).options(*_WITH_PARTS)
    return or_404(db.session.scalar(found))


def public_organisation_or_404(slug: str) -> Organisation:
    """The organisation with this slug, if it has a public speaker. Raises NotFound."""
    speaks = select(Speaker.id).where(Speaker.organisation_id == Organisation.id, _IS_PUBLIC).exists()
    return or_404(db.session.scalar(select(Organisation).where(Organisation.slug == _printable(slug), speaks)))


def organisation_named(name: str) -> Organisation | None:
    """The organisation of this name, in any case; SQLite lowers only ASCII, so the last comparison is done here."""
    if not name:
        return None
    same = (Organisation.name == name, func.lower(Organisation.name) == name.lower())
    alike = Organisation.slug.startswith(slug_of(name, "organisation"), autoescape=True)
    found = db.session.scalars(select(Organisation).where(or_(*same, alike)).order_by(Organisation.id))
    return next((one for one in found if one.name.casefold() == name.casefold()), None)


def public_organisation_named(name: str) -> Organisation | None:
    organisation = organisation_named(name)
    return organisation if organisation and public_speakers_of(organisation) else None


def has_public_page(speaker: Speaker) -> bool:
    return bool(db.session.scalar(select(Speaker.id).where(Speaker.id == speaker.id, _IS_PUBLIC)))


def public_speakers_of(organisation: Organisation) -> Sequence[Speaker]:
    found = select(Speaker).where(Speaker.organisation_id == organisation.id, _IS_PUBLIC)
    ordered = found.options(joinedload(Speaker.portrait)).order_by(Speaker.name, Speaker.id)
    return db.session.scalars(ordered).all()


def public_lunches_of(organisation: Organisation) -> Sequence[Event]:
    spoke = select(Appearance.event_id).join(Appearance.speaker).where(Speaker.organisation_id == organisation.id)
    return db.session.scalars(
        select(Event)
        .where(Event.id.in_(spoke), Event.published_at.is_not(None))
        .options(joinedload(Event.series))
        .order_by(Event.starts_at.desc(), Event.id.desc())
    ).all()


def talks_of(speaker_id: int, *, only_public: bool = False) -> Sequence[Appearance]:
    talks = (
        select(Appearance)
        .join(Appearance.event)
        .where(Appearance.speaker_id == speaker_id)
        .options(joinedload(Appearance.event).joinedload(Event.series))
        .order_by(Event.starts_at.desc(), Event.id.desc())
    )
    return db.session.scalars(talks.where(Event.published_at.is_not(None)) if only_public else talks).all()


def approved_quotations(event_id: int) -> Sequence[Quotation]:
    return db.session.scalars(
        select(Quotation)
        .where(Quotation.event_id == event_id, Quotation.approved_at.is_not(None))
        .options(joinedload(Quotation.speaker).joinedload(Speaker.organisation))
        .order_by(Quotation.id)
    ).all()


def public_quotations_of(speaker_id: int) -> Sequence[Quotation]:
    return db.session.scalars(
        select(Quotation)
        .join(Event, Event.id == Quotation.event_id)
        .where(Quotation.speaker_id == speaker_id, Quotation.approved_at.is_not(None), Event.published_at.is_not(None))
        .order_by(Event.starts_at.desc(), Quotation.id)
    ).all()


def quotations_of(speaker_id: int, event_id: int | None = None) -> Sequence[Quotation]:
    found = select(Quotation).where(Quotation.speaker_id == speaker_id).order_by(Quotation.id)
    return db.session.scalars(found.where(Quotation.event_id == event_id) if event_id is not None else found).all()


def quotation_or_404(speaker_id: int, quotation_id: int) -> Quotation:
    """A quotation of this speaker. Raises NotFound."""
    quotation = db.session.get(Quotation, quotation_id)
    if quotation is None or quotation.speaker_id != speaker_id:
        raise NotFound
    return quotation


def speaker_by_link_or_404(token: str) -> Speaker:
    """The speaker with this private link. Raises LinkGone."""
    found = select(Speaker).where(Speaker.link_hash == links.token_hash(token)).options(*_WITH_PARTS)
    speaker = db.session.scalar(found)
    if speaker is None:
        raise LinkGone
    return speaker


def private_link(speaker: Speaker) -> str | None:
    """The private link of a speaker; None if there is none, or its key is lost."""
    token = links.known_token(SCOPE, speaker.link_nonce, speaker.link_hash)
    return links.public("own_page.write", token=token) if token else None


def portraits_in_use() -> set[str]:
    """The tokens of all portraits, public or in a draft."""
    public = db.session.scalars(select(Picture.token).join(Speaker, Speaker.portrait_id == Picture.id))
    drafts = db.session.scalars(select(Speaker.draft).where(Speaker.draft.is_not(None)))
    return {*public, *(draft["portrait"] for draft in drafts if draft and draft.get("portrait"))}


def _printable(slug: str) -> str:
    return slug if slug.isprintable() else ""  # PostgreSQL cannot compare with a NUL

"""Reads of recaps and of what they are written from, named after the question that they answer."""

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, func, select

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404, coming_events
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound, or_404, user_error
from lunchkit.platform.images.models import Picture
from lunchkit.platform.links import token_hash
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.recap.models import Recap, RecapCorrection, RecapSection, RecapVersion
from lunchkit.recap.section_content import pictures_in
from lunchkit.recap.sections import SectionKind
from lunchkit.registrations.models import Registration, Status
from lunchkit.speakers.models import Quotation
from lunchkit.speakers.queries import portraits_in_use
from lunchkit.team.queries import current_organiser

RecapWithdrawn = user_error("RecapWithdrawn", _l("This recap has been taken down."), 410)


def recap_of(event_id: int) -> Recap | None:
    return db.session.get(Recap, event_id)


def recap_or_404(event_id: int) -> Recap:
    """The recap of a lunch, whatever its state: for organisers. Raises NotFound."""
    return or_404(recap_of(event_id))


def published_recap_or_404(event_id: int) -> Recap:
    """The recap of a public lunch, if it is published. Raises NotFound, or RecapWithdrawn where it once was."""
    recap = recap_or_404(event_id)
    if recap.event.published_at is None or recap.published_at is None:
        raise NotFound
    if recap.published is None:
        raise RecapWithdrawn
    return recap


def recap_by_preview_or_404(token: str) -> Recap:
    """The recap whose draft a secret link shows. Raises NotFound."""
    return or_404(db.session.scalar(select(Recap).where(Recap.preview_hash == token_hash(token))))


def sections_of(event_id: int) -> list[RecapSection]:
    """The sections of a draft in their order, hidden ones included, as the database has them at this moment."""
    rows = select(RecapSection).where(RecapSection.event_id == event_id)
    rows = rows.order_by(RecapSection.position, RecapSection.id).execution_options(populate_existing=True)
    return list(db.session.scalars(rows))


def section_or_404(slug: str, section_id: int) -> tuple[Event, RecapSection]:
    """A lunch and a section of its recap. Raises NotFound where it was removed, or belongs to another one."""
    event = any_event_by_slug_or_404(slug)
    section = db.session.get(RecapSection, section_id) if abs(section_id) < 2**31 else None
    if section is None or section.event_id != event.id:
        raise NotFound
    return event, section


def versions_of(section_id: int) -> Sequence[RecapVersion]:
    rows = select(RecapVersion).where(RecapVersion.section_id == section_id)
    return db.session.scalars(rows.order_by(RecapVersion.version.desc(), RecapVersion.id.desc())).all()


def version_or_404(section_id: int, version_id: int) -> RecapVersion:
    """An earlier version of this section. Raises NotFound."""
    version = db.session.get(RecapVersion, version_id)
    if version is None or version.section_id != section_id:
        raise NotFound
    return version


def corrections_of(event_id: int) -> Sequence[RecapCorrection]:
    rows = select(RecapCorrection).where(RecapCorrection.event_id == event_id)
    return db.session.scalars(rows.order_by(RecapCorrection.corrected_at, RecapCorrection.id)).all()


def lunches_to_come(event: Event) -> list[Event]:
    """The lunches to which a recap may lead its readers, the next one first."""
    return [lunch for lunch in coming_events(clock.now()) if lunch.id != event.id and lunch.cancelled_at is None]


def emails_to_send(event_id: int) -> int:
    """To how many the recap is sent when it is published: to each once, however often it is published."""
    promised = exists().where(OutboxEmail.kind == "registrations/recap", OutboxEmail.subject_id == Registration.id)
    wanted = select(func.count()).where(
        Registration.event_id == event_id,
        Registration.status == Status.SEATED,
        Registration.wants_recap,
        Registration.email.is_not(None),
        Registration.erased_at.is_(None),
        ~promised,
    )
    return db.session.scalar(wanted) or 0


def seats_by_status(event_id: int) -> dict[str, int]:
    seats = select(Registration.status, func.sum(Registration.seats)).where(Registration.event_id == event_id)
    return dict(db.session.execute(seats.group_by(Registration.status)).all())


def quotations_waiting(event_id: int) -> int:
    waiting = select(func.count()).where(
        Quotation.event_id == event_id, Quotation.approved_at.is_(None), Quotation.refused_at.is_(None)
    )
    return db.session.scalar(waiting) or 0


def pictures_read(event_id: int) -> set[str]:
    """The tokens of the pictures in what readers of a recap have, those that are taken down too."""
    return _tokens(_PUBLISHED.where(Recap.event_id == event_id))


def any_pictures(tokens: Collection[str], *, held: bool = False) -> dict[str, Picture]:
    """These pictures by their tokens, those that are taken down too; an erased one is missing.

    ``held``: read again and locked, to be changed.
    """
    rows = select(Picture).where(Picture.token.in_(tokens), Picture.width > 0)
    if held:
        rows = rows.with_for_update().execution_options(populate_existing=True)
    return {picture.token: picture for picture in db.session.scalars(rows)} if tokens else {}


def shown_pictures(tokens: Collection[str]) -> dict[str, Picture]:
    """Those that readers see: not taken down, and described, with why their people may be shown."""
    found = any_pictures(tokens).items()
    return {token: each for token, each in found if each.is_shown and each.alt.strip() and each.consent.strip()}


def pictures_drafted(event_id: int) -> set[str]:
    """Those in its draft, hidden sections included."""
    return _tokens(_SECTIONS.where(RecapSection.event_id == event_id))


def current_pictures(event_id: int) -> set[str]:
    return pictures_read(event_id) | pictures_drafted(event_id)


def pictures_known(event_id: int) -> set[str]:
    """Those that a recap has, or whose place in it can be restored."""
    return current_pictures(event_id) | _tokens(_VERSIONS.where(RecapSection.event_id == event_id))


def pictures_in_use() -> set[str]:
    """All that any recap has or can restore, and the portraits."""
    return _tokens(_PUBLISHED) | _tokens(_SECTIONS) | _tokens(_VERSIONS) | portraits_in_use()


_PUBLISHED = select(Recap.published)
_SECTIONS = select(RecapSection.data).where(RecapSection.kind == SectionKind.PHOTOS)
_VERSIONS = select(RecapVersion.data).join(RecapSection).where(RecapSection.kind == SectionKind.PHOTOS)


def _tokens(rows: Select[Any]) -> set[str]:
    """The pictures in the content of sections, or in the sections of what was published."""
    found = [content for content in db.session.scalars(rows) if content]
    found += [section["data"] for content in found for section in content.get("sections", ())]
    return {token for content in found for token in pictures_in(content)}


def writer() -> str:
    organiser = current_organiser()
    return organiser.name if organiser else ""

"""Who speaks at a lunch."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lunchkit.db import transaction
from lunchkit.errors import Refusal
from lunchkit.events.models import Event
from lunchkit.slugs import free_slug, slug_of
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import Appearance, Organisation, Speaker


class SpeaksAlready(Refusal):
    """The same person twice at one lunch."""

    message = _l("This person is on the list of this lunch already.")


def add_speaker(event: Event, details: SpeakerDetails) -> Appearance:
    """Let somebody speak at a lunch, after those who are there; a person of the same name and organisation is the same.

    Raises SpeaksAlready.
    """
    with transaction() as session:
        session.get(Event, event.id, with_for_update=True)
        organisation = _organisation(session, details.organisation)
        speaker = _speaker(session, details, organisation)
        if session.get(Appearance, (event.id, speaker.id)) is not None:
            raise SpeaksAlready
        last = session.scalar(select(func.max(Appearance.position)).where(Appearance.event_id == event.id))
        appearance = Appearance(event_id=event.id, speaker=speaker, position=(last or 0) + 1)
        session.add(appearance)
    return appearance


def remove_speaker(appearance: Appearance) -> None:
    """Take a speaker off a lunch; somebody who speaks nowhere else is forgotten."""
    with transaction() as session:
        speaker = appearance.speaker
        here = (Appearance.event_id == appearance.event_id, Appearance.speaker_id == speaker.id)
        session.execute(delete(Appearance).where(*here))
        elsewhere = select(func.count()).where(Appearance.speaker_id == speaker.id)
        if not session.scalar(elsewhere):
            session.execute(delete(Speaker).where(Speaker.id == speaker.id))


def _organisation(session: Session, name: str) -> Organisation | None:
    if not name:
        return None
    known = session.scalar(select(Organisation).where(func.lower(Organisation.name) == name.lower()).limit(1))
    if known is None:
        known = Organisation(slug=_slug_for(session, Organisation, name, "organisation"), name=name)
        session.add(known)
        session.flush()
    return known


def _speaker(session: Session, details: SpeakerDetails, organisation: Organisation | None) -> Speaker:
    same = Speaker.organisation_id == (organisation.id if organisation else None)
    known = session.scalar(select(Speaker).where(Speaker.name == details.name, same).limit(1))
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

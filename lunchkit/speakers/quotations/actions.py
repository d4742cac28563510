"""Actions on the quotations of speakers: none is public before its speaker has said yes."""

from sqlalchemy import delete, select

from lunchkit.platform import clock
from lunchkit.platform.db import transaction
from lunchkit.platform.versions import ChangedMeanwhile
from lunchkit.speakers.models import Appearance, Quotation, Speaker
from lunchkit.speakers.operations import lock, lock_by_link


def quote_speaker(appearance: Appearance, text: str, medium: str = "", url: str = "", basis: str = "") -> Quotation:
    """Add a quotation, not public before the speaker approves it: by their link, or to an organiser as ``basis`` says.

    The same one again returns the first.
    """
    with transaction() as session:
        lock(session, appearance.speaker)
        lock(session, appearance)
        where = {"event_id": appearance.event_id, "speaker_id": appearance.speaker_id}
        said = {"text": text, "medium": medium, "url": url}
        known = session.scalars(select(Quotation).filter_by(**where, **said)).first()
        quotation = known or Quotation(**where, **said, created_at=clock.now())
        _approve(quotation, basis)
        session.add(quotation)
    return quotation


def approve_quotation(quotation: Quotation, basis: str) -> None:
    """Approve a quotation on its speaker's behalf, unless they answered it themselves."""
    with transaction() as session:
        lock(session, quotation)
        _approve(quotation, basis)


def _approve(quotation: Quotation, basis: str) -> None:
    if basis and quotation.is_waiting:
        quotation.approved_at, quotation.basis = clock.now(), basis


def remove_quotation(quotation: Quotation) -> None:
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
        quotation.basis = ""
        quotation.approved_at = (quotation.approved_at or clock.now()) if is_approved else None
        quotation.refused_at = None if is_approved else (quotation.refused_at or clock.now())

"""The people of a lunch, as an archive keeps them where somebody asked for it in so many words.

Not among it: what they eat and need, links and what opens them, ballots, letters.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import not_, select
from sqlalchemy.orm import selectinload

from lunchkit import clock
from lunchkit.archives.models import ArchiveDraft, ArchivePart
from lunchkit.archives.refusals import ArchiveForgotten
from lunchkit.carrying.models import is_forgotten
from lunchkit.db import db
from lunchkit.imports.entries import in_slices
from lunchkit.registrations.models import Answer, CheckIn, Registration

MOST_SCANS = 20
"""Of one registration."""
SCAN_MOMENTS = ("scanned_at", "received_at", "admitted_at", "flagged_at", "settled_at", "undone_at")


def people_in(event_id: int, places: Mapping[int, int]) -> list[dict[str, Any]]:
    """Everybody who is registered and was not erased, in the order of the queue, in three queries.

    ``places`` are those of the questions on the form, by their numbers.
    """
    scans: dict[int, list[CheckIn]] = {}
    for scan in db.session.scalars(select(CheckIn).where(CheckIn.event_id == event_id).order_by(CheckIn.id)):
        scans.setdefault(scan.registration_id, []).append(scan)
    wanted = select(Registration).where(Registration.event_id == event_id, Registration.erased_at.is_(None))
    people = db.session.scalars(
        wanted.options(selectinload(Registration.answers)).order_by(Registration.queued_at, Registration.id)
    )
    return [_told(one, scans.get(one.id, ()), places) for one in in_slices(people)]


def _told(one: Registration, scans: Sequence[CheckIn], places: Mapping[int, int]) -> dict[str, Any]:
    return {
        "name": one.name,
        "email": one.email,
        "organisation": one.organisation,
        "is_member": one.is_member,
        "shows_name": one.shows_name,
        "wants_recap": one.wants_recap,
        "seats": one.seats,
        "language": one.language,
        "standing": str(one.standing),
        **{name: _iso(getattr(one, name)) for name in ("registered_at", "queued_at", "seated_at", "cancelled_at")},
        "answers": {str(places[answer.question_id]): answer.value for answer in _in_order(one, places)},
        "arrived": one.arrived,
        "arrived_at": _iso(one.arrived_at),
        "check_ins": [
            {
                "door": scan.door,
                "people": scan.people,
                "is_walk_in": scan.is_walk_in,
                "added_seats": scan.added_seats,
                **{name: _iso(getattr(scan, name)) for name in SCAN_MOMENTS},
            }
            for scan in scans[-MOST_SCANS:]
        ],
    }


def _in_order(one: Registration, places: Mapping[int, int]) -> list[Answer]:
    known = [answer for answer in one.answers if answer.question_id in places]
    return sorted(known, key=lambda answer: places[answer.question_id])


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def bytes_of(draft_id: int) -> bytes:
    """The archive that waits, put together again; empty where it was forgotten."""
    parts = select(ArchivePart.data).where(ArchivePart.draft_id == draft_id).order_by(ArchivePart.position)
    return b"".join(db.session.scalars(parts))


def draft_or_gone(draft_id: int) -> ArchiveDraft:
    """What became of an archive that was sent within the hour. Raises ArchiveForgotten."""
    kept = select(ArchiveDraft).where(ArchiveDraft.id == draft_id, not_(is_forgotten(ArchiveDraft, clock.now())))
    draft = db.session.scalar(kept.execution_options(populate_existing=True))
    if draft is None:
        raise ArchiveForgotten
    return draft

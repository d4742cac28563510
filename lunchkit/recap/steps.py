"""Steps that several actions are made of. They change rows in the caller's transaction, under the section's lock."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.accounts.steps import forgets_names
from lunchkit.db import leave_traces
from lunchkit.errors import NotFound
from lunchkit.images.steps import lay_by, take_up
from lunchkit.recap.changes import Clash, Wording, join, wording_of
from lunchkit.recap.models import Recap, RecapSection, RecapVersion
from lunchkit.recap.queries import pictures_in_use, pictures_known, pictures_standing, state_at, waiting_for
from lunchkit.recap.sections import SectionKind, pictures_in

KEPT_WHOLE = timedelta(minutes=10)
"""So long every state of a section is kept: somebody may be writing on top of it."""
ONE_SITTING = timedelta(minutes=5)
"""Afterwards one state is kept of what the same person saved within this time: the last."""
MOST_VERSIONS = 100


def lock_recap(session: Session, event_id: int) -> Recap:
    """Read the recap of a lunch anew and hold it. Raises NotFound."""
    recap = session.get(Recap, event_id, with_for_update=True, populate_existing=True)
    if recap is None:
        raise NotFound
    return recap


def sections_now(session: Session, event_id: int) -> list[RecapSection]:
    """The sections of a recap as the database has them at this moment, in their order."""
    rows = select(RecapSection).where(RecapSection.event_id == event_id)
    rows = rows.order_by(RecapSection.position, RecapSection.id).execution_options(populate_existing=True)
    return list(session.scalars(rows))


def lock_section(session: Session, section: RecapSection) -> None:
    """Read a section anew and hold it, with its recap. Raises NotFound where somebody has removed it.

    The recap, because a picture that leaves the section may be one that readers have, or are just being given.
    """
    lock_recap(session, section.event_id)
    try:
        session.refresh(section, with_for_update=True)
    except InvalidRequestError as error:
        raise NotFound from error


def write(session: Session, section: RecapSection, state: Wording, by: str) -> None:
    """Let this stand in a section from now on, and keep what stood there before."""
    session.add(
        RecapVersion(
            section_id=section.id,
            version=section.version,
            title=section.title,
            data=section.data,
            saved_at=section.updated_at,
            saved_by=section.updated_by,
        )
    )
    before, after = pictures_in(section.data), pictures_in(state.data)
    section.title, section.data = state.title, dict(state.data)
    section.version += 1
    section.updated_at, section.updated_by = clock.now(), by
    session.flush()
    lay_by_left(session, section.event_id, before - after)
    take_up(session, after - before)
    kept = session.scalars(
        select(RecapVersion)
        .where(RecapVersion.section_id == section.id, RecapVersion.is_rescued.is_(False))
        .order_by(RecapVersion.version.desc())
    ).all()
    spared = spare(kept, clock.now())
    for version in spared:
        session.delete(version)
    if spared:
        leave_traces()


def lay_by_left(session: Session, event_id: int, tokens: Collection[str]) -> None:
    """Lay pictures by that have just left a section, unless readers or another section have them still."""
    if tokens:
        lay_by(session, set(tokens) - pictures_standing(event_id))


def without_strangers(event_id: int, state: Wording) -> Wording:
    """The same without pictures that belong to another recap or to a speaker: somebody typed a token into a form.

    One that belongs to nothing any more comes from a text that was late, and may have its place back.
    """
    strange = pictures_in(state.data) - pictures_known(event_id)
    strange &= pictures_in_use() if strange else set()
    if not strange:
        return state
    return Wording(state.title, {**state.data, "items": [i for i in state.items if i.get("picture") not in strange]})


def spare(versions: Sequence[RecapVersion], now: datetime) -> list[RecapVersion]:
    """Which earlier states need not be kept any more; the latest comes first."""
    last: RecapVersion | None = None
    kept, spared = [], []
    for version in versions:
        is_young = now - version.saved_at < KEPT_WHOLE
        is_of_sitting = (
            last is not None and version.saved_by == last.saved_by and last.saved_at - version.saved_at < ONE_SITTING
        )
        if is_of_sitting and not is_young:
            spared.append(version)
            continue
        kept.append(version)
        last = version
    return spared + kept[MOST_VERSIONS:]


def joined(section: RecapSection, base_version: int, mine: Wording) -> Wording | None:
    """What was written on an earlier version, put together with what stands now; None where that is not certain."""
    kind = SectionKind(section.kind)
    if base_version == section.version:
        return mine
    base = state_at(section.id, base_version)
    if base is None:
        return None
    try:
        return join(wording_of(kind, base), mine, wording_of(kind, section))
    except Clash:
        return None


def rescue(session: Session, section: RecapSection, base_version: int, mine: Wording, by: str) -> RecapVersion:
    """Keep a text that came late until somebody decides; the same one once."""
    for late in waiting_for(section.id):
        if wording_of(SectionKind(section.kind), late) == mine:
            return late
    late = RecapVersion(
        section_id=section.id,
        version=base_version,
        title=mine.title,
        data=dict(mine.data),
        saved_at=clock.now(),
        saved_by=by,
        is_rescued=True,
    )
    session.add(late)
    session.flush()
    return late


def put_last(session: Session, event_id: int, kind: SectionKind, state: Wording, by: str) -> RecapSection:
    """A new section behind all others."""
    last = max((section.position for section in sections_now(session, event_id)), default=0)
    section = RecapSection(
        event_id=event_id,
        position=last + 1,
        kind=kind,
        title=state.title,
        data=dict(state.data),
        version=1,
        updated_at=clock.now(),
        updated_by=by,
    )
    session.add(section)
    session.flush()
    take_up(session, pictures_in(state.data))
    return section


@forgets_names
def forget_recap_writer(session: Session, name: str) -> None:
    """The sections and their earlier states stay; who wrote them is forgotten with the person."""
    session.execute(update(RecapSection).where(RecapSection.updated_by == name).values(updated_by=""))
    session.execute(update(RecapVersion).where(RecapVersion.saved_by == name).values(saved_by=""))

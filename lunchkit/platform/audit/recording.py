"""Records what organisers do, without a line in each action.

The access check of the organisers' area says who acts, and by which endpoint (``begin``). Just before the first
transaction of that request commits, an entry is added to it: both are stored, or neither. What is done elsewhere
(signing in, the command line) says so itself (``record``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import has_request_context, request
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.db import before_commit, db
from lunchkit.platform.text import normalise

ROW_FOR = timedelta(minutes=10)
"""The same action of a person again within this time, with no other in between, is the same entry."""
NAMED = {"poll": ("poll", "question"), "item": ("run_item", "title"), "asked": ("custom_field", "label")}
"""Numbers in an address that stand for rows with a name, which is no person's: its table and its column."""
LONGEST_NAME = 120
CHANGED = "changed"
"""The fact that says what was changed: {name: [before, after]}, the list empty where the name says enough."""
_ACT = "lunchkit.act"
_FACTS, _LUNCH = "audit_facts", "audit_lunch"


@dataclass
class AuditEvent:
    action: str
    organiser_id: int | None = None
    name: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    event_id: int | None = None
    title: str = ""
    """Of the lunch that it is about, as it was before."""
    is_noted: bool = False


def begin(act: AuditEvent, slug: str | None = None) -> None:
    """Name the action of this request. The names of what it is about are read now: it may rename or delete them."""
    if what := _name(db.session(), act.facts):
        act.facts = {**act.facts, "what": what}
    if slug is not None and slug.isprintable():
        act.event_id, act.title = _lunch(db.session(), "slug", slug)
    request.environ[_ACT] = act


def record(session: Session, act: AuditEvent) -> None:
    """Name the action of a transaction outside of the organisers' area; within it, ``begin`` has done so."""
    session.info[_ACT] = act


def note_nothing(session: Session) -> None:
    """Leave no entry: the present action has no effect that anyone should read."""
    act = (request.environ.get(_ACT) if has_request_context() else None) or session.info.get(_ACT)
    if act is not None:
        act.is_noted = True


def record_facts(session: Session, *, event_id: int | None = None, **facts: Any) -> None:
    """Add to the entry of this transaction what its address does not say. Never a name or an address of an attendee."""
    session.info.setdefault(_FACTS, {}).update(facts)
    if event_id is not None:
        session.info[_LUNCH] = event_id


@before_commit
def note(session: Session) -> None:
    """Add the entry, in the transaction that is about to commit; once for each action."""
    facts, event_id = session.info.pop(_FACTS, {}), session.info.pop(_LUNCH, None)
    recorded = session.info.pop(_ACT, None)
    act: AuditEvent | None = (request.environ.get(_ACT) if has_request_context() else None) or recorded
    if act is None or act.is_noted:
        return
    act.is_noted = True
    act.facts = {**act.facts, **facts}
    if event_id is not None:
        act.event_id, act.title = _lunch(session, "id", event_id)
    now = clock.now()
    last = session.scalar(
        select(AuditEntry).where(AuditEntry.organiser_id == act.organiser_id).order_by(AuditEntry.id.desc()).limit(1)
    )
    is_same = last is not None and (last.action, last.event_id) == (act.action, act.event_id)
    if last is not None and is_same and _what(last.facts) == _what(act.facts) and now - last.last_at < ROW_FOR:
        last.times = AuditEntry.times + 1
        last.facts = _joined(last.facts, act.facts)
        last.last_at = now
    else:
        names = [act.name, act.title, *(word for word in act.facts.values() if isinstance(word, str))]
        session.add(AuditEntry(
            at=now, last_at=now, times=1, organiser_id=act.organiser_id, name=act.name, event_id=act.event_id,
            action=act.action, facts=dict(act.facts), words=normalise(" ".join(names)),
        ))  # fmt: skip


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    for place in (_ACT, _FACTS, _LUNCH):
        session.info.pop(place, None)


def _what(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != CHANGED}


def _joined(before: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of one act after the other: what changed, from what it was at first to what it is at last."""
    first, then = before.get(CHANGED, {}), facts.get(CHANGED, {})
    both = {
        name: [*first.get(name, then.get(name))[:1], *then.get(name, first.get(name))[-1:]] for name in first | then
    }
    return {**facts, **({CHANGED: both} if both else {})}


def _name(session: Session, facts: Mapping[str, Any]) -> str:
    for fact, (table, column) in NAMED.items():
        if fact in facts:
            rows = db.metadata.tables[table].c
            return str(session.scalar(select(rows[column]).where(rows.id == facts[fact])) or "")[:LONGEST_NAME]
    return ""


def _lunch(session: Session, column: str, value: str | int) -> tuple[int | None, str]:
    """Number and title of a lunch; the table is asked by its name, since this layer knows nothing of lunches."""
    lunches = db.metadata.tables["event"].c
    row = session.execute(select(lunches.id, lunches.title).where(lunches[column] == value)).first()
    return (row.id, row.title) if row else (None, "")

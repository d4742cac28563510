"""Checks of what people were promised: what has to be erased by now, and what says that it is."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select

from lunchkit.admin.system_status import Problem
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.audit.actions import KEPT_FOR
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.db import Erased, db
from lunchkit.platform.heartbeat import DAILY
from lunchkit.platform.personal import blanks, personal_columns, tables_of
from lunchkit.registrations.models import Registration
from lunchkit.subscribers.queries import to_forget
from lunchkit.team.actions import FORGET_PEOPLE_AFTER
from lunchkit.team.models import Organiser


def find_kept() -> list[Problem]:
    """What is kept longer than promised. A timer that runs once a day is not late yet."""
    when = clock.now() - DAILY
    return [problem for problem in (_check_lunches(when), _check_others(when), _check_erased()) if problem is not None]


def _check_lunches(when: datetime) -> Problem | None:
    over = db.session.scalars(select(Event).where(Event.ends_at < when).order_by(Event.id)).all()
    names = [event.title for event in over if event.purged_at is None and _purge_day_is_over(event, when)]
    needs = [event.title for event in over if event.needs_erased_at is None and event.needs_kept_until < when]
    if not names and not needs:
        return None
    text = _l(
        "Erasure is late. Names and addresses of: %(names)s. Food and access needs of: %(needs)s.",
        names=", ".join(names) or "–",
        needs=", ".join(needs) or "–",
    )
    return Problem(text, _l("Run “lunchkit purge” each night, or let “lunchkit serve” run."))


def _purge_day_is_over(event: Event, when: datetime) -> bool:
    return event.purge_on <= when.astimezone(ZoneInfo(event.zone)).date()


def _check_others(when: datetime) -> Problem | None:
    invited, history = _count(to_forget(when)), _count(AuditEntry.last_at < when - KEPT_FOR)
    team = _count((Organiser.removed_at < when - FORGET_PEOPLE_AFTER) & (Organiser.email != ""))
    if not invited and not history and not team:
        return None
    text = _l(
        "Erasure is late. Addresses for invitations: %(invited)s, entries of the history: %(history)s, former members "
        "of the team: %(team)s.",
        invited=invited, history=history, team=team,
    )  # fmt: skip
    return Problem(text, _l("Start “lunchkit serve”, or look into its log."))


def _check_erased() -> Problem | None:
    people = select(Registration.id).where(Registration.erased_at.is_not(None))
    lunches = select(Event.id).where(Event.purged_at.is_not(None))
    left: dict[str, ColumnElement[bool]] = {
        str(column): table.c.erased_at.is_not(None) & column.is_distinct_from(blanks(table)[column.key])
        for table in tables_of(Erased.BLANKED)
        for column in personal_columns(table)
    }
    left |= {table.name: table.c.registration_id.in_(people) for table in tables_of(Erased.WITH_PERSON)}
    left |= {table.name: table.c.event_id.in_(lunches) for table in tables_of(Erased.AT_PURGE)}
    found = ", ".join(name for name, where in left.items() if _count(where))
    if not found:
        return None
    return Problem(
        _l("Of people who were erased, something is left in: %(columns)s.", columns=found),
        _l("The database was changed by hand, or lunchkit has a mistake: please report it (SECURITY.md)."),
    )


def _count(where: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).where(where)) or 0

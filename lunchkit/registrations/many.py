"""Many registrations written at once, in a few statements: a list of ten thousand holds nobody up for long.

They are made beside the database, in nobody's session, and seated there by the function that seats everybody.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lunchkit.registrations.models import Answer, Needs, Registration

AT_ONCE = 500
"""Rows of one statement."""
_DEFAULTS: dict[str, Any] = {
    column.key: column.default.arg if column.default is not None and column.default.is_scalar else None
    for column in Registration.__table__.columns
    if column.key != "id"
}
Row = TypeVar("Row")


def parts(rows: Sequence[Row], size: int = AT_ONCE) -> Iterator[Sequence[Row]]:
    """The rows, so many at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def insert_many(
    session: Session,
    event_id: int,
    key: str,
    registrations: Sequence[Registration],
    breath: Callable[[int], None] | None = None,
) -> None:
    """Write registrations that are in no session, with their needs and answers, and give them their numbers.

    The form key of each must be ``key``, a slash, and something of its own: by it each finds its number. ``breath`` is
    called between two statements, where others may be served meanwhile.
    """
    for part in parts(registrations):
        insert_rows(session, Registration, [_row(registration, event_id) for registration in part], breath)
    made = select(Registration.form_key, Registration.id).where(
        Registration.event_id == event_id, Registration.form_key.startswith(f"{key}/")
    )
    numbers = dict(session.execute(made).all())
    for registration in registrations:
        registration.id, registration.event_id = numbers[registration.form_key], event_id
    insert_rows(session, Needs, [_needs(one.id, one.needs) for one in registrations if one.needs is not None], breath)
    insert_rows(
        session,
        Answer,
        [
            {"registration_id": one.id, "question_id": answer.question_id, "value": answer.value}
            for one in registrations
            for answer in one.answers
        ],
        breath,
    )


def insert_rows(
    session: Session, table: Any, rows: Sequence[dict[str, Any]], breath: Callable[[int], None] | None = None
) -> None:
    """Write rows of a table, all with the same keys; what columns hold by default is not filled in."""
    for part in parts(rows):
        session.execute(insert(table.__table__), part)
        if breath is not None:
            breath(0)


def _row(registration: Registration, event_id: int) -> dict[str, Any]:
    said = registration.__dict__
    return {name: said.get(name, default) for name, default in _DEFAULTS.items()} | {"event_id": event_id}


def _needs(registration_id: int, needs: Needs) -> dict[str, Any]:
    return {
        "registration_id": registration_id,
        "diets": needs.diets or "",
        "allergies": needs.allergies or "",
        "access": needs.access or "",
    }

"""Ordered lists: the rows of an event that organisers move up and down (form questions, schedule, recap).

The template ``admin/_ordered.html`` has the buttons. They post ``dir``: ``up``, ``down``, or the place in the list,
counted from 1, to which a row was dragged.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from lunchkit.platform.db import NOT_PERSONAL
from lunchkit.platform.errors import NotFound

PARKED = 0  # the position of a row while it changes places with another; no row has it before or afterwards


class Ordered:
    """A row of an event with a place among the others; no two have the same position."""

    position: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    if TYPE_CHECKING:
        id: Mapped[int]
        event_id: Mapped[int]


Row = TypeVar("Row", bound=Ordered)


def next_position(session: Session, model: type[Ordered], event_id: int) -> int:
    """The position behind all rows of an event; the caller holds the event."""
    last = session.scalar(select(func.max(model.position)).where(model.event_id == event_id))
    return (last or 0) + 1


def lock_rows(session: Session, row: Row, *conditions: ColumnElement[bool]) -> list[Row]:
    """Read the rows of an event again, in order; the caller holds the event. Raises NotFound where ``row`` is gone."""
    model = type(row)
    found = select(model).where(model.event_id == row.event_id, *conditions).order_by(model.position, model.id)
    rows = list(session.scalars(found.with_for_update().execution_options(populate_existing=True)))
    if row not in rows:
        raise NotFound
    return rows


def move(session: Session, rows: Sequence[Row], row: Row, direction: str) -> None:
    """Move a row ``up`` or ``down`` by one, or to a place, counted from 1; at either end it stays."""
    start = rows.index(row)
    end = int(direction) - 1 if direction.isdecimal() else start + (-1 if direction == "up" else 1)
    end = min(max(end, 0), len(rows) - 1)
    passed = rows[start + 1 : end + 1] if end > start else rows[end:start][::-1]
    for other in passed:
        swap(session, row, other)


def swap(session: Session, row: Ordered, other: Ordered) -> None:
    """Exchange two positions so that no two rows ever share one, not even within a transaction."""
    mine, theirs = row.position, other.position
    for each, position in ((row, PARKED), (other, mine), (row, theirs)):
        each.position = position
        session.flush()


def requested_direction() -> str:
    """Where a form moves a row: ``up``, ``down``, or the number of a place; anything else is a bad request."""
    direction = request.form.get("dir", "")
    if not re.fullmatch("up|down|[1-9][0-9]?", direction):
        abort(400)
    return direction


def back_to_list(slug: str, row: Ordered) -> ResponseReturnValue:
    """Go back to the list of a moved row, with the focus on the same button."""
    return redirect(url_for(".index", slug=slug, at=f"{request.form['dir']}-{row.id}", done="moved"), code=303)

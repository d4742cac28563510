"""Many registrations written at once, in a few statements: a list of ten thousand holds nobody up for long.

They are made beside the database, in nobody's session, and seated there by the function that seats everybody. What the
driver needs of them is made ready beforehand too (``Sheet``), so that the lock is held for the writing alone.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from lunchkit.registrations.models import Answer, BulkSeating, Needs, Registration, Standing

AT_ONCE = 500
"""Rows of one statement."""
Breath = Callable[[int], None]
"""Called between two statements, where others may be served meanwhile."""
_DEFAULTS: dict[str, Any] = {
    column.key: column.default.arg if column.default is not None and column.default.is_scalar else None
    for column in Registration.__table__.columns
    if column.key != "id"
}
_LATE = ("event_id", "registered_at", "queued_at", "standing", "seated_at", "sequence")
"""Columns that are known only under the lock."""
_MOMENTS = {"registered_at", "queued_at", "seated_at"}
Row = TypeVar("Row")


def parts(rows: Sequence[Row], size: int = AT_ONCE) -> Iterator[Sequence[Row]]:
    """The rows, so many at a time."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


class Sheet:
    """Rows of a table as its driver takes them: the conversion of values, half of the work, is done beforehand."""

    def __init__(self, session: Session, table: Any, names: Sequence[str]) -> None:
        dialect = session.get_bind().dialect
        compiled = insert(table.__table__).compile(dialect=dialect, column_keys=list(names))
        self._session, self._statement = session, str(compiled)
        self._by_place = compiled.positiontup is not None
        self._names = tuple(compiled.positiontup or names)
        types = [table.__table__.c[name].type.dialect_impl(dialect) for name in self._names]
        self._convert = [kind.bind_processor(dialect) or _as_it_is for kind in types]
        self._place = {name: place for place, name in enumerate(self._names)}

    def row(self, values: dict[str, Any]) -> list[Any]:
        """One row, ready."""
        return [convert(values[name]) for name, convert in zip(self._names, self._convert, strict=True)]

    def places(self, names: Sequence[str]) -> list[tuple[int, Callable[[Any], Any], str]]:
        """Where these columns stand in a row, and how their values are converted: to change a row that was ready."""
        return [(self._place[name], self._convert[self._place[name]], name) for name in names]

    def write(self, rows: Sequence[list[Any]], breath: Breath | None = None) -> None:
        """Insert the rows, in the caller's transaction."""
        connection = self._session.connection()
        for part in parts(rows):
            by_name = (dict(zip(self._names, row, strict=True)) for row in part)
            given: list[Any] = [tuple(row) for row in part] if self._by_place else list(by_name)
            connection.exec_driver_sql(self._statement, given)
            if breath is not None:
                breath(0)


def _as_it_is(value: Any) -> Any:
    return value


class Newcomers:
    """Registrations in no session yet, with the rows that they will be."""

    def __init__(self, session: Session) -> None:
        self._sheet = Sheet(session, Registration, list(_DEFAULTS))
        self._needs = Sheet(session, Needs, ("registration_id", "diets", "allergies", "access"))
        self._answers = Sheet(session, Answer, ("registration_id", "question_id", "value"))
        self._rows: dict[str, list[Any]] = {}

    def add(self, registration: Registration) -> None:
        """Make its row ready. Its form key must be its own."""
        said = registration.__dict__
        values = {name: said.get(name, default) for name, default in _DEFAULTS.items()}
        self._rows[str(registration.form_key)] = self._sheet.row(values)

    def write(
        self,
        session: Session,
        event_id: int,
        registrations: Sequence[Registration],
        breath: Breath | None = None,
        *,
        numbered: bool = True,
    ) -> None:
        """Write these of them, with their needs and answers, and give them their numbers, if anybody asks for those.

        Their form keys must begin alike, up to a slash: by them each finds its number.
        """
        if not registrations:
            return
        rows = self._late_rows(event_id, registrations)
        with counted_once(session, event_id, sum(one.standing == Standing.SEATED for one in registrations)):
            self._sheet.write(rows, breath)
        said = [one.__dict__ for one in registrations]
        if not numbered and not any(each.get("needs") is not None or each.get("answers") for each in said):
            return
        key = str(registrations[0].form_key).rpartition("/")[0]
        made = select(Registration.form_key, Registration.id).where(
            Registration.event_id == event_id, Registration.form_key.startswith(f"{key}/")
        )
        numbers = dict(session.execute(made).all())
        needs, answers = [], []
        for one in said:
            number = one["id"] = numbers[one["form_key"]]
            if one.get("needs") is not None:
                needs.append(self._needs.row(_needs_of(number, one["needs"])))
            for answer in one.get("answers") or ():
                values = {"question_id": answer.question_id, "value": answer.value, "registration_id": number}
                answers.append(self._answers.row(values))
        self._needs.write(needs, breath)
        self._answers.write(answers, breath)

    def _late_rows(self, event_id: int, registrations: Sequence[Registration]) -> list[list[Any]]:
        """The rows, with what is known only now; a moment that several columns or people share is converted once."""
        rows, moments = [], dict[Any, Any]()
        late = self._sheet.places(_LATE)
        for one in registrations:
            row, said = self._rows[str(one.form_key)], one.__dict__
            said["event_id"] = event_id
            for place, convert, name in late:
                value = said.get(name)
                if name not in _MOMENTS:
                    row[place] = convert(value)
                elif value in moments:
                    row[place] = moments[value]
                else:
                    row[place] = moments[value] = convert(value)
            rows.append(row)
        return rows


@contextmanager
def counted_once(session: Session, event_id: int, seated: int) -> Iterator[None]:
    """Seat so many in the caller's transaction. The guard of the database counts once where they are many, in the end.

    It counts the seats of the lunch for each who gets one, which takes seconds for ten thousand of them.
    """
    if seated <= AT_ONCE:
        yield
        return
    session.execute(insert(BulkSeating), {"event_id": event_id, "never": -1})
    yield
    session.execute(delete(BulkSeating).where(BulkSeating.event_id == event_id))


def _needs_of(registration_id: int, needs: Needs) -> dict[str, Any]:
    return {
        "registration_id": registration_id,
        "diets": needs.diets or "",
        "allergies": needs.allergies or "",
        "access": needs.access or "",
    }

"""The list as CSV and XLSX, without links, tokens and needs; cells like formulas get an apostrophe (CWE-1236)."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from xlsxwriter import Workbook

from lunchkit.events.models import Event
from lunchkit.platform.text import guard
from lunchkit.registrations.admin_queries import AnswerColumn, Row
from lunchkit.registrations.details import ATTENDEE_FIELDS, AttendeeField
from lunchkit.registrations.models import Status

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """A column of the file: its heading, its width in letters, and its cell for a row."""

    heading: str
    width: int
    cell: Callable[[Row], str | int]


def csv_file(event: Event, rows: Iterable[Row], answers: Sequence[AnswerColumn] = ()) -> bytes:
    """The list as CSV."""
    columns = columns_of(event, answers)
    return csv_of([[column.heading for column in columns], *([column.cell(row) for column in columns] for row in rows)])


def csv_of(rows: Iterable[Sequence[str | int]]) -> bytes:
    """A CSV with semicolons, quotes and a byte order mark: a double click opens it right in a Swiss Excel."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_file(event: Event, rows: Iterable[Row], answers: Sequence[AnswerColumn] = ()) -> bytes:
    """A workbook with one sheet, its headings held in place; every text is text, never formula or link."""
    file, rows = BytesIO(), list(rows)
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, {"in_memory": True, **plain}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for number, column in enumerate(columns_of(event, answers)):
            sheet.set_column(number, number, column.width)
            sheet.write_string(0, number, column.heading, bold)
            sheet.write_column(1, number, [_guarded(column.cell(row)) for row in rows])
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _guarded(cell: str | int) -> str | int:
    return cell if isinstance(cell, int) else guard(cell)


def columns_of(event: Event, answers: Sequence[AnswerColumn] = ()) -> list[Column]:
    """What an attendee said, where they stand, and what they answered to the lunch's own questions."""
    statuses = {
        Status.SEATED: _("Seat reserved"),
        Status.WAITING: _("Waiting list"),
        Status.CANCELLED: _("Cancelled"),
    }

    def moment(when: datetime | None) -> str:
        return f"{when.astimezone(ZoneInfo(event.zone)):%d.%m.%Y %H:%M}" if when else ""

    return [
        *(Column(str(field.heading), field.width, partial(_said, field)) for field in ATTENDEE_FIELDS),
        Column(_("Status"), 16, lambda row: statuses[Status(row.registration.status)]),
        Column(_("Place"), 8, lambda row: row.place or ""),
        Column(_("Registered on"), 18, lambda row: moment(row.registration.registered_at)),
        Column(_("Language of the e-mails"), 12, lambda row: row.registration.language),
        Column(_("People who came"), 10, lambda row: row.registration.arrived),
        Column(_("Came at"), 18, lambda row: moment(row.registration.arrived_at)),
        *(Column(guard(answer.heading), 28, partial(_answered, answer)) for answer in answers),
    ]


def _said(field: AttendeeField, row: Row) -> str | int:
    return field.value(row.registration)


def _answered(column: AnswerColumn, row: Row) -> str:
    return column.answers.get(row.registration.id, "").replace("\n", column.between)

"""The list as CSV and XLSX, without links, tokens and needs; cells like formulas get an apostrophe (CWE-1236)."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from lunchkit.events.models import Event
from lunchkit.platform.late import xlsxwriter
from lunchkit.platform.text import guard
from lunchkit.registrations.admin_queries import Order, all_rows, answer_columns
from lunchkit.registrations.details import ATTENDEE_FIELDS
from lunchkit.registrations.models import Status

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Table = Iterable[Sequence[str | int]]


def registrations_table(event: Event, *conditions: ColumnElement[bool]) -> list[list[str | int]]:
    """Headings, then for each registration what the attendee said, its status, and the answers to custom fields."""
    statuses = {Status.SEATED: _("Seat reserved"), Status.WAITING: _("Waiting list"), Status.CANCELLED: _("Cancelled")}
    answers = answer_columns(event.id)
    table: list[list[str | int]] = [
        [
            *(str(field.heading) for field in ATTENDEE_FIELDS),
            *(_("Status"), _("Place"), _("Registered on"), _("Language of the e-mails")),
            *(_("Note for the team"), _("People who came"), _("Came at")),
            *(label for label, _values in answers),
        ]
    ]
    for row in all_rows(event.id, Order.NAME, *conditions):
        one = row.registration
        table.append(
            [
                *(field.value(one) for field in ATTENDEE_FIELDS),
                *(statuses[Status(one.status)], row.place or "", _moment(event, one.registered_at), one.language),
                *(one.note, one.arrived, _moment(event, one.arrived_at)),
                *(values.get(one.id, "") for _label, values in answers),
            ]
        )
    return table


def _moment(event: Event, when: datetime | None) -> str:
    return f"{when.astimezone(ZoneInfo(event.zone)):%d.%m.%Y %H:%M}" if when else ""


def csv_of(table: Table) -> bytes:
    """A CSV with semicolons, quotes and a byte order mark: a double click opens it right in a Swiss Excel."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([_guarded(cell) for cell in row] for row in table)
    return text.getvalue().encode("utf-8-sig")


def xlsx_of(table: Table) -> bytes:
    """A workbook with one sheet, its headings held in place; every text is text, never formula or link."""
    file = BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, **plain}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(table):
            sheet.write_row(number, 0, [_guarded(cell) for cell in row])
        sheet.set_row(0, None, book.add_format({"bold": True}))
        sheet.autofit()
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _guarded(cell: str | int) -> str | int:
    return cell if isinstance(cell, int) else guard(cell)

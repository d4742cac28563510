"""The list of a lunch as a file to take away: CSV and XLSX. No link, no token, and no food or access need is in it.

A cell that a spreadsheet could take for a formula gets an apostrophe before it (CWE-1236).
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from xlsxwriter import Workbook

from lunchkit.events.models import Event
from lunchkit.registrations.listing import AnswerColumn, Row
from lunchkit.registrations.models import Standing
from lunchkit.text import guard

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (28, 34, 28, 10, 12, 14, 8, 16, 8, 18, 12, 10, 18)
_ANSWER_WIDTH = 28


def csv_file(event: Event, rows: Iterable[Row], answers: Sequence[AnswerColumn] = ()) -> bytes:
    """Semicolons, quotes and a byte order mark: a double click opens it right in a Swiss Excel."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_headings(answers))
    writer.writerows([_guarded(cell) for cell in cells] for cells in _table(event, rows, answers))
    return text.getvalue().encode("utf-8-sig")


def xlsx_file(event: Event, rows: Iterable[Row], answers: Sequence[AnswerColumn] = ()) -> bytes:
    """A workbook with one sheet, its headings held in place; every text is text, never formula or link."""
    file = BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, {"in_memory": True, **plain}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for column, heading in enumerate(_headings(answers)):
            sheet.write_string(0, column, heading, bold)
            sheet.set_column(column, column, _WIDTHS[column] if column < len(_WIDTHS) else _ANSWER_WIDTH)
        for line, cells in enumerate(_table(event, rows, answers), 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, int):
                    sheet.write_number(line, column, cell)
                else:
                    sheet.write_string(line, column, guard(cell))
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _guarded(cell: str | int) -> str | int:
    return cell if isinstance(cell, int) else guard(cell)


def _headings(answers: Sequence[AnswerColumn]) -> list[str]:
    return [
        _("Name"),
        _("E-mail"),
        _("Organisation"),
        _("Member"),
        _("On the list"),
        _("Wants the recap"),
        _("Seats"),
        _("Standing"),
        _("Place"),
        _("Registered on"),
        _("Language of the letters"),
        _("People who came"),
        _("Came at"),
        *(guard(column.heading) for column in answers),
    ]


def _table(event: Event, rows: Iterable[Row], answers: Sequence[AnswerColumn]) -> Iterator[list[str | int]]:
    zone = ZoneInfo(event.zone)
    standings = {
        Standing.SEATED: _("Seat reserved"),
        Standing.WAITING: _("Waiting list"),
        Standing.CANCELLED: _("Cancelled"),
    }
    said = {True: _("yes"), False: _("no")}
    for row in rows:
        registration = row.registration
        yield [
            registration.name,
            registration.email or "",
            registration.organisation,
            said[registration.is_member],
            said[registration.shows_name],
            said[registration.wants_recap],
            registration.seats,
            standings[Standing(registration.standing)],
            row.place or "",
            registration.registered_at.astimezone(zone).strftime("%d.%m.%Y %H:%M"),
            registration.language,
            registration.arrived,
            registration.arrived_at.astimezone(zone).strftime("%d.%m.%Y %H:%M") if registration.arrived_at else "",
            *(column.answers.get(registration.id, "").replace("\n", column.between) for column in answers),
        ]

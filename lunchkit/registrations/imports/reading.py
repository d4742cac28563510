"""A file of people as a table of texts, CSV or workbook; rows keep the number that a spreadsheet shows beside them."""

import codecs
import csv
import json
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from lunchkit.platform import confined
from lunchkit.platform.errors import user_error
from lunchkit.platform.text import unguard
from lunchkit.registrations.imports.columns import recognised

MOST_BYTES = 6_000_000
MOST_ROWS, MOST_COLUMNS = 2_000, 200
"""Of a table, its headings not counted. All rows are registered in one transaction, for which everybody else waits."""
LONGEST_CELL = 5_000
"""Characters; more than any field takes."""
HEADINGS_WITHIN = 10
"""Headings are within this number of rows; a title may be above them."""
SEPARATORS = ";,\t|"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How a zip archive begins (xlsx, ods), and an older workbook (xls)."""
_PROGRAM = Path(__file__).with_name("workbook.py")
_TOO_LONG = 66
"""Exit code of that program; it is not imported here: only its process loads the decoder."""
NoFile = user_error("NoFile", _l("Choose a file with at least one row below its headings."), 422)
FileTooHeavy = user_error(
    "FileTooHeavy",
    _l("This file is too heavy: at most 6 MB are taken. Save only the sheet with the people, or divide it in two."),
    413,
)
TooManyRows = user_error(
    "TooManyRows",
    _l("This file is too long: at most 2,000 rows and 200 columns are taken. Divide it, and import the parts."),
    422,
)
Unreadable = user_error(
    "Unreadable",
    _l(
        "This file cannot be read: it is no CSV file and no workbook (.xlsx, .xls, .ods), or it is damaged, or locked "
        "by a password, or a quotation mark in it has no partner. Save it from your spreadsheet as CSV, and import "
        "that."
    ),
    422,
)
FileMustWait = user_error(
    "FileMustWait",
    _l("The server cannot read a workbook just now. Choose it again in a minute, or save it as CSV."),
    503,
    60,
)


class Table(NamedTuple):
    """Headings, and rows of as many cells each, with their numbers in the file, 1 for the first."""

    headings: list[str]
    rows: list[tuple[int, list[str]]]


def read_table(data: bytes) -> Table:
    """The table that a file holds. Raises a UserError that says what to do."""
    if not data.strip():
        raise NoFile
    return _table(_sheet_rows(data) if data.startswith(_WORKBOOKS) else _text_rows(_decoded(data)))


def _sheet_rows(data: bytes) -> list[list[str]]:
    try:
        done = confined.run(_PROGRAM, data, str(MOST_ROWS + HEADINGS_WITHIN), str(MOST_COLUMNS))
    except confined.NoTurn as error:
        raise FileMustWait from error
    if done.returncode == _TOO_LONG:
        raise TooManyRows
    if done.returncode != 0:
        raise Unreadable
    return [[str(cell) for cell in row] for row in json.loads(done.stdout)]


def _decoded(data: bytes) -> str:
    """The text of a file: Unicode, or else as Windows writes western languages. Raises Unreadable."""
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not is_utf16 and (b"\x00" in data or data.startswith(b"%PDF")):
        raise Unreadable
    try:
        return data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        if is_utf16:
            raise Unreadable from None
        return data.decode("cp1252", "replace")


def _text_rows(text: str) -> list[list[str]]:
    """The rows of a CSV file; the separator is the one in most of its first lines, and most often there."""
    start = text[:20_000].splitlines()[:30]
    counts = {mark: [line.count(mark) for line in start] for mark in SEPARATORS}
    separator = max(counts, key=lambda mark: (sum(map(bool, counts[mark])), sum(counts[mark])))
    rows: list[list[str]] = []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True):
            rows.append(row)
            if len(rows) > MOST_ROWS + HEADINGS_WITHIN or len(row) > MOST_COLUMNS:
                raise TooManyRows
    except csv.Error as error:
        raise Unreadable from error
    return rows


def _table(rows: list[list[str]]) -> Table:
    width = max(map(len, rows), default=0)
    rows = [[*map(_cell, row), *[""] * (width - len(row))] for row in rows]
    head = _heading_row(rows)
    body = [(number, row) for number, row in enumerate(rows, 1) if number > head and any(row)]
    if not body:
        raise NoFile
    if len(body) > MOST_ROWS:
        raise TooManyRows
    used = [column for column in range(width) if any(row[column] for _number, row in body)]
    headings = rows[head - 1] if head else [""] * width
    return Table(
        [headings[column] for column in used], [(number, [row[column] for column in used]) for number, row in body]
    )


def _cell(text: str) -> str:
    """A cell as it was meant: without the apostrophe that an export sets before what looks like a formula."""
    plain = unguard(text)  # before white space is taken off: a line break at the start is guarded too
    return (plain if plain != text else unguard(text.strip()))[:LONGEST_CELL].strip()


def _heading_row(rows: list[list[str]]) -> int:
    """The row with most known headings, else the first without an address; 0 where people begin in the first row."""
    start = rows[:HEADINGS_WITHIN]
    known = [sum(field is not None for field in recognised(row)) for row in start]
    if any(known):
        return known.index(max(known)) + 1
    first = next((number for number, row in enumerate(start, 1) if any(row)), 0)
    return 0 if first and any("@" in cell for cell in rows[first - 1]) else first

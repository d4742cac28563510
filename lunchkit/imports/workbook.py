"""The first sheet of an Excel workbook as rows of texts, without a library.

An .xlsx file is a zip archive of XML. We need texts, numbers and days of one sheet; for that the standard library is
enough, and what may be unpacked has a limit that we set ourselves: a few kilobytes of zip can claim gigabytes. A
document type, the door to entities that multiply, is refused.
"""

import re
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from posixpath import join, normpath
from xml.parsers import expat

from lunchkit.imports.refusals import BrokenWorkbook, NothingToRead, TooManyRows

MOST_UNPACKED = 60_000_000
"""Bytes of all that is unpacked of one workbook."""
MOST_ROWS, MOST_COLUMNS = 10_000, 200
"""Of a table, its headings not counted."""
MOST_TAGS = 3_000_000
"""Elements of one XML file: each takes time, however few bytes it was packed into."""
CHUNK = 65_536
_DAY_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Numbers of the formats of Excel that show a number as a day or an hour."""
_SPOKEN = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
"""What a number format says literally, or about colours."""
_LETTERS = re.compile(r"^([A-Z]{1,3})\d+$")
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


@contextmanager
def _as_broken() -> Iterator[None]:
    """Whatever the archive or its XML has wrong is one refusal."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        expat.ExpatError,
        LookupError,
        ValueError,
        OverflowError,
        RuntimeError,
        EOFError,
        zlib.error,
        NotImplementedError,
        OSError,
    ) as error:
        raise BrokenWorkbook from error


class Archive:
    """A zip archive of which no more is unpacked than is allowed, whatever its directory says."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(BytesIO(data))
        self._left = MOST_UNPACKED

    def __contains__(self, name: str) -> bool:
        return name in self._zip.namelist()

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of one file. Raises BrokenWorkbook beyond the limit."""
        with self._zip.open(name) as file:
            while chunk := file.read(CHUNK):
                self._left -= len(chunk)
                if self._left < 0:
                    raise BrokenWorkbook
                yield chunk
                time.sleep(0)  # a long file is read while others are served


def sheet_rows(data: bytes) -> list[list[str]]:
    """The rows of the first sheet that is not hidden, empty ones too, so that their numbers are those of Excel.

    Raises BrokenWorkbook, TooManyRows or NothingToRead.
    """
    with _as_broken():
        archive = Archive(data)
        sheet, has_1904 = _first_sheet(archive)
        texts = _shared_texts(archive)
        days = _day_styles(archive)
        return _Sheet(texts, days, datetime(1904, 1, 1) if has_1904 else datetime(1899, 12, 30)).read(archive, sheet)  # noqa: DTZ001


def _refuse(*_args: object) -> None:
    raise BrokenWorkbook


def _parse(archive: Archive, name: str, start: Start, end: End | None = None, text: Text | None = None) -> None:
    """Read one XML file; names come without their prefix."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    left = MOST_TAGS

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise TooManyRows
        start(tag.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in attributes.items()})

    parser.StartElementHandler = begin
    if end is not None:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    for chunk in archive.chunks(name):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _first_sheet(archive: Archive) -> tuple[str, bool]:
    """The file of the first sheet that can be seen, and whether days are counted from 1904."""
    sheets: list[str] = []
    targets: dict[str, str] = {}
    has_1904 = False

    def book(tag: str, attributes: dict[str, str]) -> None:
        nonlocal has_1904
        if tag == "workbookPr":
            has_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "sheet" and attributes.get("state", "visible") == "visible":
            sheets.append(attributes["id"])

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            targets[attributes["Id"]] = attributes["Target"]

    _parse(archive, "xl/workbook.xml", book)
    _parse(archive, "xl/_rels/workbook.xml.rels", relation)
    if not sheets:
        raise BrokenWorkbook
    target = targets[sheets[0]]
    return (target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))), has_1904


def _shared_texts(archive: Archive) -> list[str]:
    """The texts that cells refer to by number; how they are to be pronounced (phonetic runs) is left out."""
    if "xl/sharedStrings.xml" not in archive:
        return []
    texts: list[str] = []
    parts: list[str] = []
    open_tags: list[str] = []

    def start(tag: str, _attributes: dict[str, str]) -> None:
        open_tags.append(tag)
        if tag == "si":
            parts.clear()

    def end(tag: str) -> None:
        open_tags.pop()
        if tag == "si":
            texts.append("".join(parts))

    def said(text: str) -> None:
        if open_tags and open_tags[-1] == "t" and "rPh" not in open_tags:
            parts.append(text)

    _parse(archive, "xl/sharedStrings.xml", start, end, said)
    return texts


def _day_styles(archive: Archive) -> list[bool]:
    """For each style of a cell, whether it shows a number as a day."""
    if "xl/styles.xml" not in archive:
        return []
    own: dict[int, bool] = {}
    styles: list[bool] = []
    is_cells = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal is_cells
        if tag == "numFmt":
            code = _SPOKEN.sub("", attributes.get("formatCode", "")).lower()
            own[int(attributes["numFmtId"])] = any(letter in code for letter in "ymdhs")
        elif tag == "cellXfs":
            is_cells = True
        elif tag == "xf" and is_cells:
            number = int(attributes.get("numFmtId", 0))
            styles.append(own.get(number, number in _DAY_FORMATS))

    def end(tag: str) -> None:
        nonlocal is_cells
        if tag == "cellXfs":
            is_cells = False

    _parse(archive, "xl/styles.xml", start, end)
    return styles


class _Sheet:
    """Reads the cells of one sheet as they come by."""

    def __init__(self, texts: list[str], days: list[bool], day_zero: datetime) -> None:
        self.texts, self.days, self.day_zero = texts, days, day_zero
        self.rows: list[list[str]] = []
        self.tags: list[str] = []
        self.row, self.column = 0, -1
        self.cell: dict[str, str] = {}
        self.parts: list[str] = []

    def read(self, archive: Archive, name: str) -> list[list[str]]:
        """All rows."""
        _parse(archive, name, self.start, self.end, self.said)
        if not any(map(any, self.rows)):
            raise NothingToRead
        return self.rows

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A row, a cell, or what a cell holds begins."""
        self.tags.append(tag)
        if tag == "row":
            self._begin_row(int(attributes.get("r", self.row + 1)))
        elif tag == "c":
            self.cell = attributes
            self.parts.clear()

    def said(self, text: str) -> None:
        """Text of a value, or of a text that stands in the cell itself; formulas are passed over."""
        if self.tags[-1] == "v" or (self.tags[-1] == "t" and "is" in self.tags and "rPh" not in self.tags):
            self.parts.append(text)

    def end(self, tag: str) -> None:
        """A cell is whole."""
        self.tags.pop()
        if tag == "c" and (text := self._shown("".join(self.parts))):
            self._put(text)
        elif tag == "c":
            self.column = _column(self.cell.get("r", ""), self.column + 1)

    def _begin_row(self, number: int) -> None:
        if number <= self.row:
            raise BrokenWorkbook
        self.row, self.column = number, -1

    def _put(self, text: str) -> None:
        """Rows and columns that were only ever coloured do not count."""
        self.column = _column(self.cell.get("r", ""), self.column + 1)
        if not 1 <= self.row <= MOST_ROWS + 10 or self.column >= MOST_COLUMNS:
            raise TooManyRows
        self.rows.extend([] for _row in range(self.row - len(self.rows)))
        row = self.rows[-1]
        row.extend([""] * (self.column + 1 - len(row)))
        row[self.column] = text

    def _shown(self, raw: str) -> str:
        """A cell's value as a person reads it."""
        kind = self.cell.get("t", "n")
        if kind == "s":
            return self.texts[int(raw)] if raw else ""
        if kind == "b":
            return {"1": "yes", "0": "no"}.get(raw, raw)
        if kind != "n" or not raw:
            return "" if kind == "e" else raw
        style = int(self.cell.get("s", 0))
        if style < len(self.days) and self.days[style]:
            return self._day(float(raw))
        number = float(raw)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else raw

    def _day(self, number: float) -> str:
        moment = self.day_zero + timedelta(seconds=round(number * 86_400))
        return f"{moment:%H:%M}" if 0 <= number < 1 else f"{moment:%Y-%m-%d %H:%M}".removesuffix(" 00:00")


def _column(reference: str, otherwise: int) -> int:
    """The column of a cell called «AB7», 0 for the first; ``otherwise`` where the cell has no name."""
    found = _LETTERS.match(reference)
    if not found:
        return otherwise
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    return number - 1

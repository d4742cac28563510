"""Read the first visible sheet of a workbook (xlsx, xls, ods) as a program of its own: see ``platform.confined``.

Reads standard input, writes rows as JSON, empty ones too. Imports the standard library and python-calamine only.
"""

import json
import sys
import zipfile
from datetime import datetime
from io import BytesIO

from python_calamine import CalamineWorkbook, SheetVisibleEnum

MOST_UNPACKED = 60_000_000
"""Bytes of all files in the archive that a workbook is: ``zipfile`` unpacks no more of one than it declares."""
TOO_LONG = 66
"""Exit code; of any other but 0 the workbook cannot be read."""


def main(most_rows: int, most_columns: int) -> int:
    data = sys.stdin.buffer.read()
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(file.file_size for file in archive.infolist()) > MOST_UNPACKED:
                raise ValueError("this archive holds more than is unpacked")
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    visible = [number for number, sheet in enumerate(book.sheets_metadata) if sheet.visible == SheetVisibleEnum.Visible]
    sheet = book.get_sheet_by_index(visible[0])
    last_row, last_column = sheet.end or (0, 0)
    if last_row >= most_rows or last_column >= most_columns:
        return TOO_LONG
    json.dump([[text_of(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)], sys.stdout)
    return 0


def text_of(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    return str(cell)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))

"""What a file is refused for, in words that help whoever chose it."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import Refusal


class FileRefused(Refusal):
    """A file that cannot be read; each kind says what to do instead."""

    status = 422


class NoFile(FileRefused):
    """The form came without a file, or with an empty one."""

    message = _l("Please choose a file: it was missing, or empty.")


class FileTooHeavy(FileRefused):
    """Too many bytes."""

    message = _l(
        "This file is too heavy: at most 6 MB are taken. Save only the sheet with the people, or divide it in two."
    )
    status = 413


class TooManyRows(FileRefused):
    """More rows or columns than are taken at once."""

    message = _l(
        "This file is too long: at most 2,000 rows and 200 columns are taken. Divide it, and import the parts."
    )


class Unreadable(FileRefused):
    """Neither text nor a workbook; or a workbook that is damaged, locked, or made to harm."""

    message = _l(
        "This file cannot be read: it is no CSV file and no workbook (.xlsx, .xls, .ods), or it is damaged, or locked "
        "by a password. Save it from your spreadsheet as CSV, and import that."
    )


class FileMustWait(FileRefused):
    """Too many workbooks and pictures are read at once."""

    message = _l("The server cannot read a workbook just now. Choose it again in a minute, or save it as CSV.")
    status = 503
    retry_after = 60


class OpenQuotation(FileRefused):
    """A quotation mark that is not closed swallows all that follows."""

    def __init__(self, row: int) -> None:
        self.message: LazyString | str = _l(
            "From row %(row)s on this file cannot be read: a quotation mark there has no partner.", row=row
        )
        super().__init__(self.message)


class NothingToRead(FileRefused):
    """Headings and no row under them."""

    message = _l("This file holds no row below its headings.")


class ImportForgotten(Refusal):
    """The draft is older than an hour, or another browser's."""

    message = _l(
        "This import is forgotten: a file is kept for an hour, for the browser that sent it. Please choose it again."
    )
    status = 410

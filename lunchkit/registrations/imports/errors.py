"""Why a file is refused, and what to do instead."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import UserError, user_error

NoFile = user_error("NoFile", _l("Choose a file: it was missing, or empty."), 422)
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
        "by a password. Save it from your spreadsheet as CSV, and import that."
    ),
    422,
)
NothingToRead = user_error("NothingToRead", _l("This file has no row below its headings."), 422)
FileMustWait = user_error(
    "FileMustWait",
    _l("The server cannot read a workbook just now. Choose it again in a minute, or save it as CSV."),
    503,
)
FileMustWait.retry_after = 60
ImportExpired = user_error(
    "ImportExpired",
    _l("This import has expired: a file is kept for an hour, for the browser that sent it. Choose it again."),
    410,
)


class OpenQuotation(UserError):
    """A quotation mark that is not closed swallows all that follows."""

    status = 422

    def __init__(self, row: int) -> None:
        self.message = _l(
            "From row %(row)s on this file cannot be read: a quotation mark there has no partner.", row=row
        )

"""What an archive is refused for."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal


class ArchiveRefused(Refusal):
    """A file that is no lunch of a lunchkit, or one that is damaged."""

    status = 422
    message = _l("This is no archive of a lunch, or a damaged one. Nothing was taken in.")


class ArchiveTooHeavy(ArchiveRefused):
    """Too many bytes."""

    status = 413
    message = _l("This archive is too heavy: at most 40 MB are taken.")


class ArchiveTooNew(ArchiveRefused):
    """Written by a later lunchkit."""

    message = _l("This archive was written by a later lunchkit. Bring yours up to date first: nothing was taken in.")


class PartRefused(ArchiveRefused):
    """One part of it would not pass the form that it comes from."""

    def __init__(self, part: str, why: str) -> None:
        self.message: LazyString | str = _l("In the archive, %(part)s cannot be taken: %(why)s", part=part, why=why)
        super().__init__(self.message)

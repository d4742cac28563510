"""What an archive is refused for."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal
from lunchkit.text import clean_line


class ArchiveRefused(Refusal):
    """A file that is no lunch of a lunchkit, or one that is damaged."""

    status = 422
    message: LazyString | str = _l("This is no archive of a lunch, or a damaged one. Nothing was taken in.")


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
        self.message = _l("In the archive, %(part)s cannot be taken: %(why)s", part=part, why=why)
        super().__init__(self.message)


class TooMuchInside(ArchiveRefused):
    """A zip of more files, or of larger ones, than a lunch has."""

    message = _l(
        "This archive holds more than a lunch does: too many files, or one that is too large. Nothing was taken in."
    )


class StrangeFile(ArchiveRefused):
    """A file that has no place in an archive, or lies in it twice."""

    def __init__(self, name: str) -> None:
        shown = clean_line(name)[:60]
        self.message = _l(
            "In the archive lies a file that does not belong there: «%(name)s». Nothing was taken in.", name=shown
        )
        super().__init__(self.message)


class NotJson(ArchiveRefused):
    """A file that cannot be read as JSON."""

    def __init__(self, name: str) -> None:
        self.message = _l("In the archive, %(name)s cannot be read as JSON. Nothing was taken in.", name=name)
        super().__init__(self.message)


class OddPart(ArchiveRefused):
    """A part in which something is missing, too much, or of another kind than the format says."""

    def __init__(self, part: str) -> None:
        self.message = _l(
            "In the archive, the part «%(part)s» is not as it should be: something is missing, too much, or of the"
            " wrong kind. Nothing was taken in.",
            part=part,
        )
        super().__init__(self.message)


class ArchiveForgotten(Refusal):
    """What became of it is known for an hour."""

    message = _l("What became of this archive is known for an hour, and that is over.")
    status = 410


class LunchWasTouched(Refusal):
    """It is public, or somebody has worked on it."""

    message = _l("This lunch stays: it is public already, or somebody has worked on it since it came.")

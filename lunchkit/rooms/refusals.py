"""What a room says no to, in words for the person at the table."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal


class RoomRefused(Refusal):
    """Something that a phone sent was not kept."""

    state: ClassVar[str] = "refused"
    """What a phone's script goes by."""


class NotTakingPlace(Refusal):
    """The end of a lunch that nobody sits at."""

    message = _l("This lunch does not take place: it is not public, or it was called off.")


class NotBegun(Refusal):
    """The end before the beginning."""

    message = _l("The lunch has not begun yet: you can end it once it has. If it does not take place, call it off.")


class CannotGoOn(Refusal):
    """Too early, too late, or too often."""

    message = _l(
        "A lunch can go on from half an hour before its end until half an hour after it, and for three hours at most."
    )


class NoCookie(RoomRefused):
    """A phone that keeps no cookie could vote, or support a question, any number of times."""

    message = _l(
        "Your browser keeps no cookie from this page, so nothing was counted. "
        "Please allow cookies for this site, or leave private mode, open the page again and send it once more."
    )
    status = 403
    state = "no-cookie"

"""What a room says no to, in words for the person at the table."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal


class RoomRefused(Refusal):
    """Something that a phone sent was not kept."""

    state: ClassVar[str] = "refused"
    """What a phone's script goes by."""


class NoCookie(RoomRefused):
    """A phone that keeps no cookie could vote, or support a question, any number of times."""

    message = _l(
        "Your browser keeps no cookie from this page, so nothing was counted. "
        "Please allow cookies for this site, or leave private mode, open the page again and send it once more."
    )
    status = 403
    state = "no-cookie"

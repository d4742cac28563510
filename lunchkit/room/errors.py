"""What a room says no to, in words for the person at the table."""

from pathlib import Path
from typing import ClassVar

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import UserError


class RoomRefused(UserError):
    """Something that a phone sent was not kept."""

    state: ClassVar[str] = "refused"
    """What a phone's script goes by."""


class SlipMissing(RoomRefused):
    """This room votes with slips, and the phone has none that was known and not used."""

    message = _l(
        "This room votes with slips, and nothing was counted. Open this page again, type the ten characters of a slip "
        "that no other phone has used, and answer once more. Whoever has none gets one from the organisers."
    )
    status = 403
    state = "slip"


class NoCookie(RoomRefused):
    """A phone that keeps no cookie could vote, or support a question, any number of times."""

    message = _l(
        "Your browser keeps no cookie from this page, so nothing was counted. "
        "Please allow cookies for this site, or leave private mode, open the page again and send it once more."
    )
    status = 403
    state = "no-cookie"


class NoPlaceForKeys(UserError):
    """Another user could have put keys where ours are kept, or could read them: nobody votes until that is mended."""

    def __init__(self, folder: Path | None) -> None:
        self.message = _l(
            "Votes would not be secret: the folder %(folder)s, where their keys are kept, belongs to another user "
            "or is open to others. Delete it (an administrator can), then try again.",
            folder=folder,
        )
        super().__init__(self.message)

"""What a room refuses, in words for the person at the table or for the organiser; and what polls and surveys share."""

from pathlib import Path
from typing import ClassVar

from flask_babel import LazyString, lazy_gettext as _l

from lunchkit.platform.errors import UserError, user_error


class RoomRefused(UserError):
    """Something that a phone sent was not kept."""

    state: ClassVar[str] = "refused"
    """What a phone's script goes by."""


def room_refusal(
    name: str, message: LazyString, status: int, state: str, retry_after: int | None = None
) -> type[RoomRefused]:
    """A kind of RoomRefused without logic, to be raised and caught by its name."""
    values = {"message": message, "status": status, "state": state, "retry_after": retry_after}
    return type(name, (RoomRefused,), values)


PollClosed = room_refusal(
    "PollClosed", _l("Too late: this question is closed, and your answer was not counted."), 409, "closed"
)
NotKnownYet = room_refusal(  # the disk took too long: the answer may be counted, or not
    "NotKnownYet",
    _l("The server is slow: it cannot say yet whether your answer is counted. Sending it again is safe."),
    503,
    "later",
    retry_after=5,
)
ManyNewPhones = room_refusal(
    "ManyNewPhones",
    _l(
        "More phones vote here than there are seats: a new one has to wait, about a minute. Keep this page open, or "
        "send your answer again in a minute. If it goes on, ask the organisers: they can raise the number of seats."
    ),
    429,
    "crowded",
    retry_after=60,
)
BallotUnreadable = room_refusal(
    "BallotUnreadable", _l("This answer could not be counted. Choose again and send it once more."), 422, "unreadable"
)
SlipMissing = room_refusal(
    "SlipMissing",
    _l(
        "This room votes with slips, and nothing was counted. Open this page again, type the ten characters of a slip "
        "that no other phone has used, and answer once more. If you have none, ask the organisers for one."
    ),
    403,
    "slip",
)
NoCookie = room_refusal(  # such a phone could vote any number of times
    "NoCookie",
    _l(
        "Your browser keeps no cookie from this page, so nothing was counted. "
        "Allow cookies for this site, or leave private mode, open the page again and send it once more."
    ),
    403,
    "no-cookie",
)


KeyIsLost = user_error(
    "KeyIsLost",
    _l(
        "The memory that held the key of these answers was lost. If another server can still count them, it does so "
        "within a minute; else the vote is annulled, and you can open it again."
    ),
    503,
)


class NoPlaceForKeys(UserError):
    """Another user could have put keys where ours are kept, or could read them: nobody votes until that is mended."""

    def __init__(self, folder: Path | None) -> None:
        self.message = _l(
            "Votes would not be secret: the folder %(folder)s, where their keys are kept, belongs to another user "
            "or is open to others. Delete it (an administrator can), then try again.",
            folder=folder,
        )
        super().__init__(self.message)

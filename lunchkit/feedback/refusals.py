"""What feedback says no to, in words that a person at the table or an organiser may read."""

from datetime import date

from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal
from lunchkit.i18n import long_date
from lunchkit.rooms.refusals import RoomRefused


class FeedbackClosed(RoomRefused):
    """An answer came before feedback was asked for, or afterwards."""

    message = _l("Feedback on this lunch is not open, or no longer: your answer was not kept.")
    status = 409
    state = "closed"


class FeedbackUnreadable(RoomRefused):
    """Nothing was answered, or something that nobody asked."""

    message = _l("This answer could not be counted. Please choose again and send it once more.")
    status = 422
    state = "unreadable"


class FeedbackNotKnownYet(RoomRefused):
    """The disk took too long: the answer may be kept, or not."""

    message = _l("The server is slow: it cannot say yet whether your answer is counted. Sending it again is safe.")
    status = 503
    state = "later"
    retry_after = 5


class TooEarly(Refusal):
    """The lunch has not begun."""

    message = _l("The lunch has not begun: there is nothing yet that people could say of it.")


class StillRehearsing(Refusal):
    """A rehearsal is nobody's lunch."""

    message = _l("A rehearsal is running. End it first: feedback is about the lunch itself.")


class IsSwitchedOff(Refusal):
    """An organiser wished for none."""

    message = _l("Feedback is switched off for this lunch. Switch it on first.")


class IsClosed(Refusal):
    """The answers are counted, the slips destroyed."""

    message = _l("Feedback on this lunch is closed, and stays as it is.")


class NothingToClose(Refusal):
    """Nobody may answer yet."""

    message = _l("Feedback is not open.")


class TooFewSince(Refusal):
    """A few have answered since what shows: to close now would give them away, or set them aside."""

    def __init__(self, closes_on: date) -> None:
        self.message = _l(
            "Fewer than five people have answered since the last numbers: to close now would leave their answers out. "
            "It closes by itself on %(date)s; you can close it earlier once five have answered since.",
            date=long_date(closes_on),
        )
        super().__init__(self.message)


class WordsStay(Refusal):
    """People have answered these very words."""

    message = _l("People have answered already: the questions stay as they were asked.")

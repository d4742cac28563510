"""What polls say no to, in words that a participant or an organiser may read."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import UserError
from lunchkit.room.errors import RoomRefused


class PollClosed(RoomRefused):
    """An answer came when the poll was not open, or not open any more."""

    message = _l("Too late: this question is closed, and your answer was not counted.")
    state = "closed"


class NotKnownYet(RoomRefused):
    """The disk took too long: the answer may be counted, or not."""

    message = _l("The server is slow: it cannot say yet whether your answer is counted. Sending it again is safe.")
    status = 503
    state = "later"
    retry_after = 5


class ManyNewPhones(RoomRefused):
    """More phones than seats: new ones are let in a few at a time."""

    message = _l(
        "More phones vote here than there are seats: a new one has to wait, about a minute. Keep this page open, or "
        "send your answer again in a minute. If it goes on, ask the organisers: they can raise the number of seats."
    )
    status = 429
    state = "crowded"
    retry_after = 60


class BallotUnreadable(RoomRefused):
    """An answer that is none: nothing ticked, too much ticked, places given twice."""

    message = _l("This answer could not be counted. Please choose again and send it once more.")
    status = 422
    state = "unreadable"


class PollIsFrozen(UserError):
    """People have seen this question."""

    message = _l("This question has been put to the room, and stays as it was. Annul it first, or write another one.")


class AnotherPollIsOpen(UserError):
    """One question at a time."""

    message = _l("Another question is open at the moment. Close it first.")


class AlreadyClosed(UserError):
    """It was asked and counted."""

    message = _l("This question has been asked and counted. To ask it again, annul it first: its result is then lost.")


class NotOpen(UserError):
    """It was not asked yet."""

    message = _l("This question has not been asked yet.")


class FewHaveAnswered(UserError):
    """Once closed, its answers are counted and destroyed, and nobody would ever see them."""

    message = _l(
        "Fewer than five people have answered: once the question is closed, its result can never be shown. "
        "Wait a little, or close it all the same."
    )
    state = "few"


class TooFewToShow(UserError):
    """The room would read that nothing is shown."""

    message = _l("Fewer than five people answered this question: its result is not shown.")


class NothingToReveal(UserError):
    """Close it first."""

    message = _l("There is no result to show yet: close the question first.")


# The programme, before anybody has seen it.


class AskedAgain(UserError):
    """The second time would compare with nothing."""

    message = _l("This question is asked again after the debate. Remove that second one first.")


class CannotAskAgain(UserError):
    """Only answers that are one of the choices can be compared, and only while their ballots are there."""

    message = _l(
        "Only a question with one choice or a scale can be asked again after the debate, once, and before it is closed."
    )


class KeepsItsPlace(UserError):
    """Its number is the address of its result; and an after never stands before its before."""

    message = _l(
        "This question cannot move there. A question that has been put to the room keeps its number, "
        "and the second time that one is asked comes after the first."
    )

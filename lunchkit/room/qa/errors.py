"""What questions from the room are answered instead of a place on the list, in words for the person at the table."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import UserError
from lunchkit.room.errors import RoomRefused


class QuestionsClosed(RoomRefused):
    """The room takes no questions: not yet, or no longer."""

    message = _l("The room takes no questions at the moment. Yours was not sent: keep it, and ask it aloud.")
    status = 409
    state = "closed"


class QuestionUnreadable(RoomRefused):
    """Nothing was written, or too much."""

    message = _l("Please write your question.")
    status = 422
    state = "unreadable"


class TooManyQuestions(RoomRefused):
    """One phone asks and asks."""

    message = _l("You have asked ten questions within an hour: leave some room to the others. This one was not sent.")
    status = 429
    state = "later"
    retry_after = 600


class TooManyWaiting(RoomRefused):
    """More questions wait or come in than anybody can read."""

    message = _l("Very many questions are waiting to be read. Yours was not sent: please try again in a few minutes.")
    status = 429
    state = "later"
    retry_after = 60


class SupportClosed(RoomRefused):
    """The question was answered or set aside meanwhile, or the lunch is over."""

    message = _l("This question is no longer waiting for an answer.")
    status = 409
    state = "closed"


class AskedOffRecord(UserError):
    """A promise was made to the person who asked."""

    message = _l("Whoever asked this wants it to stay in the room, and that holds.")
    status = 409

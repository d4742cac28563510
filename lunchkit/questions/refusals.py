"""What questions from the room are answered instead of a place on the list, in words for the person at the table."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal


class QuestionRefused(Refusal):
    """A question or a support that was not kept."""

    state: ClassVar[str] = "refused"
    """What a phone's script goes by."""


class QuestionsClosed(QuestionRefused):
    """The room takes no questions: not yet, or no longer."""

    message = _l("The room takes no questions at the moment. Yours was not sent: keep it, and ask it aloud.")
    status = 409
    state = "closed"


class QuestionUnreadable(QuestionRefused):
    """Nothing was written, or too much."""

    message = _l("Please write your question.")
    status = 422
    state = "unreadable"


class TooManyQuestions(QuestionRefused):
    """One phone asks and asks."""

    message = _l("You have asked ten questions within an hour: leave some room to the others. This one was not sent.")
    status = 429
    state = "later"
    retry_after = 600


class TooManyWaiting(QuestionRefused):
    """More questions wait than anybody can read."""

    message = _l("Very many questions are waiting to be read. Yours was not sent: please try again in a few minutes.")
    status = 429
    state = "later"
    retry_after = 300


class NoCookie(QuestionRefused):
    """A phone that keeps no cookie could support a question any number of times."""

    message = _l(
        "Your browser keeps no cookie from this page, so nothing was sent. "
        "Please allow cookies for this site, or leave private mode, and send it once more."
    )
    status = 403
    state = "no-cookie"


class SupportClosed(QuestionRefused):
    """The question was answered or set aside meanwhile, or the lunch is over."""

    message = _l("This question is no longer waiting for an answer.")
    status = 409
    state = "closed"


class AskedOffRecord(Refusal):
    """A promise was made to the person who asked."""

    message = _l("Whoever asked this wants it to stay in the room, and that holds.")
    status = 409

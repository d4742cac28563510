"""Why a question from the audience, or its support, is refused."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import user_error
from lunchkit.room.errors import room_refusal

QuestionsClosed = room_refusal(
    "QuestionsClosed",
    _l("The room takes no questions at the moment. Yours was not sent: keep it, and ask it aloud."),
    409,
    "closed",
)
QuestionUnreadable = room_refusal("QuestionUnreadable", _l("Write your question."), 422, "unreadable")
TooManyQuestions = room_refusal(
    "TooManyQuestions",
    _l("You have asked ten questions within an hour: leave some room to the others. This one was not sent."),
    429,
    "later",
    retry_after=600,
)
TooManyWaiting = room_refusal(
    "TooManyWaiting",
    _l("Very many questions are waiting to be read. Yours was not sent: try again in a few minutes."),
    429,
    "later",
    retry_after=60,
)
SupportClosed = room_refusal("SupportClosed", _l("This question is no longer waiting for an answer."), 409, "closed")
AskedOffRecord = user_error(
    "AskedOffRecord", _l("The person who asked this wants it to stay in the room, and that is final.")
)

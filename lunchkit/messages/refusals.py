"""What is said instead of sending a message: why, and what to do."""

from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal
from lunchkit.events.models import Event
from lunchkit.i18n import moment


class NotWritable(Refusal):
    """Nobody of this lunch can be written to now."""

    def __init__(self, message: LazyString) -> None:
        super().__init__(message)
        self.message = message


class NobodyToReach(Refusal):
    """Nobody is there, or nobody with an address."""

    message = _l("None of these people has an address: no letter was sent.")


class OtherPeopleNow(Refusal):
    """The lunch has ended since the form was opened, or its door was used for the first time."""

    message = _l("The lunch has gone on meanwhile: choose once more to whom you write. Nothing was sent.")


class MessageSentAlready(Refusal):
    """The same copy of the form came back with other words."""

    message = _l("This letter has been sent already, in other words. Nothing more was sent.")


class SameWordsAgain(Refusal):
    """A colleague pressed at the same moment, or the same page was opened twice."""

    message = _l("The same words went to the same people a short time ago. Nothing more was sent.")


class EnoughForToday(Refusal):
    """Nobody is to be flooded."""

    def __init__(self, event: Event, until: datetime) -> None:
        self.message = enough_until(event, until)
        super().__init__(self.message)


def enough_until(event: Event, until: datetime) -> LazyString:
    """That enough was written, and when one may write again."""
    again = moment(until, event.zone)
    return _l("Three letters within a day are enough for anybody. You can write again on %(moment)s.", moment=again)


def why_not(event: Event) -> LazyString | None:
    """Why nobody of a lunch can be written to."""
    if event.purged_at is not None:
        return _l("Names and addresses of this lunch are erased: nobody can be written to any more.")
    if event.cancelled_at is not None:
        return _l("This lunch is called off, and everybody was told. Nobody can be written to any more.")
    if event.published_at is None:
        return _l("This lunch is a draft. Publish it first: the letter leads to its page.")
    return None

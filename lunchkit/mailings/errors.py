"""What is said instead of sending a mailing: why, and what to do."""

from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.events.models import Event
from lunchkit.platform.errors import Refusal
from lunchkit.platform.i18n import moment


class NotWritable(Refusal):
    """These people cannot be written to now."""

    def __init__(self, message: LazyString) -> None:
        super().__init__(message)
        self.message = message


class NobodyToReach(Refusal):
    """Nobody is there, or nobody with an address; or everybody was invited already."""

    message = _l("Nobody is left to write to: no e-mail was sent.")


class SameWordsAgain(Refusal):
    """A colleague sent them at the same moment, or the same page was opened twice."""

    message = _l("The same words went to the same people a short time ago. Nothing more was sent.")


class EnoughForToday(Refusal):
    """The people of a lunch got as many mailings as may leave in a day."""

    def __init__(self, event: Event, until: datetime) -> None:
        self.message = enough_until(event, until)
        super().__init__(self.message)


def enough_until(event: Event, until: datetime) -> LazyString:
    """That enough was written, and when one may write again."""
    again = moment(until, event.zone)
    return _l("Three e-mails within a day are enough for anybody. You can write again on %(moment)s.", moment=again)


OTHER_PEOPLE_NOW = _l("The lunch has gone on meanwhile: choose again to whom you write. Nothing was sent.")

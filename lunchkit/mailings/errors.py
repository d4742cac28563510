"""Why a mailing was not sent."""

from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.events.models import Event
from lunchkit.platform.errors import UserError, user_error
from lunchkit.platform.i18n import moment

NobodyToReach = user_error("NobodyToReach", _l("Nobody is left to write to: no e-mail was sent."))
SameWordsAgain = user_error(
    "SameWordsAgain", _l("The same words went to the same people a short time ago. Nothing more was sent.")
)
OTHER_PEOPLE_NOW = _l("The lunch has gone on meanwhile: choose again to whom you write. Nothing was sent.")


class NotWritable(UserError):
    """These people cannot be written to now; the message says why."""

    def __init__(self, message: LazyString) -> None:
        super().__init__(message)
        self.message = message


class EnoughForToday(UserError):
    """The people of a lunch got as many mailings as may leave in a day; ``until`` when the next may leave."""

    def __init__(self, event: Event, until: datetime) -> None:
        again = moment(until, event.zone)
        self.message = _l(
            "Three e-mails within a day are enough for anybody. You can write again on %(moment)s.", moment=again
        )
        super().__init__(self.message)

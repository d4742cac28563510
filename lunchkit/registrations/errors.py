"""What registering may be answered instead of a seat, in words for the person who asked."""

from flask_babel import gettext as _, lazy_gettext as _l

from lunchkit.events.models import Event
from lunchkit.platform.errors import UserError, user_error
from lunchkit.platform.i18n import long_date

RegistrationClosed = user_error("RegistrationClosed", _l("Registration for this lunch is closed."))
WaitingListFull = user_error(
    "WaitingListFull", _l("Every seat is taken, and the waiting list is full. Try again in a few days: people cancel.")
)
FormUsedAlready = user_error(
    "FormUsedAlready",
    _l("This form was sent before, with other words. Check it, and send it again to register one more person."),
)
NoSeatForCompanions = user_error(
    "NoSeatForCompanions", _l("There is no free seat for one more person. You keep the seats that you have.")
)
TooLate = user_error("TooLate", _l("The lunch has begun: this can no longer be changed here."))
NotPublished = user_error("NotPublished", _l("This lunch is a draft. Publish it first: the e-mail leads to its page."))
EventIsCancelled = user_error("EventIsCancelled", _l("This lunch is cancelled."))
NoFreeSeat = user_error("NoFreeSeat", _l("Every seat is taken. Raise the number of seats to let this person in."))
DateHasPassed = user_error("DateHasPassed", _l("This day is in the past. Choose a day to come."))
DateIsHistory = user_error(
    "DateIsHistory", _l("This lunch is over: its date stays. Make a new lunch for another date.")
)
"""The lunch took place, or personal data was erased after it."""
PeopleCame = user_error(
    "PeopleCame", _l("People have come to this lunch already: its day stays. Its hours can be changed.")
)
IsADraft = user_error("IsADraft", _l("This lunch is a draft, which nobody has seen. Delete it instead."))
PersonErased = user_error(
    "PersonErased", _l("Your name and your address are erased already: no e-mail will come any more."), 410
)
"""An old link out of an e-mail: the person was erased meanwhile."""
AddressTaken = user_error("AddressTaken", _l("This address is registered for this lunch already."))


class ErasurePromised(UserError):
    """More days until names are erased than those who have registered were told."""

    def __init__(self, event: Event) -> None:
        self.message = _(
            "Those who have registered were told that their names and addresses are erased on %(date)s, after "
            "%(days)s days. You can set fewer days, but no more.",
            date=long_date(event.purge_on),
            days=event.purge_days,
        )

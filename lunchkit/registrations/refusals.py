"""What registering may be answered instead of a seat, in words for the person who asked."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal
from lunchkit.events.models import Event
from lunchkit.i18n import long_date


class RegistrationClosed(Refusal):
    """Not open yet, over, or called off."""

    message = _l("Registration for this lunch is closed.")


class WaitingListFull(Refusal):
    """More requests wait than could ever be served."""

    message = _l("Every seat is taken, and the waiting list is full. Please try again in a few days: people cancel.")
    status = 409


class FormUsedAlready(Refusal):
    """The same copy of the form came back with other words."""

    message = _l(
        "This form was sent before, with other words. Check it, and send it again to register one more person."
    )


class NoSeatForCompanions(Refusal):
    """More people than seats are free."""

    message = _l("There is no free seat for one more person. You keep the seats that you have.")


class TooLate(Refusal):
    """The lunch has begun, or is over."""

    message = _l("The lunch has begun: this can no longer be changed here.")


class NotPublished(Refusal):
    """A draft: the letter would lead to pages that nobody may see yet."""

    message = _l("This lunch is a draft. Publish it first: the letter leads to its page.")


class LunchCalledOff(Refusal):
    """The lunch does not take place."""

    message = _l("This lunch is called off.")


class NoSeatAtTheDoor(Refusal):
    """The lunch runs, and every seat is taken."""

    message = _l("Every seat is taken. Raise the number of seats to let this person in.")


class DateHasPassed(Refusal):
    """Hours that have gone by already, typed into a lunch."""

    message = _l("This day has gone by. Please choose one that is still to come.")


class DateIsHistory(Refusal):
    """The lunch took place, or what people told about themselves is erased as they were promised."""

    message = _l("This lunch is over: its date stays. Make a new lunch for another date.")


class PeopleAreHere(Refusal):
    """Another day for a lunch that people sit at."""

    message = _l("People have come to this lunch already: its day stays. Its hours can be changed.")


class ErasurePromised(Refusal):
    """More days until names are erased than those who have registered were told."""

    def __init__(self, event: Event) -> None:
        self.message = _(
            "Those who have registered were told that their names and addresses are erased on %(date)s, after "
            "%(days)s days. You can set fewer days, but no more.",
            date=long_date(event.purge_on),
            days=event.purge_days,
        )


class IsADraft(Refusal):
    """A draft cannot be called off."""

    message = _l("This lunch is a draft, of which nobody knows. Throw it away instead.")


class NothingLeftToSend(Refusal):
    """An old link out of a letter: the person was erased meanwhile."""

    message = _l("Your name and your address are erased already: no letter will come any more.")
    status = 410


class AddressTaken(Refusal):
    """Another registration of this lunch has the address."""

    message = _l("This address is registered for this lunch already.")

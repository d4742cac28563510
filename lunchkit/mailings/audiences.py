"""To whom organisers may write about a lunch and when they may not, and to whom automatic e-mails go."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString, lazy_gettext as _l
from sqlalchemy import ColumnElement, and_

from lunchkit.events.models import Event
from lunchkit.mailings.models import Audience
from lunchkit.registrations.models import Registration, Status


@dataclass(frozen=True)
class People:
    """The registrations of one audience; subscribers have none."""

    label: LazyString
    statuses: tuple[Status, ...] = ()
    besides: tuple[ColumnElement[bool], ...] = ()

    def rows(self, event_id: int) -> ColumnElement[bool]:
        status = Registration.status.in_([str(one) for one in self.statuses])
        return and_(Registration.event_id == event_id, Registration.erased_at.is_(None), status, *self.besides)


_CAME = Registration.arrived > 0
PEOPLE = {
    Audience.SUBSCRIBERS: People(_l("Subscribers who are not registered for this lunch")),
    Audience.SEATED: People(_l("Everybody with a seat"), (Status.SEATED,)),
    Audience.WAITING: People(_l("The waiting list"), (Status.WAITING,)),
    Audience.ALL: People(_l("Everybody with a seat, and the waiting list"), (Status.SEATED, Status.WAITING)),
    Audience.CAME: People(_l("Everybody who came"), (Status.SEATED,), (_CAME,)),
    Audience.OTHERS: People(
        _l("Everybody who came and gets no recap by e-mail"),
        (Status.SEATED,),
        (_CAME, Registration.wants_recap.is_(False)),
    ),
}
AUTOMATIC = {
    "confirmation": (_l("Confirmation"), _l("At once to everybody who registers and gets a seat.")),
    "waiting": (_l("Waiting list"), _l("At once to everybody who registers while all seats are taken.")),
    "promotion": (_l("A seat has come free"), _l("To people on the waiting list, as soon as a seat is theirs.")),
    "reminder": (_l("Reminder"), _l("To everybody with a seat, on the days that the page of the lunch says.")),
    "change": (
        _l("Change of the lunch"),
        _l("To everybody registered or waiting, when you change title, day, hour or place of the public lunch."),
    ),
    "repeat": (_l("Registered already"), _l("When an address is registered a second time.")),
    "ticket": (_l("Ticket and link"), _l("When you send somebody’s ticket or link again, or correct their address.")),
    "cancellation": (_l("Cancellation"), _l("When somebody cancels, or when you cancel their registration.")),
    "event_cancellation": (_l("Lunch cancelled"), _l("To everybody registered or waiting, when you cancel the lunch.")),
    "recap": (_l("Recap"), _l("When you publish the recap, to those who had a seat and ticked that they want it.")),
}
"""Name and occasion of the automatic e-mails, by the folder of their templates."""


def why_not(event: Event, audience: Audience, now: datetime) -> LazyString | None:
    if event.cancelled_at is not None:
        return _l("This lunch is cancelled, and everybody was told. Nobody can be written to any more.")
    if event.published_at is None:
        return _l("This lunch is a draft. Publish it first: the e-mail leads to its page.")
    if audience is Audience.SUBSCRIBERS and not event.takes_registrations(now):
        return _l("Nobody can be invited now: an invitation leads to the registration form, which is not open.")
    if event.purged_at is not None:
        return _l("Names and addresses of this lunch are erased: nobody can be written to any more.")
    return None

"""What is said instead of sending invitations: why, and what to do."""

from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal
from lunchkit.events.models import Event
from lunchkit.i18n import moment


class NotInvitable(Refusal):
    """Nobody can be invited to this lunch now."""

    def __init__(self, message: LazyString) -> None:
        super().__init__(message)
        self.message = message


class NobodyToInvite(Refusal):
    """Everybody was invited or is registered already, or nobody said yes."""

    message = _l("Nobody is left to invite: no letter was sent.")


class RoundSentAlready(Refusal):
    """The same copy of the form came back with other words."""

    message = _l("These invitations have been sent already, with other words. Nothing more was sent.")


def why_not(event: Event, now: datetime) -> LazyString | None:
    """Why nobody can be invited to a lunch at this moment: the letter must lead to a form that is open."""
    if event.cancelled_at is not None:
        return _l("This lunch is called off: nobody is invited to it.")
    if event.published_at is None:
        return _l("This lunch is a draft. Publish it first: the letter leads to its page.")
    if event.is_over(now):
        return _l("This lunch is over: nobody can be invited to it any more.")
    if event.is_running(now):
        return _l("This lunch has begun: nobody can be invited to it any more.")
    if event.takes_registrations(now):
        return None
    if event.opens_later(now) and event.opens_at is not None:
        opens = moment(event.opens_at, event.zone)
        return _l("Registration opens on %(moment)s. Invite then: the letter leads to the form.", moment=opens)
    return _l("Registration is closed. Move its end first: the letter leads to the form.")

"""What the accounts refuse, in words that the person may read."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import Refusal


class NotFresh(Refusal):
    """Too long ago did the person show that it is them."""

    message = _l("Please confirm first that it is you.")
    status = 403


class AlreadySetUp(Refusal):
    """Nobody needs a set-up link any more."""

    message = _l("There is an organiser already: a set-up link is only for a server without one.")


class AddressTaken(Refusal):
    """Two organisers cannot share an address."""

    message = _l("There is an organiser with this address already.")


class Nameless(Refusal):
    """An organiser needs a name that can be read."""

    message = _l("Please write your name.")
    status = 422


class LastOrganiser(Refusal):
    """Without this organiser nobody could sign in."""

    message = _l("This is the last organiser: without them nobody can sign in.")


class OwnerStays(Refusal):
    """The house must be somebody's."""

    message = _l("Whoever holds the house hands it over first; then they can be removed, or get another role.")


class NotTheOwner(Refusal):
    """Somebody else holds the house by now."""

    message = _l("You do not hold this house any more: nothing was changed.")
    status = 403


class OnlyToOrganisers(Refusal):
    """A helper has never seen a lunch from inside."""

    message = _l("The house can be handed to an organiser. Give them that role first.")


class InvitedAlready(Refusal):
    """An invitation for another role is on its way."""

    message = _l("This person is invited already, for another role. Withdraw that invitation first.")


class TooManyInvitations(Refusal):
    """Nobody reads so many."""

    message = _l("Too many invitations are open. Withdraw those that nobody will accept.")

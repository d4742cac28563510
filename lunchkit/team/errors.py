"""User-facing errors of the team."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import UserError, user_error

SignInNeeded = user_error("SignInNeeded", _l("You are no longer signed in, and nothing was saved."), 401)
NotFresh = user_error("NotFresh", _l("Confirm first that it is you."), 403)
AddressTaken = user_error("AddressTaken", _l("There is an organiser with this address already."))
Nameless = user_error("Nameless", _l("Please write your name."), 422)
LastOrganiser = user_error("LastOrganiser", _l("This is the last organiser: without them nobody can sign in."))
OwnerStays = user_error(
    "OwnerStays", _l("The owner must hand over first; then they can be removed, or get another role.")
)
NotTheOwner = user_error("NotTheOwner", _l("You are not the owner any more: nothing was changed."), 403)
OnlyToOrganisers = user_error(
    "OnlyToOrganisers", _l("Only an organiser can become the owner. Give them that role first.")
)
InvitedAlready = user_error(
    "InvitedAlready", _l("This person is invited already, for another role. Withdraw that invitation first.")
)
InvalidInvitation = user_error("InvalidInvitation", _l("This invitation is no longer good."), 410)
TooManyInvitations = user_error(
    "TooManyInvitations", _l("Too many invitations are open. Withdraw those that nobody will accept.")
)


class NotAllowed(UserError):
    """The person's role does not suffice; a class, since features add their own reasons."""

    message = _l("You may not open this page.")
    status = 403

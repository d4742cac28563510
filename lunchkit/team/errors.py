"""User-facing errors of the team."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import Refusal, refusal

SignInNeeded = refusal("SignInNeeded", _l("You are no longer signed in, and nothing was saved."), 401)
NotFresh = refusal("NotFresh", _l("Confirm first that it is you."), 403)
AddressTaken = refusal("AddressTaken", _l("There is an organiser with this address already."))
Nameless = refusal("Nameless", _l("Please write your name."), 422)
LastOrganiser = refusal("LastOrganiser", _l("This is the last organiser: without them nobody can sign in."))
OwnerStays = refusal("OwnerStays", _l("The owner must hand over first; then they can be removed, or get another role."))
NotTheOwner = refusal("NotTheOwner", _l("You are not the owner any more: nothing was changed."), 403)
OnlyToOrganisers = refusal("OnlyToOrganisers", _l("Only an organiser can become the owner. Give them that role first."))
InvitedAlready = refusal(
    "InvitedAlready", _l("This person is invited already, for another role. Withdraw that invitation first.")
)
InvalidInvitation = refusal("InvalidInvitation", _l("This invitation is no longer good."), 410)
TooManyInvitations = refusal(
    "TooManyInvitations", _l("Too many invitations are open. Withdraw those that nobody will accept.")
)


class NotAllowed(Refusal):
    """The person's role does not suffice; a class, since features add their own reasons."""

    message = _l("You may not open this page.")
    status = 403

"""User-facing errors of the team, of signing in, and of the second factor."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import UserError, user_error

SignInNeeded = user_error("SignInNeeded", _l("You are no longer signed in, and nothing was saved."), 401)
NotFresh = user_error("NotFresh", _l("Confirm first that it is you."), 403)
AddressTaken = user_error("AddressTaken", _l("There is an organiser with this address already."))
Nameless = user_error("Nameless", _l("Write your name."), 422)
LastOrganiser = user_error("LastOrganiser", _l("This is the last organiser: without them nobody can sign in."))
OwnerStays = user_error(
    "OwnerStays", _l("The owner must hand over first; then they can be removed, or get another role.")
)
NotTheOwner = user_error("NotTheOwner", _l("You are not the owner any more: nothing was changed."), 403)
OnlyToOrganisers = user_error(
    "OnlyToOrganisers", _l("Only an organiser can become the owner. Give them that role first.")
)

InvalidLink = user_error("InvalidLink", _l("This link is no longer good."), 410)
WrongCode = user_error(
    "WrongCode",
    _l(
        "This code is not right, or no longer good. It has eight digits, and is in the latest e-mail. The link "
        "in it is good as well, opened in this browser."
    ),
    422,
)
TooManyTries = user_error(
    "TooManyTries",
    _l(
        "Too many wrong codes: none is taken for ten minutes. The link in the e-mail is still good, opened in this "
        "browser."
    ),
    429,
    retry_after=600,
)
AlreadySetUp = user_error(
    "AlreadySetUp", _l("There is an organiser already: a set-up link is only for a server without one.")
)

Unproven = user_error(
    "Unproven", _l("This was not confirmed, or took too long. Try again, with a passkey of this account."), 403
)
WrongRecoveryCode = user_error(
    "WrongRecoveryCode", _l("This code is not right, or was used already. Each code is good once."), 422
)
TooManyCodes = user_error(
    "TooManyCodes", _l("Too many wrong codes. Wait a quarter of an hour, or ask for a new link."), 429, retry_after=900
)
NotPossible = user_error("NotPossible", _l("Passkeys cannot be used on this server for now; “My account” says why."))
KnownPasskey = user_error("KnownPasskey", _l("This device has a passkey here already."))
TooManyPasskeys = user_error(
    "TooManyPasskeys", _l("There are ten passkeys already. Remove one that you do not use any more.")
)
NothingToReset = user_error("NothingToReset", _l("This person has no passkey: the e-mail alone lets them in already."))


class NotAllowed(UserError):
    """The person's role does not suffice; a class, since features add their own reasons."""

    message = _l("You may not open this page.")
    status = 403


class OtherBrowser(UserError):
    """The link was requested in another browser. The log names the organiser."""

    message = _l("This link was asked for in another browser.")
    status = 403

    def __init__(self, organiser_id: int | None) -> None:
        self.organiser_id = organiser_id

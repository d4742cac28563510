"""User-facing errors of the second factor."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import UserError, user_error

Unproven = user_error("Unproven", _l("This was not confirmed. Please try again, with a passkey of this account."), 403)
InvalidChallenge = user_error("InvalidChallenge", _l("This took too long, or was sent twice. Please try again."), 403)
CountWentBack = user_error(
    "CountWentBack",
    _l(
        "This passkey was refused: its counter went back, as that of a copy would. Use a recovery code, then remove it."
    ),
    403,
)
WrongRecoveryCode = user_error(
    "WrongRecoveryCode", _l("This code is not right, or was used already. Each code is good once."), 422
)
NotPossible = user_error("NotPossible", _l("Passkeys cannot be used on this server for now; “My account” says why."))
KnownPasskey = user_error("KnownPasskey", _l("This device has a passkey here already."))
TooManyPasskeys = user_error(
    "TooManyPasskeys", _l("There are ten passkeys already. Remove one that you do not use any more.")
)
NothingToReset = user_error("NothingToReset", _l("This person has no passkey: the e-mail alone lets them in already."))


class TooManyCodes(UserError):
    """Too many wrong recovery codes in one session."""

    message = _l("Too many wrong codes. Wait a quarter of an hour, or ask for a new link.")
    status = 429
    retry_after = 900

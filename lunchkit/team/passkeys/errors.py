"""User-facing errors of the second factor."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import Refusal, refusal

Unproven = refusal("Unproven", _l("This was not confirmed. Please try again, with a passkey of this account."), 403)
InvalidChallenge = refusal("InvalidChallenge", _l("This took too long, or was sent twice. Please try again."), 403)
CountWentBack = refusal(
    "CountWentBack",
    _l(
        "This passkey was refused: its counter went back, as that of a copy would. Use a recovery code, then remove it."
    ),
    403,
)
WrongRecoveryCode = refusal(
    "WrongRecoveryCode", _l("This code is not right, or was used already. Each code is good once."), 422
)
NotPossible = refusal("NotPossible", _l("Passkeys cannot be used on this server for now; “My account” says why."))
KnownPasskey = refusal("KnownPasskey", _l("This device has a passkey here already."))
TooManyPasskeys = refusal(
    "TooManyPasskeys", _l("There are ten passkeys already. Remove one that you do not use any more.")
)
NothingToReset = refusal("NothingToReset", _l("This person has no passkey: the letter alone lets them in already."))


class TooManyCodes(Refusal):
    """Too many wrong recovery codes in one session."""

    message = _l("Too many wrong codes. Wait a quarter of an hour, or ask for a new link.")
    status = 429
    retry_after = 900

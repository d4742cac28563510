"""What the second factor refuses, in words that the person may read."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import Refusal


class Unproven(Refusal):
    """The answer of a device is none to our question, or not by a passkey of this account."""

    message = _l("This was not confirmed. Please try again, with a passkey of this account.")
    status = 403


class ChallengeSpent(Refusal):
    """The question was answered already, has expired, or was put to another browser."""

    message = _l("This took too long, or was sent twice. Please try again.")
    status = 403


class CountWentBack(Refusal):
    """A copy of a passkey would look like this."""

    message = _l(
        "This passkey was refused: its counter went back, as that of a copy would. Use a recovery code, then remove it."
    )
    status = 403


class WrongCode(Refusal):
    """No such code of this account, or one that was used."""

    message = _l("This code is not right, or was used already. Each code is good once.")
    status = 422


class TooManyCodes(Refusal):
    """Nobody mistypes so often."""

    message = _l("Too many wrong codes. Wait a quarter of an hour, or ask for a new link.")
    status = 429
    retry_after = 900


class NotPossible(Refusal):
    """Passkeys cannot be used on this server as it is."""

    message = _l("Passkeys cannot be used on this server for now; “My account” says why.")


class KnownPasskey(Refusal):
    """The device has offered a passkey that is in use."""

    message = _l("This device has a passkey here already.")


class TooManyPasskeys(Refusal):
    """Nobody has so many devices."""

    message = _l("There are ten passkeys already. Remove one that you do not use any more.")


class NothingToReset(Refusal):
    """The letter alone lets this person in already."""

    message = _l("This person has no passkey: the letter alone lets them in already.")

"""Reads of the second factor."""

from lunchkit.platform.config import current_settings
from lunchkit.platform.errors import NotFound
from lunchkit.team.models import Organiser, OrganiserSession, Passkey
from lunchkit.team.passkeys.authenticators import obstacle, relying_party
from lunchkit.team.passkeys.errors import NotPossible
from lunchkit.team.queries import current_session, half_open_session, passkeys_of


def session_to_confirm() -> OrganiserSession | None:
    """The session of the current request, open or half open."""
    return current_session() or half_open_session()


def passkey_obstacle() -> str:
    """Why passkeys cannot be used on this server, for templates; empty where they can."""
    return obstacle(current_settings()) or ""


def passkey_host() -> str:
    """The host name that new passkeys are made for, for templates."""
    return relying_party(current_settings()).id


def refuse_obstacle() -> None:
    """Raise NotPossible where passkeys cannot be used on this server."""
    if passkey_obstacle():
        raise NotPossible


def passkey_or_404(organiser: Organiser, passkey_id: int) -> Passkey:
    """One of a person's own passkeys. Raises NotFound."""
    passkey = next((one for one in passkeys_of(organiser) if one.id == passkey_id), None)
    if passkey is None:
        raise NotFound
    return passkey

"""Who confirms, what hinders, and what is known of somebody's second factor."""

from dataclasses import dataclass

from lunchkit.platform.config import current_settings
from lunchkit.platform.errors import NotFound
from lunchkit.team.models import Organiser, OrganiserSession, Passkey
from lunchkit.team.passkeys.authenticators import Obstacle, obstacle, relying_party
from lunchkit.team.passkeys.errors import NotPossible
from lunchkit.team.queries import current_session, half_open_session, passkeys_of


@dataclass(frozen=True)
class Means:
    """By what somebody can show that it is them."""

    has_passkeys: bool
    """Otherwise a letter is the only means."""
    answers_here: bool
    """Whether one of the passkeys was made for the present address."""
    made_for: str
    """The host names that the others were made for."""
    obstacle: Obstacle | None


def session_to_confirm() -> OrganiserSession | None:
    """The session of the browser that asks, whether it is open or waits for the passkey."""
    return current_session() or half_open_session()


def passkey_obstacle() -> str:
    """Why passkeys cannot be used on this server, in a word for pages; empty where they can."""
    return obstacle(current_settings()) or ""


def passkey_host() -> str:
    """The host name to which new passkeys answer, for pages."""
    return relying_party(current_settings()).id


def refuse_obstacle() -> None:
    """Raise NotPossible where passkeys cannot be used on this server."""
    if obstacle(current_settings()):
        raise NotPossible


def means_of(organiser: Organiser) -> Means:
    """By what somebody can show that it is them."""
    hosts = {passkey.rp_id for passkey in passkeys_of(organiser)}
    here = relying_party(current_settings()).id
    return Means(bool(hosts), here in hosts, ", ".join(sorted(hosts - {here})), obstacle(current_settings()))


def passkey_or_404(organiser: Organiser, passkey_id: int) -> Passkey:
    """One of somebody's own passkeys. Raises NotFound."""
    passkey = next((one for one in passkeys_of(organiser) if one.id == passkey_id), None)
    if passkey is None:
        raise NotFound
    return passkey

"""Who may pass which door of the organisers' area: one table, from the name of a door to the least role.

A name stands for itself and for all doors below it; the longest one holds. A door without an entry opens for nobody,
and the tests fail: ``tests/test_policies.py`` holds this table against a list of its own.
"""

from lunchkit.accounts.models import Role
from lunchkit.accounts.queries import current_organiser

LEAST: dict[str, Role] = {
    # oneself
    "organiser.sign_out": Role.HELPER,
    "organiser.sessions": Role.HELPER,
    "organiser.update_account": Role.HELPER,
    "organiser.end_session": Role.HELPER,
    "organiser.end_other_sessions": Role.HELPER,
    "organiser.passkeys": Role.HELPER,
    "organiser.welcome": Role.HELPER,
    "organiser.phone": Role.HELPER,
    "organiser.open_on_phone": Role.HELPER,
    # the door of a lunch; pages.doors says of which
    "organiser.doors": Role.HELPER,
    "organiser.checkin": Role.HELPER,
    # lunches
    "organiser.pages": Role.ORGANISER,
    "organiser.pages.home": Role.HELPER,  # sends helpers on to the doors
    "organiser.events": Role.ORGANISER,
    "organiser.asked": Role.ORGANISER,
    "organiser.paper": Role.ORGANISER,
    "organiser.planning": Role.ORGANISER,
    "organiser.wording": Role.ORGANISER,
    "organiser.registrations": Role.ORGANISER,
    "organiser.imports": Role.ORGANISER,
    "organiser.invitations": Role.ORGANISER,
    "organiser.messages": Role.ORGANISER,
    "organiser.guests": Role.ORGANISER,
    "organiser.speakers": Role.ORGANISER,
    "organiser.polls": Role.ORGANISER,
    "organiser.questions": Role.ORGANISER,
    "organiser.presenter": Role.ORGANISER,
    "organiser.feedback": Role.ORGANISER,
    "organiser.recap": Role.ORGANISER,
    "organiser.mail": Role.ORGANISER,
    "organiser.patterns": Role.ORGANISER,
    "organiser.log": Role.ORGANISER,
    # the house and its team
    "organiser.house": Role.OWNER,
    "organiser.health": Role.OWNER,
    "organiser.team": Role.OWNER,
    "organiser.passkeys.reset": Role.OWNER,
    "organiser.passkeys.resetting": Role.OWNER,
    "organiser.team.index": Role.ORGANISER,  # everybody may see with whom they work
}


def least_role(endpoint: str) -> Role | None:
    """The least role that may pass a door; None where nobody may."""
    name = endpoint
    while name:
        if name in LEAST:
            return LEAST[name]
        name = name.rpartition(".")[0]
    return None


def may(endpoint: str) -> bool:
    """Whether whoever is signed in may pass a door: for menus and links."""
    organiser = current_organiser()
    return organiser is not None and organiser.may(least_role(endpoint))

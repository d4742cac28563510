"""The least role for each route of the organisers' area, and the routes that need a fresh confirmation.

An entry applies to its endpoint and to all below it; the longest one wins. Nobody may use a route without an entry, and
``tests/test_policies.py`` compares this table with a list of its own.
"""

from flask import request, url_for

from lunchkit.team.models import Role
from lunchkit.team.queries import current_organiser

ROLE_OF_ROUTE: dict[str, Role] = {
    # one's own account
    "organiser.sign_out": Role.HELPER,
    "organiser.sessions": Role.HELPER,
    "organiser.end_other_sessions": Role.HELPER,
    "organiser.passkeys": Role.HELPER,
    "organiser.phone": Role.HELPER,
    # check-in
    "organiser.helper_home": Role.HELPER,
    "organiser.handbook": Role.HELPER,
    "organiser.check_in": Role.HELPER,
    # lunches
    "organiser.home": Role.ORGANISER,
    "organiser.home.home": Role.HELPER,  # redirects helpers to the check-in
    "organiser.events": Role.ORGANISER,
    "organiser.custom_fields": Role.ORGANISER,
    "organiser.printouts": Role.ORGANISER,
    "organiser.run_sheet": Role.ORGANISER,
    "organiser.registrations": Role.ORGANISER,
    "organiser.imports": Role.ORGANISER,
    "organiser.mailings": Role.ORGANISER,
    "organiser.subscribers": Role.ORGANISER,
    "organiser.speakers": Role.ORGANISER,
    "organiser.polls": Role.ORGANISER,
    "organiser.qa": Role.ORGANISER,
    "organiser.presenter": Role.ORGANISER,
    "organiser.survey": Role.ORGANISER,
    "organiser.recap": Role.ORGANISER,
    "organiser.outbox": Role.ORGANISER,
    "organiser.history": Role.ORGANISER,
    # settings and team
    "organiser.settings": Role.OWNER,
    "organiser.system_status": Role.OWNER,
    "organiser.team": Role.OWNER,
    "organiser.passkeys.reset": Role.OWNER,
    "organiser.team.index": Role.ORGANISER,
}

PAGE_AFTER_CONFIRMATION: dict[str, str] = {
    "organiser.settings.show": "organiser.settings.show",
    "organiser.settings.save": "organiser.settings.show",
    "organiser.team.invite": "organiser.team.index",
    "organiser.team.give_role": "organiser.team.show",
    "organiser.team.remove": "organiser.team.remove",
    "organiser.team.hand_over": "organiser.team.hand_over",
    "organiser.passkeys.new": "organiser.passkeys.new",
    "organiser.passkeys.prepare": "organiser.passkeys.new",
    "organiser.passkeys.create": "organiser.passkeys.new",
    "organiser.passkeys.remove": "organiser.passkeys.remove",
    "organiser.passkeys.reset": "organiser.passkeys.reset",
    "organiser.subscribers.download": "organiser.subscribers.index",
    "organiser.registrations.download": "organiser.registrations.index",
    "organiser.system_status.download": "organiser.system_status.show",
}
"""Routes that need a fresh confirmation, and the page to open after it."""
SECTIONS_TO_CONFIRM = {"letters", "address"}
"""Of the settings only these: mail and address lead to everybody's sign-in links."""


def page_after_confirmation() -> str | None:
    """The page to open after a fresh confirmation, where the requested route needs one; None for all others."""
    endpoint, values = request.endpoint or "", request.view_args or {}
    section = values.get("section")
    if endpoint not in PAGE_AFTER_CONFIRMATION or (section is not None and section not in SECTIONS_TO_CONFIRM):
        return None
    return url_for(PAGE_AFTER_CONFIRMATION[endpoint], **values).partition("?")[0]


def least_role(endpoint: str) -> Role | None:
    """The least role for a route; None where nobody may use it."""
    name = endpoint
    while name and name not in ROLE_OF_ROUTE:
        name = name.rpartition(".")[0]
    return ROLE_OF_ROUTE.get(name)


def may(endpoint: str) -> bool:
    organiser = current_organiser()
    return organiser is not None and organiser.may(least_role(endpoint))

"""Who may pass which door of the organisers' area: one table, from the name of a door to the least role.

A name stands for itself and for all doors below it; the longest one holds. A door without an entry opens for nobody,
and the tests fail: ``tests/test_policies.py`` holds this table against a list of its own.
"""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from lunchkit.platform import clock
from lunchkit.team.models import OrganiserSession, Role
from lunchkit.team.queries import current_organiser

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
    "organiser.helper_home": Role.HELPER,
    "organiser.check_in": Role.HELPER,
    # lunches
    "organiser.home": Role.ORGANISER,
    "organiser.home.home": Role.HELPER,  # sends helpers on to the doors
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
    # the house and its team
    "organiser.settings": Role.OWNER,
    "organiser.system_status": Role.OWNER,
    "organiser.team": Role.OWNER,
    "organiser.passkeys.reset": Role.OWNER,
    "organiser.passkeys.resetting": Role.OWNER,
    "organiser.team.index": Role.ORGANISER,  # everybody may see with whom they work
}


FRESH: dict[str, str] = {
    "organiser.settings.show": "organiser.settings.show",
    "organiser.settings.save": "organiser.settings.show",
    "organiser.settings.step": "organiser.settings.step",
    "organiser.settings.take_step": "organiser.settings.step",
    "organiser.team.invite": "organiser.team.index",
    "organiser.team.repeat": "organiser.team.index",
    "organiser.team.give_role": "organiser.team.show",
    "organiser.team.removal": "organiser.team.removal",
    "organiser.team.remove": "organiser.team.removal",
    "organiser.team.handing_over": "organiser.team.handing_over",
    "organiser.team.hand_over": "organiser.team.handing_over",
    "organiser.passkeys.resetting": "organiser.passkeys.resetting",
    "organiser.passkeys.reset": "organiser.passkeys.resetting",
    "organiser.registrations.csv": "organiser.registrations.index",
    "organiser.registrations.xlsx": "organiser.registrations.index",
}
"""Doors for those alone who showed within ten minutes that it is them, and the page to which one comes back from there.

One's own passkeys ask for it in their actions.
"""
FRESH_SECTIONS = {"letters", "address"}
"""Of the house only these two: who holds the mail or the address gets everybody's sign-in links."""


def page_to_come_back_to(endpoint: str, named: Mapping[str, Any]) -> str | None:
    """Where one goes on after a fresh confirmation, for a door that asks for one; None for all others."""
    section = named.get("section", named.get("step"))
    if endpoint not in FRESH or (section is not None and section not in FRESH_SECTIONS):
        return None
    return url_for(FRESH[endpoint], **named).partition("?")[0]


def must_confirm(row: OrganiserSession) -> bool:
    """Whether somebody has to show again that it is them, at such a door."""
    now = clock.now()
    return not row.is_fresh(now) and not row.founds(now)


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

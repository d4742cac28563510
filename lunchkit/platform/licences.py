"""Licences of recaps: how they are stored, where their text is, and how free each is."""

from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext as _l


@dataclass(frozen=True)
class Licence:
    """One licence; the later in ``LICENCES``, the more it lets people do."""

    key: str
    """What settings and frozen copies hold: it never changes."""
    name: str | LazyString
    address: str
    """Where its text is; empty where nothing is given away."""


RESERVED = Licence("all-rights-reserved", _l("All rights reserved"), "")
BY_SA = Licence("cc-by-sa-4.0", "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/")
BY = Licence("cc-by-4.0", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
ZERO = Licence("cc0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/")
LICENCES = {licence.key: licence for licence in (RESERVED, BY_SA, BY, ZERO)}
FIRST = BY
"""The licence while nobody chooses one, and what every recap was given under before there was a choice."""


def licence_named(key: str | None) -> Licence:
    """The licence with this key; the first one for what was frozen without any."""
    return LICENCES[key] if key is not None else FIRST


def freer(one: Licence, other: Licence) -> Licence:
    """Which of two lets people do more: what was given once cannot be taken back, but more can be given."""
    return max(one, other, key=lambda licence: list(LICENCES).index(licence.key))

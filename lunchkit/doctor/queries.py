"""What was found when somebody last looked after the house."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lunchkit.db import known_damage
from lunchkit.doctor.findings import Level
from lunchkit.doctor.machine import damaged
from lunchkit.house.models import House
from lunchkit.i18n import language


@dataclass(frozen=True)
class KeptFinding:
    """A finding in the reader's words."""

    level: Level
    text: str
    advice: str
    section: str = ""
    """Of the house's pages, where the answer lies in one."""


def kept_findings(house: House) -> list[KeptFinding]:
    """What was found, the worst first; nothing where nobody has looked yet, or the house was set since."""
    damage = [KeptFinding(one.level, str(one.text), str(one.advice)) for one in [damaged()] if known_damage()]
    if damage or house.looked_at is None:
        return damage
    order = (Level.WRONG, Level.NOTE, Level.FINE)
    said = [_kept(one) for one in house.health]
    return sorted(said, key=lambda one: order.index(one.level))


def _kept(one: Mapping[str, Any]) -> KeptFinding:
    text, advice = one[language()]
    return KeptFinding(Level(one["level"]), text, advice, one.get("section", ""))


def troubles(house: House) -> int:
    """How many things are wrong, by a look that still holds."""
    if known_damage():
        return 1
    return 0 if house.looked_at is None else sum(one["level"] == Level.WRONG for one in house.health)

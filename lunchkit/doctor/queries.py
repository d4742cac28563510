"""What was found when somebody last looked after the house."""

from dataclasses import dataclass

from lunchkit.doctor.findings import Level
from lunchkit.house.models import House
from lunchkit.i18n import language


@dataclass(frozen=True)
class KeptFinding:
    """A finding in the reader's words."""

    level: Level
    text: str
    advice: str


def kept_findings(house: House) -> list[KeptFinding]:
    """What was found, the worst first; nothing where nobody has looked yet."""
    order = (Level.WRONG, Level.NOTE, Level.FINE)
    said = [KeptFinding(Level(one["level"]), *one[language()]) for one in house.health]
    return sorted(said, key=lambda one: order.index(one.level))


def troubles(house: House) -> int:
    """How many things are wrong."""
    return sum(one["level"] == Level.WRONG for one in house.health)

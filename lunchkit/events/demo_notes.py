"""What a lunch of the demo is, and what its pages say of it."""

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import NOT_PERSONAL


class DemoKind(StrEnum):
    FICTIONAL = "fictional"
    RECONSTRUCTED = "reconstructed"  # it took place, and is told after an article


DEMO_NOTES = {
    DemoKind.FICTIONAL: _l("Demonstration page: this lunch, its people and what they say are made up."),
    DemoKind.RECONSTRUCTED: _l(
        "Demonstration page, written after an article of %(network)s: year, hours, votes, date and licence are assumed."
    ),
}


class DemoNotes:
    series: Any
    demo: Mapped[str] = mapped_column(String(14), default="", info=NOT_PERSONAL)
    """Which ``DemoKind`` it is; empty for a real lunch."""

    @property
    def is_fictional(self) -> bool:
        """Whether it never took place: its pages say so beside its title."""
        return self.demo == DemoKind.FICTIONAL

    @property
    def demo_note(self) -> str:
        """What the foot of each of its pages says of what is not real; empty for a real lunch."""
        return str(DEMO_NOTES[DemoKind(self.demo)]) % {"network": self.series.network} if self.demo else ""

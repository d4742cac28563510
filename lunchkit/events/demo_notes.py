"""What a lunch of the demo is, and what its pages say of it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import NOT_PERSONAL

DEMO_NOTES = {
    "fictional": _l("Demonstration page: this lunch, its people and what they say are made up."),
    "reconstructed": _l(
        "Demonstration page, written after an article of %(network)s: year, hours, votes, date and licence are assumed."
    ),
}
"""By what a lunch of the demo is: made up, or one that took place, told after an article."""


class DemoNotes:
    series: Any
    demo: Mapped[str] = mapped_column(String(14), default="", info=NOT_PERSONAL)
    """A key of DEMO_NOTES; empty for a real lunch."""

    @property
    def is_fictional(self) -> bool:
        """Whether it never took place: its pages say so beside its title."""
        return self.demo == "fictional"

    @property
    def demo_note(self) -> str:
        """What the foot of each of its pages says of what is not real; empty for a real lunch."""
        return str(DEMO_NOTES[self.demo]) % {"network": self.series.network} if self.demo else ""

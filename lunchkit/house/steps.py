"""What several actions of the house are made of, in their transaction."""

import threading

from lunchkit.house.models import House

due = threading.Event()
"""Set where somebody wants the house looked after at once: the background work of this process hears of it."""


def look_is_due(house: House) -> None:
    """What was found does not hold any more: the pages say so, until the background work has looked again."""
    house.looked_at = None

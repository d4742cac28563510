"""What draws pictures with Pillow, imported when it is first used: see ``platform.late``."""

from typing import TYPE_CHECKING

from lunchkit.platform.late import Lazy

if TYPE_CHECKING:
    from lunchkit.platform.images import cards, redraw
else:
    cards, redraw = Lazy("lunchkit.platform.images.cards"), Lazy("lunchkit.platform.images.redraw")

__all__ = ["cards", "redraw"]

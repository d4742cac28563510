"""What a drawing is made of: paths and lines of text, by numbers alone.

All choices look the same; people are counted in ink; the colour is for those who moved, edged with ink because alone it
is too pale on paper.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lunchkit.platform.colours import INK, PALETTES
from lunchkit.platform.i18n import typo

WIDE = 1920
WIDE_HEIGHT = 752
NARROW = 320  # that of the narrowest phone
LINE_HEIGHT, AVERAGE = 1.12, 0.595
"""Of a line and of a letter, in ems."""


class Shape(NamedTuple):
    """A path. ``look`` names a class of css/pictures.css; ``width`` is that of its stroke, ``dash`` the length of a
    dash, where it has dashes."""

    d: str
    look: str
    width: float = 0
    dash: float = 0


class Words(NamedTuple):
    """One line of text, its base line at x, y."""

    x: float
    y: float
    size: float
    text: str
    look: str = "words"
    anchor: str = "start"


@dataclass
class Drawing:
    """A picture: its title, what it says to people who cannot see it, and what is in it."""

    width: int
    title: str = ""
    says: str = ""
    height: int = 0
    shapes: list[Shape] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def draw(self, d: str, look: str, width: float = 0, dash: float = 0) -> None:
        if d:
            self.shapes.append(Shape(d, look, round(width, 1), round(dash, 2)))

    def write(self, x: float, y: float, size: float, text: str, look: str = "words", anchor: str = "start") -> None:
        self.words.append(Words(round(x, 1), round(y, 1), round(size, 1), text, look, anchor))

    def write_lines(
        self, x: float, y: float, size: float, lines: Sequence[str], look: str = "words", anchor: str = "start"
    ) -> float:
        """Add lines of text, one under the other. Returns how high they are."""
        for index, line in enumerate(lines):
            self.write(x, y + index * size * LINE_HEIGHT, size, line, look, anchor)
        return len(lines) * size * LINE_HEIGHT


def looks_of(colour: str) -> dict[str, str]:
    """The classes of css/pictures.css as attributes, but those of the projector."""
    bright, paper, _tint = PALETTES.get(colour, PALETTES["tomate"])
    line = f'fill="none" stroke="{INK}"'
    return {
        "words": f'fill="{INK}"',
        "light": f'fill="{INK}" font-weight="400"',
        "paper": f'fill="{paper}"',
        "full": f'fill="{INK}"',
        "line": line,
        "discs": f'{line} stroke-linecap="round"',
        "came": f'fill="{bright}" stroke="{INK}"',
    }


def fmt(value: float) -> str:
    """A number of a path: one digit after the point, if that."""
    return f"{value:.1f}".removesuffix(".0")


def box(x: float, y: float, width: float, height: float) -> str:
    return f"M{fmt(x)} {fmt(y)}h{fmt(width)}v{fmt(height)}h{fmt(-width)}z"


def disc(x: float, y: float, r: float) -> str:
    half = f"a{fmt(r)} {fmt(r)} 0 1 0"
    return f"M{fmt(x - r)} {fmt(y)}{half} {fmt(2 * r)} 0{half} {fmt(-2 * r)} 0z"


def dot(x: float, y: float) -> str:
    """A line of no length: with round ends it is a disc as large as the line is wide."""
    return f"M{fmt(x)} {fmt(y)}h.01"


def curve(x0: float, y0: float, x1: float, y1: float) -> str:
    """A rope that leaves and arrives level."""
    middle = fmt((x0 + x1) / 2)
    return f"M{fmt(x0)} {fmt(y0)}C{middle} {fmt(y0)} {middle} {fmt(y1)} {fmt(x1)} {fmt(y1)}"


def breadth(text: str) -> float:
    """About how broad a text in bold is, in ems: with a margin for Helvetica, without one for DejaVu Sans."""
    return AVERAGE * len(text)


def split_lines(text: str, room: float, most: int | None = None) -> list[str]:
    """The text in lines of ``room`` ems; what does not fit in ``most`` lines ends with an ellipsis."""
    return textwrap.wrap(typo(text), max(int(room / AVERAGE), 2), max_lines=most, placeholder="…")

"""Marks for people, told apart without colour: discs, or bars where they are many; and the legend of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

from lunchkit.room.polls.pictures.drawing import LINE_HEIGHT, Drawing, box, breadth, disc, dot, fmt, split_lines

Spots = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Area:
    """Where something is drawn, and how thick its strokes are."""

    x: float
    y: float
    width: float
    height: float
    stroke: float

    def spots(self, pitch: float, first: int, count: int) -> Spots:
        """The middles of ``count`` places after the ``first`` ones, line by line."""
        columns = int(self.width / pitch + 0.01)
        places = [divmod(number, columns) for number in range(first, first + count)]
        return [(self.x + (column + 0.5) * pitch, self.y + (line + 0.5) * pitch) for line, column in places]


def draw_people(sheet: Drawing, mark: str, spots: Spots, pitch: float, stroke: float) -> None:
    """A disc a person: full; a ring, coloured, dotted, or struck through; or dashed."""
    r, ring = pitch * 0.4, round(pitch * 0.4 - stroke / 2, 1)
    dots = "".join(dot(x, y) for x, y in spots)
    if mark == "full":
        sheet.draw(dots, "discs", 2 * r)
        return
    dash = ring * pi / 6 if mark == "dashed" else 0
    sheet.draw("".join(disc(x, y, ring) for x, y in spots), "came" if mark == "coloured" else "line", stroke, dash)
    if mark == "dotted":
        sheet.draw(dots, "discs", r * 0.8)
    elif mark == "hatched":
        bar = ring * 0.7
        strokes = (f"M{fmt(x - bar)} {fmt(y + bar)}L{fmt(x + bar)} {fmt(y - bar)}" for x, y in spots)
        sheet.draw("".join(strokes), "line", stroke)


def draw_bar(sheet: Drawing, mark: str, area: Area) -> None:
    """The same as a part of a bar; ``frame`` is empty."""
    edge = area.stroke
    if not area.width:
        return
    inner = box(area.x + edge / 2, area.y + edge / 2, max(area.width - edge, 0.1), area.height - edge)
    if mark == "full":
        sheet.draw(box(area.x, area.y, area.width, area.height), "full")
    else:
        dash = (area.height - edge) / 4 if mark == "dashed" else 0
        sheet.draw(inner, "came" if mark == "coloured" else "line", edge, dash)
    if mark in ("hatched", "dotted"):
        stripes = f"M{fmt(area.x)} {fmt(area.y + area.height / 2)}h{fmt(area.width)}"
        sheet.draw(stripes, "line", area.height, edge * (2.5 if mark == "hatched" else 6))


def draw_legend(
    sheet: Drawing, meanings: Sequence[tuple[str, str]], size: float, top: float, *, has_discs: bool
) -> float:
    """Marks with what they mean, as many in a line as fit. Returns where it ends."""
    x, stroke = 0.0, 3 if size > 20 else 2
    for mark, word in meanings:
        indent = 1.4 * size if mark else 0
        if x and x + indent + breadth(word) * size > sheet.width:
            x, top = 0.0, top + size * 1.6
        area = Area(x, top + size * 0.14, size, size, stroke)
        if mark and has_discs:
            draw_people(sheet, mark, area.spots(size, 0, 1), size, stroke)
        elif mark:
            draw_bar(sheet, mark, area)
        lines = split_lines(word, (sheet.width - x - indent) / size)
        top += sheet.write_lines(x + indent, top + size, size, lines, "light") - size * LINE_HEIGHT
        x += indent + (breadth(word) + 1.2) * size
    return top + size * 1.7

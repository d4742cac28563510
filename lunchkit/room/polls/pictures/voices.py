"""Before and after as voices: a row a choice, of those who have it now, facing those who left it.

Without flows, each choice has two plain lines: before, and after. Where a choice has many voices, all are bars.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from flask_babel import gettext as _

from lunchkit.platform.i18n import typo
from lunchkit.room.polls.movement import Level, read
from lunchkit.room.polls.pictures.drawing import (
    LINE_HEIGHT,
    NARROW,
    WIDE,
    Drawing,
    box,
    breadth,
    disc,
    dot,
    fmt,
    split_lines,
)
from lunchkit.room.polls.pictures.rows import MOST_DISCS, Area, draw_fill, rows_of
from lunchkit.room.polls.pictures.sentences import headline, movement_notes
from lunchkit.room.polls.results import Result

Parts = list[tuple[str, int]]


@dataclass(frozen=True)
class _Frame:
    width: int
    size: float
    figure: float
    small: float
    pitch: float
    bar: float
    stroke: float

    @property
    def indent(self) -> float:
        """How much room «Before» has, where each choice has two lines."""
        return self.small * 5.5


_NARROW = _Frame(width=NARROW, size=17, figure=24, small=13, pitch=16, bar=22, stroke=2)
_WIDE = _Frame(width=WIDE, size=40, figure=62, small=30, pitch=36, bar=48, stroke=3.5)


@dataclass(frozen=True)
class Voices:
    """How often one answer was given, before and after. ``parts``: those who have it now, and those who left it."""

    label: str
    before: int
    after: int
    parts: Parts
    """Of each kind how many; empty where the flows are not told."""

    @property
    def told(self) -> str:
        """The same in words, for the table: «14 stayed · 3 left this answer»."""
        words = _meanings()
        return " · ".join(f"{count}\u00a0{words[kind]}" for kind, count in self.parts if count)


def voices_of(movement: dict[str, Any] | None, before: Result, after: Result) -> list[Voices]:
    """The choices in their order. Who moved is told by phones; figures count by hand as well."""
    moved, earlier = read(movement), {row.position: row for row in before.rows}
    found = []
    for row in rows_of(after):
        was = earlier.get(row.position)
        figures = was.total if was else 0, row.total
        stayed = sum(flow.count for flow in moved.flows if flow.was == flow.now == row.position)
        came = sum(flow.count for flow in moved.flows if flow.now == row.position) - stayed
        late, gone = max(row.count - stayed - came, 0), max((was.count if was else 0) - stayed, 0)
        parts = [("full", stayed), ("came", came), ("late", late), ("hand", row.by_hand), ("gone", gone)]
        found.append(Voices(row.label, *figures, parts if moved.level is Level.FLOWS else []))
    return found


def draw_voices(movement: dict[str, Any] | None, before: Result, after: Result, wide: bool = False) -> Drawing:
    """The row of each choice under its figures, and what the marks mean."""
    frame, rows = _WIDE if wide else _NARROW, voices_of(movement, before, after)
    says = " ".join([f"{headline(after)}.", *movement_notes(movement, before, after)])
    sheet = Drawing(frame.width, typo(after.question), says)
    has_bars = max((count for row in rows for count in (row.before, row.after)), default=0) > MOST_DISCS
    most = max((sum(count for _kind, count in parts) for row in rows for _word, parts in _lines(row)), default=1)
    y = 0.0
    for row in rows:
        y = _write_head(sheet, frame, row, y)
        for word, parts in _lines(row):
            x = frame.indent if word else 0.0
            if word:
                sheet.write(0, y + frame.pitch * 0.78, frame.small, word, "light")
            area = Area(x, y, frame.width - x, frame.bar if has_bars else frame.pitch, frame.stroke)
            y += _draw_bars(sheet, parts, area, most) if has_bars else _draw_discs(sheet, parts, area)
        y += frame.pitch * 0.6
    sheet.draw(f"M0 {fmt(y)}H{frame.width}", "line", frame.stroke)
    kinds = [kind for kind in _meanings() if any(count for row in rows for one, count in row.parts if one == kind)]
    sheet.height = round(_draw_legend(sheet, frame, kinds, y + frame.small, has_bars))
    return sheet


def _lines(row: Voices) -> list[tuple[str, Parts]]:
    if row.parts:
        return [("", row.parts)]
    return [(_("Before"), [("full", row.before)]), (_("After"), [("full", row.after)])]


def _meanings() -> dict[str, str]:
    return {
        "full": _("stayed"),
        "came": _("came from another answer"),
        "late": _("answered only after"),
        "hand": _("by hand"),
        "gone": _("left this answer"),
    }


def _write_head(sheet: Drawing, frame: _Frame, row: Voices, top: float) -> float:
    sheet.draw(f"M0 {fmt(top)}H{frame.width}", "line", frame.stroke)
    figures = f"{row.before} → {row.after}"
    base = top + frame.figure * 1.1
    lines = split_lines(row.label, (frame.width - (breadth(figures) + 0.5) * frame.figure) / frame.size)
    sheet.write_lines(0, base, frame.size, lines)
    sheet.write(frame.width, base, frame.figure, figures, anchor="end")
    return base + (len(lines) - 1) * frame.size * LINE_HEIGHT + frame.size * 0.6


def _draw_discs(sheet: Drawing, parts: Parts, area: Area) -> float:
    """Draw the people of one line. Returns how high it is."""
    pitch, at = area.height, 0
    columns = int(area.width / pitch + 0.01)
    for kind, count in parts:
        at += kind == "gone" and at > 0 and count > 0
        places = [divmod(number, columns) for number in range(at, at + count)]
        spots = [(area.x + (column + 0.5) * pitch, area.y + (line + 0.5) * pitch) for line, column in places]
        _draw_people(sheet, kind, spots, pitch * 0.4, area.stroke)
        at += count
    return max(-(-at // columns), 1) * pitch


def _draw_people(sheet: Drawing, kind: str, spots: Sequence[tuple[float, float]], r: float, stroke: float) -> None:
    inner = round(r - stroke / 2, 1)
    rings = "".join(disc(x, y, inner) for x, y in spots)
    if kind == "full":
        sheet.draw("".join(dot(x, y) for x, y in spots), "discs", 2 * r)
    elif kind == "gone":
        sheet.draw("".join(arc for x, y in spots for arc in _dashes(x, y, inner)), "line", stroke * 0.8)
    else:
        sheet.draw(rings, "came" if kind == "came" else "line", stroke)
    if kind == "late":
        sheet.draw("".join(dot(x, y) for x, y in spots), "discs", r * 0.8)
    elif kind == "hand":
        slope = inner * 0.7
        strokes = (f"M{fmt(x - slope)} {fmt(y + slope)}L{fmt(x + slope)} {fmt(y - slope)}" for x, y in spots)
        sheet.draw("".join(strokes), "line", stroke)


def _dashes(x: float, y: float, r: float) -> Iterator[str]:
    """A circle of six dashes."""
    for turn in range(6):
        (ax, ay), (bx, by) = (
            (x + r * cos(angle), y + r * sin(angle)) for angle in (turn * pi / 3, turn * pi / 3 + 0.62)
        )
        yield f"M{fmt(ax)} {fmt(ay)}A{fmt(r)} {fmt(r)} 0 0 1 {fmt(bx)} {fmt(by)}"


def _draw_bars(sheet: Drawing, parts: Parts, area: Area, most: int) -> float:
    x, gap = area.x, area.height / 2
    for kind, count in parts:
        if count:
            x += gap if kind == "gone" and x > area.x else 0
            width = (area.width - gap) * count / most
            _draw_bar(sheet, kind, Area(x, area.y, width, area.height, area.stroke))
            x += width
    return area.height * 1.2


def _draw_bar(sheet: Drawing, kind: str, area: Area) -> None:
    edge = area.stroke
    if kind == "came":
        inner = max(area.width - edge, 0.1), area.height - edge
        sheet.draw(box(area.x + edge / 2, area.y + edge / 2, *inner), "came", edge)
    elif kind == "gone":
        step = area.height / 3
        dashes = (area.x + i * step for i in range(int(area.width / step) + 1))
        ends = [(x, min(x + step * 0.55, area.x + area.width)) for x in dashes]
        for y in (area.y + edge / 2, area.y + area.height - edge / 2):
            sheet.draw("".join(f"M{fmt(x)} {fmt(y)}H{fmt(to)}" for x, to in ends), "line", edge)
    else:
        draw_fill(sheet, {"full": "full", "late": "hatched"}.get(kind, "frame"), area)


def _draw_legend(sheet: Drawing, frame: _Frame, kinds: Sequence[str], top: float, has_bars: bool) -> float:
    x, size = 0.0, frame.small
    for kind in kinds:
        word, room = _meanings()[kind], 1.4 * size
        if x and x + room + breadth(word) * size > frame.width:
            x, top = 0.0, top + size * 1.6
        area = Area(x, top + size * 0.1, size, size, frame.stroke)
        if has_bars:
            _draw_bar(sheet, kind, area)
        else:
            _draw_discs(sheet, [(kind, 1)], area)
        sheet.write(x + room, top + size, size, word, "light")
        x += room + (breadth(word) + 1.2) * size
    return top + (1.6 * size if kinds else 0)

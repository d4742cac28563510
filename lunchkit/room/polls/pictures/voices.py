"""Before and after as voices: a row a choice, of those who have it now, facing those who left it.

Without flows, each choice has two plain lines: before, and after. Where a choice has many voices, all are bars.
"""

from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _, ngettext

from lunchkit.platform.i18n import typo
from lunchkit.room.polls.movement import Level, read
from lunchkit.room.polls.pictures.drawing import LINE_HEIGHT, NARROW, WIDE, Drawing, breadth, fmt, split_lines
from lunchkit.room.polls.pictures.marks import Area, draw_bar, draw_legend, draw_people
from lunchkit.room.polls.pictures.rows import MOST_DISCS, rows_of
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
    left: float = 0  # how much room answers have beside their lines; without it they are above them
    right: float = 0  # and the figures

    @property
    def indent(self) -> float:
        """How much room «Before» has, where each choice has two lines."""
        return self.small * 5.5


_NARROW = _Frame(width=NARROW, size=17, figure=24, small=13, pitch=16, bar=22, stroke=2)
_WIDE = _Frame(width=WIDE, size=40, figure=62, small=30, pitch=36, bar=48, stroke=3.5)
_LOW = replace(_WIDE, size=48, figure=88, small=34, pitch=50, left=640, right=400)
_LOWEST = replace(_WIDE, size=34, figure=52, pitch=32, left=680, right=260)


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
        return " · ".join(f"{count}\u00a0{words[mark]}" for mark, count in self.parts if count)


def voices_of(movement: dict[str, Any] | None, before: Result, after: Result) -> list[Voices]:
    """The choices in their order. Who moved is told by phones; figures count by hand as well."""
    moved, earlier = read(movement), {row.position: row for row in before.rows}
    found = []
    for row in rows_of(after):
        was = earlier.get(row.position)
        figures = was.total if was else 0, row.total
        stayed, came = moved.stayed(row.position), moved.joined(row.position)
        late, gone = max(row.count - stayed - came, 0), max((was.count if was else 0) - stayed, 0)
        parts = [("full", stayed), ("coloured", came), ("dotted", late), ("hatched", row.by_hand), ("dashed", gone)]
        found.append(Voices(row.label, *figures, parts if moved.level is Level.FLOWS else []))
    return found


def draw_voices(movement: dict[str, Any] | None, before: Result, after: Result, wide: bool = False) -> Drawing:
    return _draw(_WIDE if wide else _NARROW, movement, before, after)


def draw_tallies(movement: dict[str, Any] | None, before: Result, after: Result) -> Drawing:
    """Both results for the projector, where nobody may be told who moved."""
    sheet = _draw(_LOW if len(after.rows) <= 5 else _LOWEST, movement, before, after)
    people = (
        ngettext("Before (%(num)s person)", "Before (%(num)s people)", before.n),
        ngettext("After (%(num)s person)", "After (%(num)s people)", after.n),
    )
    said = [("", text) for text in (*people, *movement_notes(movement, before, after)[:1])]
    sheet.height = round(draw_legend(sheet, said, 34, sheet.height + 12, has_discs=True))
    return sheet


def _draw(frame: _Frame, movement: dict[str, Any] | None, before: Result, after: Result) -> Drawing:
    rows = voices_of(movement, before, after)
    says = " ".join([f"{headline(after)}.", *movement_notes(movement, before, after)])
    sheet = Drawing(frame.width, typo(after.question), says)
    has_bars = max((count for row in rows for count in (row.before, row.after)), default=0) > MOST_DISCS
    people = [sum(count for _mark, count in parts) for row in rows for _word, parts in _lines(row)]
    most = max(people) if has_bars else 0
    y = 0.0
    for row in rows:
        y, bottom = _write_head(sheet, frame, row, y)
        for word, parts in _lines(row):
            x = frame.left + (frame.indent if word else 0)
            if word:
                sheet.write(frame.left, y + frame.pitch * 0.78, frame.small, word, "light")
            height = frame.bar if has_bars else frame.pitch
            y += _draw_line(sheet, parts, Area(x, y, frame.width - frame.right - x, height, frame.stroke), most)
        y = max(y + frame.pitch * 0.6, bottom)
    sheet.draw(f"M0 {fmt(y)}H{frame.width}", "line", frame.stroke)
    used = {mark for row in rows for mark, count in row.parts if count}
    meanings = [(mark, word) for mark, word in _meanings().items() if mark in used]
    top = draw_legend(sheet, meanings, frame.small, y + frame.small, has_discs=not has_bars)
    sheet.height = round(top if meanings else y + frame.stroke)
    return sheet


def _lines(row: Voices) -> list[tuple[str, Parts]]:
    if row.parts:
        return [("", row.parts)]
    return [(_("Before"), [("full", row.before)]), (_("After"), [("full", row.after)])]


def _meanings() -> dict[str, str]:
    return {
        "full": _("stayed"),
        "coloured": _("came from another answer"),
        "dotted": _("answered only after"),
        "hatched": _("by hand"),
        "dashed": _("left this answer"),
    }


def _write_head(sheet: Drawing, frame: _Frame, row: Voices, top: float) -> tuple[float, float]:
    """Returns where the lines of the row begin, and where the answer ends."""
    sheet.draw(f"M0 {fmt(top)}H{frame.width}", "line", frame.stroke)
    figures = f"{row.before} → {row.after}"
    base = top + frame.figure * 1.1
    room = (frame.left or frame.width - breadth(figures) * frame.figure) - frame.figure / 2
    lines = split_lines(row.label, room / frame.size)
    sheet.write_lines(0, base, frame.size, lines)
    sheet.write(frame.width, base, frame.figure, figures, anchor="end")
    bottom = base + (len(lines) - 1) * frame.size * LINE_HEIGHT + frame.size * 0.6
    return top + frame.pitch * 0.3 if frame.left else bottom, bottom


def _draw_line(sheet: Drawing, parts: Parts, area: Area, most: int) -> float:
    """Draw the people of one line, as a bar where ``most`` of a line is given. Returns how high it is."""
    at, gap = 0, area.height / 2
    for mark, count in parts:
        aside = mark == "dashed" and at > 0  # those who left are apart
        if most:
            unit = (area.width - gap) / most
            draw_bar(sheet, mark, replace(area, x=area.x + at * unit + aside * gap, width=count * unit))
        else:
            at += aside and count > 0
            draw_people(sheet, mark, area.spots(area.height, at, count), area.height, area.stroke)
        at += count
    columns = int(area.width / area.height + 0.01)
    return area.height * (1.2 if most else max(-(-at // columns), 1))

"""The picture of how opinions moved: who stays runs straight across as a thread; movers meet on the common plate.

Each choice is a band at the same height before and after. Its ropes go to the plate in the middle, and from there
others go to each choice. Where no choice may be told there is one band, of all who answered twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from lunchkit.platform.i18n import typo
from lunchkit.room.polls.movement import Level, Movement, read
from lunchkit.room.polls.pictures.drawing import (
    LINE_HEIGHT,
    WIDE,
    WIDE_HEIGHT,
    Drawing,
    box,
    breadth,
    curve,
    disc,
    dot,
    fmt,
    split_lines,
)
from lunchkit.room.polls.pictures.sentences import labels_of, movement_headline, movement_notes
from lunchkit.room.polls.results import Result

MOST_THREADS = 120  # of more people, a thread is several
_STEPS = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class _Frame:
    left: float
    size: float
    right: float = 1640
    bleed: float = 600  # how far fields run over the edges of the picture, to those of the page
    head: float = 54
    gap: float = 12
    unit: float = 28  # the most that one person may take, from top to bottom
    rope: float = 18
    thread: float = 2.5
    plate: float = 150
    figures: tuple[float, float] = (38, 84)
    figure_x: float = 65
    label_x: float = 190

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


_WIDE, _LONG = _Frame(left=560, size=34), _Frame(left=1000, size=27)


@dataclass(frozen=True)
class _Band:
    label: str
    stayed: int
    left: int
    joined: int
    before_only: int
    after_only: int
    lines: tuple[str, ...] = ()
    y: float = 0
    height: float = 0

    @property
    def before(self) -> int:
        return self.stayed + self.left + self.before_only

    @property
    def after(self) -> int:
        return self.stayed + self.joined + self.after_only


@dataclass(frozen=True)
class _Scale:
    unit: float
    per: int

    def heights(self, y: float, count: int) -> list[float]:
        """Where the threads of ``count`` people are, from ``y`` downwards."""
        threads = max(round(count / self.per), 1) if count else 0
        return [y + (index + 0.5) * count * self.unit / threads for index in range(threads)]

    @property
    def pitch(self) -> float:
        return self.unit * self.per


def draw_movement(movement: dict[str, Any] | None, before: Result, after: Result) -> Drawing:
    """The picture that the published level allows, for the projector; empty where nothing is published."""
    moved = read(movement)
    bands = _bands(moved, before, after) if moved.shows else []
    is_long = len(bands) > 5 or any(len(band.label) > 28 for band in bands)
    frame = _LONG if is_long else _WIDE
    says = " ".join([movement_headline(movement) + ".", *movement_notes(movement, before, after)])
    sheet = Drawing(WIDE, typo(after.question), says)
    if bands:
        _draw(sheet, moved, bands, frame)
    return sheet


def _bands(moved: Movement, before: Result, after: Result) -> list[_Band]:
    if moved.level is not Level.FLOWS:
        label = ngettext("vote, asked twice", "votes, asked twice", moved.both)
        return [_Band(label, moved.unchanged, moved.changed, moved.changed, 0, 0)]
    bands, labels = [], labels_of(after)
    first, second = ({row.position: row.count for row in result.rows} for result in (before, after))
    for place in moved.positions:
        stayed = sum(flow.count for flow in moved.flows if flow.was == flow.now == place)
        left = sum(flow.count for flow in moved.flows if flow.was == place) - stayed
        joined = sum(flow.count for flow in moved.flows if flow.now == place) - stayed
        once = max(first.get(place, 0) - stayed - left, 0), max(second.get(place, 0) - stayed - joined, 0)
        bands.append(_Band(labels.get(place) or _("No opinion"), stayed, left, joined, *once))
    return bands


def _draw(sheet: Drawing, moved: Movement, bands: Sequence[_Band], frame: _Frame) -> None:
    bands, scale = _lay_out(bands, frame)
    sheet.height = round(bands[-1].y + bands[-1].height) + 2
    for band in bands:
        _draw_fields(sheet, frame, band, scale)
        _draw_threads(sheet, frame, band, scale)
    if moved.changed:
        _draw_meeting(sheet, moved.changed, bands, frame, scale)
    _write_heads(sheet, frame, scale)
    for band in bands:
        _write_band(sheet, frame, band, scale)


def _lay_out(bands: Sequence[_Band], frame: _Frame) -> tuple[list[_Band], _Scale]:
    room = (frame.left - frame.label_x - 12) / frame.size
    people = max(sum(band.before for band in bands), sum(band.after for band in bands))
    tall = sum(max(band.before, band.after) for band in bands)
    unit = min(frame.unit, (WIDE_HEIGHT - frame.head - frame.gap * len(bands)) / tall)
    scale = _Scale(unit, next((step for step in _STEPS if people <= MOST_THREADS * step), _STEPS[-1]))
    lined = [replace(band, lines=tuple(split_lines(band.label, room))) for band in bands]
    heights = [
        max(max(band.before, band.after) * unit, len(band.lines) * frame.size * LINE_HEIGHT + 14) for band in lined
    ]
    tops = accumulate((height + frame.gap for height in heights), initial=frame.head)
    return [replace(band, y=y, height=height) for band, y, height in zip(lined, tops, heights, strict=False)], scale


def _draw_fields(sheet: Drawing, frame: _Frame, band: _Band, scale: _Scale) -> None:
    fields = (-frame.bleed, frame.left, band.before), (frame.right, WIDE + frame.bleed, band.after)
    for x, to, people in fields:
        if people:
            sheet.draw(box(x, band.y, to - x, people * scale.unit), "field")
        sheet.draw(f"M{fmt(x)} {fmt(band.y)}H{fmt(to)}", "line", frame.thread)


def _write_band(sheet: Drawing, frame: _Frame, band: _Band, scale: _Scale) -> None:
    smallest, largest = frame.figures
    for x, count in ((frame.right + frame.thread * 16, band.after), (frame.figure_x, band.before)):
        size = min(max(count * scale.unit - 12, smallest), largest)
        sheet.write(x, band.y + size * 0.72 + 8, size, str(count))
    sheet.write_lines(frame.label_x, band.y + 8 + frame.size * 0.82, frame.size, band.lines)


def _write_heads(sheet: Drawing, frame: _Frame, scale: _Scale) -> None:
    size = min(frame.head * 0.56, 34)
    after = _("After the debate")
    y = frame.head - size * 0.5
    sheet.write(frame.figure_x, y, size, _("Before the debate"))
    latest = WIDE - frame.figure_x / 2 - breadth(after) * size
    sheet.write(min(frame.right + frame.thread * 16, latest), y, size, after)
    if scale.per > 1:
        sheet.write(frame.middle, y, size * 0.88, _("one thread = %(unit)s people", unit=scale.per), "light", "middle")


def _draw_threads(sheet: Drawing, frame: _Frame, band: _Band, scale: _Scale) -> None:
    width, size = min(frame.thread, scale.pitch * 0.4), min(scale.pitch * 0.72, frame.rope * 0.8)
    ys, reach = scale.heights(band.y, band.stayed), size / 2 + 4
    sheet.draw("".join(f"M{fmt(frame.left)} {fmt(y)}H{fmt(frame.right)}" for y in ys), "line", width)
    dots = "".join(dot(x, y) for x in (frame.left - reach, frame.right + reach) for y in ys)
    sheet.draw(dots, "discs", size)


def _draw_meeting(sheet: Drawing, changed: int, bands: Sequence[_Band], frame: _Frame, scale: _Scale) -> None:
    leaving = [y for band in bands for y in scale.heights(band.y + band.stayed * scale.unit, band.left)]
    joining = [y for band in bands for y in scale.heights(band.y + band.stayed * scale.unit, band.joined)]
    lowest = max(bands[-1].y + bands[-1].height - frame.plate, frame.head + frame.plate)
    centre = min(max(sum(leaving + joining) / len(leaving + joining), frame.head + frame.plate), lowest)
    sheet.height = max(sheet.height, round(centre + frame.plate + frame.thread))
    width = min(frame.rope, scale.pitch * 0.84)
    for edge, starts in ((frame.left, leaving), (frame.right, joining)):
        span = min(1.5 * frame.plate, len(starts) * scale.pitch)
        ends = [centre - span / 2 + (index + 0.5) * span / len(starts) for index in range(len(starts))]
        d = "".join(curve(edge, start, frame.middle, end) for start, end in zip(starts, ends, strict=True))
        sheet.draw(d, "edge", width)
        sheet.draw(d, "rope", max(width - 2 * frame.thread, width * 0.5))
    x, r = frame.middle, frame.plate
    sheet.draw(disc(x, centre, r), "plate", frame.thread * 1.6)
    sheet.write(x, centre + r * 0.14, r * 0.84, str(changed), "on-plate", "middle")
    lines = split_lines(ngettext("vote has moved", "votes have moved", changed), 1.8 / 0.25)
    sheet.write_lines(x, centre + r * 0.42, r * 0.25, lines, "on-plate", "middle")

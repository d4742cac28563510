"""The picture of how opinions moved: who stays runs straight across as a thread; movers meet on the common plate.

Each choice is a band at the same height before and after. Its ropes go to the plate in the middle, and from there
others go to each choice. Where no choice may be told there is one band, of all who answered twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, NamedTuple

from flask_babel import gettext as _, ngettext

from lunchkit.platform.i18n import typo
from lunchkit.room.polls.movement import Level, Movement, read
from lunchkit.room.polls.pictures import drawing
from lunchkit.room.polls.pictures.drawing import LINE_HEIGHT, WIDE, WIDE_HEIGHT, Drawing, dot, fmt, split_lines
from lunchkit.room.polls.pictures.sentences import labels_of, movement_headline, movement_notes
from lunchkit.room.polls.results import Result

MOST_THREADS = 120  # of more people, a thread is several
_STEPS = (1, 2, 5, 10, 20, 50)


RIGHT, BLEED = 1640, 600  # where fields begin, and how far they run over the edges of the picture, to those of the page
HEAD, GAP = 54, 12
UNIT = 28  # the most that one person may take, from top to bottom
ROPE, THREAD, PLATE = 18, 2.5, 150
FIGURE_X, LABEL_X = 65, 190


class _Frame(NamedTuple):
    left: float
    size: float

    @property
    def middle(self) -> float:
        return (self.left + RIGHT) / 2


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
    frame = _Frame(left=1000, size=27) if is_long else _Frame(left=560, size=34)
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
        stayed, left, joined = moved.stayed(place), moved.left(place), moved.joined(place)
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
    room = (frame.left - LABEL_X - 12) / frame.size
    people = max(sum(band.before for band in bands), sum(band.after for band in bands))
    tall = sum(max(band.before, band.after) for band in bands)
    unit = min(UNIT, (WIDE_HEIGHT - HEAD - GAP * len(bands)) / tall)
    scale = _Scale(unit, next((step for step in _STEPS if people <= MOST_THREADS * step), _STEPS[-1]))
    lined = [replace(band, lines=tuple(split_lines(band.label, room))) for band in bands]
    heights = [
        max(max(band.before, band.after) * unit, len(band.lines) * frame.size * LINE_HEIGHT + 14) for band in lined
    ]
    tops = accumulate((height + GAP for height in heights), initial=HEAD)
    return [replace(band, y=y, height=height) for band, y, height in zip(lined, tops, heights, strict=False)], scale


def _draw_fields(sheet: Drawing, frame: _Frame, band: _Band, scale: _Scale) -> None:
    fields = (-BLEED, frame.left, band.before), (RIGHT, WIDE + BLEED, band.after)
    for x, to, people in fields:
        if people:
            sheet.draw(drawing.box(x, band.y, to - x, people * scale.unit), "field")
        sheet.draw(f"M{fmt(x)} {fmt(band.y)}H{fmt(to)}", "line", THREAD)


def _write_band(sheet: Drawing, frame: _Frame, band: _Band, scale: _Scale) -> None:
    for x, count in ((RIGHT + THREAD * 16, band.after), (FIGURE_X, band.before)):
        size = min(max(count * scale.unit - 12, 38), 84)
        sheet.write(x, band.y + size * 0.72 + 8, size, str(count))
    sheet.write_lines(LABEL_X, band.y + 8 + frame.size * 0.82, frame.size, band.lines)


def _write_heads(sheet: Drawing, frame: _Frame, scale: _Scale) -> None:
    size = min(HEAD * 0.56, 34)
    after = _("After the debate")
    y = HEAD - size * 0.5
    sheet.write(FIGURE_X, y, size, _("Before the debate"))
    latest = WIDE - FIGURE_X / 2 - drawing.breadth(after) * size
    sheet.write(min(RIGHT + THREAD * 16, latest), y, size, after)
    if scale.per > 1:
        sheet.write(frame.middle, y, size * 0.88, _("one thread = %(unit)s people", unit=scale.per), "light", "middle")


def _draw_threads(sheet: Drawing, frame: _Frame, band: _Band, scale: _Scale) -> None:
    width, size = min(THREAD, scale.pitch * 0.4), min(scale.pitch * 0.72, ROPE * 0.8)
    ys, reach = scale.heights(band.y, band.stayed), size / 2 + 4
    sheet.draw("".join(f"M{fmt(frame.left)} {fmt(y)}H{fmt(RIGHT)}" for y in ys), "line", width)
    dots = "".join(dot(x, y) for x in (frame.left - reach, RIGHT + reach) for y in ys)
    sheet.draw(dots, "discs", size)


def _draw_meeting(sheet: Drawing, changed: int, bands: Sequence[_Band], frame: _Frame, scale: _Scale) -> None:
    leaving = [y for band in bands for y in scale.heights(band.y + band.stayed * scale.unit, band.left)]
    joining = [y for band in bands for y in scale.heights(band.y + band.stayed * scale.unit, band.joined)]
    lowest = max(bands[-1].y + bands[-1].height - PLATE, HEAD + PLATE)
    centre = min(max(sum(leaving + joining) / len(leaving + joining), HEAD + PLATE), lowest)
    sheet.height = max(sheet.height, round(centre + PLATE + THREAD))
    width = min(ROPE, scale.pitch * 0.84)
    for edge, starts in ((frame.left, leaving), (RIGHT, joining)):
        span = min(1.5 * PLATE, len(starts) * scale.pitch)
        ends = [centre - span / 2 + (index + 0.5) * span / len(starts) for index in range(len(starts))]
        d = "".join(drawing.curve(edge, start, frame.middle, end) for start, end in zip(starts, ends, strict=True))
        sheet.draw(d, "edge", width)
        sheet.draw(d, "rope", max(width - 2 * THREAD, width * 0.5))
    x, r = frame.middle, PLATE
    sheet.draw(drawing.disc(x, centre, r), "plate", THREAD * 1.6)
    sheet.write(x, centre + r * 0.14, r * 0.84, str(changed), "on-plate", "middle")
    lines = split_lines(ngettext("vote has moved", "votes have moved", changed), 1.8 / 0.25)
    sheet.write_lines(x, centre + r * 0.42, r * 0.25, lines, "on-plate", "middle")

"""The picture of how opinions moved: who stays runs straight across as a thread, who moves is a rope.

Each choice is a band at the same height before and after. Where every flow may be published the ropes go from choice to
choice. Where only the choices may, the movers meet on the common plate and go on from there, and no rope tells who went
from where to where. Where not even that, there is one field before, and one for each thing that people did.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from lunchkit.polls.movement import Level, Movement, read
from lunchkit.polls.pictures.drawing import (
    LINE_HEIGHT,
    WIDE,
    WIDE_HEIGHT,
    Drawing,
    Sheet,
    box,
    curve,
    disc,
    dot,
    fmt,
    keeps_words,
    on_curve,
    split_lines,
)
from lunchkit.polls.pictures.sentences import direction_names, labels_of, movement_headline, movement_notes
from lunchkit.polls.results import Result

MOST_THREADS = 120
"""People that are drawn as threads of their own; above, a thread is several."""
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_TAG_SPOTS = (0.14, 0.86, 0.26, 0.74, 0.36, 0.64, 0.2, 0.8, 0.5)
"""Where on its rope the number of a flow may stand; the first where it covers no other."""


@dataclass(frozen=True)
class _Frame:
    """The measures of a picture."""

    width: int
    height: float
    left: float
    """Where the fields before end."""
    right: float
    """Where the fields after begin."""
    bleed: float
    """How far fields run over the edges of the picture, to those of the page."""
    head: float
    gap: float
    unit: float
    """The most that one person may take, from top to bottom."""
    rope: float
    thread: float
    plate: float
    sizes: tuple[float, ...]
    """Of the labels, the preferred first."""
    most_lines: int
    figures: tuple[float, float]
    """The sizes of the smallest and the largest figure."""
    figure_x: float
    """How far figures stand from the left of their field on the picture; and after, from the inner edge."""
    after_x: float
    label_x: float
    """How far labels stand to the right of the figures; 0: under them."""
    label_room: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def edge(self) -> float:
        return self.thread


_WIDE = _Frame(
    width=WIDE, height=WIDE_HEIGHT, left=492, right=1440, bleed=600, head=54, gap=16, unit=28, rope=18, thread=2.5,
    plate=150, sizes=(34, 30, 27), most_lines=3, figures=(38, 84), figure_x=65, after_x=44, label_x=126,
    label_room=250,
)  # fmt: skip
_NARROW = _Frame(
    width=340, height=660, left=134, right=272, bleed=0, head=26, gap=12, unit=15, rope=10, thread=1.5, plate=44,
    sizes=(15, 14, 13, 12), most_lines=8, figures=(22, 30), figure_x=0, after_x=22, label_x=0, label_room=112,
)  # fmt: skip


@dataclass(frozen=True)
class _Scale:
    """How large people are in this picture."""

    unit: float
    per: int
    size: float

    def heights(self, y: float, count: int) -> list[float]:
        """Where the threads of so many people stand, from ``y`` downwards."""
        threads = max(round(count / self.per), 1) if count else 0
        return [y + (index + 0.5) * count * self.unit / threads for index in range(threads)]

    @property
    def pitch(self) -> float:
        """From one thread to the next."""
        return self.unit * self.per


@dataclass(frozen=True)
class _Band:
    """One choice, and what became of the people who gave it."""

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


def draw_movement(movement: dict[str, Any] | None, before: Result, after: Result, wide: bool = False) -> Drawing:
    """The picture that the published level allows; empty where nothing is published."""
    moved, frame = read(movement), _WIDE if wide else _NARROW
    sheet = Sheet(0)
    if moved.shows and moved.level in (Level.FLOWS, Level.CHOICES):
        _draw_bands(sheet, moved, after, frame)
    elif moved.shows:
        _draw_fan(sheet, moved, after, frame)
    says = " ".join([movement_headline(movement, before, after) + ".", *movement_notes(movement, before, after)])
    return sheet.done(frame.width, after.question, says)


def _people_a_thread(people: int) -> int:
    return next((step for step in _STEPS if people <= MOST_THREADS * step), _STEPS[-1])


# The choices, before and after


def _draw_bands(sheet: Sheet, moved: Movement, after: Result, frame: _Frame) -> None:
    bands, scale = _lay_out(moved, after, frame)
    sheet.height = round(bands[-1].y + bands[-1].height) + 2
    for band in bands:
        _draw_field(sheet, frame, (-frame.bleed, frame.left), band.y, band.before * scale.unit)
        _draw_field(sheet, frame, (frame.right, frame.width + frame.bleed), band.y, band.after * scale.unit)
        _draw_once(sheet, frame, band, scale)
        _draw_threads(sheet, frame, band.y, band.y, band.stayed, scale)
    if moved.level is Level.FLOWS:
        _draw_flows(sheet, moved, bands, frame, scale)
    elif moved.changed:
        _draw_meeting(sheet, moved.changed, bands, frame, scale)
    _write_heads(sheet, frame, scale)
    for band in bands:
        _write_band(sheet, frame, band, scale)


def _lay_out(moved: Movement, after: Result, frame: _Frame) -> tuple[list[_Band], _Scale]:
    """The bands one under the other, people as large as fits; labels get smaller before people get tiny."""
    labels = labels_of(after)
    bands = [
        _Band(labels.get(k.position) or _("No opinion"), k.stayed, k.left, k.joined, k.before_only, k.after_only)
        for k in moved.choices
    ]
    per = _people_a_thread(max(sum(band.before for band in bands), sum(band.after for band in bands)))
    for size in frame.sizes:
        lined = [
            replace(b, lines=tuple(split_lines(b.label, frame.label_room / size, frame.most_lines))) for b in bands
        ]
        scale = _Scale(_largest_unit(lined, size, frame), per, size)
        is_whole = all(keeps_words(b.label, frame.label_room / size) and b.lines[-1][-1:] != "…" for b in lined)
        if is_whole and (not frame.label_x or scale.pitch >= 8):
            break
    return _placed(lined, scale, frame), scale


def _largest_unit(bands: Sequence[_Band], size: float, frame: _Frame) -> float:
    room = frame.height - frame.head - frame.gap * (len(bands) - 1)
    units = (frame.unit * step / 100 for step in range(100, 0, -1))
    return next((unit for unit in units if sum(_heights(bands, unit, size, frame)) <= room), frame.unit / 100)


def _heights(bands: Sequence[_Band], unit: float, size: float, frame: _Frame) -> list[float]:
    """As high as the people need, or the words."""
    least = frame.figures[0] if not frame.label_x else 0
    words = [least + len(band.lines) * size * LINE_HEIGHT + 14 for band in bands]
    return [max(max(band.before, band.after) * unit, word) for band, word in zip(bands, words, strict=True)]


def _placed(bands: Sequence[_Band], scale: _Scale, frame: _Frame) -> list[_Band]:
    heights = _heights(bands, scale.unit, scale.size, frame)
    spare = frame.height - frame.head - sum(heights) - frame.gap * (len(bands) - 1)
    more = min(max(spare, 0) / max(len(bands) - 1, 1), 60) if frame.bleed else 0
    tops = accumulate((height + frame.gap + more for height in heights), initial=frame.head)
    return [replace(band, y=y, height=height) for band, y, height in zip(bands, tops, heights, strict=False)]


def _draw_field(sheet: Sheet, frame: _Frame, across: tuple[float, float], y: float, height: float) -> None:
    x, to = across
    if height:
        sheet.draw(box(x, y, to - x, height), "field")
    sheet.draw(f"M{fmt(x)} {fmt(y)}H{fmt(to)}", "line", frame.edge)


def _write_figure(sheet: Sheet, frame: _Frame, x: float, y: float, count: int, scale: _Scale) -> float:
    """A figure as large as its field allows; returns its size."""
    smallest, largest = frame.figures
    size = min(max(count * scale.unit - 12, smallest), largest)
    sheet.write(x, y + size * 0.72 + (10 if frame.label_x else 7), size, str(count))
    return size


def _write_band(sheet: Sheet, frame: _Frame, band: _Band, scale: _Scale) -> None:
    start, after = frame.figure_x or 8, frame.right + frame.after_x
    size = _write_figure(sheet, frame, start, band.y, band.before, scale)
    _write_figure(sheet, frame, after, band.y, band.after, scale)
    if frame.label_x:
        for x in (start, after):
            sheet.write_lines(x + frame.label_x, band.y + 8 + scale.size * 0.82, scale.size, band.lines)
    else:
        sheet.write_lines(start, band.y + size * 0.72 + 12 + scale.size, scale.size, band.lines)


def _write_heads(sheet: Sheet, frame: _Frame, scale: _Scale) -> None:
    size = frame.sizes[0]
    before, after = (_("Before the debate"), _("After the debate")) if frame.bleed else (_("Before"), _("After"))
    y = frame.head - size * 0.5
    sheet.write(frame.figure_x or 8, y, size, before)
    sheet.write(
        frame.right + frame.after_x if frame.bleed else frame.width,
        y,
        size,
        after,
        anchor="start" if frame.bleed else "end",
    )
    if scale.per > 1:
        sheet.write(frame.middle, y, size * 0.88, _("one thread = %(unit)s people", unit=scale.per), "light", "middle")


def _draw_threads(sheet: Sheet, frame: _Frame, y0: float, y1: float, count: int, scale: _Scale) -> None:
    """Those who stay, each with a disc at both ends."""
    width, size = min(frame.thread, scale.pitch * 0.4), min(scale.pitch * 0.72, frame.rope * 0.8)
    starts, ends = scale.heights(y0, count), scale.heights(y1, count)
    ways = zip(starts, ends, strict=True)
    sheet.draw("".join(f"M{fmt(frame.left)} {fmt(a)}L{fmt(frame.right)} {fmt(b)}" for a, b in ways), "line", width)
    reach = size / 2 + 4
    dots = [dot(frame.left - reach, y) for y in starts] + [dot(frame.right + reach, y) for y in ends]
    sheet.draw("".join(dots), "discs", size)


def _draw_once(sheet: Sheet, frame: _Frame, band: _Band, scale: _Scale) -> None:
    """Those who answered once only: a thread that soon ends in a ring, or begins with one shortly before the field."""
    reach = (frame.right - frame.left) * 0.06
    before = scale.heights(band.y + (band.stayed + band.left) * scale.unit, band.before_only)
    after = scale.heights(band.y + (band.stayed + band.joined) * scale.unit, band.after_only)
    ways = [(frame.left, frame.left + reach, y) for y in before]
    ways += [(frame.right, frame.right - reach, y) for y in after]
    width = min(frame.thread, scale.pitch * 0.4)
    sheet.draw("".join(f"M{fmt(x)} {fmt(y)}H{fmt(to)}" for x, to, y in ways), "line", width)
    rings = "".join(disc(to, y, min(scale.pitch * 0.32, frame.rope * 0.36)) for _x, to, y in ways)
    sheet.draw(rings, "ring", width)


Way = tuple[float, float, float, float]


def _draw_ropes(sheet: Sheet, frame: _Frame, ways: Sequence[Way], scale: _Scale) -> None:
    """One rope a thread, edged with ink; where they get thin, one broad band that is edged as a whole."""
    width = min(frame.rope, scale.pitch * 0.84)
    d = "".join(curve(*way) for way in ways)
    if width - 2 * frame.edge >= frame.edge * 2:
        sheet.draw(d, "edge", width)
        sheet.draw(d, "rope", width - 2 * frame.edge)
    else:
        sheet.draw(d, "edge", scale.pitch + 2 * frame.edge)
        sheet.draw(d, "rope", scale.pitch + 0.4)


def _draw_meeting(sheet: Sheet, changed: int, bands: Sequence[_Band], frame: _Frame, scale: _Scale) -> None:
    """The ropes of each choice go to the plate in the middle; from there others go to each choice."""
    leaving = [scale.heights(band.y + band.stayed * scale.unit, band.left) for band in bands]
    joining = [scale.heights(band.y + band.stayed * scale.unit, band.joined) for band in bands]
    ys = [y for group in (*leaving, *joining) for y in group]
    lowest = max(bands[-1].y + bands[-1].height - frame.plate, frame.head + frame.plate)
    centre = min(max(sum(ys) / len(ys), frame.head + frame.plate), lowest)
    sheet.height = max(sheet.height, round(centre + frame.plate + frame.edge))
    for ways in _to_plate(leaving, frame.left, frame.middle, centre, frame, scale):
        _draw_ropes(sheet, frame, ways, scale)
    for ways in _to_plate(joining, frame.right, frame.middle, centre, frame, scale):
        _draw_ropes(sheet, frame, ways, scale)
    _draw_plate(sheet, changed, frame.middle, centre, frame)


def _to_plate(
    groups: Sequence[Sequence[float]], edge: float, x: float, y: float, frame: _Frame, scale: _Scale
) -> list[list[Way]]:
    """Ropes keep their order on the way to the plate, and lie close together there."""
    count = sum(map(len, groups))
    span = min(1.5 * frame.plate, count * scale.pitch)
    spots = iter([y - span / 2 + (index + 0.5) * span / count for index in range(count)])
    return [[(edge, start, x, next(spots)) for start in group] for group in groups if group]


def _draw_plate(sheet: Sheet, count: int, x: float, y: float, frame: _Frame) -> None:
    r = frame.plate
    sheet.draw(disc(x, y, r), "plate", frame.edge * 1.6)
    sheet.write(x, y + r * 0.14, r * 0.84, str(count), "on-plate", "middle")
    size = r * 0.25
    lines = split_lines(ngettext("vote has moved", "votes have moved", count), 1.6 * r / size, 2)
    sheet.write_lines(x, y + r * 0.44, size, lines, "on-plate", "middle")


def _draw_flows(sheet: Sheet, moved: Movement, bands: Sequence[_Band], frame: _Frame, scale: _Scale) -> None:
    """Every group that moved, from where it was to where it went, with its number."""
    place = {kept.position: index for index, kept in enumerate(moved.choices)}
    flows = sorted((place[flow.was], place[flow.now], flow.count) for flow in moved.flows if flow.was != flow.now)
    starts, ends = ([band.y + band.stayed * scale.unit for band in bands] for _side in range(2))
    arrivals = {}
    for was, now, count in sorted(flows, key=lambda flow: (flow[1], flow[0])):
        arrivals[was, now] = ends[now]
        ends[now] += count * scale.unit
    middles = []
    for was, now, count in flows:
        there = arrivals[was, now]
        ys = zip(scale.heights(starts[was], count), scale.heights(there, count), strict=True)
        _draw_ropes(sheet, frame, [(frame.left, a, frame.right, b) for a, b in ys], scale)
        half = count * scale.unit / 2
        middles.append(((frame.left, starts[was] + half, frame.right, there + half), count))
        starts[was] += count * scale.unit
    _draw_tags(sheet, frame, middles)


def _draw_tags(sheet: Sheet, frame: _Frame, flows: Sequence[tuple[Way, int]]) -> None:
    """A number in a ring on each rope, where it covers no other."""
    r, size = (27.0, 30.0) if frame.bleed else (12.0, 15.0)
    taken: list[tuple[float, float]] = []
    for way, count in flows:
        spots = [on_curve(*way, t) for t in _TAG_SPOTS]
        free = (s for s in spots if all((s[0] - x) ** 2 + (s[1] - y) ** 2 > 4.4 * r * r for x, y in taken))
        x, y = next(free, spots[0])
        taken.append((x, y))
        sheet.draw(disc(x, y, r), "ring", frame.edge)
        sheet.write(x, y + size * 0.35, size, str(count), anchor="middle")


# What people did, where no choice may be told


@dataclass(frozen=True)
class _Group:
    """People who did the same."""

    label: str
    count: int
    moved: bool


def _groups(moved: Movement, after: Result) -> list[_Group]:
    unchanged = moved.unchanged or 0
    if moved.level is not Level.DIRECTION:
        changed = _Group(_("Changed their answer"), moved.changed or 0, True)
        return [changed, _Group(_("Stayed with their answer"), unchanged, False)]
    names = direction_names(after)
    groups = [
        _Group(names["higher"], moved.higher or 0, True),
        _Group(names["unchanged"], unchanged, False),
        _Group(names["lower"], moved.lower or 0, True),
        _Group(names["aside"], moved.aside or 0, True),
    ]
    return [group for group in groups if group.count or not group.moved]


def _draw_fan(sheet: Sheet, moved: Movement, after: Result, frame: _Frame) -> None:
    """One field before, and a field after for each thing that people did; those who stay run straight across."""
    groups = [group for group in _groups(moved, after) if group.count]
    if not frame.bleed:
        height = max(460, frame.head + 132 * len(groups))
        frame = replace(frame, height=height, left=100, right=190, label_room=126, after_x=22)
    scale, tops = _fan_out(groups, moved.both, frame)
    steady = next((index for index, group in enumerate(groups) if not group.moved), 0)
    y = start = max(tops[steady] - sum(group.count for group in groups[:steady]) * scale.unit, frame.head)
    sheet.height = round(max(frame.height, start + moved.both * scale.unit))
    _draw_field(sheet, frame, (-frame.bleed, frame.left), start, moved.both * scale.unit)
    _write_group(
        sheet,
        frame,
        frame.figure_x or 8,
        start,
        ngettext("vote, asked twice", "votes, asked twice", moved.both),
        moved.both,
        scale,
    )
    for group, top in zip(groups, tops, strict=True):
        _draw_field(sheet, frame, (frame.right, frame.width + frame.bleed), top, group.count * scale.unit)
        _draw_ways(sheet, frame, group, y, top, scale)
        _write_group(sheet, frame, frame.right + frame.after_x, top, group.label, group.count, scale)
        y += group.count * scale.unit
    _write_heads(sheet, frame, scale)
    ends = [start + moved.both * scale.unit]
    ends += [top + group.count * scale.unit for group, top in zip(groups, tops, strict=True)]
    _crop(sheet, frame, ends)


def _crop(sheet: Sheet, frame: _Frame, ends: Sequence[float]) -> None:
    """On a phone a picture ends where its last field or word does."""
    if not frame.bleed:
        sheet.height = round(max(*ends, *(line.y + line.size * 0.3 for line in sheet.words))) + 2


def _fan_out(groups: Sequence[_Group], people: int, frame: _Frame) -> tuple[_Scale, list[float]]:
    """How large people are, and where each field after begins."""
    least = (3 * frame.sizes[0] * LINE_HEIGHT + 20) if frame.label_x else 96
    room = frame.height - frame.head
    units = (frame.unit * step / 100 for step in range(100, 0, -1))
    gap = 40 if frame.bleed else 20

    def heights(unit: float) -> list[float]:
        return [max(group.count * unit, least) for group in groups]

    unit = next((u for u in units if sum(heights(u)) + gap * (len(groups) - 1) <= room), frame.unit / 100)
    tops = list(accumulate((height + gap for height in heights(unit)[:-1]), initial=frame.head))
    return _Scale(unit, _people_a_thread(people), frame.sizes[0]), tops


def _draw_ways(sheet: Sheet, frame: _Frame, group: _Group, y: float, top: float, scale: _Scale) -> None:
    if not group.moved:
        _draw_threads(sheet, frame, y, top, group.count, scale)
        return
    ys = zip(scale.heights(y, group.count), scale.heights(top, group.count), strict=True)
    _draw_ropes(sheet, frame, [(frame.left, a, frame.right, b) for a, b in ys], scale)


def _write_group(sheet: Sheet, frame: _Frame, x: float, y: float, label: str, count: int, scale: _Scale) -> None:
    figure = _write_figure(sheet, frame, x, y, count, scale)
    room = frame.left - 20 if x < frame.left and not frame.label_x else frame.label_room
    sizes = (size for size in frame.sizes if keeps_words(label, room / size))
    size = next(sizes, frame.sizes[-1])
    lines = split_lines(label, room / size, 3 if frame.label_x else 4)
    if frame.label_x:
        sheet.write_lines(x + frame.label_x, y + 8 + size * 0.82, size, lines)
    else:
        sheet.write_lines(x, y + figure * 0.72 + 12 + size, size, lines)

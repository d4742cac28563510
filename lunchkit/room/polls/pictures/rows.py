"""The picture of a result: one row an answer, with a disc a person, or a bar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from lunchkit.platform.i18n import number, typo
from lunchkit.room.polls.models import Kind
from lunchkit.room.polls.pictures.drawing import LINE_HEIGHT, NARROW, WIDE, WIDE_HEIGHT, Drawing, fmt, split_lines
from lunchkit.room.polls.pictures.marks import Area, draw_bar, draw_legend, draw_people
from lunchkit.room.polls.pictures.sentences import by_mean_rank, headline
from lunchkit.room.polls.results import Result, Row

MOST_DISCS = 60
"""People of one answer that are drawn as discs; where there are more, all answers are bars."""
MOST_WORDS, MOST_IN_CLOUD = 12, 40  # that are drawn as rows, and in a cloud


@dataclass(frozen=True)
class _Frame:
    width: int
    size: float
    figure: float
    beside: float  # how much room the share has, at the edge
    gap: float
    bar: float
    stroke: float
    pitch: float
    least: float = 0

    @property
    def label_room(self) -> float:
        """In ems, so that «100» does not touch the answer."""
        return (self.width - self.beside - 2.2 * self.figure) / self.size


_NARROW = _Frame(width=NARROW, size=17, figure=24, beside=58, gap=12, bar=28, stroke=2, pitch=16)
_WIDE = _Frame(width=WIDE, size=44, figure=64, beside=130, gap=12, bar=56, stroke=3, pitch=60)
_SIZES = (44, 38, 32, 27)


def legend(result: Result) -> list[tuple[str, str]]:
    """What is not plain in a picture: pairs of a fill (full, frame, hatched), or none, and words."""
    if result.kind is Kind.STATEMENTS:
        return [("full", _("agree")), ("frame", _("pass")), ("hatched", _("disagree"))]
    if result.kind is Kind.RANKING:
        return [("", _("The number is the mean place; 1 is first."))]
    by_hand = any(row.by_hand for row in result.rows)
    marks = [("full", _("by phone")), ("hatched", _("by hand"))] if by_hand else []
    return [*marks, ("", _("Percentages are rounded."))] if result.is_rounded else marks


def cloud_of(result: Result) -> list[tuple[str, int]]:
    """The words, each with a size from 1 to 5: the larger the more people wrote it; then how many are left out."""
    most = max((item.count for item in result.written), default=1)
    words = [(item.text, 1 + round(4 * (item.count - 1) / max(most - 1, 1))) for item in result.written]
    left = len(words) - MOST_IN_CLOUD
    return words[:MOST_IN_CLOUD] + ([(_("… and %(count)s more", count=left), 1)] if left > 0 else [])


def rows_of(result: Result) -> list[Row]:
    if result.kind is Kind.WORDS:
        return [Row(0, item.text, item.count) for item in result.written[:MOST_WORDS]]
    if result.kind is Kind.RANKING:
        return by_mean_rank(result)
    if result.kind is Kind.STATEMENTS:
        return list(result.choices)
    return [_with_end(result, row) for row in result.rows]


def _with_end(result: Result, row: Row) -> Row:
    if result.kind is not Kind.SCALE or not result.choices:
        return row
    meanings = {result.choices[-1].position: result.ends[1], result.choices[0].position: result.ends[0]}
    meaning = meanings.get(row.position)
    return replace(row, label=f"{row.label} · {meaning}") if meaning and meaning != row.label else row


def _figures(result: Result, row: Row) -> tuple[str, str]:
    if result.kind is Kind.RANKING:
        return (number(row.mean_rank, "0.0") if row.mean_rank is not None else "–", "")
    people = row.grades[0] if result.kind is Kind.STATEMENTS and row.grades else row.total
    return (str(people), f"{result.share(people)}\u202f%")


def draw_result(result: Result, wide: bool = False) -> Drawing:
    """One row an answer: a disc a person, or a bar; of a ranking the mean place, of statements a bar in three parts."""
    rows, top = rows_of(result), 0.0
    frame = _wide_frame(rows, with_legend=bool(legend(result))) if wide else _NARROW
    sheet = Drawing(frame.width, typo(result.question), headline(result))
    most = max((row.total for row in rows), default=0)
    has_discs = result.kind not in (Kind.RANKING, Kind.STATEMENTS) and most <= MOST_DISCS
    pitch = min(frame.pitch, frame.bar, frame.width / max(most, 1)) if wide else frame.pitch
    for index, row in enumerate(rows):
        if index:
            sheet.draw(f"M0 {fmt(top)}H{frame.width}", "line", frame.stroke)
        y = _write_row(sheet, result, row, frame, top + frame.gap * bool(index))
        lines = -(-row.total // int(frame.width / pitch + 0.01)) if has_discs else 0
        area = Area(0, y, frame.width, max(frame.bar, lines * pitch), frame.stroke)
        if has_discs:
            _draw_discs(sheet, row, area, pitch)
        else:
            _draw_bar(sheet, result, row, area)
        top = max(y + area.height + frame.gap, top + frame.least)
    if legend(result):
        top = draw_legend(sheet, legend(result), 34 if wide else 13, top, has_discs=has_discs)
    sheet.height = round(top)
    return sheet


def _wide_frame(rows: Sequence[Row], *, with_legend: bool) -> _Frame:
    height = (WIDE_HEIGHT - (51 if with_legend else 0)) / max(len(rows), 1)
    frames = [
        replace(_WIDE, size=size, figure=size * 1.4, beside=size * 2.9, gap=min(height * 0.08, 16)) for size in _SIZES
    ]
    rooms = [height - _words_height(rows, frame) - 3 * frame.gap for frame in frames]
    frame, room = next((pair for pair in zip(frames, rooms, strict=True) if pair[1] >= 20), (frames[-1], rooms[-1]))
    return replace(frame, bar=min(max(room, 20), 110), least=height)


def _words_height(rows: Sequence[Row], frame: _Frame) -> float:
    lines = max((len(split_lines(row.label, frame.label_room)) for row in rows), default=1)
    return max(lines * frame.size * LINE_HEIGHT, frame.figure)


def _write_row(sheet: Drawing, result: Result, row: Row, frame: _Frame, top: float) -> float:
    label, (figure, beside) = split_lines(row.label, frame.label_room), _figures(result, row)
    base = top + frame.figure * 0.8
    sheet.write_lines(0, base, frame.size, label)
    sheet.write(frame.width - (frame.beside if beside else 0), base, frame.figure, figure, anchor="end")
    if beside:
        sheet.write(frame.width, base, frame.size, beside, "light", "end")
    return base + (len(label) - 1) * frame.size * LINE_HEIGHT + frame.size * 0.3 + frame.gap


def _draw_bar(sheet: Drawing, result: Result, row: Row, area: Area) -> None:
    area = replace(area, height=min(area.height, 64 if area.stroke == 3 else 28))
    ground = area.y + area.height - area.stroke / 2  # how long all who answered would be
    sheet.draw(f"M{fmt(area.x)} {fmt(ground)}h{fmt(area.width)}", "line", area.stroke)
    x = area.x
    for fill, share in _parts(result, row):
        draw_bar(sheet, fill, replace(area, x=x, width=share * area.width))
        x += share * area.width


def _parts(result: Result, row: Row) -> list[tuple[str, float]]:
    people = max(result.n, sum(row.grades), 1)
    if result.kind is Kind.RANKING:
        places = max(len(result.choices), 1)
        return [("full", (places + 1 - row.mean_rank) / places if row.mean_rank else 0)]
    counts = row.grades if result.kind is Kind.STATEMENTS else (row.count, 0, row.by_hand)
    return [(fill, count / people) for fill, count in zip(("full", "frame", "hatched"), counts, strict=False)]


def _draw_discs(sheet: Drawing, row: Row, area: Area, pitch: float) -> None:
    draw_people(sheet, "full", area.spots(pitch, 0, row.count), pitch, area.stroke)
    draw_people(sheet, "hatched", area.spots(pitch, row.count, row.by_hand), pitch, area.stroke)

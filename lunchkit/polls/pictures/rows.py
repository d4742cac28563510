"""The picture of a result: one row an answer, with a disc a person, or a bar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lunchkit.i18n import number
from lunchkit.polls.models import Kind
from lunchkit.polls.pictures.drawing import (
    BROADEST,
    LINE_HEIGHT,
    NARROW,
    WIDE,
    WIDE_HEIGHT,
    Drawing,
    Sheet,
    box,
    breadth,
    dot,
    fmt,
    hatch,
    keeps_words,
    split_lines,
)
from lunchkit.polls.pictures.legends import legend
from lunchkit.polls.pictures.sentences import by_mean_rank, headline
from lunchkit.polls.results import Result, Row

MOST_DISCS = 60
"""People of one answer that are drawn as discs; where there are more, all answers are bars."""
_IN_A_LINE = 20
"""Discs beside each other on a phone."""
_WIDE_X, _FAR_X = 960.0, 1160.0
"""Where the people of a row begin; the second where the answers are long."""
_LONG_LABEL = 28
"""Letters of a long answer."""
_SMALLEST = 27.0


@dataclass(frozen=True)
class _Area:
    """Where the people of a row go; and how strong the lines are."""

    x: float
    y: float
    width: float
    height: float
    stroke: float

    def bar(self) -> "_Area":
        """As high as a bar may be."""
        height = min(self.height, 64 if self.stroke == 3 else 28)
        return replace(self, y=self.y + (self.height - height) / 2, height=height)

    def part(self, start: float, end: float) -> "_Area":
        """A piece of a bar, from and to shares of its width."""
        return replace(self, x=self.x + start * self.width, width=(end - start) * self.width)


def draw_result(result: Result, wide: bool = False) -> Drawing:
    """One row an answer: a disc a person, or a bar; of a ranking the mean place, of statements a bar in three parts."""
    sheet = _wide(result) if wide else _narrow(result)
    return sheet.done(WIDE if wide else NARROW, result.question, headline(result))


def rows_of(result: Result) -> list[Row]:
    """The rows in the order of the picture, named as in it."""
    if result.kind is Kind.RANKING:
        return by_mean_rank(result)
    if result.kind is Kind.STATEMENTS:
        return list(result.choices)
    return [_with_end(result, row) for row in result.rows]


def _with_end(result: Result, row: Row) -> Row:
    """The ends of a scale say what they mean."""
    if result.kind is not Kind.SCALE or not result.choices:
        return row
    meanings = {result.choices[-1].position: result.ends[1], result.choices[0].position: result.ends[0]}
    meaning = meanings.get(row.position)
    return replace(row, label=f"{row.label} · {meaning}") if meaning and meaning != row.label else row


def _figures(result: Result, row: Row) -> tuple[str, str]:
    """The large number of a row, and the small one beside it."""
    if result.kind is Kind.RANKING:
        return (number(round(row.mean_rank, 1)) if row.mean_rank is not None else "–", "")
    people = row.grades[0] if result.kind is Kind.STATEMENTS and row.grades else row.total
    return (str(people), f"{result.share(people)}\u202f%")


def _wide(result: Result) -> Sheet:
    sheet, rows = Sheet(WIDE_HEIGHT), rows_of(result)
    height = (WIDE_HEIGHT - (64 if legend(result) else 0)) / max(len(rows), 1)
    x = _FAR_X if any(len(row.label) > _LONG_LABEL for row in rows) else _WIDE_X
    area = _Area(x, 0, WIDE - x, height - min(22, height * 0.16), 3)
    figures = max((breadth(_figures(result, row)[0]) for row in rows), default=0) * _big(area)
    room = (x - 170) / BROADEST - figures  # projectors hang on laptops of any system
    size = _label_size([row.label for row in rows], area.height, room)
    pitch = _wide_pitch(area, rows) if _has_discs(result, rows) else 0
    for index, row in enumerate(rows):
        if index:
            sheet.draw(f"M0 {fmt(index * height - (height - area.height) / 2)}H{WIDE}", "line", 3)
        _write_wide(sheet, result, row, replace(area, y=index * height), room, size)
        _draw_row(sheet, result, row, replace(area, y=index * height), pitch)
    _draw_legend(sheet, result, WIDE_HEIGHT - 10, 34, pitch > 0)
    return sheet


def _big(area: _Area) -> float:
    """The size of the number of a row."""
    return min(84, area.height * 0.74)


def _label_size(labels: Sequence[str], height: float, room: float) -> float:
    """The largest at which every answer stands whole in its row; the smallest there is where none is small enough."""
    sizes = (44 - step for step in range(int(44 - _SMALLEST) + 1))
    return next((size for size in sizes if all(_fits(label, size, height, room) for label in labels)), _SMALLEST)


def _fits(label: str, size: float, height: float, room: float) -> bool:
    return len(split_lines(label, room / size)) <= _most_lines(size, height) and keeps_words(label, room / size)


def _most_lines(size: float, height: float) -> int:
    return max(int((height - 2) / (size * LINE_HEIGHT)), 1)


def _write_wide(sheet: Sheet, result: Result, row: Row, area: _Area, room: float, size: float) -> None:
    label = split_lines(row.label, room / size, _most_lines(size, area.height))
    big, middle = _big(area), area.y + area.height / 2
    figure, beside = _figures(result, row)
    sheet.write_lines(0, middle + size * 0.36 - (len(label) - 1) * size * LINE_HEIGHT / 2, size, label)
    sheet.write(area.x - 160, middle + big * 0.36, big, figure, anchor="end")
    sheet.write(area.x - 144, middle + big * 0.36, min(40, size), beside, "light")


def _narrow(result: Result) -> Sheet:
    sheet, rows = Sheet(0), rows_of(result)
    pitch = NARROW / _IN_A_LINE if _has_discs(result, rows) else 0
    top = 0.0
    beside = _share_room(result, rows)
    for index, row in enumerate(rows):
        if index:
            sheet.draw(f"M0 {fmt(top)}H{NARROW}", "line", 2)
            top += 12
        top = _write_narrow(sheet, result, row, top, beside)
        tall = -(-row.total // _IN_A_LINE) * pitch if pitch else 28
        _draw_row(sheet, result, row, _Area(0, top, NARROW, tall, 2), pitch)
        top += tall + 14
    if legend(result):
        _draw_legend(sheet, result, top + 16, 16, pitch > 0)
        top += 24
    sheet.height = round(top)
    return sheet


def _share_room(result: Result, rows: Sequence[Row]) -> float:
    """How much room the shares at the edge have, so that «100 %» does not touch the number before it."""
    longest = max((len(_figures(result, row)[1]) for row in rows), default=0)
    return {0: 0, 5: 62}.get(longest, 48)


def _write_narrow(sheet: Sheet, result: Result, row: Row, top: float, room: float) -> float:
    """``room``: that of the share beside the number. Returns where the people of the row may begin."""
    label = split_lines(row.label, (262 - room) / 17, 5)
    figure, beside = _figures(result, row)
    sheet.write_lines(0, top + 20, 17, label)
    sheet.write(NARROW - room, top + 21, 24, figure, anchor="end")
    sheet.write(NARROW, top + 21, 17, beside, "light", "end")
    return top + max(len(label) * 17 * LINE_HEIGHT, 24) + 12


def _has_discs(result: Result, rows: Sequence[Row]) -> bool:
    counted = result.kind not in (Kind.RANKING, Kind.STATEMENTS)
    return counted and all(row.total <= MOST_DISCS for row in rows)


def _wide_pitch(area: _Area, rows: Sequence[Row]) -> float:
    """How far apart discs stand: so that the fullest row is one line if they stay large, or else as large as can be."""
    most = max((row.total for row in rows), default=0)
    in_line = min(60.0, area.height, area.width / max(most, 1))
    if in_line >= 36:
        return in_line
    pitches = (36 - step / 2 for step in range(60))
    return next(p for p in pitches if int(area.width / p) * int(area.height / p) >= most)


def _draw_row(sheet: Sheet, result: Result, row: Row, area: _Area, pitch: float) -> None:
    if result.kind is Kind.RANKING:
        _draw_mean(sheet, len(result.choices), row, area.bar())
    elif result.kind is Kind.STATEMENTS:
        _draw_parts(sheet, result, row, area.bar())
    elif pitch:
        _draw_discs(sheet, row, area, pitch)
    else:
        _draw_bar(sheet, result, row, area.bar())


def _draw_discs(sheet: Sheet, row: Row, area: _Area, pitch: float) -> None:
    """What was counted by hand is a barred ring."""
    columns = int(area.width / pitch + 0.01)
    lines = -(-row.total // columns)
    top = area.y + (area.height - (lines - 1) * pitch) / 2
    spots = [(area.x + (i % columns + 0.5) * pitch, top + i // columns * pitch) for i in range(row.total)]
    by_hand, size, bar = spots[row.count :], pitch * 0.8, pitch * 0.28
    sheet.draw("".join(dot(x, y) for x, y in spots), "discs", size)
    sheet.draw("".join(dot(x, y) for x, y in by_hand), "holes", size - max(pitch * 0.16, 3))
    strokes = (f"M{fmt(x - bar)} {fmt(y + bar)}L{fmt(x + bar)} {fmt(y - bar)}" for x, y in by_hand)
    sheet.draw("".join(strokes), "line", pitch * 0.09)


def _draw_bar(sheet: Sheet, result: Result, row: Row, area: _Area) -> None:
    """As long as the share of all who answered; what was counted by hand is hatched."""
    _draw_ground(sheet, area)
    phones, all_ = row.count / max(result.n, 1), row.total / max(result.n, 1)
    _draw_full(sheet, area.part(0, phones))
    _draw_hatched(sheet, area.part(phones, all_))


def _draw_mean(sheet: Sheet, places: int, row: Row, area: _Area) -> None:
    """Full where everybody put it first, empty below the last place."""
    _draw_ground(sheet, area)
    if row.mean_rank is not None:
        _draw_full(sheet, area.part(0, (places + 1 - row.mean_rank) / max(places, 1)))


def _draw_parts(sheet: Sheet, result: Result, row: Row, area: _Area) -> None:
    """Agreed in full, passed empty, disagreed hatched; as long together as all who answered."""
    agreed, passed, refused = row.grades or (0, 0, 0)
    people = max(result.n, agreed + passed + refused, 1)
    _draw_ground(sheet, area)
    _draw_full(sheet, area.part(0, agreed / people))
    _draw_frame(sheet, area.part(agreed / people, (agreed + passed) / people))
    _draw_hatched(sheet, area.part((agreed + passed) / people, (agreed + passed + refused) / people))


def _draw_ground(sheet: Sheet, area: _Area) -> None:
    """The line that shows how long all who answered would be."""
    sheet.draw(f"M{fmt(area.x)} {fmt(area.y + area.height - area.stroke / 2)}h{fmt(area.width)}", "line", area.stroke)


def _draw_full(sheet: Sheet, area: _Area) -> None:
    if area.width:
        sheet.draw(box(area.x, area.y, area.width, area.height), "full")


def _draw_frame(sheet: Sheet, area: _Area) -> None:
    edge = area.stroke
    if area.width:
        inner = box(area.x + edge / 2, area.y + edge / 2, max(area.width - edge, 0.1), area.height - edge)
        sheet.draw(inner, "line", edge)


def _draw_hatched(sheet: Sheet, area: _Area) -> None:
    if area.width:
        _draw_frame(sheet, area)
        sheet.draw(hatch(area.x, area.y, area.width, area.height, area.stroke * 3.5), "line", area.stroke * 0.8)


def _draw_legend(sheet: Sheet, result: Result, y: float, size: float, with_discs: bool) -> None:
    """One line under the rows, with the same fills or discs as in them."""
    x = 0.0
    for fill, word in legend(result):
        area = _Area(x, y - size * 0.86, size, size, 3 if size > 20 else 2)
        if fill and with_discs:
            _draw_discs(sheet, Row(0, "", int(fill == "full"), int(fill != "full")), area, size)
        elif fill:
            {"full": _draw_full, "frame": _draw_frame, "hatched": _draw_hatched}[fill](sheet, area)
        indent = size * 1.4 if fill else 0
        sheet.write(x + indent, y, size, word)
        x += indent + (breadth(word) + 1.2) * size

"""A cloud of words: in lines, larger the more people wrote them; the same at each look, and never one over another.

Nobody knows the font that it is read in: a line is one text, whose words follow each other as they do in a sentence,
and it has room for letters that are broader than those of Helvetica. A dot stands between two words of a line: «clés»,
«du temps» and «un frigo» would read as a sentence.
"""

from lunchkit.polls.pictures.drawing import BROADEST, NARROW, WIDE, WIDE_HEIGHT, Drawing, Run, Sheet, breadth
from lunchkit.polls.pictures.sentences import headline
from lunchkit.polls.results import Result

_MOST_WORDS = 60
_SCALES = (2.2, 1.9, 1.6, 1.35, 1.15, 1, 0.85, 0.7, 0.6, 0.5, 0.42)
"""Tried one after the other, until the words fit."""
_DOT = "·"
_DOT_BREADTH = 0.4
"""Of the dot in the broadest of common fonts, in its ems."""
_GAP = 0.25
"""On both sides of the dot, in ems of the larger of its neighbours."""
Line = list[Run]


def draw_cloud(result: Result, wide: bool = False) -> Drawing:
    """The words of a room."""
    sheet = _set(_flow(result, NARROW, 54, 17))
    if wide:
        flows = (_set(_flow(result, WIDE, 150 * scale, 34 * min(scale, 1.3))) for scale in _SCALES)
        tried = list(flows)
        sheet = next((sheet for sheet in tried if sheet.height <= WIDE_HEIGHT), tried[-1])
        sheet.words = [word for word in sheet.words if word.y <= WIDE_HEIGHT]
        sheet.height = min(sheet.height, WIDE_HEIGHT)
    return sheet.done(WIDE if wide else NARROW, result.question, headline(result))


def _flow(result: Result, width: int, largest: float, smallest: float) -> list[Line]:
    most = max((item.count for item in result.written), default=1)
    lines: list[Line] = [[]]
    used = 0.0
    for item in result.written[:_MOST_WORDS]:
        share = ((item.count - 1) / max(most - 1, 1)) ** 0.7
        broad = breadth(item.text) * BROADEST
        size = min(smallest + (max(largest, smallest) - smallest) * share, width / broad)
        gap, dot = _between(lines[-1], size)
        if lines[-1] and used + 2 * gap + dot * _DOT_BREADTH + broad * size > width:
            lines.append([])
            used, gap = 0.0, 0.0
        if lines[-1]:
            lines[-1].append(Run(gap, dot, _DOT))
            used += 2 * gap + dot * _DOT_BREADTH
        lines[-1].append(Run(gap, size, item.text))
        used += broad * size
    return lines


def _between(line: Line, size: float) -> tuple[float, float]:
    """How far the dot is from the words on both sides, and its size, where a word of a size comes into a line."""
    if not line:
        return 0.0, 0.0
    return _GAP * max(line[-1].size, size), min(line[-1].size, size)


def _set(lines: list[Line]) -> Sheet:
    sheet, y = Sheet(0), 0.0
    for line in filter(None, lines):
        tallest = max(run.size for run in line)
        sheet.write_runs(0, y + tallest * 0.8, line)
        y += tallest * 1.06
    sheet.height = round(y)
    return sheet

"""A result as one picture that stands alone: the question, the sentence, the picture, and where it comes from."""

from dataclasses import dataclass

from flask_babel import gettext as _

from lunchkit.platform.i18n import typo
from lunchkit.room.polls.models import Kind
from lunchkit.room.polls.movement import read
from lunchkit.room.polls.pictures.drawing import LINE_HEIGHT, WIDE, Drawing, Sheet, Words, split_lines
from lunchkit.room.polls.pictures.movements import draw_movement
from lunchkit.room.polls.pictures.rows import draw_result
from lunchkit.room.polls.pictures.sentences import headline, movement_headline, movement_notes, titled
from lunchkit.room.polls.results import Result
from lunchkit.room.polls.view_models import PollView

MARGIN = 65
_MOST_TEXTS = 8


@dataclass(frozen=True)
class Poster:
    """The parts of the picture, each so far from the top."""

    width: int
    height: int
    margin: int
    title: str
    says: str
    words: tuple[Words, ...]
    parts: tuple[tuple[int, Drawing], ...]


def draw_poster(poll: PollView, source: str) -> Poster:
    """The result, and the movement if there is one; ``source`` is the line at the foot."""
    sheet, parts, title = Sheet(0), [], typo(titled(poll.question, poll.asking))
    said = headline(poll.result) if poll.result else ""
    y = _write(sheet, 56, 40, title)
    if said:
        y = _write(sheet, y + 8, 96, said)
    for words, drawing in _parts(poll):
        y = _write(sheet, y + 72, 96, words) if words else y
        parts.append((round(y + 24), drawing))
        y += 24 + drawing.height
    if poll.note:
        y = _write(sheet, y + 32, 44, typo(poll.note))
    y = _write(sheet, y + 32, 34, source)
    height = round(y) + 40
    return Poster(WIDE + 2 * MARGIN, height, MARGIN, title, said, tuple(sheet.words), tuple(parts))


def _write(sheet: Sheet, top: float, size: float, text: str) -> float:
    """Returns where the next thing may begin."""
    lines = split_lines(text, WIDE / size, 6)
    sheet.write_lines(0, top + size * 0.8, size, lines)
    return top + len(lines) * size * LINE_HEIGHT


def _parts(poll: PollView) -> list[tuple[str, Drawing]]:
    result = poll.result
    if result is None or not result.is_shown or result.is_bare:
        return []
    parts = [("", _draw_texts(result) if result.kind is Kind.TEXT else draw_result(result, wide=True))]
    if poll.before is not None and read(poll.movement).shows:
        moved = draw_movement(poll.movement, poll.before, result, True)
        parts.append((movement_headline(poll.movement), moved))
        parts.append(("", _draw_notes(movement_notes(poll.movement, poll.before, result))))
    return parts


def _draw_texts(result: Result) -> Drawing:
    sheet, y = Sheet(0), 50.0
    for item in result.written[:_MOST_TEXTS]:
        lines = split_lines(f"«{item.text}»", WIDE / 44, 3)
        sheet.write_lines(0, y, 44, lines)
        y += len(lines) * 44 * LINE_HEIGHT + 24
    left = len(result.written) - _MOST_TEXTS
    if left > 0:
        sheet.write(0, y, 34, _("… and %(count)s more", count=left), "light")
    sheet.height = round(y)
    return sheet.done(WIDE, result.question, headline(result))


def _draw_notes(notes: list[str]) -> Drawing:
    sheet = Sheet(60)
    lines = split_lines(" ".join(notes), WIDE / 30, 3)
    sheet.write_lines(0, 40, 30, lines, "light")
    sheet.height = round(20 + len(lines) * 30 * LINE_HEIGHT)
    return sheet.done(WIDE, "", "")

"""A result as one picture without a page: the question, the sentence, the picture, and where it comes from."""

from typing import Any

from lunchkit.platform.i18n import typo
from lunchkit.room.polls.models import Kind
from lunchkit.room.polls.pictures.drawing import WIDE, Drawing, split_lines
from lunchkit.room.polls.pictures.rows import draw_result
from lunchkit.room.polls.pictures.sentences import headline, movement_headline, movement_notes, titled
from lunchkit.room.polls.pictures.voices import draw_voices
from lunchkit.room.polls.view_models import PollView

MARGIN = 65


def draw_poster(poll: PollView, source: str) -> dict[str, Any]:
    """The result, and the movement if there is one, under the words of ``head``; ``source`` is the line at the foot.

    {"head": Drawing, "margin", "parts": [(distance from the top, Drawing), …]}
    """
    title, says = typo(titled(poll.question, poll.asking)), headline(poll.result) if poll.result else ""
    head, parts = Drawing(WIDE + 2 * MARGIN, title, says), []
    y = _write(head, 56, 40, title)
    y = _write(head, y + 8, 96, says) if says else y
    for drawing in _parts(poll):
        parts.append((round(y + 24), drawing))
        y += 24 + drawing.height
    y = _write(head, y + 32, 44, typo(poll.note)) if poll.note else y
    head.height = round(_write(head, y + 32, 34, source)) + 40
    return {"head": head, "margin": MARGIN, "parts": parts}


def _write(head: Drawing, top: float, size: float, text: str) -> float:
    return top + head.write_lines(0, top + size * 0.8, size, split_lines(text, WIDE / size, 6))


def _parts(poll: PollView) -> list[Drawing]:
    result = poll.result
    if result is None or not result.is_shown or result.is_bare:
        return []
    if poll.before is None or not poll.is_compared:
        return [] if result.kind is Kind.TEXT else [draw_result(result, wide=True)]
    notes, told = Drawing(WIDE), movement_notes(poll.movement, poll.before, result)
    if poll.shows_movement:
        told.insert(0, f"{movement_headline(poll.movement)}.")
    notes.height = round(20 + notes.write_lines(0, 40, 30, split_lines(" ".join(told), WIDE / 30, 4), "light"))
    return [draw_voices(poll.movement, poll.before, result, wide=True), notes]

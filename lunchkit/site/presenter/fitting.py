"""Text sizes, estimated by the number of characters: on the projector, a canvas of 1920 × 1080 read from the last row,
and on what is printed.

`js/screen-fit.js` makes smaller what a wider font lets overflow on the projector.
"""

import re
import textwrap
from typing import NamedTuple

from markupsafe import Markup

from lunchkit.platform.i18n import typo
from lunchkit.room.polls.models import Kind
from lunchkit.room.polls.pictures.rows import cloud_of
from lunchkit.room.polls.results import Result
from lunchkit.room.polls.view_models import PollView

CANVAS = 1920
SIZES = (190, 150, 124, 100, 84, 68, 60, 46, 40)
"""Headline sizes; css/screen.css has a class for each."""
SMALLEST = 34
CHARACTER, LINE = 0.53, 1.0
"""Width of a character and height of a line, in ems."""
CLOUD = (1790, 540)


class Plan(NamedTuple):
    height: int
    size: int
    columns: int


FIELDS = (
    (240, 1, 60), (240, 1, 46), (396, 2, 60), (396, 2, 46), (396, 3, 40), (596, 3, 46), (596, 2, 40), (596, 4, 40),
    (632, 3, 34), (632, 4, 34), (632, 5, 34),
)  # fmt: skip
STEPS = (
    (240, 1, 100), (240, 1, 60), (240, 1, 46), (396, 1, 46), (396, 1, 40), (632, 1, 40), (632, 2, 34),
)  # fmt: skip


def fits(
    text: str, size: float, width: float, height: float, *, character: float = CHARACTER, line: float = LINE
) -> bool:
    """Whether a text of a size fits a width and height, in the same unit."""
    columns = int(width / (size * character))
    lines = textwrap.wrap(typo(text), max(columns, 1), break_long_words=False)
    return max(map(len, lines), default=0) <= columns and len(lines) * size * line <= height


def fit(text: str, width: int, height: int, most: int = SIZES[0]) -> int:
    """The largest size at which a text fits a width and height."""
    return next((size for size in SIZES if size <= most and fits(text, size, width, height)), SMALLEST)


def cloud_size(result: Result) -> int:
    """The largest size of a word in the cloud; the smallest has half of it."""
    width, height = CLOUD
    ems = sum((len(text) + 2) * CHARACTER * (3 + size) / 8 for text, size in cloud_of(result))
    return next((size for size in SIZES if ems * size * size * 1.15 <= width * height), SMALLEST)


def in_parts(address: str) -> Markup:
    """An address that breaks only between its parts, never in a name or number, nor after a slash."""
    return Markup("<wbr>").join(re.split(r"(?<=[.-])(?=[^\W\d])|(?=[:/])", address.replace("/", "/\u2060")))


def plan_choices(poll: PollView, none: str) -> Plan:
    """The layout of the choices of an open poll; ``none``: the label of «sans avis»."""
    labels = [choice.label for choice in poll.choices]
    if poll.kind.is_written:
        return Plan(240, 100, 1)
    has_marks = poll.kind in (Kind.SINGLE, Kind.MULTIPLE)
    if poll.allows_none and (has_marks or poll.kind is Kind.SCALE):
        labels.append(none if has_marks else "")
    margin, rest = 160 if has_marks else 96, 72 if any(poll.ends) else 0
    for height, rows, size in STEPS if poll.kind is Kind.SCALE else FIELDS:
        columns = -(-len(labels) // rows)
        inner = (height - rest) / rows - (20 if size < SIZES[-1] else 44)
        if rows <= len(labels) and all(fits(label, size, CANVAS / columns - margin, inner) for label in labels):
            return Plan(height, size, columns)
    return Plan(632, 34, 3)

"""How large words may be on the projector, a canvas of 1920 × 1080 that is read from the last row of the room.

A plain estimate, by the number of letters; `js/screen.js` makes smaller what a broader font still lets run over.
"""

import re
import textwrap
from dataclasses import dataclass

from markupsafe import Markup

from lunchkit.platform.i18n import typo
from lunchkit.room.polls.models import Kind
from lunchkit.room.polls.pictures.rows import cloud_of
from lunchkit.room.polls.results import Result
from lunchkit.room.polls.view_models import PollView

CANVAS = 1920
SIZES = (190, 150, 124, 100, 84, 68, 60, 46, 40)
"""Sizes of headlines; css/screen.css has a class for each."""
SMALLEST = 34
LETTER, LINE = 0.53, 1.0
"""In ems: about how broad a letter is, and how high a line."""
CLOUD = (1790, 540)
"""The place of the words of a room."""


@dataclass(frozen=True)
class Plan:
    """How choices stand under a question: the height that is theirs, the size of their words, columns."""

    height: int
    size: int
    columns: int


Way = tuple[int, int, int]
"""A height, a number of rows and a size to try."""
FIELDS: tuple[Way, ...] = (
    (240, 1, 60), (240, 1, 46), (396, 2, 60), (396, 2, 46), (396, 3, 40), (596, 3, 46), (596, 2, 40), (596, 4, 40),
    (632, 3, 34), (632, 4, 34), (632, 5, 34),
)  # fmt: skip
STEPS: tuple[Way, ...] = (
    (240, 1, 100), (240, 1, 60), (240, 1, 46), (396, 1, 46), (396, 1, 40), (632, 1, 40), (632, 2, 34),
)  # fmt: skip
TIGHTEST = Plan(632, 34, 3)


def _fits(text: str, size: int, width: float, height: float) -> bool:
    columns = int(width / (size * LETTER))
    lines = textwrap.wrap(typo(text), max(columns, 1), break_long_words=False)
    return max(map(len, lines), default=0) <= columns and len(lines) * size * LINE <= height


def fit(text: str, width: int, height: int, most: int = SIZES[0]) -> int:
    """The largest size at which a text fits a place on the canvas."""
    return next((size for size in SIZES if size <= most and _fits(text, size, width, height)), SMALLEST)


def cloud_size(result: Result) -> int:
    """The largest size at which the words of a room fit; they are from half of it to all of it."""
    width, height = CLOUD
    ems = sum((len(text) + 2) * LETTER * (3 + size) / 8 for text, size in cloud_of(result))
    return next((size for size in SIZES if ems * size * size * 1.15 <= width * height), SMALLEST)


def in_parts(address: str) -> Markup:
    """An address that breaks between its parts, if at all: never in a name or a number, nor behind a slash."""
    return Markup("<wbr>").join(re.split(r"(?<=[.-])(?=[^\W\d])|(?=[:/])", address.replace("/", "/\u2060")))


def plan_choices(poll: PollView, none: str) -> Plan:
    """How the choices of an open question stand; ``none`` is what «sans avis» is called."""
    labels = [choice.label for choice in poll.choices]
    if poll.kind.is_written:
        return Plan(240, 100, 1)
    has_marks = poll.kind in (Kind.SINGLE, Kind.MULTIPLE)
    if poll.allows_none and (has_marks or poll.kind is Kind.SCALE):
        labels.append(none if has_marks else "")
    ways = STEPS if poll.kind is Kind.SCALE else FIELDS
    return _plan(labels, ways, margin=160 if has_marks else 96, rest=72 if any(poll.ends) else 0)


def _plan(labels: list[str], ways: tuple[Way, ...], margin: int, rest: int) -> Plan:
    """The first way in which all labels fit; ``margin`` and ``rest``: breadth and height that are not for words."""
    for height, rows, size in ways:
        columns = -(-len(labels) // rows)
        inner = (height - rest) / rows - (20 if size < SIZES[-1] else 44)
        if rows <= len(labels) and all(_fits(label, size, CANVAS / columns - margin, inner) for label in labels):
            return Plan(height, size, columns)
    return TIGHTEST

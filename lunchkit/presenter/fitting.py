"""How large words may be on the projector, a canvas of 1920 × 1080 that is read from the last row of the room.

Style sheets cannot ask whether a text fits; here it is estimated from the breadth of its letters, and `js/screen.js`
makes smaller what a broader font still lets run over.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lunchkit.i18n import INVERSION, typo
from lunchkit.polls.models import Kind
from lunchkit.polls.pictures.drawing import breadth
from lunchkit.polls.views import PollView

CANVAS = 1920
SIZES = (190, 150, 124, 100, 84, 68, 60, 46, 40)
"""Sizes of headlines; css/screen.css has a class for each."""
SMALLEST = 34
TRACKING, SPACE, LINE = 0.05, 0.24, 0.97
"""In ems: how much closer than usual the letters of a headline stand, a space between words, the height of a line."""


FIELD_TRACKING = 0.03
EDGE = 37
"""How much less room the first field of a row has: its words begin where those of the headline do."""
CODE_ROOM = 408
"""As broad as the QR code over it."""
CODE_SIZES = (151, 136, 122, 110, 98)
SMALLEST_CODE = 88
CODE_BREADTHS = (
    dict.fromkeys("M", 0.81) | dict.fromkeys("W", 0.92) | dict.fromkeys("Q", 0.75) | dict.fromkeys("EPVXY", 0.64)
    | dict.fromkeys("FLT", 0.59) | dict.fromkeys("J3479", 0.53)
)  # fmt: skip
"""Of the letters of codes, in ems, where they are not as broad as most."""


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


HELD = "\u2011"
"""The hyphen of «faudrait-il», at which no line ends: see ``lunchkit.i18n.unbroken``."""


def count_lines(text: str, room: float, tracking: float = TRACKING) -> int:
    """How many lines of so many ems a text fills; 99 more where a word is broader than a line."""
    lines, length = 1, 0.0
    held = INVERSION.sub(lambda found: found[0].replace("-", HELD), text)
    for word in filter(None, held.replace("-", "- ").split(" ")):
        broad = breadth(word) - tracking * len(word)
        lines += 99 if broad > room else 0
        if length and length + SPACE + broad > room:
            lines, length = lines + 1, broad
        else:
            length += broad + (SPACE if length else 0)
    return lines


def fit(text: str, width: int, height: int, most: int = SIZES[0]) -> int:
    """The largest size at which a text fits a place on the canvas."""
    sizes = (size for size in SIZES if size <= most)
    return next((size for size in sizes if count_lines(typo(text), width / size) * size * LINE <= height), SMALLEST)


def in_parts(address: str) -> Markup:
    """An address that breaks between its parts, if at all: never in a name or a number, nor behind a slash."""
    return Markup("<wbr>").join(re.split(r"(?<=[.-])(?=[^\W\d])|(?=[:/])", address.replace("/", "/\u2060")))


def code_size(code: str) -> int:
    """How large the letters of a room's code may be."""
    ems = sum(CODE_BREADTHS.get(letter, 0.7) for letter in code) or 1
    return next((size for size in CODE_SIZES if size * ems <= CODE_ROOM), SMALLEST_CODE)


def plan_choices(poll: PollView, none: str) -> Plan:
    """How the choices of an open question stand; ``none`` is what «sans avis» is called."""
    labels = [typo(choice.label) for choice in poll.choices]
    if poll.kind.is_written:
        return Plan(240, 100, 1)
    if poll.kind is Kind.SCALE:
        return _plan(labels, STEPS, margin=60, rest=72 if any(poll.ends) else 0, more=int(poll.allows_none))
    has_none = poll.allows_none and poll.kind in (Kind.SINGLE, Kind.MULTIPLE)
    margin = 148 if poll.kind in (Kind.SINGLE, Kind.MULTIPLE) else 64
    return _plan([*labels, none] if has_none else labels, FIELDS, margin)


def _plan(labels: Sequence[str], ways: Sequence[Way], margin: int = 148, rest: int = 0, more: int = 0) -> Plan:
    """The first way in which all labels fit.

    ``margin``: the breadth of a field that is not for its words; ``rest``: height that the fields leave to others;
    ``more``: fields besides these.
    """
    fields = len(labels) + more
    for height, rows, size in ways:
        columns = -(-fields // rows)
        is_small = size < SIZES[-1]
        rooms = [
            CANVAS / columns - margin + (20 if is_small else 0) - (0 if n % columns else EDGE) for n in range(fields)
        ]
        ways_in = zip(labels, rooms, strict=False)
        lines = max(count_lines(label, room / size, FIELD_TRACKING) for label, room in ways_in)
        if rows <= fields and lines * size * 1.02 + (12 if is_small else 34) <= (height - rest) / rows - 8:
            return Plan(height, size, columns)
    return TIGHTEST

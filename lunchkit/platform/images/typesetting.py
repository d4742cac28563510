"""Setting words: the largest size in which a text fits a box, and the lines that it is broken into."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from PIL import ImageFont

from lunchkit.platform.i18n import typo

FONT = str(Path(__file__).parent / "fonts" / "LiberationSans-Bold.ttf")
EM = 1000
"""The size at which letters are measured."""
CAPITAL = 0.688
"""The height of a capital, in ems of Liberation Sans Bold."""


@dataclass(frozen=True)
class Box:
    """A place for words, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Style:
    """How words are set: between which sizes, and in ems, how close the letters and the lines are."""

    largest: int
    smallest: int
    tracking: float
    leading: float


@dataclass(frozen=True)
class Words:
    """A text that was fitted into a box."""

    style: Style
    size: int
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        return self.size * (CAPITAL + self.style.leading * (len(self.lines) - 1))


def fit(text: str, place: Box, styles: Sequence[Style]) -> Words:
    """A text in the largest size that fits a box. Too long for the smallest one, it ends with an ellipsis."""
    for style in styles:
        for size in range(style.largest, style.smallest - 1, -2):
            ems = place.width / size
            lines = wrap(text, ems, style.tracking)
            words = Words(style, size, tuple(lines))
            if words.height <= place.height and all(breadth(line, style.tracking) <= ems for line in lines):
                return replace(words, lines=tuple(_balanced(text, ems, style.tracking, len(lines))))
    return _cut_to(place, text, styles[-1])


def _cut_to(place: Box, text: str, style: Style) -> Words:
    ems = place.width / style.smallest
    lines = wrap(_broken(text, ems, style.tracking), ems, style.tracking)
    rows = 1 + max(0, int((place.height / style.smallest - CAPITAL) / style.leading))
    if len(lines) > rows:
        last = lines[rows - 1]
        while last and breadth(f"{last}…", style.tracking) > ems:
            last = last[:-1].rstrip()
        lines = [*lines[: rows - 1], f"{last}…"]
    return Words(style, style.smallest, tuple(lines))


def wrap(text: str, ems: float, tracking: float) -> list[str]:
    """Lines of a text, each as full as it gets. A word wider than that is a line of its own, whole."""
    lines, line = [], ""
    for piece in _BREAKS.split(text):
        if line.strip() and breadth((line + piece).rstrip(" "), tracking) > ems:
            lines.append(line.rstrip(" "))
            line = ""
        line = (line + piece).lstrip(" ")
    return [*lines, line.rstrip(" ")] if line.strip(" ") or not lines else lines


_BREAKS = re.compile(r"(?<= )(?=[^ ])|(?<=\w{4}-)(?=\w{4})")
"""After a space that may break (French puts others before its marks), and in a long compound after its hyphen."""


def _balanced(text: str, ems: float, tracking: float, rows: int) -> list[str]:
    """As few lines as the full width takes, of lengths as alike as they can be."""
    lines = wrap(text, ems, tracking)
    narrower = ems
    while rows > 1:  # ends where the longest word no longer fits
        narrower *= 0.97
        tighter = wrap(text, narrower, tracking)
        if len(tighter) > rows or any(breadth(line, tracking) > narrower for line in tighter):
            break
        lines = tighter
    return lines


def _broken(text: str, ems: float, tracking: float) -> str:
    words = []
    for word in text.split(" "):
        start = 0
        for end in range(1, len(word) + 1):
            if breadth(word[start:end], tracking) > ems and end - 1 > start:
                words.append(word[start : end - 1])
                start = end - 1
        words.append(word[start:])
    return " ".join(words)


def drawable(text: str) -> str:
    """A text with the spaces of its language, and only of letters that the font has: no empty squares."""
    line = unicodedata.normalize("NFC", typo(" ".join(text.split())))
    words = "".join(email for email in line if _is_drawn(email)).split(" ")
    return " ".join(word for word in words if word.strip())


def breadth(text: str, tracking: float) -> float:
    """How wide a line is, in ems."""
    return max(places_of(text, tracking))


def places_of(text: str, tracking: float) -> Iterator[float]:
    """Where each letter begins, and at the end where the last one ends; in ems."""
    place = 0.0
    yield place
    for email, following in pairwise(f"{text}\n"):
        place += _advance(email, following.strip("\n")) + (0 if following == "\n" else tracking)
        yield place


@lru_cache(maxsize=20_000)
def _advance(email: str, following: str) -> float:
    """From one letter to the next; closer where the font knows the pair, and Pillow was built to ask it."""
    font = font_of(EM)
    return float(font.getlength(email + following) - (font.getlength(following) if following else 0)) / EM


@lru_cache(maxsize=2000)
def bearing(email: str) -> float:
    """The white at the left of a letter, in ems."""
    box = font_of(EM).getmask(email).getbbox() if email else None
    return float(box[0]) / EM if box else 0.0


@lru_cache(maxsize=2000)
def _is_drawn(email: str) -> bool:
    nothing = font_of(40).getmask("\U0010ffff")
    return email.isspace() or bytes(font_of(40).getmask(email)) != bytes(nothing)


@lru_cache(maxsize=64)
def font_of(size: int) -> ImageFont.FreeTypeFont:
    """The one font of the cards, in pixels."""
    return ImageFont.truetype(FONT, size)

"""Cards: what other sites show beside a link to us. A poster of 1200 × 630 pixels with a title as large as it fits."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

from lunchkit.platform.colours import PALETTES
from lunchkit.platform.i18n import typo

WIDTH, HEIGHT, MARGIN = 1200, 630, 56
FONT = str(Path(__file__).parent / "fonts" / "LiberationSans-Bold.ttf")
EM = 1000
"""The size at which letters are measured."""
CAPITAL = 0.688
"""The height of a capital, in ems of this font."""
INK = 255
FINER = 4
"""How many times larger discs are drawn before they are scaled down: their edges are smooth."""
SHADES = 16
"""Between the colour and black, where an edge is smoothed."""
ROW = 36
"""Pixels from one small line to the next."""
TOP, BOTTOM = 128, HEIGHT - MARGIN


@dataclass(frozen=True)
class Style:
    """How words are set: between which sizes, and in ems, how close the letters and the lines are."""

    largest: int
    smallest: int
    tracking: float
    leading: float


TITLE = (Style(220, 96, -0.045, 0.97), Style(94, 60, -0.035, 1.0), Style(58, 30, -0.02, 1.06))
SMALL = (Style(30, 22, -0.012, 1.2),)


@dataclass(frozen=True)
class Words:
    """A text in a size, broken into lines."""

    style: Style
    size: int
    lines: Sequence[str]

    @property
    def height(self) -> float:
        return self.size * (CAPITAL + self.style.leading * (len(self.lines) - 1))


def card_png(title: str, lines: Sequence[str], colour: str) -> bytes:
    """A card as PNG. The first of ``lines`` is at the head beside the mark; up to three others are at the foot."""
    return _card(title, tuple(lines), colour)


@lru_cache(maxsize=128)
def _card(title: str, lines: tuple[str, ...], colour: str) -> bytes:
    image = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(image)
    _draw_slice(image, (812, BOTTOM), 470)
    _draw_slice(image, (MARGIN + 18, 66), 18)  # the mark: the same, small, on a plate
    pen.ellipse((MARGIN, 48, MARGIN + 36, 84), outline=INK, width=3)
    _draw_small(pen, lines[0] if lines else "", (MARGIN + 50, 77), 560)
    foot = [line for line in lines[1:4] if line]
    for number, line in enumerate(reversed(foot)):
        _draw_small(pen, line, (MARGIN, BOTTOM - ROW * number), 720)
    lowest = BOTTOM - (len(foot) * ROW + 32 if foot else 0)
    _draw_words(pen, fit(drawable(title), 716, lowest - TOP, TITLE), MARGIN, TOP)
    return _packed(image, PALETTES.get(colour, PALETTES["tomate"])[0])


def _draw_slice(image: Image.Image, centre: tuple[int, int], radius: int) -> None:
    """A slice of a plate that is also a clock: from noon to two."""
    side = 2 * radius * FINER
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).pieslice((0, 0, side - 1, side - 1), -90, -30, fill=INK)
    image.paste(INK, (centre[0] - radius, centre[1] - radius), mask.reduce(FINER))


def _draw_small(pen: ImageDraw.ImageDraw, text: str, place: tuple[int, int], width: int) -> None:
    """One line, with the place of its left end on the ground."""
    words = fit(drawable(text), width, ROW, SMALL)
    _draw_words(pen, words, place[0], place[1] - words.height)


def _draw_words(pen: ImageDraw.ImageDraw, words: Words, left: float, top: float) -> None:
    """Letter by letter: Pillow cannot set them closer."""
    font = font_of(words.size)
    for number, line in enumerate(words.lines):
        ground = top + words.size * (CAPITAL + words.style.leading * number)
        for char, place in zip(line, places_of(line, words.style.tracking), strict=False):
            if not char.isspace():
                pen.text((left + place * words.size, ground), char, fill=INK, font=font, anchor="ls")


def _packed(image: Image.Image, colour: str) -> bytes:
    """A PNG of few colours: from the colour of the ground, where nothing is drawn, to black."""
    shades = image.point(lambda ink: round(ink * SHADES / INK))
    ground = ImageColor.getrgb(colour)
    shades.putpalette([round(one * (1 - step / SHADES)) for step in range(SHADES + 1) for one in ground])
    file = BytesIO()
    shades.save(file, "PNG", compress_level=6)
    return file.getvalue()


def fit(text: str, width: float, height: float, styles: Sequence[Style]) -> Words:
    """A text in the largest size that fits a box. Too long for the smallest one, it ends with an ellipsis."""
    for style in styles:
        for size in range(style.largest, style.smallest - 1, -2):
            words = Words(style, size, wrap(text, width / size, style.tracking))
            if words.height <= height and _are_within(words.lines, width / size, style.tracking):
                return Words(style, size, _balanced(text, width / size, style.tracking))
    return _cut(text, width, height, styles[-1])


def _are_within(lines: Sequence[str], ems: float, tracking: float) -> bool:
    return all(breadth(line, tracking) <= ems for line in lines)


def _cut(text: str, width: float, height: float, style: Style) -> Words:
    ems = width / style.smallest
    rows = 1 + max(0, int((height / style.smallest - CAPITAL) / style.leading))
    lines = wrap(text, ems, style.tracking)
    while len(lines) > 1 and (len(lines) > rows or not _are_within(lines[:-1], ems, style.tracking)):
        lines.pop()
    while lines[-1] and not _are_within([f"{lines[-1]}…"], ems, style.tracking):
        lines[-1] = lines[-1][:-1].rstrip()
    return Words(style, style.smallest, [*lines[:-1], f"{lines[-1]}…"])


_BREAKS = re.compile(r"(?<= )(?=[^ ])|(?<=\w{4}-)(?=\w{4})")
"""After a space that may break (French puts others before its marks), and in a long compound after its hyphen."""


def wrap(text: str, ems: float, tracking: float) -> list[str]:
    """The lines of a text in a width in ems; a word that is broader has a line of its own, whole."""
    lines, line = [], ""
    for piece in _BREAKS.split(text):
        if line.strip() and breadth((line + piece).rstrip(" "), tracking) > ems:
            lines.append(line.rstrip(" "))
            line = ""
        line = (line + piece).lstrip(" ")
    return [*lines, line.rstrip(" ")] if line.strip(" ") or not lines else lines


def _balanced(text: str, ems: float, tracking: float) -> list[str]:
    """As few lines as the full width takes, of lengths as alike as they can be."""
    lines = wrap(text, ems, tracking)
    while len(lines) > 1:  # ends where the longest word no longer fits
        ems *= 0.97
        narrower = wrap(text, ems, tracking)
        if len(narrower) > len(lines) or not _are_within(narrower, ems, tracking):
            break
        lines = narrower
    return lines


def drawable(text: str) -> str:
    """A text with the spaces of its language, and only of letters that the font has: no empty squares."""
    line = unicodedata.normalize("NFC", typo(" ".join(text.split())))
    words = "".join(char for char in line if _is_drawn(char)).split(" ")
    return " ".join(word for word in words if word.strip())


@lru_cache(maxsize=2000)
def _is_drawn(char: str) -> bool:
    nothing = font_of(40).getmask("\U0010ffff")
    return char.isspace() or bytes(font_of(40).getmask(char)) != bytes(nothing)


def breadth(text: str, tracking: float) -> float:
    """How wide a line is, in ems."""
    return max(places_of(text, tracking))


def places_of(text: str, tracking: float) -> Iterator[float]:
    """Where each letter begins, and at the end where the last one ends; in ems."""
    place = 0.0
    yield place
    for char, following in pairwise(f"{text}\n"):
        place += _advance(char, following.strip("\n")) + (0 if following == "\n" else tracking)
        yield place


@lru_cache(maxsize=20_000)
def _advance(char: str, following: str) -> float:
    """From one letter to the next; closer where the font knows the pair, and Pillow was built to ask it."""
    font = font_of(EM)
    return float(font.getlength(char + following) - (font.getlength(following) if following else 0)) / EM


@lru_cache(maxsize=64)
def font_of(size: int) -> ImageFont.FreeTypeFont:
    """The one font of the cards, in pixels."""
    return ImageFont.truetype(FONT, size)

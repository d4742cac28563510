"""Cards: what other sites show beside a link to us. A poster of 1200 × 630 pixels with a title as large as it fits."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

from lunchkit.platform.colours import PALETTES
from lunchkit.platform.i18n import typo

WIDTH, HEIGHT, MARGIN = 1200, 630, 56
FONT = str(Path(__file__).parent / "fonts" / "LiberationSans-Bold.ttf")
TITLE, SMALL = range(220, 29, -2), range(30, 21, -2)
"""Sizes of letters in pixels, the one to try first before the others."""
CAPITAL, LEADING = 0.688, 1.02
"""The height of a capital of this font, and the distance of two lines, as parts of the size."""
INK = 255
FINER = 4  # how many times larger discs are drawn before they are scaled down: their edges are smooth
SHADES = 16  # between the colour and black, where an edge is smoothed
ROW = 36  # pixels from one small line to the next
TOP, BOTTOM = 128, HEIGHT - MARGIN


@dataclass(frozen=True)
class Words:
    """A text in a size, broken into lines."""

    size: int
    lines: Sequence[str]

    @property
    def height(self) -> float:
        return self.size * (CAPITAL + LEADING * (len(self.lines) - 1))

    @property
    def width(self) -> float:
        return max(font_of(self.size).getlength(line) for line in self.lines)


@lru_cache(maxsize=128)
def card_png(title: str, lines: tuple[str, ...], colour: str) -> bytes:
    """A card as PNG. The first of ``lines`` is at the head beside the mark; up to three others are at the foot."""
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
    for number, line in enumerate(words.lines):
        ground = top + words.size * (CAPITAL + LEADING * number)
        pen.text((left, ground), line, fill=INK, font=font_of(words.size), anchor="ls")


def _packed(image: Image.Image, colour: str) -> bytes:
    """A PNG of few colours: from the colour of the ground, where nothing is drawn, to black."""
    shades = image.point(lambda ink: round(ink * SHADES / INK))
    ground = ImageColor.getrgb(colour)
    shades.putpalette([round(one * (1 - step / SHADES)) for step in range(SHADES + 1) for one in ground])
    file = BytesIO()
    shades.save(file, "PNG", compress_level=6)
    return file.getvalue()


def fit(text: str, width: float, height: float, sizes: Sequence[int]) -> Words:
    """A text in the largest size that fits a rectangle. Too long for the smallest one, it ends with an ellipsis."""
    for size in sizes:
        words = wrap(text, size, width)
        if words.height <= height and words.width <= width:
            return _balanced(text, words, width)
    return _cut(wrap(text, sizes[-1], width), width, height)


def _cut(words: Words, width: float, height: float) -> Words:
    size, lines = words.size, list(words.lines)
    while len(lines) > 1 and (Words(size, lines).height > height or Words(size, lines[:-1]).width > width):
        lines.pop()
    while lines[-1] and font_of(size).getlength(f"{lines[-1]}…") > width:
        lines[-1] = lines[-1][:-1].rstrip()
    return Words(size, [*lines[:-1], f"{lines[-1]}…"])


_BREAKS = re.compile(r"(?<= )(?=[^ ])|(?<=\w{4}-)(?=\w{4})")
"""After a space that may break (French puts others before its marks), and in a long compound after its hyphen."""


def wrap(text: str, size: int, width: float) -> Words:
    """A text in lines of this width; a word that is broader has a line of its own, whole."""
    lines, line = [], ""
    for piece in _BREAKS.split(text):
        if line.strip() and font_of(size).getlength((line + piece).rstrip(" ")) > width:
            lines.append(line.rstrip(" "))
            line = ""
        line = (line + piece).lstrip(" ")
    return Words(size, [*lines, line.rstrip(" ")] if line.strip(" ") or not lines else lines)


def _balanced(text: str, words: Words, width: float) -> Words:
    """In as few lines, but of lengths as alike as they can be."""
    while len(words.lines) > 1:  # ends where the longest word no longer fits
        width *= 0.97
        narrower = wrap(text, words.size, width)
        if len(narrower.lines) > len(words.lines) or narrower.width > width:
            break
        words = narrower
    return words


def drawable(text: str) -> str:
    """A text with the spaces of its language, and only of letters that the font has: no empty squares."""
    line = unicodedata.normalize("NFC", typo(" ".join(text.split())))
    words = "".join(char for char in line if _is_drawn(char)).split(" ")
    return " ".join(word for word in words if word.strip())


@lru_cache(maxsize=2000)
def _is_drawn(char: str) -> bool:
    nothing = font_of(40).getmask("\U0010ffff")
    return char.isspace() or bytes(font_of(40).getmask(char)) != bytes(nothing)


@lru_cache(maxsize=128)
def font_of(size: int) -> ImageFont.FreeTypeFont:
    """The one font of the cards, in pixels."""
    return ImageFont.truetype(FONT, size)

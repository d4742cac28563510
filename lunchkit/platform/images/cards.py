"""Cards: what other sites show beside a link to us. A poster of 1200 × 630 pixels, set and drawn by the software."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from itertools import combinations, pairwise
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

from lunchkit.platform.colours import PALETTES
from lunchkit.platform.i18n import typo

WIDTH, HEIGHT = 1200, 630
MARGIN = 56
COLOURS = {name: (fill, paper) for name, (fill, paper, _tint) in PALETTES.items()}
BLACK = "#000000"
FONT = str(Path(__file__).parent / "fonts" / "LiberationSans-Bold.ttf")
EM = 1000
"""The size at which letters are measured."""
CAPITAL, DESCENT = 0.688, 0.21
"""Above and below the line, in ems of Liberation Sans Bold."""
WHOLE, NOON_TO_TWO = (0, 360), (-90, -30)
"""Degrees of the plate, which is also a clock."""
FINER = 4
SHADES = 16
"""Between two colours, where an edge is smoothed."""


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


TITLE = (Style(220, 96, -0.045, 0.97), Style(94, 60, -0.035, 1.0), Style(58, 30, -0.02, 1.06))
SMALL = (Style(30, 22, -0.012, 1.2),)
FIGURE = (Style(340, 40, -0.035, 0.92),)
ROW = 36
"""From one small line to the next."""


@dataclass(frozen=True)
class Layout:
    """Where things stand. ``centre`` and ``radius`` are the plate's; from its centre the slice rises, noon to two."""

    centre: tuple[int, int]
    radius: int
    titles: tuple[Box, ...]
    """Places for the title; it takes the one in which it is larger. The last one ends above the foot."""
    foot: int
    """How wide its lines may be."""
    figure: Box | None = None


HEAD = Box(MARGIN + 50, 48, 560, ROW - 7)
TOP, BOTTOM = 128, HEIGHT - MARGIN
RECAP = Layout((812, BOTTOM), 470, (Box(MARGIN, TOP, 716, BOTTOM - TOP),), 720)
"""After the lunch only the slice is left."""
PLATE = Layout(
    (930, 330), 420, (Box(MARGIN, TOP, 824, 202), Box(MARGIN, TOP, 604, BOTTOM - TOP)), 470, Box(690, 374, 454, 200)
)
"""A figure lies on the whole plate, as the day does on the poster."""


def card_png(title: str, lines: Sequence[str], colour: str, *, figure: str = "") -> bytes:
    """A card as PNG: the title as large as it fits, whatever its length.

    The first of ``lines`` stands at the head beside the mark and says whose house this is; up to three others stand at
    the foot: when, where. ``figure`` is a number, or very few words, for the plate; without one the card has the slice
    alone.
    """
    return _card(title, tuple(lines), colour, figure)


@lru_cache(maxsize=128)
def _card(title: str, lines: tuple[str, ...], colour: str, figure: str) -> bytes:
    fill, paper = COLOURS.get(colour, COLOURS["tomate"])
    layout = PLATE if figure else RECAP
    image = Image.new("RGB", (WIDTH, HEIGHT), fill)
    if figure:
        _draw_pie(image, layout.centre, layout.radius, WHOLE, paper)
    _draw_pie(image, layout.centre, layout.radius, NOON_TO_TWO, BLACK)
    _draw_pie(image, (MARGIN + 18, 66), 18, WHOLE, BLACK, ring=3)  # the mark of the house: the same, small
    _draw_pie(image, (MARGIN + 18, 66), 18, NOON_TO_TWO, BLACK)
    draw = ImageDraw.Draw(image)
    foot = [line for line in lines[1:4] if line]
    _draw_words(draw, fit(readable(lines[0] if lines else ""), HEAD, SMALL), HEAD, from_below=True)
    _draw_foot(draw, foot, layout.foot)
    _draw_title(draw, title, layout.titles, len(foot))
    if layout.figure:
        _draw_words(draw, fit(readable(figure), layout.figure, FIGURE), layout.figure, from_below=True)
    return _packed(image, (fill, paper, BLACK))


def _draw_pie(
    image: Image.Image, centre: tuple[int, int], radius: int, angles: tuple[int, int], fill: str, ring: int = 0
) -> None:
    """A piece of a disc, or its rim, with smooth edges: drawn larger, and made smaller."""
    side = 2 * radius * FINER
    mask = Image.new("L", (side, side))
    draw = ImageDraw.Draw(mask)
    if ring:
        draw.ellipse((0, 0, side - 1, side - 1), outline=255, width=ring * FINER)
    else:
        draw.pieslice((0, 0, side - 1, side - 1), *angles, fill=255)
    image.paste(fill, (centre[0] - radius, centre[1] - radius), mask.reduce(FINER))


def _draw_foot(draw: ImageDraw.ImageDraw, lines: Sequence[str], width: int) -> None:
    """Lines one above the other, the last at the bottom."""
    for number, line in enumerate(reversed(lines)):
        row = Box(MARGIN, BOTTOM - ROW * (number + 1), width, ROW)
        _draw_words(draw, fit(readable(line), row, SMALL), row, from_below=True)


def _draw_title(draw: ImageDraw.ImageDraw, title: str, places: Sequence[Box], rows: int) -> None:
    """The title, clear of so many rows at the foot."""
    lowest = BOTTOM - (rows * ROW + 32 if rows else 0)
    places = [replace(place, height=min(place.height, lowest - place.y)) for place in places]
    words, place = max(
        ((fit(readable(title), place, TITLE), place) for place in places), key=lambda found: found[0].size
    )
    _draw_words(draw, words, place)


def _draw_words(draw: ImageDraw.ImageDraw, words: "Words", place: Box, *, from_below: bool = False) -> None:
    """Words flush left at the top of a box, or at its bottom."""
    top = place.y + (place.height - words.height if from_below else 0)
    for number, line in enumerate(words.lines):
        baseline = top + words.size * (CAPITAL + words.style.leading * number)
        _draw_line(draw, line, (place.x, baseline), words.size, words.style.tracking)


def _draw_line(draw: ImageDraw.ImageDraw, line: str, start: tuple[float, float], size: int, tracking: float) -> None:
    """One line, letter by letter: Pillow cannot set them closer. Its first stem stands on the margin."""
    x, y = start
    x -= _bearing(line[:1]) * size
    font = _font(size)
    for letter, place in zip(line, _places(line, tracking), strict=False):
        if not letter.isspace():
            draw.text((x + place * size, y), letter, fill=BLACK, font=font, anchor="ls")


@dataclass(frozen=True)
class Words:
    """A text that was fitted into a box."""

    style: Style
    size: int
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """From the head of the capitals of its first line to the foot of those of its last."""
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
    """As much of a text as its smallest size allows; words are broken where they are wider than the box."""
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
    """Lines of a text, each as full as it gets. A word wider than that stands alone, whole."""
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
    """The text with a space in every word that is wider than a line."""
    words = []
    for word in text.split(" "):
        start = 0
        for end in range(1, len(word) + 1):
            if breadth(word[start:end], tracking) > ems and end - 1 > start:
                words.append(word[start : end - 1])
                start = end - 1
        words.append(word[start:])
    return " ".join(words)


def readable(text: str) -> str:
    """A text with the spaces of its language, and only of letters that the font has: no empty squares."""
    line = unicodedata.normalize("NFC", typo(" ".join(text.split())))
    words = "".join(letter for letter in line if _is_drawn(letter)).split(" ")
    return " ".join(word for word in words if word.strip())


def breadth(text: str, tracking: float) -> float:
    """How wide a line is, in ems."""
    return max(_places(text, tracking))


def _places(text: str, tracking: float) -> Iterator[float]:
    """Where each letter begins, and at the end where the last one ends; in ems."""
    place = 0.0
    yield place
    for letter, following in pairwise(f"{text}\n"):
        place += _advance(letter, following.strip("\n")) + (0 if following == "\n" else tracking)
        yield place


@lru_cache(maxsize=20_000)
def _advance(letter: str, following: str) -> float:
    """From one letter to the next; closer where the font knows the pair, and Pillow was built to ask it."""
    font = _font(EM)
    return float(font.getlength(letter + following) - (font.getlength(following) if following else 0)) / EM


@lru_cache(maxsize=2000)
def _bearing(letter: str) -> float:
    """The white at the left of a letter."""
    box = _font(EM).getmask(letter).getbbox() if letter else None
    return float(box[0]) / EM if box else 0.0


@lru_cache(maxsize=2000)
def _is_drawn(letter: str) -> bool:
    nothing = _font(40).getmask("\U0010ffff")
    return letter.isspace() or bytes(_font(40).getmask(letter)) != bytes(nothing)


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _packed(image: Image.Image, colours: Sequence[str]) -> bytes:
    """A PNG of few colours: those of the card, and the shades between any two."""
    ends = [ImageColor.getrgb(colour) for colour in colours]
    shades = [
        round(one + (other - one) * step / SHADES)
        for first, second in combinations(ends, 2)
        for step in range(SHADES + 1)
        for one, other in zip(first, second, strict=True)
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette(shades)
    file = BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(file, "PNG", compress_level=6)
    return file.getvalue()

"""Cards: what other sites show beside a link to us. A poster of 1200 × 630 pixels, set and drawn by the software."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from itertools import combinations

from PIL import Image, ImageColor, ImageDraw

from lunchkit.platform.colours import PALETTES
from lunchkit.platform.images.typesetting import CAPITAL, Box, Style, Words, bearing, drawable, fit, font_of, places_of

WIDTH, HEIGHT = 1200, 630
MARGIN = 56
COLOURS = {name: (fill, paper) for name, (fill, paper, _tint) in PALETTES.items()}
BLACK = "#000000"
WHOLE, NOON_TO_TWO = (0, 360), (-90, -30)
"""Degrees of the plate, which is also a clock."""
FINER = 4
"""How many times larger discs are drawn before they are scaled down: their edges are smooth."""
SHADES = 16
"""Between two colours, where an edge is smoothed."""


TITLE = (Style(220, 96, -0.045, 0.97), Style(94, 60, -0.035, 1.0), Style(58, 30, -0.02, 1.06))
SMALL = (Style(30, 22, -0.012, 1.2),)
FIGURE = (Style(340, 40, -0.035, 0.92),)
ROW = 36
"""From one small line to the next."""


@dataclass(frozen=True)
class Layout:
    """Where things are. ``centre`` and ``radius`` are the plate's; from its centre the slice rises, noon to two."""

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

    The first of ``lines`` is at the head beside the mark, and names the network; up to three others are at
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
    _draw_pie(image, (MARGIN + 18, 66), 18, WHOLE, BLACK, ring=3)  # the mark: the same, small
    _draw_pie(image, (MARGIN + 18, 66), 18, NOON_TO_TWO, BLACK)
    draw = ImageDraw.Draw(image)
    foot = [line for line in lines[1:4] if line]
    _draw_words(draw, fit(drawable(lines[0] if lines else ""), HEAD, SMALL), HEAD, from_below=True)
    _draw_foot(draw, foot, layout.foot)
    _draw_title(draw, title, layout.titles, len(foot))
    if layout.figure:
        _draw_words(draw, fit(drawable(figure), layout.figure, FIGURE), layout.figure, from_below=True)
    return _packed(image, (fill, paper, BLACK))


def _draw_pie(
    image: Image.Image, centre: tuple[int, int], radius: int, angles: tuple[int, int], fill: str, ring: int = 0
) -> None:
    side = 2 * radius * FINER
    mask = Image.new("L", (side, side))
    draw = ImageDraw.Draw(mask)
    if ring:
        draw.ellipse((0, 0, side - 1, side - 1), outline=255, width=ring * FINER)
    else:
        draw.pieslice((0, 0, side - 1, side - 1), *angles, fill=255)
    image.paste(fill, (centre[0] - radius, centre[1] - radius), mask.reduce(FINER))


def _draw_foot(draw: ImageDraw.ImageDraw, lines: Sequence[str], width: int) -> None:
    for number, line in enumerate(reversed(lines)):
        row = Box(MARGIN, BOTTOM - ROW * (number + 1), width, ROW)
        _draw_words(draw, fit(drawable(line), row, SMALL), row, from_below=True)


def _draw_title(draw: ImageDraw.ImageDraw, title: str, places: Sequence[Box], rows: int) -> None:
    lowest = BOTTOM - (rows * ROW + 32 if rows else 0)
    places = [replace(place, height=min(place.height, lowest - place.y)) for place in places]
    words, place = max(
        ((fit(drawable(title), place, TITLE), place) for place in places), key=lambda found: found[0].size
    )
    _draw_words(draw, words, place)


def _draw_words(draw: ImageDraw.ImageDraw, words: Words, place: Box, *, from_below: bool = False) -> None:
    top = place.y + (place.height - words.height if from_below else 0)
    for number, line in enumerate(words.lines):
        baseline = top + words.size * (CAPITAL + words.style.leading * number)
        _draw_line(draw, line, (place.x, baseline), words.size, words.style.tracking)


def _draw_line(draw: ImageDraw.ImageDraw, line: str, start: tuple[float, float], size: int, tracking: float) -> None:
    """One line, letter by letter: Pillow cannot set them closer. Its first stem is on the margin."""
    x, y = start
    x -= bearing(line[:1]) * size
    font = font_of(size)
    for email, place in zip(line, places_of(line, tracking), strict=False):
        if not email.isspace():
            draw.text((x + place * size, y), email, fill=BLACK, font=font, anchor="ls")


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

"""Cards: the right size, light, words whole and clear of the slice, whatever the title."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from lunchkit.events.models import Colour
from lunchkit.platform.images import cards, typesetting
from lunchkit.platform.images.cards import COLOURS, FIGURE, PLATE, RECAP, SMALL, TITLE, card_png
from lunchkit.platform.images.typesetting import Box, breadth, drawable, fit

TITLE_OF_MAY = "IA responsable : l'ESS s'empare du débat"
LONGEST = (
    "Transition écologique, coopération intergénérationnelle et gouvernance partagée : comment les entreprises de "
    "l’économie sociale et solidaire genevoise s’approprient partout l’intelligence artificielle"
)
TITLES = {
    "usual": TITLE_OF_MAY,
    "longest": LONGEST,
    "short": "IA",
    "one word": "Anticonstitutionnellement",
    "no space": "x" * 200,
    "broad": "W" * 200,
    "broad words": "WWWWWWWWW " * 20,
    "compound": "Post-industrialisation, sous-développement et savoir-faire : l’après-croissance des coopératives",
}
LINES = ("Lunch des bonnes pratiques", "mardi 13 mai 2025, 12h–14h", "L’ESPACE, Genève")


def opened(card: bytes) -> Image.Image:
    with Image.open(BytesIO(card), formats=["PNG"]) as image:
        return image.convert("RGB")


def ink(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    """How many pixels of a region are black, or nearly."""
    return sum(image.crop(box).convert("L").histogram()[:40])


@pytest.mark.parametrize(
    ("title", "colour", "figure"),
    [(title, "tomate", figure) for title in TITLES for figure in ("", "13", "13 sur 42", "cent trente-quatre")]
    + [("longest", colour, figure) for colour in Colour for figure in ("", "6000")],
)
def test_a_card_is_light_and_of_the_size_that_other_sites_want(title: str, colour: str, figure: str) -> None:
    card = card_png(TITLES[title], LINES, colour, figure=figure)
    assert len(card) <= 60_000
    image = opened(card)
    assert image.size == (1200, 630)
    assert image.getpixel((3, 3)) == tuple(bytes.fromhex(COLOURS[colour][0][1:])), "the pure colour of the lunch"
    assert [chunk for chunk in (b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME") if chunk in card] == []


@pytest.mark.parametrize("figure", ["", "13", "cent trente-quatre"])
@pytest.mark.parametrize("title", TITLES)
def test_no_word_leaves_its_place(title: str, figure: str) -> None:
    image = opened(card_png(TITLES[title], LINES, "tomate", figure=figure))
    slice_at = (PLATE if figure else RECAP).centre[0]
    assert ink(image, (0, 0, 54, 630)) == 0, "the margin at the left"
    assert ink(image, (0, 596, slice_at, 630)) == 0, "the margin at the bottom"
    assert ink(image, (slice_at - 24, 0, slice_at, 326)) == 0, "the white beside the slice"
    assert ink(image, (0, 88, 640, 104)) == 0, "the white under the head"
    assert ink(image, (0, 104, slice_at, 480)) > 500, "control: there is a title"


def test_the_colours_are_those_of_the_pages() -> None:
    assert set(COLOURS) == set(Colour)
    css = (Path(cards.__file__).parents[2] / "static/css/colours.css").read_text()
    for colour, (fill, paper) in COLOURS.items():
        assert f'[data-colour="{colour}"] {{\n  --c: {fill};\n  --lp: {paper};' in css


def test_a_figure_brings_the_plate() -> None:
    paper = tuple(bytes.fromhex(COLOURS["tomate"][1][1:]))
    without, with_figure = (opened(card_png("IA", LINES, "tomate", figure=figure)) for figure in ("", "13"))
    assert (without.getpixel((800, 300)), with_figure.getpixel((800, 300))) != (paper, paper)
    assert with_figure.getpixel((800, 300)) == paper
    assert without.getpixel((900, 400)) == with_figure.getpixel((990, 100)) == (0, 0, 0), "the slice, in both"


# Setting words


def test_words_are_as_large_as_they_fit_and_none_is_lost() -> None:
    place = Box(0, 0, 716, 330)
    for title in ("usual", "longest", "short", "one word", "compound"):
        text = drawable(TITLES[title])
        words = fit(text, place, TITLE)
        joined = "".join(line + ("" if line.endswith("-") else " ") for line in words.lines).strip()
        assert joined == text
        assert words.height <= place.height
        assert all(breadth(line, words.style.tracking) * words.size <= place.width for line in words.lines)
    assert (
        fit("IA", place, TITLE).size > fit(drawable(TITLE_OF_MAY), place, TITLE).size > fit(LONGEST, place, TITLE).size
    )


def test_what_is_too_long_for_any_size_ends_with_an_ellipsis() -> None:
    words = fit(LONGEST * 5, Box(0, 0, 716, 330), TITLE)
    assert words.size == TITLE[-1].smallest and words.lines[-1].endswith("…") and words.height <= 330
    (line,) = fit("W" * 90, Box(0, 0, 480, 36), SMALL).lines
    assert line.endswith("…") and breadth(line, SMALL[0].tracking) * SMALL[0].smallest <= 480
    assert fit("13", Box(0, 0, 454, 200), FIGURE).lines == ("13",)


def test_no_line_begins_with_a_high_mark() -> None:
    text = drawable("Que peut Genève ? « Beaucoup ! » : la monnaie locale ; et l'or")
    assert "l’or" in text
    for width in range(400, 900, 25):
        for line in fit(text, Box(0, 0, width, 330), TITLE).lines:
            assert line[0] not in "?!:;»" and line[-1] != "«"


# Letters


def test_what_the_font_cannot_draw_leaves_no_square() -> None:
    assert drawable("Jardins \U0001f331 partagés \u2713 مرحبا") == "Jardins partagés"
    assert drawable("de\u0301bat") == "débat", "composed, so that the accent has its place"
    assert (
        opened(card_png("Jardins \U0001f331", [], "tomate")).tobytes()
        == opened(card_png("Jardins", [], "tomate")).tobytes()
    )
    nothing = typesetting.font_of(40).getmask("\U0001f331")
    assert nothing.getbbox() is not None, "control: the font would draw a square"

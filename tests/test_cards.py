"""Cards: the right size, light, words whole and clear of the slice, whatever the title."""

from io import BytesIO

import pytest
from PIL import Image

from lunchkit.events.models import Colour
from lunchkit.platform.colours import PALETTES
from lunchkit.platform.images.cards import SMALL, TITLE, card_png, drawable, fit, font_of

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
    return sum(image.crop(box).convert("L").histogram()[:40])


@pytest.mark.parametrize(
    ("title", "colour"), [*((title, "tomate") for title in TITLES), *(("longest", c) for c in Colour)]
)
def test_a_card_is_light_and_of_the_size_that_other_sites_want(title: str, colour: str) -> None:
    card = card_png(TITLES[title], LINES, colour)
    assert len(card) <= 60_000
    image = opened(card)
    assert image.size == (1200, 630)
    assert image.getpixel((3, 3)) == tuple(bytes.fromhex(PALETTES[colour][0][1:])), "the pure colour of the lunch"
    assert image.getpixel((900, 400)) == (0, 0, 0), "the slice"
    assert [chunk for chunk in (b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME") if chunk in card] == []
    assert set(PALETTES) == set(Colour)


@pytest.mark.parametrize("title", TITLES)
def test_no_word_leaves_its_place(title: str) -> None:
    image = opened(card_png(TITLES[title], LINES, "tomate"))
    assert ink(image, (0, 0, 54, 630)) == 0, "the margin at the left"
    assert ink(image, (0, 596, 812, 630)) == 0, "the margin at the bottom"
    assert ink(image, (788, 0, 811, 326)) == 0, "the white beside the slice"
    assert ink(image, (0, 88, 640, 104)) == 0, "the white under the head"
    assert ink(image, (0, 104, 811, 480)) > 500, "control: there is a title"


def test_words_are_as_large_as_they_fit_and_none_is_lost() -> None:
    for title in ("usual", "longest", "short", "one word", "compound"):
        text = drawable(TITLES[title])
        words = fit(text, 716, 330, TITLE)
        joined = "".join(line + ("" if line.endswith("-") else " ") for line in words.lines).strip()
        assert joined == text
        assert words.height <= 330 and words.width <= 716
    sizes = [fit(drawable(text), 716, 330, TITLE).size for text in ("IA", TITLE_OF_MAY, LONGEST)]
    assert sizes == sorted(set(sizes), reverse=True)


def test_what_is_too_long_for_any_size_ends_with_an_ellipsis() -> None:
    words = fit(LONGEST * 5, 716, 330, TITLE)
    assert words.size == TITLE[-1] and words.lines[-1].endswith("…") and words.height <= 330
    words = fit("W" * 90, 480, 36, SMALL)
    assert words.lines[0].endswith("…") and words.width <= 480 and words.size == SMALL[-1]


def test_no_line_begins_with_a_high_mark() -> None:
    text = drawable("Que peut Genève ? « Beaucoup ! » : la monnaie locale ; et l'or")
    assert "l’or" in text
    for width in range(400, 900, 25):
        for line in fit(text, width, 330, TITLE).lines:
            assert line[0] not in "?!:;»" and line[-1] != "«"


def test_what_the_font_cannot_draw_leaves_no_square() -> None:
    assert drawable("Jardins \U0001f331 partagés \u2713 مرحبا") == "Jardins partagés"
    assert drawable("de\u0301bat") == "débat", "composed, so that the accent has its place"
    assert card_png("Jardins \U0001f331", (), "tomate") == card_png("Jardins", (), "tomate")
    nothing = font_of(40).getmask("\U0001f331")
    assert nothing.getbbox() is not None, "control: the font would draw a square"

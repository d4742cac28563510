import re
import xml.etree.ElementTree as ET
from io import BytesIO

import pytest
import zxingcpp
from hypothesis import given, settings, strategies as st
from markupsafe import Markup
from PIL import Image, ImageDraw

from lunchkit.platform.qr import compact_url, png, svg

ADDRESS = "https://lunch.example/e/ia-responsable"
SVG = "{http://www.w3.org/2000/svg}"
LONG = "a" * 2331  # what the largest code holds at level M


def parse(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)


def picture(drawing: str, scale: int = 4) -> Image.Image:
    """The drawing as pixels: its ground, then its one path, stroke by stroke. The paper below is black, as at night."""
    root = parse(drawing)
    side = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (side * scale, side * scale), 0)
    pen = ImageDraw.Draw(image)
    [ground] = root.iter(f"{SVG}rect")
    assert (ground.get("width"), ground.get("height"), ground.get("fill")) == (str(side), str(side), "#fff")
    pen.rectangle((0, 0, side * scale - 1, side * scale - 1), 255)
    [path] = root.iter(f"{SVG}path")
    assert re.fullmatch(r"M\d+ \d+\.5h\d+(m-?\d+ \d+h\d+)*", path.attrib["d"])
    x, y = 0, 0
    for column, row, length in re.findall(r"[Mm](-?\d+) (\d+)(?:\.5)?h(\d+)", path.attrib["d"]):
        x, y = x + int(column), y + int(row)
        pen.rectangle((x * scale, y * scale, (x + int(length)) * scale - 1, (y + 1) * scale - 1), 0)
        x += int(length)
    return image


def read(image: Image.Image) -> zxingcpp.Barcode:
    [code] = zxingcpp.read_barcodes(image)
    assert code.format == zxingcpp.BarcodeFormat.QRCode
    return code


@pytest.mark.parametrize("text", [ADDRESS, ADDRESS.upper(), "A", "0123456789", "é à ü 🍅", "a" * 400])
def test_drawing_and_picture_are_read_back(text: str) -> None:
    for image in (picture(svg(text, "x")), Image.open(BytesIO(png(text)))):
        code = read(image)
        assert code.text == text
        assert code.ec_level == "M"


@settings(max_examples=30)
@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=60))
def test_any_text_is_read_back(text: str) -> None:
    assert read(picture(svg(text, text))).bytes.decode() == text


def test_drawing_is_small_scales_and_is_one_image_with_a_name() -> None:
    drawing = svg(ADDRESS, "L’adresse du lunch")
    assert isinstance(drawing, Markup)
    assert len(drawing) < 2000
    root = parse(drawing)
    assert (root.get("role"), root.get("class")) == ("img", "qr")
    assert root.find(f"{SVG}title").text == "L’adresse du lunch"  # type: ignore[union-attr]
    assert root.get("shape-rendering") == "crispEdges"
    assert not {"width", "height", "style"} & set(root.keys())
    assert len(list(root.iter())) == 4


@given(st.text(st.characters(exclude_categories=())))
def test_any_title_leaves_the_drawing_well_formed(title: str) -> None:
    root = parse(svg("A", title))
    assert len(list(root.iter())) == 4


def test_capitals_make_a_smaller_code_and_text_too_long_for_any_is_refused() -> None:
    assert svg(LONG, "x")
    with pytest.raises(ValueError, match="Invalid version"):
        svg(LONG + "a", "x")
    compact = compact_url(ADDRESS)
    assert compact == "HTTPS://LUNCH.EXAMPLE/E/IA-RESPONSABLE"
    assert picture(svg(compact, "x")).width < picture(svg(ADDRESS, "x")).width
    assert read(picture(svg(compact, "x"))).text == compact

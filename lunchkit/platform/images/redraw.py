"""Redraw a picture in a process of its own: what a decoder does with hostile bytes stays in there.

Run as a program (``redraw.py [logo]``, confined by ``platform.confined``) it reads a picture from standard input and
writes a Drawing to standard output. It knows nothing of lunchkit: only the standard library and Pillow may be imported
here. The size is read from the header, before anything is decoded.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

FORMATS = ("JPEG", "PNG", "WEBP")
LEAST_SIDE = 200
"""Pixels. Pages show a picture at least that large, and a blurred one is worse than none."""
LEAST_LOGO_SIDE = 40  # pixels of a logo, which is small in the header of a page
WIDTHS = (320, 640, 1280, 1920)
"""Of the files. Pages work out from a picture's width which files it has: other widths need the pictures redrawn."""
MOST_HEIGHT = 4000
"""Of the largest file: a long strip is made narrower, or else it would take more time than a picture may."""
MOST_PIXELS = 24_500_000  # what phones call 24 megapixels: 5712 × 4284
QUALITY = 75
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What puts a picture upright, by what its EXIF says of how the camera was held. From 5 on its sides change places."""
LOGO_WIDTH, LOGO_HEIGHT = 320, 88
"""Of a logo's file: twice the pixels of its place in the header of a page, for sharp screens."""
MOST_LOGO_BYTES = 1600
"""A logo comes with every page of an attendee, which weighs twenty kilobytes at most."""
FLAT = ((1.0, 32), (1.0, 16), (0.75, 32), (0.75, 16), (0.75, 8), (0.5, 32), (0.5, 16), (0.5, 8))
"""How a logo of a few colours is made light enough: by scale, and by the number of its shades."""
SHADED = ((0.75, 50), (0.5, 80), (0.5, 50), (0.5, 20), (0.35, 20))
"""How one like a photo is, for which that does not suffice: by scale and quality."""
SEEN = 128  # alpha from which on a pixel counts as seen
UNREADABLE, TOO_LARGE, TOO_SMALL = 65, 66, 67
"""Exit codes."""


class TooSmall(Exception):
    """A side has too few pixels."""


@dataclass(frozen=True)
class Drawing:
    """A redrawn picture: its size, and its files by their width, as WebP. A logo has one file."""

    width: int
    height: int
    files: Mapping[int, bytes]

    @property
    def data(self) -> bytes:
        return self.files[self.width]

    def dumps(self) -> bytes:
        sizes = [[width, len(data)] for width, data in self.files.items()]
        head = {"width": self.width, "height": self.height, "files": sizes}
        return json.dumps(head).encode() + b"\n" + b"".join(self.files.values())


def widths_of(width: int) -> tuple[int, ...]:
    """The widths of the files of a picture whose largest one is so wide: none is larger than what was sent."""
    return (*(smaller for smaller in WIDTHS if smaller < width), width) if width > 0 else ()


def redraw(data: bytes) -> Drawing:
    """Decode a picture, put it upright, keep only its pixels, and draw it in several widths.
    Of a moving picture the first frame is kept; what is transparent becomes white. Raises TooSmall, and as Pillow does.
    """
    pixels = _pixels(data, LEAST_SIDE)
    largest = Image.new("RGB", pixels.size, "white")  # knows nothing but its pixels
    largest.paste(pixels, mask=pixels if pixels.mode == "RGBA" else None)
    files = {}
    for width in reversed(widths_of(largest.width)):
        height = max(1, round(largest.height * width / largest.width))
        files[width] = _webp(largest.resize((width, height), Image.Resampling.LANCZOS))
    return Drawing(largest.width, largest.height, dict(sorted(files.items())))


def _pixels(data: bytes, least_side: int) -> Image.Image:
    """The picture upright, in the size of its largest file, as RGB, or RGBA where parts of it are transparent."""
    image = _opened(data, least_side)
    orientation, profile = _orientation(image), image.info.get("icc_profile")
    size = _fitting(image.width, image.height) if orientation < 5 else _fitting(image.height, image.width)[::-1]
    image.draft(None, size)  # a large JPEG is decoded in a half, a quarter, an eighth of its size
    image = _plain(image)  # lets the decoder go, which holds as much memory again
    image = _in_usual_colours(image.resize(size, Image.Resampling.LANCZOS), profile)
    return image.transpose(TURNS[orientation]) if orientation in TURNS else image


def _opened(data: bytes, least_side: int) -> Image.Image:
    image: Image.Image = Image.open(BytesIO(data), formats=FORMATS)
    if image.width * image.height > MOST_PIXELS:
        raise Image.DecompressionBombError(image.size)
    if min(image.size) < least_side:
        raise TooSmall
    return image


def _orientation(image: Image.Image) -> int:
    """How the camera was held; upright where the file says nothing that can be read."""
    try:
        orientation = int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001  a photo is no worse for a broken note in it, and Pillow may raise anything
        return 1
    return orientation if orientation in TURNS else 1


def _fitting(width: int, height: int) -> tuple[int, int]:
    scale = min(1, WIDTHS[-1] / width, MOST_HEIGHT / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _plain(image: Image.Image) -> Image.Image:
    image.load()
    if image.mode.startswith("I"):  # sixteen bits
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert(image.mode if image.mode in ("L", "CMYK") else "RGB")


def _in_usual_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB: the profile of a telephone's wide colours is applied, as it will not be kept."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    image = image.convert("RGB") if alpha else image
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):
            image = ImageCms.profileToProfile(image, BytesIO(profile), _SRGB, outputMode="RGB") or image
    image = image.convert("RGB")
    if alpha:
        image.putalpha(alpha)
    return image


_SRGB = ImageCms.createProfile("sRGB")


def _webp(image: Image.Image, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, "WEBP", **{"quality": QUALITY, "method": 4, **options}, exif=b"", xmp=b"", icc_profile=None)
    return file.getvalue()


def redraw_logo(data: bytes) -> Drawing:
    """Decode a logo, keep its transparency, cut off its empty margin, and draw it small enough for every page.
    Raises TooSmall, whatever Pillow raises, and ValueError where there is nothing to be seen.
    """
    image = _pixels(data, LEAST_LOGO_SIDE).convert("RGBA")
    seen = image.getchannel("A").point(lambda value: 255 if value >= SEEN else 0).getbbox()
    if seen is None:
        raise ValueError("nothing to be seen")
    image = image.crop(seen)
    image = _scaled(image, min(1.0, LOGO_WIDTH / image.width, LOGO_HEIGHT / image.height))
    for drawn, file in _attempts(image):
        if len(file) <= MOST_LOGO_BYTES:
            return Drawing(drawn.width, drawn.height, {drawn.width: file})
    raise MemoryError("this logo cannot be made light enough")


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS) if size != image.size else image


def _attempts(image: Image.Image) -> Iterator[tuple[Image.Image, bytes]]:
    for scale, shades in FLAT:
        drawn = _scaled(image, scale).quantize(shades, method=Image.Quantize.FASTOCTREE).convert("RGBA")
        yield drawn, _webp(drawn, lossless=True, quality=100, method=6)
    for scale, quality in SHADED:
        drawn = _scaled(image, scale)
        yield drawn, _webp(drawn, quality=quality, alpha_quality=10, method=6)


def main(what: str = "") -> int:
    """Redraw the picture on standard input. Returns an exit code."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        data = sys.stdin.buffer.read()
        drawing = redraw_logo(data) if what == "logo" else redraw(data)
        sys.stdout.buffer.write(drawing.dumps())
    except (MemoryError, Image.DecompressionBombError):
        return TOO_LARGE
    except TooSmall:
        return TOO_SMALL
    except Exception as error:  # noqa: BLE001  whatever a decoder says of bytes that it cannot read
        print(type(error).__name__, file=sys.stderr)  # noqa: T201  for the log
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))

"""Draw a picture anew, in a process of its own: what a decoder does with hostile bytes stays in there.

Run as a program (``python redraw.py FORMAT``, see ``lunchkit.images.intake``) it reads a picture from standard input
and writes a Drawing to standard output. It has little memory and little time, writes no file, and knows nothing of
lunchkit: only the standard library and Pillow may be imported here.
"""

import json
import os
import resource
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Self

from PIL import Image, ImageCms

WIDTHS = (320, 640, 1280, 1920)
"""Of the files. Pages work out from a picture's width which files it has: other widths need the pictures drawn anew."""
MOST_HEIGHT = 4000
"""Of the largest file: a long strip is made narrower, or else it would take more time than a picture may."""
MOST_PIXELS = 24_500_000
"""What phones call 24 megapixels: 5712 × 4284."""
MOST_MEMORY = 512 * 1024 * 1024
MOST_CPU = 5
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
UNREADABLE = 65
TOO_MUCH = 66
"""Exit codes."""


@dataclass(frozen=True)
class Drawing:
    """A picture drawn anew: its size, and its files by their width, as WebP."""

    width: int
    height: int
    files: Mapping[int, bytes]

    def dumps(self) -> bytes:
        """A line that says what follows, and then the files."""
        sizes = [[width, len(data)] for width, data in self.files.items()]
        head = {"width": self.width, "height": self.height, "files": sizes}
        return json.dumps(head).encode() + b"\n" + b"".join(self.files.values())

    @classmethod
    def loads(cls, said: bytes) -> Self:
        """Read what ``dumps`` wrote. Raises ValueError where it did not: the writer has read hostile bytes."""
        line, _, rest = said.partition(b"\n")
        try:
            head = json.loads(line)
            width, height, sizes = int(head["width"]), int(head["height"]), dict(head["files"])
        except (TypeError, KeyError, ValueError) as error:
            raise ValueError("no drawing") from error
        files = {}
        for one in widths_of(width):
            files[one], rest = rest[: sizes.get(one, 0)], rest[sizes.get(one, 0) :]
        if rest or width < 1 or height < 1 or not all(is_webp(data) for data in files.values()):
            raise ValueError("no drawing")
        return cls(width, height, files)


def widths_of(width: int) -> tuple[int, ...]:
    """The widths of the files of a picture whose largest one is so wide: none is larger than what was sent."""
    return (*(smaller for smaller in WIDTHS if smaller < width), width) if width > 0 else ()


def is_webp(data: bytes) -> bool:
    """Whether this is one WebP file, to its last byte."""
    whole = int.from_bytes(data[4:8], "little") + 8 == len(data)
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP" and whole


def redraw(data: bytes, kind: str) -> Drawing:
    """Decode a picture, put it upright, forget all but its pixels, and draw it in several widths.

    Of a moving picture the first frame is kept; what is transparent becomes white, so that it looks the same by day and
    by night. Raises whatever Pillow raises.
    """
    largest = _forgetful(_pixels(data, kind))
    files = {}
    for width in reversed(widths_of(largest.width)):
        height = max(1, round(largest.height * width / largest.width))
        files[width] = _webp(largest.resize((width, height), Image.Resampling.LANCZOS))
    return Drawing(largest.width, largest.height, dict(sorted(files.items())))


def _pixels(data: bytes, kind: str) -> Image.Image:
    """The picture upright, in the size of its largest file, as RGB."""
    image: Image.Image = Image.open(BytesIO(data), formats=[kind])
    if image.width * image.height > MOST_PIXELS:
        raise Image.DecompressionBombError(image.size)
    orientation = _orientation(image)
    size = _fitting(image.width, image.height) if orientation < 5 else _fitting(image.height, image.width)[::-1]
    profile = image.info.get("icc_profile")
    image.draft(None, size)  # a large JPEG is decoded in a half, a quarter, an eighth of its size
    image = _plain(image)  # lets the decoder go, which holds as much memory again
    image = _in_usual_colours(image.resize(size, Image.Resampling.LANCZOS), profile)
    return image.transpose(TURNS[orientation]) if orientation in TURNS else image


def _orientation(image: Image.Image) -> int:
    """How the camera was held; upright where the file says nothing that can be read."""
    try:
        orientation = int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001  a photo is no worse for a broken note in it, and Pillow may raise anything
        return 1
    return orientation if orientation in TURNS else 1


def _fitting(width: int, height: int) -> tuple[int, int]:
    """The size of the largest file: never enlarged."""
    scale = min(1, WIDTHS[-1] / width, MOST_HEIGHT / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _plain(image: Image.Image) -> Image.Image:
    """A picture of a mode that can be scaled well: RGB, RGBA, L or CMYK."""
    image.load()
    if image.mode.startswith("I"):  # sixteen bits
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert(image.mode if image.mode in ("L", "CMYK") else "RGB")


def _in_usual_colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB, on white: the profile of a telephone's wide colours is applied, as it will not be kept."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    if alpha:
        image = image.convert("RGB")
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):
            converted = ImageCms.profileToProfile(image, BytesIO(profile), _SRGB, outputMode="RGB")
            image = converted or image
    image = image.convert("RGB")
    if alpha:
        image = Image.composite(image, Image.new("RGB", image.size, "white"), alpha)
    return image


_SRGB = ImageCms.createProfile("sRGB")


def _forgetful(image: Image.Image) -> Image.Image:
    """The same pixels in a picture that knows nothing else."""
    new = Image.new("RGB", image.size)
    new.paste(image)
    return new


def _webp(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=4, exif=b"", xmp=b"", icc_profile=None)
    return file.getvalue()


def confine() -> None:
    """Take from this process what it does not need. Votes go first: it is content with the time that others leave."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    os.nice(10)
    _limit(resource.RLIMIT_CPU, MOST_CPU)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_AS, MOST_MEMORY)


def _limit(what: int, most: int) -> None:
    _soft, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(what, (most, most))
    except ValueError:
        if sys.platform != "darwin":  # some versions of macOS take no limit of memory
            raise


def main(kind: str) -> int:
    """Read a picture, write it anew. Returns how it went, as an exit code."""
    confine()
    try:
        sys.stdout.buffer.write(redraw(sys.stdin.buffer.read(), kind).dumps())
    except (MemoryError, Image.DecompressionBombError):
        return TOO_MUCH
    except Exception as error:  # noqa: BLE001  whatever a decoder says of bytes that it cannot read
        print(type(error).__name__, file=sys.stderr)  # noqa: T201  for the log
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

"""What is sent to us as a picture: judged by its first bytes, and only then given to a decoder in its own process."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from werkzeug.datastructures import FileStorage

from lunchkit.platform import confined
from lunchkit.platform.images import redraw
from lunchkit.platform.images.errors import (
    LogoTooSmall,
    NoPicture,
    PictureMustWait,
    PictureTooHeavy,
    PictureTooLarge,
    PictureTooSmall,
    PictureUnreadable,
)
from lunchkit.platform.images.redraw import MOST_PIXELS, Drawing, LogoDrawing

MOST_BYTES = 8 * 1024 * 1024
LEAST_SIDE = 200
"""Pixels. Pages show a picture at least that large, and a blurred one is worse than none: who sends an icon, or one
pixel, has taken the wrong file."""
LEAST_LOGO_SIDE = 40
"""Pixels of a logo, which is small in the header of a page."""
PROGRAM = Path(redraw.__file__)
log = logging.getLogger("lunchkit")


@dataclass(frozen=True)
class Header:
    """What the first bytes of a picture say of it."""

    kind: str
    """As Pillow calls it: JPEG, PNG, WEBP."""
    width: int
    height: int


def read_upload(file: FileStorage | None, least_side: int = LEAST_SIDE) -> bytes:
    """The bytes of an uploaded picture, if they may be one. Nothing is decoded, and its name is not believed.

    Raises NoPicture, PictureTooHeavy, PictureTooLarge, PictureTooSmall, PictureUnreadable.
    """
    data = file.stream.read(MOST_BYTES + 1) if file else b""
    if not data:
        raise NoPicture
    judge(data, least_side)
    return data


def judge(data: bytes, least_side: int = LEAST_SIDE) -> Header:
    """What a picture says of itself, if it may be decoded.

    Raises PictureTooHeavy, PictureTooLarge, PictureTooSmall, PictureUnreadable.
    """
    if len(data) > MOST_BYTES:
        raise PictureTooHeavy
    header = _png(data) or _jpeg(data) or _webp(data)
    if header is None or not (header.width and header.height):
        raise PictureUnreadable
    if header.width * header.height > MOST_PIXELS:
        raise PictureTooLarge
    if min(header.width, header.height) < least_side:
        raise PictureTooSmall if least_side == LEAST_SIDE else LogoTooSmall
    return header


def redraw_picture(data: bytes) -> Drawing:
    """The picture as we keep it: other bytes, the same sight. Takes a second, so call it outside of any transaction.

    Raises PictureUnreadable, PictureTooLarge, PictureMustWait, and what ``judge`` raises.
    """
    said = _drawn(judge(data).kind, data)
    try:
        return read_drawing(said)
    except (TypeError, KeyError, ValueError) as error:
        raise PictureUnreadable from error


def draw_logo(data: bytes) -> LogoDrawing:
    """A logo as we keep it: small, with what is transparent in it. As ``redraw_picture`` otherwise."""
    said = _drawn(judge(data, LEAST_LOGO_SIDE).kind, data, "logo")
    try:
        return read_logo(said)
    except (TypeError, KeyError, ValueError) as error:
        raise PictureUnreadable from error


def read_drawing(said: bytes) -> Drawing:
    """What the program wrote, which has read hostile bytes. Raises TypeError, KeyError, ValueError."""
    line, _, rest = said.partition(b"\n")
    head = json.loads(line)
    width, height, sizes = int(head["width"]), int(head["height"]), dict(head["files"])
    files = {}
    for one in redraw.widths_of(width):
        files[one], rest = rest[: sizes.get(one, 0)], rest[sizes.get(one, 0) :]
    if rest or width < 1 or height < 1 or not all(_is_webp(data) for data in files.values()):
        raise ValueError("no drawing")
    return Drawing(width, height, files)


def read_logo(said: bytes) -> LogoDrawing:
    """What the program wrote, which has read hostile bytes. Raises TypeError, KeyError, ValueError."""
    line, _, data = said.partition(b"\n")
    head = json.loads(line)
    width, height = int(head["width"]), int(head["height"])
    fits = 0 < width <= redraw.LOGO_WIDTH and 0 < height <= redraw.LOGO_HEIGHT
    if not (fits and _is_webp(data) and len(data) <= redraw.MOST_LOGO_BYTES):
        raise ValueError("no drawing")
    return LogoDrawing(width, height, data)


def _is_webp(data: bytes) -> bool:
    """Whether this is one WebP file, to its last byte."""
    is_whole = int.from_bytes(data[4:8], "little") + 8 == len(data)
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP" and is_whole


def _drawn(kind: str, data: bytes, *what: str) -> bytes:
    try:
        done = confined.run(PROGRAM, data, kind, *what)
    except confined.NoTurn as error:
        raise PictureMustWait from error
    if done.returncode == redraw.TOO_MUCH:
        raise PictureTooLarge
    if done.returncode != 0:
        log.warning("a picture could not be drawn: %s %s", done.returncode, done.stderr[-80:].decode(errors="replace"))
        raise PictureUnreadable
    return done.stdout


def _png(data: bytes) -> Header | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    return Header("PNG", int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"))


def _webp(data: bytes) -> Header | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    chunk = data[12:16]
    if chunk == b"VP8X":
        return Header("WEBP", _little(data[24:27]) + 1, _little(data[27:30]) + 1)
    if chunk == b"VP8L" and data[20] == 0x2F:
        bits = _little(data[21:25])
        return Header("WEBP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return Header("WEBP", _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF)
    return None


def _little(number: bytes) -> int:
    return int.from_bytes(number, "little")


FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG that its size follows (ITU T.81, table B.1)."""
MOST_STEPS = 2000
"""Segments before the size: cameras write some tens; a file of nothing else would keep everybody waiting."""
BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers that nothing belongs to."""


def _jpeg(data: bytes) -> Header | None:
    """Walk over the segments, each of which says how long it is, to the one with the size."""
    if data[:3] != b"\xff\xd8\xff":
        return None
    place, steps = 2, 0
    while place + 9 <= len(data) and data[place] == 0xFF and (steps := steps + 1) < MOST_STEPS:
        marker = data[place + 1]
        if marker in FRAMES:
            height, width = data[place + 5 : place + 7], data[place + 7 : place + 9]
            return Header("JPEG", int.from_bytes(width, "big"), int.from_bytes(height, "big"))
        if marker in (0xD9, 0xDA):
            return None
        if marker == 0xFF:  # padding, any amount
            place = len(data) - len(data[place:].lstrip(b"\xff")) - 1
        elif marker in BARE:
            place += 2
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None

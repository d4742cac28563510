"""Pictures that people send: read by a decoder in a process of its own, which refuses them by their header."""

import json
import logging
from pathlib import Path

from werkzeug.datastructures import FileStorage
from wtforms import Field

from lunchkit.platform import confined
from lunchkit.platform.images import errors
from lunchkit.platform.images.late import redraw

MOST_BYTES = 8 * 1024 * 1024
PROGRAM = Path(__file__).with_name("redraw.py")
log = logging.getLogger("lunchkit")


def read_upload(file: FileStorage | None) -> bytes:
    """The bytes of an uploaded picture; nothing is decoded yet. Raises NoPicture, PictureTooHeavy."""
    data = file.stream.read(MOST_BYTES + 1) if file else b""
    if not data:
        raise errors.NoPicture
    if len(data) > MOST_BYTES:
        raise errors.PictureTooHeavy
    return data


def sent_picture(field: Field, *, is_needed: bool = False) -> bytes | None:
    """The file in a field; None where none was sent. Raises as ``read_upload``, NoPicture only if ``is_needed``."""
    file = field.data if isinstance(field.data, FileStorage) and field.data.filename else None
    return read_upload(file) if file or is_needed else None


def redraw_picture(data: bytes, kind: str = "") -> "redraw.Drawing":
    """The picture as it is stored, in several widths. Takes a second: call it outside of any transaction.
    Raises PictureUnreadable, PictureTooLarge, PictureTooSmall, PictureMustWait.
    """
    try:
        done = confined.run(PROGRAM, data, kind)
    except confined.NoTurn as error:
        raise errors.PictureMustWait from error
    if done.returncode != 0:
        log.warning("a picture could not be drawn: %s %s", done.returncode, done.stderr[-80:].decode(errors="replace"))
        refusals = {redraw.TOO_LARGE: errors.PictureTooLarge, redraw.TOO_SMALL: errors.PictureTooSmall}
        raise refusals.get(done.returncode, errors.PictureUnreadable)
    return read_drawing(done.stdout)


def draw_logo(data: bytes) -> "redraw.Drawing":
    """A logo as it is stored: one small file, with its transparency. Raises as ``redraw_picture``, and LogoTooSmall."""
    try:
        drawing = redraw_picture(data, "logo")
    except errors.PictureTooSmall as error:
        raise errors.LogoTooSmall from error
    fits = drawing.width <= redraw.LOGO_WIDTH and drawing.height <= redraw.LOGO_HEIGHT
    if not fits or len(drawing.data) > redraw.MOST_LOGO_BYTES:
        raise errors.PictureUnreadable
    return drawing


def read_drawing(said: bytes) -> "redraw.Drawing":
    """What the program wrote, which has read hostile bytes. Raises PictureUnreadable where it is no drawing."""
    line, _, rest = said.partition(b"\n")
    files = {}
    try:
        head = json.loads(line)
        for width, length in head["files"]:
            files[int(width)], rest = rest[:length], rest[length:]
        drawing = redraw.Drawing(int(head["width"]), int(head["height"]), files)
    except (TypeError, KeyError, ValueError) as error:
        raise errors.PictureUnreadable from error
    widths = (redraw.widths_of(drawing.width), (drawing.width,))
    if rest or min(drawing.width, drawing.height) < 1 or tuple(files) not in widths:
        raise errors.PictureUnreadable
    if not all(map(_is_webp, files.values())):
        raise errors.PictureUnreadable
    return drawing


def _is_webp(data: bytes) -> bool:
    """Whether this is one WebP file, to its last byte."""
    is_whole = int.from_bytes(data[4:8], "little") + 8 == len(data)
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP" and is_whole

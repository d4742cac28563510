"""QR codes, error correction M, with the quiet zone of four modules that readers need."""

import re
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from typing import Any

from markupsafe import Markup

from lunchkit.platform.late import qrcode

QUIET_ZONE = 4
_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@lru_cache(maxsize=256)
def svg(text: str, title: str) -> Markup:
    """The code as a picture that scales, named by ``title``, of class ``qr``. Raises ValueError if text is too long."""
    rows = _code(text).get_matrix()
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" role="img" viewBox="0 0 {side} {side}"'
        ' shape-rendering="crispEdges"><title>{title}</title><rect width="{side}" height="{side}" fill="#fff"/>'
        '<path stroke="#000" d="{path}"/></svg>'
    ).format(side=len(rows), title=_NOT_IN_XML.sub("", title), path=_runs(rows))


def png(text: str, scale: int = 8) -> bytes:
    """The code in black and white, ``scale`` pixels to a module. Raises ValueError if text is too long."""
    file = BytesIO()
    _code(text, scale).make_image().save(file, "PNG", optimize=True)
    return file.getvalue()


def compact_url(url: str) -> str:
    """The address in capitals, which makes a smaller code, if that is possible; our routes must know it in capitals."""
    capitals = url.upper()
    return capitals if url.isascii() and _ALPHANUMERIC.fullmatch(capitals) else url


def _code(text: str, scale: int = 1) -> "qrcode.QRCode[Any]":
    code: qrcode.QRCode[Any] = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=QUIET_ZONE, box_size=scale)
    code.add_data(text)
    code.make(fit=True)
    return code


def _runs(rows: "list[list[bool]]") -> str:
    """One horizontal stroke for each run of dark modules, from the end of the last one to save bytes."""
    path, x, y = "", 0, 0
    for row, modules in enumerate(rows):
        column = 0
        for dark, run in groupby(modules):
            length = len(list(run))
            if dark:
                path += f"M{column} {row}.5h{length}" if not path else f"m{column - x} {row - y}h{length}"
                x, y = column + length, row
            column += length
    return path

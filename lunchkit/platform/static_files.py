"""Static files, their version in their address, so that browsers may keep them for ever."""

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.security import safe_join

STATIC = Path(__file__).parent.parent / "static"
bp = Blueprint("web", __name__)


@lru_cache(maxsize=1)
def build_hash() -> str:
    """Ten hexadecimal digits that change whenever a static file does."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(STATIC)).encode() + path.read_bytes())
    return digest.hexdigest()[:10]


def static_address(path: str) -> str:
    """The address of a static file, its version in it."""
    return url_for("web.static_file", build=build_hash(), path=path)


def compress(response: Response) -> Response:
    """Compress a page for browsers that take gzip; never one with a secret: the length betrays its words."""
    if request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response


@lru_cache(maxsize=200)
def _read(path: str) -> tuple[bytes, bytes, str]:
    full = safe_join(str(STATIC), path)
    if full is None or not Path(full).is_file():
        raise FileNotFoundError(path)
    body = Path(full).read_bytes()
    kind = "text/javascript" if path.endswith(".js") else mimetypes.guess_type(path)[0] or "application/octet-stream"
    return body, gzip.compress(body, 9, mtime=0), f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


@bp.get("/static/<build>/<path:path>")
def static_file(build: str, path: str) -> ResponseReturnValue:
    """A static file, for ever if the version in its address is the present one."""
    try:
        body, compressed, kind = _read(path)
    except (OSError, ValueError):  # not there, too long, or with a NUL in it
        abort(404)
    response = Response(body, content_type=kind)
    if request.accept_encodings["gzip"] > 0 and len(compressed) < len(body):
        response.set_data(compressed)
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if build == build_hash() else "no-cache"
    return response

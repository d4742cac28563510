"""The public addresses of picture files."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from lunchkit.platform.errors import or_404
from lunchkit.platform.images.queries import TOKEN, file_data

bp = Blueprint("images", __name__)

KEPT_FOR = 60
"""Seconds. A picture that is taken down is gone from every browser and proxy within a minute."""


@bp.get("/media/<token>/<int(max=9999):width>.webp")
def file(token: str, width: int) -> ResponseReturnValue:
    """A picture in one width. Nothing but a picture, whatever a browser would make of it; only on our own pages."""
    data = or_404(file_data(token, width) if TOKEN.fullmatch(token) else None)
    response = Response(data, content_type="image/webp")
    response.set_etag(f"{token}-{width}")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response.make_conditional(request)

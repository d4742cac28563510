"""The public addresses of picture files."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from lunchkit.platform.errors import NotFound
from lunchkit.platform.images.queries import TOKEN, file_data, has_file

bp = Blueprint("images", __name__)

KEPT_FOR = 60
"""Seconds. A picture that is taken down is gone from every browser and proxy within a minute."""


@bp.get("/media/<token>/<int(max=9999):width>.webp")
def file(token: str, width: int) -> ResponseReturnValue:
    """A picture in one width. Nothing but a picture, whatever a browser would make of it; only on our own pages."""
    if not TOKEN.fullmatch(token):
        raise NotFound
    tag = f"{token}-{width}"
    if request.if_none_match.contains(tag) and has_file(token, width):
        response = Response(status=304)
    else:
        data = file_data(token, width)
        if data is None:
            raise NotFound
        response = Response(data, content_type="image/webp")
    response.set_etag(tag)
    response.headers["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response

"""The public page of the settings: the logo."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from lunchkit.platform.errors import or_404
from lunchkit.settings.queries import logo_data

bp = Blueprint("settings", __name__)
KEPT_FOR = 86_400
"""Seconds; another logo has another address."""


@bp.get("/media/logo-<token>.webp")
def logo(token: str) -> ResponseReturnValue:
    data = or_404(logo_data(token) if len(token) <= 32 and token.isascii() and token.isprintable() else None)
    response = Response(data, content_type="image/webp")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response

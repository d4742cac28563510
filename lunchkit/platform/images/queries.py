"""Reads of pictures, named after the question that they answer. None but ``file_data`` reads the files themselves."""

import re
from collections.abc import Iterable

from sqlalchemy import select

from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.images.models import Picture, PictureFile

TOKEN = re.compile(r"[\w-]{1,32}", re.ASCII)


def picture_by_token(token: str) -> Picture | None:
    """A picture that may be shown; None where there is none, or it was taken down."""
    return pictures_by_token([token]).get(token)


def pictures_by_token(tokens: Iterable[str]) -> dict[str, Picture]:
    """Those of these pictures that may be shown, in one query."""
    wanted = {token for token in tokens if TOKEN.fullmatch(token)}
    if not wanted:
        return {}
    shown = select(Picture).where(Picture.token.in_(wanted), Picture.taken_down_at.is_(None))
    return {picture.token: picture for picture in db.session.scalars(shown)}


def any_picture_by_token_or_404(token: str) -> Picture:
    """A picture, taken down or not, for organisers. Raises NotFound, for one that was erased too."""
    picture = db.session.scalar(select(Picture).where(Picture.token == token)) if TOKEN.fullmatch(token) else None
    if picture is None or picture.is_erased:
        raise NotFound
    return picture


def file_data(token: str, width: int) -> bytes | None:
    """The file of this width of a picture that may be shown, as WebP."""
    wanted = select(PictureFile.data).join(Picture, Picture.id == PictureFile.picture_id)
    shown = wanted.where(Picture.token == token, Picture.taken_down_at.is_(None), PictureFile.width == width)
    return db.session.scalar(shown)

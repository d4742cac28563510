"""Verbs of pictures: keep one, describe it, take it down at once, put it back, erase it."""

import secrets

from sqlalchemy import delete

from lunchkit.platform import clock
from lunchkit.platform.db import db, leave_traces, transaction
from lunchkit.platform.images.errors import PictureUndescribed
from lunchkit.platform.images.intake import draw_anew
from lunchkit.platform.images.models import Picture, PictureFile
from lunchkit.platform.images.operations import lock


def keep_picture(data: bytes, *, alt: str, credit: str = "", licence: str = "", consent: str = "") -> Picture:
    """Draw a picture anew and keep it. It is shown by no page yet: whoever calls gives its token a place.

    Drawing takes a second; meanwhile no transaction is open, and no connection held. So this stands before the
    transaction of whoever calls, never inside. Raises PictureUndescribed, and what ``intake.draw_anew`` raises.
    """
    _need_words(alt)
    db.session.commit()
    drawing = draw_anew(data)
    with transaction() as session:
        picture = Picture(
            token=secrets.token_urlsafe(16),
            width=drawing.width,
            height=drawing.height,
            alt=alt,
            credit=credit,
            licence=licence,
            consent=consent,
            created_at=clock.now(),
            files=[PictureFile(width=width, data=file) for width, file in drawing.files.items()],
        )
        session.add(picture)
    return picture


def describe_picture(picture: Picture, *, alt: str, credit: str = "", licence: str = "", consent: str = "") -> None:
    """Say anew what a picture shows, whose it is, and why its people may be shown. Raises PictureUndescribed."""
    _need_words(alt)
    with transaction() as session:
        lock(session, picture)
        picture.alt, picture.credit, picture.licence, picture.consent = alt, credit, licence, consent


def take_down(picture: Picture) -> None:
    """Show a picture nowhere from now on: its files answer 404, and no page finds it. It can be put back."""
    with transaction() as session:
        lock(session, picture)
        if picture.is_shown or picture.is_laid_by:
            picture.taken_down_at = clock.now()


def put_back(picture: Picture) -> None:
    """Show a picture again that was taken down."""
    with transaction() as session:
        lock(session, picture)
        picture.taken_down_at = None


def erase_picture(picture: Picture) -> None:
    """Destroy the files of a picture, and all that was said of it.

    An empty row stays, so that whatever still points to the picture finds nothing instead of an error.
    """
    with transaction() as session:
        lock(session, picture)
        leave_traces()
        session.execute(delete(PictureFile).where(PictureFile.picture_id == picture.id))
        session.expire(picture, ["files"])
        picture.width = picture.height = 0
        picture.alt = picture.credit = picture.licence = picture.consent = ""
        picture.taken_down_at = picture.taken_down_at or clock.now()


def _need_words(alt: str) -> None:
    if not alt.strip():
        raise PictureUndescribed

"""Actions on pictures; and, from ``lock`` on, what other features do with them in their own transactions."""

import secrets
from collections.abc import Collection

from sqlalchemy import delete, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.errors import NotFound
from lunchkit.platform.images.intake import redraw_picture
from lunchkit.platform.images.models import Picture, PictureFile


def keep_picture(data: bytes, *, alt: str = "", credit: str = "", consent: str = "") -> Picture:
    """Redraw a picture and store it. No page shows it yet: the caller gives its token a place.
    Takes a second: call it before a transaction, never inside. Raises as ``redraw_picture``.
    """
    db.session.commit()
    drawing = redraw_picture(data)
    with transaction() as session:
        picture = Picture(
            token=secrets.token_urlsafe(16), width=drawing.width, height=drawing.height, created_at=clock.now(),
            alt=alt, credit=credit, consent=consent,
            files=[PictureFile(width=width, data=file) for width, file in drawing.files.items()],
        )  # fmt: skip
        session.add(picture)
    return picture


def take_down(picture: Picture) -> None:
    """Show a picture nowhere from now on: its files answer 404, and no page finds it. It can be put back."""
    with transaction() as session:
        lock(session, picture)
        if picture.taken_down_at in (None, picture.created_at):  # shown, or hidden since no page held it
            picture.taken_down_at = clock.now()


def put_back(picture: Picture) -> None:
    with transaction() as session:
        lock(session, picture)
        picture.taken_down_at = None


def erase_picture(picture: Picture) -> None:
    """Destroy a picture's files and words; an empty row stays, so that what points to it meets no error."""
    with transaction() as session:
        lock(session, picture)
        session.execute(delete(PictureFile).where(PictureFile.picture_id == picture.id))
        session.expire(picture, ["files"])
        picture.width = picture.height = 0
        picture.alt = picture.credit = picture.licence = picture.consent = ""
        picture.taken_down_at = picture.taken_down_at or clock.now()


def lock(session: Session, picture: Picture) -> None:
    """Read a picture again under a lock. Raises NotFound where it was erased."""
    try:
        session.refresh(picture, with_for_update=True)
    except InvalidRequestError as error:
        raise NotFound from error
    if picture.is_erased:
        raise NotFound


def hide_pictures(session: Session, tokens: Collection[str]) -> None:
    """Hide pictures that no page refers to any more. A picture that a person took down stays taken down."""
    if tokens:
        shown = update(Picture).where(Picture.token.in_(tokens), Picture.taken_down_at.is_(None))
        session.execute(shown.values(taken_down_at=Picture.created_at))


def unhide_pictures(session: Session, tokens: Collection[str]) -> None:
    """Show pictures again that were hidden; not those that a person took down."""
    if tokens:
        hidden = update(Picture).where(Picture.taken_down_at == Picture.created_at, Picture.width > 0)
        session.execute(hidden.where(Picture.token.in_(tokens)).values(taken_down_at=None))


def destroy(session: Session, tokens: Collection[str]) -> None:
    """Destroy pictures to which nothing refers any more, with every file of them."""
    if tokens:
        session.flush()
        session.execute(delete(Picture).where(Picture.token.in_(tokens)))

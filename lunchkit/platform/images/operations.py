"""Steps that several actions are made of, of other features too. They change rows in the caller's transaction."""

from collections.abc import Collection

from sqlalchemy import delete, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from lunchkit.platform.db import leave_traces
from lunchkit.platform.errors import NotFound
from lunchkit.platform.images.models import Picture


def lock(session: Session, picture: Picture) -> None:
    """Read a picture anew and hold it. Raises NotFound where it was erased."""
    try:
        session.refresh(picture, with_for_update=True)
    except InvalidRequestError as error:
        raise NotFound from error
    if picture.is_erased:
        raise NotFound


def lay_by(session: Session, tokens: Collection[str]) -> None:
    """Show pictures nowhere that no page holds any more. What somebody took down stays taken down."""
    if tokens:
        shown = update(Picture).where(Picture.token.in_(tokens), Picture.taken_down_at.is_(None))
        session.execute(shown.values(taken_down_at=Picture.created_at))


def take_up(session: Session, tokens: Collection[str]) -> None:
    """Show those pictures again that were laid by; not what somebody took down."""
    if tokens:
        laid_by = update(Picture).where(
            Picture.token.in_(tokens), Picture.taken_down_at == Picture.created_at, Picture.width > 0
        )
        session.execute(laid_by.values(taken_down_at=None))


def destroy(session: Session, tokens: Collection[str]) -> None:
    """Destroy pictures to which nothing refers any more, with every file of them."""
    if tokens:
        session.flush()
        session.execute(delete(Picture).where(Picture.token.in_(tokens)))
        leave_traces()

"""Picture: an uploaded picture, redrawn; and its files, one for each width."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment
from lunchkit.platform.images.late import redraw


class Picture(Model):
    """A picture. Its files lie in the database: one copy to back up, and what is taken down is gone."""

    __tablename__ = "picture"
    __erased__ = "deleted when no page holds it, or when it is taken down: platform.images.actions.erase_picture"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    token: Mapped[str] = mapped_column(String(32), unique=True, info=NOT_PERSONAL)
    """Random; the address of its files, so that nobody finds a picture that no page shows."""
    width: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    height: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """Pixels of the largest file."""
    alt: Mapped[str] = mapped_column(String(300), info=PERSONAL)
    """What it shows, for who cannot see it."""
    credit: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    licence: Mapped[str] = mapped_column(String(100), default="", info=NOT_PERSONAL)
    consent: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    """On what basis the people in it may be shown; never published."""
    focus: Mapped[int] = mapped_column(default=4, info=NOT_PERSONAL)
    """Which ninth is shown of a portrait that is cut to a disc: from 0, top left, to 8."""
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    taken_down_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When a person took it down; equal to ``created_at`` where it is hidden because no page refers to it."""
    files: Mapped[list["PictureFile"]] = relationship(
        order_by="PictureFile.width", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def widths(self) -> tuple[int, ...]:
        return redraw.widths_of(self.width)

    @property
    def is_shown(self) -> bool:
        """Whether pages may show it. Who comes to a picture by other ways than its token asks this first."""
        return self.taken_down_at is None

    @property
    def is_erased(self) -> bool:
        return self.width == 0


class PictureFile(Model):
    """A picture in one width, as WebP."""

    __tablename__ = "picture_file"
    __erased__ = "deleted with the picture, or when it is taken down: platform.images.actions.erase_picture"

    picture_id: Mapped[int] = mapped_column(ForeignKey("picture.id", ondelete="CASCADE"), primary_key=True, info=KEY)
    width: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, info=PERSONAL)

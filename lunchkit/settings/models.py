"""House: the one row of what is set in the pages."""

from sqlalchemy import JSON, CheckConstraint, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.events.models import Colour
from lunchkit.platform.db import KEY, NOT_PERSONAL, Model, Moment

ONLY = 1
PURGE_DAYS = 30


class House(Model):
    """The house that gives the lunches."""

    __tablename__ = "house"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=KEY)
    settings: Mapped[dict[str, str]] = mapped_column(JSON, info=NOT_PERSONAL)
    """As in the environment, by the names of ``config.Settings``; the password of the mail account is among them."""
    revision: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """Rises with each change of settings or look: by it other processes see that there is something to read."""
    colour: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    """Of new lunches, and of the pages that belong to none."""
    purge_days: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """Of new lunches: names and addresses are erased so many days after."""
    notice: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    """What the house itself says about privacy, in Markdown."""
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, info=NOT_PERSONAL)
    """As WebP, small; drawn anew from what was sent."""
    logo_token: Mapped[str] = mapped_column(String(32), info=NOT_PERSONAL)
    """In the address of its file; another one for each logo. Empty where there is none."""
    logo_width: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    logo_height: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    logo_alt: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    logo_ground: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    """What it stands on: '' for the page itself, 'white', 'black'."""
    logo_tones: Mapped[list[list[float]]] = mapped_column(JSON, info=NOT_PERSONAL)
    """The colours that can be seen in it: red, green, blue, and its share."""
    logo_is_opaque: Mapped[bool] = mapped_column(info=NOT_PERSONAL)
    """Whether it brings its own ground along."""
    settled: Mapped[list[str]] = mapped_column(JSON, info=NOT_PERSONAL)
    """Steps of the first run that were saved or left for later."""
    first_run_ended_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    tested_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When a test letter was last taken by the mail server."""
    tested_with: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    """A mark of the mail settings that it left with: with other ones nothing is proven."""


def blank_house() -> House:
    """The house before anybody has said anything of it."""
    return House(
        id=ONLY, settings={}, revision=0, colour=Colour.TOMATE.value, purge_days=PURGE_DAYS, notice="", logo=None,
        logo_token="", logo_width=0, logo_height=0, logo_alt="", logo_ground="", logo_tones=[], logo_is_opaque=False,
        settled=[], first_run_ended_at=None, tested_at=None, tested_with="",
    )  # fmt: skip

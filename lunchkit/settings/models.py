"""Site: the one row of what organisers set on the pages of settings."""

from sqlalchemy import JSON, CheckConstraint, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.events.models import Colour
from lunchkit.platform.db import KEY, NOT_PERSONAL, Model, Moment

ONLY = 1
NETWORK, ADDRESS, LETTERS, LOOK, PRIVACY, RECAPS = "network", "address", "letters", "look", "privacy", "recaps"
SETTINGS = {
    NETWORK: ("network_name", "language", "timezone"),
    ADDRESS: ("public_url",),
    LETTERS: ("mail_host", "mail_port", "mail_security", "mail_user", "mail_password", "mail_from"),
    LOOK: (),
    PRIVACY: (),
    RECAPS: ("recap_licence",),
}
"""The sections, each with its settings."""
PURGE_DAYS = 30


class Site(Model):
    """The settings of this installation, as far as the environment leaves them open."""

    __tablename__ = "site"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=KEY)
    settings: Mapped[dict[str, str]] = mapped_column(JSON, info=NOT_PERSONAL)
    """As in the environment, by the names of ``config.Settings``; the password of the mail account is among them."""
    revision: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """Rises with each change of settings or look, so that other processes see it."""
    colour: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    """Of new lunches, and of pages without a lunch."""
    purge_days: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    """Of new lunches: days until names and addresses are erased."""
    notice: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    """The organisers' own words about privacy, in Markdown."""
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, info=NOT_PERSONAL)
    logo_token: Mapped[str] = mapped_column(String(32), info=NOT_PERSONAL)
    """In the address of its file; empty where there is none."""
    logo_width: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    logo_height: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    logo_alt: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    logo_ground: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    """Its background: '' for none, 'white', 'black'."""
    tested_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When the mail server last accepted a test e-mail."""
    tested_with: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    """A hash of the mail settings of that moment."""


def blank_site() -> Site:
    return Site(
        id=ONLY, settings={}, revision=0, colour=Colour.TOMATE.value, purge_days=PURGE_DAYS, notice="", logo=None,
        logo_token="", logo_width=0, logo_height=0, logo_alt="", logo_ground="",
        tested_at=None, tested_with="",
    )  # fmt: skip

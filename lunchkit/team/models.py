"""Organiser and their role, the links and invitations that let one in, the passkeys, and the sessions that follow."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment

LINK_LIFE = timedelta(minutes=10)
HANDED_LIFE = timedelta(minutes=2)
KNOWN_LIFE = timedelta(days=365)
SETUP_LINK_LIFE = timedelta(hours=1)
IDLE_LIFE = timedelta(hours=2)
ABSOLUTE_LIFE = timedelta(hours=12)
INVITATION_LIFE = timedelta(days=7)
HALF_OPEN_LIFE = timedelta(minutes=10)
"""So long a session waits for the passkey."""
FRESH_FOR = timedelta(minutes=10)
"""So long after somebody showed who they are may they change how they show it, and what else is the whole house."""
FOUNDING = timedelta(minutes=30)


class Role(StrEnum):
    """What somebody of the team may do; each may do all that those before may."""

    HELPER = "helper"
    """Checks people in at the door, and sees nothing else."""
    ORGANISER = "organiser"
    """Everything about lunches."""
    OWNER = "owner"
    """The house and its team as well. There is one."""

    @property
    def rank(self) -> int:
        """The higher, the more one may do."""
        return list(Role).index(self)


class Organiser(Model):
    """A person who runs lunches, or helps with them."""

    __tablename__ = "organiser"
    __erased__ = "blanked a year after they left the team: team.actions.forget_who_left"
    __table_args__ = (
        Index(
            "uq_organiser_owner",
            "role",
            unique=True,
            sqlite_where=text("role = 'owner' AND removed_at IS NULL"),
            postgresql_where=text("role = 'owner' AND removed_at IS NULL"),
        ),
    )
    """The second guard of «one owner», whatever program writes."""

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    email: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    email_key: Mapped[str] = mapped_column(String(254), unique=True, info=PERSONAL)
    language: Mapped[str] = mapped_column(String(5), default="fr", info=NOT_PERSONAL)
    role: Mapped[str] = mapped_column(String(12), default=Role.ORGANISER, info=NOT_PERSONAL)
    user_handle: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=PERSONAL)
    """By what their passkeys know them: random, since it lies on devices; None before the first passkey."""
    known_epoch: Mapped[int] = mapped_column(default=0, server_default="0", info=NOT_PERSONAL)
    """Rises when all their browsers are to be unknown again."""
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    seen_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    removed_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)

    def may(self, least: Role | None) -> bool:
        """Whether this person may pass where the least role is this; nobody passes where there is none."""
        return least is not None and Role(self.role).rank >= least.rank


class Invitation(Model):
    """A letter that asks somebody into the team. Its link is derived from the nonce; here is only its hash."""

    __tablename__ = "invitation"
    __erased__ = "deleted once it is long over: team.actions.forget_old_sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    email: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    email_key: Mapped[str] = mapped_column(String(254), index=True, info=PERSONAL)
    role: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16), info=NOT_PERSONAL)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=NOT_PERSONAL)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"), info=KEY)
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    sent_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    """When its letter was last promised."""
    expires_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    accepted_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    withdrawn_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    invited_by: Mapped[Organiser | None] = relationship()

    def is_valid(self, now: datetime) -> bool:
        """Whether it may still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at


class SignInLink(Model):
    """A single-use way in: sent by e-mail, shown as a QR code, or printed on the console of the machine."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"), info=KEY)
    """None for the set-up link of an instance without an organiser."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=NOT_PERSONAL)
    browser_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=NOT_PERSONAL)
    """The known browser that asked; None for all others."""
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=NOT_PERSONAL)
    """Of the code in the e-mail. A link with one opens only in browsers that asked; one without, in any."""
    handed_from_id: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    """The session that a QR code hands over to another device; it gives no more rights, and no more time."""
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    expires_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    used_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    organiser: Mapped[Organiser | None] = relationship()

    def is_valid(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return self.used_at is None and now < self.expires_at


class OrganiserSession(Model):
    """A signed-in browser; the cookie holds a random token, the table its hash."""

    __tablename__ = "organiser_session"
    __erased__ = "deleted once it is over: team.actions.forget_old_sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True, info=KEY)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=NOT_PERSONAL)
    browser: Mapped[str] = mapped_column(String(60), default="", info=PERSONAL)
    """What the browser calls itself, in two words, so that one knows one's own."""
    started_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    seen_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    confirmed_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When the person last showed that it is them; None while the passkey is still to come: it then opens nothing."""
    ended_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    organiser: Mapped[Organiser] = relationship()

    def is_valid(self, now: datetime) -> bool:
        """Whether it still lets the organiser in."""
        is_open = self.confirmed_at is not None and self.ended_at is None
        return is_open and now < self.seen_at + IDLE_LIFE and now < self.started_at + ABSOLUTE_LIFE

    def is_half_open(self, now: datetime) -> bool:
        """Whether it waits for the passkey, and still may."""
        return self.confirmed_at is None and self.ended_at is None and now < self.started_at + HALF_OPEN_LIFE

    def founds(self, now: datetime) -> bool:
        """Whether it is the first one of whoever has just set up the server: there is no mail yet to confirm by."""
        began = self.started_at - self.organiser.created_at < timedelta(minutes=1)
        return began and self.organiser.role == Role.OWNER and now < self.started_at + FOUNDING

    def is_fresh(self, now: datetime) -> bool:
        """Whether the person showed a moment ago that it is them."""
        return self.is_valid(now) and self.confirmed_at is not None and now < self.confirmed_at + FRESH_FOR


class Passkey(Model):
    """A device, or a keychain on several, that says beside the letter that it is really them."""

    __tablename__ = "passkey"
    __erased__ = "deleted when the person leaves the team: team.operations.drop_second_factor"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True, info=KEY)
    name: Mapped[str] = mapped_column(String(60), info=PERSONAL)
    """As the person calls it."""
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True, info=PERSONAL)
    public_key: Mapped[bytes] = mapped_column(LargeBinary, info=PERSONAL)
    sign_count: Mapped[int] = mapped_column(BigInteger, info=NOT_PERSONAL)
    """How often it was used, if it counts at all: 0 says that it does not."""
    transports: Mapped[list[str]] = mapped_column(JSON, info=NOT_PERSONAL)
    """How browsers reach it, in their words."""
    rp_id: Mapped[str] = mapped_column(String(253), info=NOT_PERSONAL)
    """The host name that it was made for: it answers to no other."""
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    used_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    doubted_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When its count last went back, as that of a copy would."""


class RecoveryCode(Model):
    """One of the codes that stand in for a passkey, each once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("organiser_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), info=KEY)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), info=NOT_PERSONAL)
    used_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)

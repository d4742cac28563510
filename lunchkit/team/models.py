"""Organiser and their role, the links that let one in, the passkeys, and the sessions that follow."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment

LINK_LIFE = timedelta(minutes=10)
HANDED_LIFE = timedelta(minutes=2)
SETUP_LINK_LIFE = timedelta(hours=1)
IDLE_LIFE = timedelta(hours=2)
ABSOLUTE_LIFE = timedelta(hours=12)
INVITATION_LIFE = timedelta(days=7)
HALF_OPEN_LIFE = timedelta(minutes=10)
FRESH_FOR = timedelta(minutes=10)
"""How long after a confirmation a person may do what is dangerous."""
FIRST_FRESH_FOR = timedelta(minutes=30)
"""The same for the first session of an installation, where no e-mail leaves yet."""
CHALLENGE_LIFE = timedelta(minutes=5)


class Role(StrEnum):
    """What a member of the team may do; each role includes those before it."""

    HELPER = "helper"
    """Check-in only."""
    ORGANISER = "organiser"
    """Everything about lunches."""
    OWNER = "owner"
    """Settings and team as well. There is one owner."""

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Organiser(Model):
    __tablename__ = "organiser"
    __erased__ = "blanked a year after they left the team: team.actions.forget_former_members"
    __table_args__ = (
        Index(
            "uq_organiser_owner",
            "role",
            unique=True,
            sqlite_where=text("role = 'owner' AND removed_at IS NULL"),
            postgresql_where=text("role = 'owner' AND removed_at IS NULL"),
        ),
    )
    """The second guard of «one owner»."""

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    email: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    email_key: Mapped[str] = mapped_column(String(254), unique=True, info=PERSONAL)
    language: Mapped[str] = mapped_column(String(5), default="fr", info=NOT_PERSONAL)
    role: Mapped[str] = mapped_column(String(12), default=Role.ORGANISER, info=NOT_PERSONAL)
    user_handle: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=PERSONAL)
    """The random user id that is stored with passkeys on devices; None before the first passkey."""
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    seen_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    removed_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)

    def may(self, role: Role | None) -> bool:
        """Whether this person has at least this role; False for None."""
        return role is not None and Role(self.role).rank >= role.rank


class SignInLink(Model):
    """A sign-in link: of an e-mail or an invitation, shown as a QR code, or on the console; a used one is deleted."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"), info=KEY)
    """None for the set-up link of an instance without an organiser."""
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=NOT_PERSONAL)
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=NOT_PERSONAL)
    """Of the code in the e-mail. A link with a code opens only in browsers that requested it; without, in any."""
    handed_from_id: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    """The session that a QR code continues on another device, with the same rights and end."""
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    expires_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    organiser: Mapped[Organiser | None] = relationship()

    def is_valid(self, now: datetime) -> bool:
        return now < self.expires_at


class OrganiserSession(Model):
    """A signed-in browser; the cookie holds a random token, the table its hash."""

    __tablename__ = "organiser_session"
    __erased__ = "deleted once it is over: team.sign_in.actions.forget_old_sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True, info=KEY)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=NOT_PERSONAL)
    browser: Mapped[str] = mapped_column(String(60), default="", info=PERSONAL)
    """Browser and system, for the list of one's own sessions."""
    started_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    seen_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    confirmed_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When the person last confirmed that it is them; None while the passkey is missing: it then opens nothing."""
    ended_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=NOT_PERSONAL)
    """What a passkey must sign next; used once."""
    challenge_expires_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    organiser: Mapped[Organiser] = relationship()

    def is_valid(self, now: datetime) -> bool:
        is_open = self.confirmed_at is not None and self.ended_at is None and self.organiser.removed_at is None
        return is_open and now < self.seen_at + IDLE_LIFE and now < self.started_at + ABSOLUTE_LIFE

    def is_half_open(self, now: datetime) -> bool:
        is_open = self.ended_at is None and self.organiser.removed_at is None
        return self.confirmed_at is None and is_open and now < self.started_at + HALF_OPEN_LIFE

    def is_fresh(self, now: datetime) -> bool:
        """Whether the person confirmed a moment ago that it is them.

        The first session of a new installation is fresh for longer: there is no e-mail yet to confirm by.
        """
        is_first = self.started_at - self.organiser.created_at < timedelta(minutes=1)
        is_owners = is_first and self.organiser.role == Role.OWNER and now < self.started_at + FIRST_FRESH_FOR
        is_confirmed = self.confirmed_at is not None and now < self.confirmed_at + FRESH_FOR
        return self.is_valid(now) and (is_confirmed or is_owners)


class Passkey(Model):
    """A person's second factor beside the e-mail: a device, or a keychain on several."""

    __tablename__ = "passkey"
    __erased__ = "deleted when the person leaves the team: team.operations.drop_second_factor"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True, info=KEY)
    name: Mapped[str] = mapped_column(String(60), info=PERSONAL)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True, info=PERSONAL)
    public_key: Mapped[bytes] = mapped_column(LargeBinary, info=PERSONAL)
    sign_count: Mapped[int] = mapped_column(BigInteger, info=NOT_PERSONAL)
    """The device's signature counter; 0 where it does not count."""
    transports: Mapped[list[str]] = mapped_column(JSON, info=NOT_PERSONAL)
    rp_id: Mapped[str] = mapped_column(String(253), info=NOT_PERSONAL)
    """The host name that it was made for; it works for no other."""
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    used_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)


class RecoveryCode(Model):
    """One of the codes that replace a passkey; a used one is deleted."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("organiser_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), info=KEY)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), info=NOT_PERSONAL)

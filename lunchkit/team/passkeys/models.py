"""PasskeyChallenge: what an answer must sign. The passkeys themselves are in ``team.models``."""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lunchkit.platform.db import KEY, NOT_PERSONAL, Model, Moment

CHALLENGE_LIFE = timedelta(minutes=5)


class Purpose(StrEnum):
    """What a challenge was given out for."""

    ADD = "add"
    CONFIRM = "confirm"


class PasskeyChallenge(Model):
    """A random value for one answer of one session. The next one takes its place, and the answer takes it away."""

    __tablename__ = "passkey_challenge"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("organiser_session.id", ondelete="CASCADE"), primary_key=True, info=KEY
    )
    purpose: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    value: Mapped[bytes] = mapped_column(LargeBinary(32), info=NOT_PERSONAL)
    expires_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)

"""Parts of several actions of the second factor, inside their transaction."""

import secrets
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.links import random_token, token_hash
from lunchkit.team.errors import NotFresh
from lunchkit.team.models import CHALLENGE_LIFE, Organiser, OrganiserSession, RecoveryCode
from lunchkit.team.operations import OpenedSession, lock_person
from lunchkit.team.passkeys.codes import code_hash, new_codes
from lunchkit.team.passkeys.errors import InvalidChallenge


class Purpose(StrEnum):
    """What a challenge is for."""

    ADD = "add"
    CONFIRM = "confirm"


def lock_session(session: Session, row: OrganiserSession) -> tuple[OrganiserSession, Organiser]:
    """Lock and re-read a session and its person."""
    organiser = lock_person(session, row.organiser_id)
    chosen = select(OrganiserSession).where(OrganiserSession.id == row.id).with_for_update()
    return session.scalars(chosen.execution_options(populate_existing=True)).one(), organiser


def lock_fresh(session: Session, row: OrganiserSession) -> tuple[OrganiserSession, Organiser]:
    """The same for a fresh session. Raises NotFresh for all others."""
    held, organiser = lock_session(session, row)
    if not held.is_fresh(clock.now()) or organiser.removed_at is not None:
        raise NotFresh
    return held, organiser


def give_challenge(held: OrganiserSession, purpose: Purpose) -> bytes:
    """A new challenge for a session; an earlier one becomes invalid."""
    held.challenge, held.challenge_purpose = secrets.token_bytes(32), purpose.value
    held.challenge_expires_at = clock.now() + CHALLENGE_LIFE
    return held.challenge


def take_challenge(held: OrganiserSession, purpose: Purpose) -> bytes:
    """The session's challenge for this purpose, which is thereby used up. Raises InvalidChallenge."""
    challenge, expires_at = held.challenge, held.challenge_expires_at
    held.challenge = None
    if challenge is None or expires_at is None or held.challenge_purpose != purpose or expires_at <= clock.now():
        raise InvalidChallenge
    return challenge


def confirm(held: OrganiserSession, organiser: Organiser) -> OpenedSession:
    """Make a session open and fresh, under a new token: the earlier one opens nothing."""
    now, token = clock.now(), random_token()
    held.token_hash, held.confirmed_at, held.seen_at, organiser.seen_at = token_hash(token), now, now, now
    return OpenedSession(token, organiser.id)


def replace_codes(session: Session, organiser: Organiser) -> list[str]:
    """New recovery codes, to be shown once, in the place of the earlier ones."""
    codes = new_codes()
    session.execute(delete(RecoveryCode).where(RecoveryCode.organiser_id == organiser.id))
    session.add_all(RecoveryCode(organiser_id=organiser.id, code_hash=code_hash(organiser.id, code)) for code in codes)
    return codes

"""What several actions of the second factor are made of, inside their transaction."""

import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.links import random_token, token_hash
from lunchkit.team.errors import NotFresh
from lunchkit.team.models import Organiser, OrganiserSession, RecoveryCode
from lunchkit.team.operations import OpenedSession, hold_person
from lunchkit.team.passkeys.codes import code_hash, new_codes
from lunchkit.team.passkeys.models import CHALLENGE_LIFE, PasskeyChallenge, Purpose


def hold_session(session: Session, row: OrganiserSession) -> tuple[OrganiserSession, Organiser]:
    """Read a session and its person anew, and hold both."""
    organiser = hold_person(session, row.organiser_id)
    chosen = select(OrganiserSession).where(OrganiserSession.id == row.id).with_for_update()
    return session.scalars(chosen.execution_options(populate_existing=True)).one(), organiser


def hold_fresh(session: Session, row: OrganiserSession) -> tuple[OrganiserSession, Organiser]:
    """The same for a session whose person showed a moment ago that it is them. Raises NotFresh for all others."""
    held, organiser = hold_session(session, row)
    if not held.is_fresh(clock.now()) or organiser.removed_at is not None:
        raise NotFresh
    return held, organiser


def give_challenge(session: Session, held: OrganiserSession, purpose: Purpose) -> bytes:
    """A new challenge for a session; an earlier one is good for nothing any more."""
    value = secrets.token_bytes(32)
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.session_id == held.id))
    session.add(
        PasskeyChallenge(
            session_id=held.id, purpose=purpose, value=value, expires_at=clock.now() + CHALLENGE_LIFE
        )
    )  # fmt: skip
    session.flush()
    return value


def take_challenge(session: Session, held: OrganiserSession, purpose: Purpose) -> bytes | None:
    """The challenge that a session was given for this, which is then gone; None where there is none that holds."""
    taken = delete(PasskeyChallenge).where(PasskeyChallenge.session_id == held.id)
    found = session.execute(
        taken.returning(PasskeyChallenge.purpose, PasskeyChallenge.value, PasskeyChallenge.expires_at)
    ).first()
    if found is None or found.purpose != purpose or found.expires_at <= clock.now():
        return None
    value: bytes = found.value
    return value


def confirm(held: OrganiserSession, organiser: Organiser) -> OpenedSession:
    """The session is open, and fresh, under a new token: whoever knew that of before has nothing of it."""
    now, token = clock.now(), random_token()
    held.token_hash, held.confirmed_at, held.seen_at, organiser.seen_at = token_hash(token), now, now, now
    return OpenedSession(token, organiser.id)


def replace_codes(session: Session, organiser: Organiser) -> list[str]:
    """New recovery codes for somebody, as they are to be shown once; those of before are gone."""
    codes = new_codes()
    session.execute(delete(RecoveryCode).where(RecoveryCode.organiser_id == organiser.id))
    session.add_all(
        RecoveryCode(organiser_id=organiser.id, code_hash=code_hash(organiser.id, code)) for code in codes
    )  # fmt: skip
    return codes

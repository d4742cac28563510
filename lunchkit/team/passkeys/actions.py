"""Actions of the second factor: add a passkey, confirm by it or by a code, remove, make new codes, reset."""

import hashlib
import secrets
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.audit.recording import AuditEvent, note_nothing, record, record_facts
from lunchkit.platform.db import transaction
from lunchkit.platform.limits import Window
from lunchkit.platform.links import random_token, token_hash
from lunchkit.team import errors
from lunchkit.team.emails import enqueue_notice
from lunchkit.team.models import CHALLENGE_LIFE, Organiser, OrganiserSession, Passkey, RecoveryCode
from lunchkit.team.operations import OpenedSession, drop_second_factor, end_sessions, lock_person, void_links
from lunchkit.team.passkeys.authenticators import (
    check_answer,
    check_creation,
    creation_options,
    passkey_obstacle,
    request_options,
)
from lunchkit.team.queries import codes_left, passkeys_of

MOST_PASSKEYS = 10
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of recovery codes, without look-alikes. A code has nearly eighty random bits: a plain hash of it is enough."""
CODES = 8
attempts = Window("attempts", most=5, seconds=900)
"""Codes typed in one session. Not by person: an attacker with the mailbox must not use up the owner's attempts."""


def ask_for_new_passkey(row: OrganiserSession) -> dict[str, Any]:
    """The options with which a browser makes a passkey, with a new challenge. Raises NotPossible, TooManyPasskeys."""
    _refuse_obstacle()
    with transaction() as session:
        held, organiser = _lock_open(session, row)
        known = _refuse_more(organiser)
        organiser.user_handle = organiser.user_handle or secrets.token_bytes(32)
        return creation_options(organiser, _give_challenge(held), known)


def add_passkey(row: OrganiserSession, name: str, answer: str) -> list[str]:
    """Store the passkey that a browser made. Returns recovery codes, to be shown once, for the first one; else none.

    With the first one the person's other sessions end: the e-mail alone had opened them. Raises NotPossible,
    Unproven, KnownPasskey or TooManyPasskeys.
    """
    _refuse_obstacle()
    with transaction() as session:
        held, organiser = _lock_open(session, row)
        passkey = check_creation(_take_challenge(held), answer)
        if session.scalar(select(Passkey.id).where(Passkey.credential_id == passkey.credential_id)) is not None:
            raise errors.KnownPasskey
        known = _refuse_more(organiser)
        passkey.organiser_id, passkey.name, passkey.created_at = organiser.id, name, clock.now()
        session.add(passkey)
        record_facts(session, who=name)
        enqueue_notice(session, "passkey_added", organiser, device=name)
        if known:
            return []
        end_sessions(session, OrganiserSession.organiser_id == organiser.id, OrganiserSession.id != held.id)
        codes = new_codes()
        session.add_all(
            RecoveryCode(organiser_id=organiser.id, code_hash=code_hash(organiser.id, code)) for code in codes
        )
        return codes


def ask_for_passkey(row: OrganiserSession) -> dict[str, Any]:
    """The options with which a browser shows a passkey, with a new challenge. Raises NotPossible, Unproven."""
    _refuse_obstacle()
    with transaction() as session:
        held, organiser = _lock_open(session, row)
        return request_options(_give_challenge(held), passkeys_of(organiser))


def confirm_by_passkey(row: OrganiserSession, answer: str) -> OpenedSession:
    """Open a half-open session, or make an open one fresh, by a device's answer.

    A wrong answer, too, uses up the challenge. Raises NotPossible or Unproven.
    """
    _refuse_obstacle()
    with transaction() as session:
        challenge = _take_challenge(_lock_open(session, row)[0])
    with transaction() as session:
        held, organiser = _lock_open(session, row)
        passkey = check_answer(challenge, answer, organiser, passkeys_of(organiser))
        passkey.used_at = clock.now()
        record(session, AuditEvent("sign_in.passkey", organiser.id, organiser.name))
        return _confirm(held, organiser)


def confirm_by_code(row: OrganiserSession, typed: str) -> OpenedSession:
    """The same by a recovery code, which is deleted; of two uses at the same moment, one succeeds.

    Raises TooManyCodes, Unproven where the session has ended, or WrongRecoveryCode.
    """
    if not attempts.allows(row.id):
        raise errors.TooManyCodes
    with transaction() as session:
        held, organiser = _lock_open(session, row)
        typed_hash = code_hash(organiser.id, typed)
        used = delete(RecoveryCode).where(
            RecoveryCode.organiser_id == organiser.id, RecoveryCode.code_hash == typed_hash
        )
        is_good = session.scalar(used.returning(RecoveryCode.id)) is not None
        record(session, AuditEvent("sign_in.code" if is_good else "sign_in.wrong_code", organiser.id, organiser.name))
        if is_good:
            enqueue_notice(session, "code_used", organiser, left=str(codes_left(organiser)))
            opened = _confirm(held, organiser)
    if not is_good:
        raise errors.WrongRecoveryCode
    return opened


def remove_passkey(row: OrganiserSession, passkey_id: int) -> None:
    """Delete one of a person's own passkeys; with the last one also the recovery codes. Idempotent."""
    with transaction() as session:
        _held, organiser = _lock_open(session, row)
        gone = delete(Passkey).where(Passkey.id == passkey_id, Passkey.organiser_id == organiser.id)
        name = session.scalar(gone.returning(Passkey.name))
        if name is None:
            return note_nothing(session)
        record_facts(session, who=name)
        if not passkeys_of(organiser):
            drop_second_factor(session, organiser.id)
        enqueue_notice(session, "passkey_removed", organiser, device=name)


def reset_passkeys(organiser: Organiser, by: str = "") -> None:
    """Delete a person's passkeys and codes, whose devices are lost, and end their sessions.

    ``by`` is the owner's name; empty on the command line. Raises NothingToReset.
    """
    with transaction() as session:
        person = lock_person(session, organiser.id)
        if not passkeys_of(person):
            raise errors.NothingToReset
        record(session, AuditEvent("console.reset"))
        record_facts(session, who=person.name)
        drop_second_factor(session, person.id)
        void_links(session, person.id)
        end_sessions(session, OrganiserSession.organiser_id == person.id)
        enqueue_notice(session, "passkeys_reset", person, by=by)


def _refuse_obstacle() -> None:
    if passkey_obstacle():
        raise errors.NotPossible


def _refuse_more(organiser: Organiser) -> list[Passkey]:
    known = passkeys_of(organiser)
    if len(known) >= MOST_PASSKEYS:
        raise errors.TooManyPasskeys
    return known


def _lock_open(session: Session, row: OrganiserSession) -> tuple[OrganiserSession, Organiser]:
    """Lock and re-read a session, open or half open, and its person: either may have ended meanwhile."""
    organiser, now = lock_person(session, row.organiser_id), clock.now()
    chosen = select(OrganiserSession).where(OrganiserSession.id == row.id).with_for_update()
    held = session.scalars(chosen.execution_options(populate_existing=True)).one()
    if not (held.is_half_open(now) or held.is_valid(now)):
        raise errors.Unproven
    return held, organiser


def _give_challenge(held: OrganiserSession) -> bytes:
    """A new challenge for a session; an earlier one becomes invalid."""
    held.challenge, held.challenge_expires_at = secrets.token_bytes(32), clock.now() + CHALLENGE_LIFE
    return held.challenge


def _take_challenge(held: OrganiserSession) -> bytes:
    """The session's challenge, used up. Devices sign what it was for as well: to make a passkey, or to show one."""
    challenge, expires_at = held.challenge, held.challenge_expires_at
    held.challenge = None
    if challenge is None or expires_at is None or expires_at <= clock.now():
        raise errors.Unproven
    return challenge


def _confirm(held: OrganiserSession, organiser: Organiser) -> OpenedSession:
    """Make a session open and fresh, under a new token: the earlier one opens nothing."""
    now, token = clock.now(), random_token()
    held.token_hash, held.confirmed_at, held.seen_at, organiser.seen_at = token_hash(token), now, now, now
    return OpenedSession(token, organiser.id)


def new_codes() -> list[str]:
    return ["-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(4)) for _ in range(CODES)]


def code_hash(organiser_id: int, typed: str) -> bytes:
    """What is stored of a recovery code; capitals, spaces and hyphens do not matter."""
    plain = "".join(char for char in typed.lower() if char.isalnum())
    return hashlib.sha256(f"{organiser_id}:{plain}".encode("utf-8", "replace")).digest()

"""Actions of the second factor: add a passkey, confirm by it or by a code, remove, make new codes, reset."""

import secrets
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.audit.recording import AuditEvent, note_nothing, record, record_facts
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import NotFound, UserError
from lunchkit.platform.limits import Window
from lunchkit.team.emails import promise_passkey_notice
from lunchkit.team.models import Organiser, OrganiserSession, Passkey, RecoveryCode
from lunchkit.team.operations import (
    OpenedSession,
    drop_second_factor,
    end_sessions,
    has_passkeys,
    lock_person,
    void_links,
)
from lunchkit.team.passkeys.authenticators import (
    check_answer,
    check_creation,
    creation_options,
    relying_party,
    request_options,
    shown_id,
)
from lunchkit.team.passkeys.codes import code_hash
from lunchkit.team.passkeys.errors import (
    CountWentBack,
    InvalidChallenge,
    KnownPasskey,
    NothingToReset,
    TooManyCodes,
    TooManyPasskeys,
    Unproven,
    WrongRecoveryCode,
)
from lunchkit.team.passkeys.operations import (
    Purpose,
    confirm,
    give_challenge,
    lock_fresh,
    lock_session,
    replace_codes,
    take_challenge,
)
from lunchkit.team.passkeys.queries import refuse_obstacle
from lunchkit.team.queries import codes_left, passkeys_of

MOST_PASSKEYS = 10
attempts = Window(most=5, seconds=900)
"""Codes typed in one session. Not by person: an attacker with the mailbox must not use up the owner's attempts."""


def ask_for_new_passkey(row: OrganiserSession) -> dict[str, Any]:
    """The options with which a browser makes a passkey, with a new challenge.

    Raises NotPossible, NotFresh or TooManyPasskeys.
    """
    refuse_obstacle()
    with transaction() as session:
        held, organiser = lock_fresh(session, row)
        known = _refuse_more(organiser)
        organiser.user_handle = organiser.user_handle or secrets.token_bytes(32)
        challenge = give_challenge(held, Purpose.ADD)
        return creation_options(relying_party(current_settings()), organiser, challenge, known)


def _refuse_more(organiser: Organiser) -> list[Passkey]:
    known = passkeys_of(organiser)
    if len(known) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    return known


def add_passkey(row: OrganiserSession, name: str, answer: str) -> list[str]:
    """Store the passkey that a browser made. Returns recovery codes, to be shown once, for the first one; else none.

    With the first one the person's other sessions end: the e-mail alone had opened them. Raises NotPossible, NotFresh,
    InvalidChallenge, Unproven, KnownPasskey or TooManyPasskeys.
    """
    refuse_obstacle()
    with transaction() as session:
        held, organiser = lock_fresh(session, row)
        passkey = check_creation(relying_party(current_settings()), take_challenge(held, Purpose.ADD), answer)
        if session.scalar(select(Passkey.id).where(Passkey.credential_id == passkey.credential_id)) is not None:
            raise KnownPasskey
        known = _refuse_more(organiser)
        passkey.organiser_id, passkey.name, passkey.created_at = organiser.id, name, clock.now()
        session.add(passkey)
        record_facts(session, who=name)
        promise_passkey_notice(session, "passkey_added", organiser, device=name)
        if known:
            return []
        end_sessions(session, OrganiserSession.organiser_id == organiser.id, OrganiserSession.id != held.id)
        return replace_codes(session, organiser)


def ask_for_passkey(row: OrganiserSession) -> dict[str, Any]:
    """The options with which a browser shows a passkey, with a new challenge. Raises NotPossible."""
    refuse_obstacle()
    with transaction() as session:
        held, organiser = lock_session(session, row)
        challenge = give_challenge(held, Purpose.CONFIRM)
        return request_options(relying_party(current_settings()), challenge, passkeys_of(organiser))


def confirm_by_passkey(row: OrganiserSession, answer: str) -> OpenedSession:
    """Open a half-open session, or make an open one fresh, by a device's answer.

    The challenge is used up also by a wrong answer. Raises NotPossible, InvalidChallenge, Unproven or CountWentBack.
    """
    refuse_obstacle()
    with transaction() as session:
        held, organiser = lock_session(session, row)
        refused = _check(session, held, organiser, answer)
        if refused is None:
            record(session, AuditEvent("sign_in.passkey", organiser.id, organiser.name))
            opened = confirm(held, organiser)
    if refused is not None:
        raise refused
    return opened


def _check(session: Session, held: OrganiserSession, organiser: Organiser, answer: str) -> UserError | None:
    """None for a good answer; else the error to raise after the commit."""
    try:
        challenge = take_challenge(held, Purpose.CONFIRM)
        _refuse_ended(held, organiser)
        shown = shown_id(answer)
        passkey = next((one for one in passkeys_of(organiser) if one.credential_id == shown), None)
        if passkey is None:
            return Unproven()
        count = check_answer(relying_party(current_settings()), challenge, answer, passkey, organiser.user_handle)
    except (InvalidChallenge, Unproven) as refused:
        return refused
    if (count or passkey.sign_count) and count <= passkey.sign_count:
        passkey.doubted_at = clock.now()
        record(session, AuditEvent("sign_in.doubt", organiser.id, organiser.name))
        promise_passkey_notice(session, "passkey_refused", organiser, device=passkey.name)
        return CountWentBack()
    passkey.sign_count, passkey.used_at = count, clock.now()
    return None


def _refuse_ended(held: OrganiserSession, organiser: Organiser) -> None:
    """The session may have ended while the device was asked."""
    now = clock.now()
    if organiser.removed_at is not None or not (held.is_half_open(now) or held.is_valid(now)):
        raise InvalidChallenge


def confirm_by_code(row: OrganiserSession, typed: str) -> OpenedSession:
    """The same by a recovery code, which is then used up; of two uses at the same moment, one succeeds.

    Raises TooManyCodes, InvalidChallenge where the session has ended, or WrongRecoveryCode.
    """
    if not attempts.allows(row.id):
        raise TooManyCodes
    with transaction() as session:
        held, organiser = lock_session(session, row)
        _refuse_ended(held, organiser)
        is_good = _use_code(session, organiser, typed)
        record(session, AuditEvent("sign_in.code" if is_good else "sign_in.wrong_code", organiser.id, organiser.name))
        if is_good:
            promise_passkey_notice(session, "code_used", organiser, left=str(codes_left(organiser)))
            opened = confirm(held, organiser)
    if not is_good:
        raise WrongRecoveryCode
    return opened


def _use_code(session: Session, organiser: Organiser, typed: str) -> bool:
    unused = update(RecoveryCode).where(
        RecoveryCode.organiser_id == organiser.id,
        RecoveryCode.code_hash == code_hash(organiser.id, typed),
        RecoveryCode.used_at.is_(None),
    )
    return len(session.scalars(unused.values(used_at=clock.now()).returning(RecoveryCode.id)).all()) == 1


def remove_passkey(row: OrganiserSession, passkey_id: int) -> None:
    """Delete a passkey; with the last one also the recovery codes. Idempotent.

    Raises NotFresh, or NotFound for another person's.
    """
    with transaction() as session:
        _held, organiser = lock_fresh(session, row)
        gone = delete(Passkey).where(Passkey.id == passkey_id, Passkey.organiser_id == organiser.id)
        name = session.scalar(gone.returning(Passkey.name))
        if name is None and session.get(Passkey, passkey_id, populate_existing=True) is not None:
            raise NotFound
        if name is None:
            return note_nothing(session)
        record_facts(session, who=name)
        is_last = not has_passkeys(session, organiser.id)
        if is_last:
            drop_second_factor(session, organiser.id)
        what = "last_passkey_removed" if is_last else "passkey_removed"
        promise_passkey_notice(session, what, organiser, device=name)


def make_codes(row: OrganiserSession) -> list[str]:
    """New recovery codes, to be shown once, in the place of the earlier ones.

    Raises NotFresh, or NotFound where there is no passkey.
    """
    with transaction() as session:
        _held, organiser = lock_fresh(session, row)
        if not has_passkeys(session, organiser.id):
            raise NotFound
        promise_passkey_notice(session, "new_codes", organiser)
        return replace_codes(session, organiser)


def reset_passkeys(organiser: Organiser, *, by: OrganiserSession | None = None) -> None:
    """Delete a person's passkeys and codes, whose devices are lost, and end their sessions.

    ``by`` is None on the command line. Raises NothingToReset, or NotFresh.
    """
    with transaction() as session:
        actor = lock_fresh(session, by)[1] if by is not None else None
        person = lock_person(session, organiser.id)
        if not has_passkeys(session, person.id):
            raise NothingToReset
        record(session, AuditEvent("console.reset"))
        record_facts(session, who=person.name)
        drop_second_factor(session, person.id)
        void_links(session, person.id)
        end_sessions(session, OrganiserSession.organiser_id == person.id)
        promise_passkey_notice(session, "passkeys_reset", person, by=actor.name if actor else "")

"""What can be done with the second factor: add a passkey, show it, use a code, remove, make new codes, reset."""

import secrets
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.audit.recording import Act, note_nothing, record, tell
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import NotFound, Refusal
from lunchkit.platform.limits import Window
from lunchkit.team.models import Organiser, OrganiserSession, Passkey, RecoveryCode
from lunchkit.team.operations import (
    OpenedSession,
    drop_second_factor,
    end_sessions,
    has_passkeys,
    hold_person,
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
from lunchkit.team.passkeys.emails import News, promise_news
from lunchkit.team.passkeys.errors import (
    ChallengeSpent,
    CountWentBack,
    KnownPasskey,
    NothingToReset,
    TooManyCodes,
    TooManyPasskeys,
    Unproven,
    WrongCode,
)
from lunchkit.team.passkeys.models import Purpose
from lunchkit.team.passkeys.operations import (
    confirm,
    give_challenge,
    hold_fresh,
    hold_session,
    replace_codes,
    take_challenge,
)
from lunchkit.team.passkeys.queries import refuse_obstacle
from lunchkit.team.queries import codes_left, passkeys_of

MOST_PASSKEYS = 10
attempts = Window(most=5, seconds=900)
"""Codes typed in one session. Not per person: whoever has the mailbox must not keep its owner from their codes, and
new sessions are as rare as letters."""


def ask_for_new_passkey(row: OrganiserSession) -> dict[str, Any]:
    """What a browser needs to make a passkey; its answer must sign the challenge in it.

    Raises NotPossible, NotFresh or TooManyPasskeys.
    """
    refuse_obstacle()
    with transaction() as session:
        held, organiser = hold_fresh(session, row)
        known = passkeys_of(organiser)
        if len(known) >= MOST_PASSKEYS:
            raise TooManyPasskeys
        organiser.user_handle = organiser.user_handle or secrets.token_bytes(32)
        challenge = give_challenge(session, held, Purpose.ADD)
    return creation_options(
        relying_party(current_settings()),
        handle=organiser.user_handle,
        email=organiser.email,
        name=organiser.name,
        challenge=challenge,
        known=known,
    )


def add_passkey(row: OrganiserSession, name: str, answer: str) -> list[str]:
    """Keep the passkey that a browser made. The first one brings recovery codes, to be shown once, else none.

    With the first one the person's other sessions end: the letter alone had opened them. Raises NotPossible, NotFresh,
    ChallengeSpent, Unproven, KnownPasskey or TooManyPasskeys.
    """
    refuse_obstacle()
    party = relying_party(current_settings())
    with transaction() as session:
        held, organiser = hold_fresh(session, row)
        challenge = take_challenge(session, held, Purpose.ADD)
        if challenge is None:
            raise ChallengeSpent
        made = check_creation(party, challenge, answer)
        if session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
            raise KnownPasskey
        known = passkeys_of(organiser)
        if len(known) >= MOST_PASSKEYS:
            raise TooManyPasskeys
        session.add(
            Passkey(
                organiser_id=organiser.id,
                name=name,
                credential_id=made.credential_id,
                public_key=made.public_key,
                sign_count=made.sign_count,
                transports=made.transports,
                rp_id=party.id,
                created_at=clock.now(),
            )
        )
        tell(session, who=name)
        promise_news(session, organiser, News.ADDED, device=name)
        if known:
            return []
        end_sessions(session, OrganiserSession.organiser_id == organiser.id, OrganiserSession.id != held.id)
        return replace_codes(session, organiser)


def ask_for_passkey(row: OrganiserSession) -> dict[str, Any]:
    """What a browser needs to show a passkey; its answer must sign the challenge in it. Raises NotPossible."""
    refuse_obstacle()
    with transaction() as session:
        held, organiser = hold_session(session, row)
        known = passkeys_of(organiser)
        challenge = give_challenge(session, held, Purpose.CONFIRM)
    return request_options(relying_party(current_settings()), challenge=challenge, known=known)


def confirm_by_passkey(row: OrganiserSession, answer: str) -> OpenedSession:
    """Open a session that waits, or make an open one fresh, by what a device has signed.

    The challenge is used up whatever comes of it. Raises NotPossible, ChallengeSpent, Unproven or CountWentBack.
    """
    refuse_obstacle()
    with transaction() as session:
        held, organiser = hold_session(session, row)
        refusal = _judge(session, held, organiser, answer)
        if refusal is None:
            record(session, Act("sign_in.passkey", organiser.id, organiser.name))
            opened = confirm(held, organiser)
    if refusal is not None:
        raise refusal
    return opened


def _judge(session: Session, held: OrganiserSession, organiser: Organiser, answer: str) -> Refusal | None:
    """None for a good answer, which the passkey then remembers; else what to say, after the commit."""
    challenge = take_challenge(session, held, Purpose.CONFIRM)
    if challenge is None or not _may_confirm(held, organiser):
        return ChallengeSpent()
    try:
        shown = shown_id(answer)
        passkey = next((one for one in passkeys_of(organiser) if one.credential_id == shown), None)
        if passkey is None:
            return Unproven()
        count = check_answer(relying_party(current_settings()), challenge, answer, passkey, organiser.user_handle)
    except Unproven as refusal:
        return refusal
    if (count or passkey.sign_count) and count <= passkey.sign_count:
        passkey.doubted_at = clock.now()
        record(session, Act("sign_in.doubt", organiser.id, organiser.name))
        promise_news(session, organiser, News.COUNT_WENT_BACK, device=passkey.name)
        return CountWentBack()
    passkey.sign_count, passkey.used_at = count, clock.now()
    return None


def _may_confirm(held: OrganiserSession, organiser: Organiser) -> bool:
    """Whether the session still waits, or is still open; it may have ended while the device was asked."""
    now = clock.now()
    return organiser.removed_at is None and (held.is_half_open(now) or held.is_valid(now))


def confirm_by_code(row: OrganiserSession, typed: str) -> OpenedSession:
    """The same by a recovery code, which is then used up; of two who use one at the same moment, one gets in.

    Raises TooManyCodes, ChallengeSpent where the session has ended, or WrongCode.
    """
    if not attempts.allows(row.id):
        raise TooManyCodes
    with transaction() as session:
        held, organiser = hold_session(session, row)
        if not _may_confirm(held, organiser):
            raise ChallengeSpent
        is_good = _use_up_code(session, organiser, typed)
        record(session, Act("sign_in.code" if is_good else "sign_in.wrong_code", organiser.id, organiser.name))
        if is_good:
            promise_news(session, organiser, News.CODE_USED, left=codes_left(organiser))
            opened = confirm(held, organiser)
    if not is_good:
        raise WrongCode
    return opened


def _use_up_code(session: Session, organiser: Organiser, typed: str) -> bool:
    unused = update(RecoveryCode).where(
        RecoveryCode.organiser_id == organiser.id,
        RecoveryCode.code_hash == code_hash(organiser.id, typed),
        RecoveryCode.used_at.is_(None),
    )
    return len(session.scalars(unused.values(used_at=clock.now()).returning(RecoveryCode.id)).all()) == 1


def remove_passkey(row: OrganiserSession, passkey_id: int) -> None:
    """Forget a passkey; with the last one go the recovery codes, and the letter alone lets the person in again.

    One that is gone already is done: the answer to the first time may have been lost. Raises NotFresh, or
    NotFound for somebody else's.
    """
    with transaction() as session:
        _held, organiser = hold_fresh(session, row)
        gone = delete(Passkey).where(Passkey.id == passkey_id, Passkey.organiser_id == organiser.id)
        name = session.scalar(gone.returning(Passkey.name))
        if name is None and session.get(Passkey, passkey_id, populate_existing=True) is not None:
            raise NotFound
        if name is None:
            return note_nothing(session)
        tell(session, who=name)
        is_last = not has_passkeys(session, organiser.id)
        if is_last:
            drop_second_factor(session, organiser.id)
        promise_news(session, organiser, News.LAST_REMOVED if is_last else News.REMOVED, device=name)


def make_codes(row: OrganiserSession) -> list[str]:
    """New recovery codes, to be shown once; those of before are good for nothing any more.

    Raises NotFresh, or NotFound where there is no passkey that they could stand in for.
    """
    with transaction() as session:
        _held, organiser = hold_fresh(session, row)
        if not has_passkeys(session, organiser.id):
            raise NotFound
        promise_news(session, organiser, News.NEW_CODES)
        return replace_codes(session, organiser)


def reset_passkeys(organiser: Organiser, *, by: OrganiserSession | None = None) -> None:
    """Take somebody's passkeys and codes away: their devices are lost. Their sessions end, and the letter lets them in.

    ``by`` is None on the command line. Raises NothingToReset, or NotFresh.
    """
    with transaction() as session:
        actor = hold_fresh(session, by)[1] if by is not None else None
        person = hold_person(session, organiser.id)
        if not has_passkeys(session, person.id):
            raise NothingToReset
        record(session, Act("console.reset"))
        tell(session, who=person.name)
        drop_second_factor(session, person.id)
        void_links(session, person.id)
        end_sessions(session, OrganiserSession.organiser_id == person.id)
        promise_news(session, person, News.RESET, by=actor.name if actor else "")

"""Who is signed in, and which links and sessions hold.

The token of a sign-in link is a random nonce and its signature. A guess fails at the signature and never reaches the
database, so no counter of failures is needed, and nobody can lock an organiser out by failing on purpose. The database
and the outbox hold the nonce or a hash only: a copy of them opens nothing.
"""

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime, timedelta

from flask import has_request_context, request
from flask import session as cookie
from flask_babel import lazy_gettext as _l
from flask_sqlalchemy.pagination import Pagination
from itsdangerous import BadSignature, Signer
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from lunchkit import clock
from lunchkit.accounts.models import (
    ABSOLUTE_LIFE,
    IDLE_LIFE,
    Invitation,
    Organiser,
    OrganiserSession,
    Passkey,
    RecoveryCode,
    Role,
    SignInLink,
)
from lunchkit.config import current_settings
from lunchkit.db import db
from lunchkit.errors import NotFound, Refusal
from lunchkit.links import derived_token, public, token_hash
from lunchkit.mail.addresses import fold_email

LETTERS_AN_HOUR = 3
PEOPLE_A_PAGE = 40
INVITATION = "invitation"
"""For what the tokens of invitations are derived."""
SESSION, BROWSER, KNOWN, NEXT = "session", "browser", "known", "next"
"""Places in the cookie: the session's token, the browser's random value, who was signed in here, where to go then."""
_CACHE = "lunchkit.organiser_session"


class LinkSpent(Refusal):
    """The link was used, has expired, was replaced by a later one, or is none of ours."""

    message = _l("This link is no longer good.")
    status = 410


class OtherBrowser(Refusal):
    """The link was asked for in another browser."""

    message = _l("This link was asked for in another browser.")
    status = 403


class InvitationSpent(Refusal):
    """The invitation was accepted, withdrawn, has expired, or is none of ours."""

    message = _l("This invitation is no longer good.")
    status = 410


def organiser_by_email(email: str) -> Organiser | None:
    """The organiser with this address, unless removed."""
    return db.session.scalar(
        select(Organiser).where(Organiser.email_key == fold_email(email), Organiser.removed_at.is_(None))
    )


def present_organisers() -> list[Organiser]:
    """All organisers who may sign in, by name."""
    return list(db.session.scalars(select(Organiser).where(Organiser.removed_at.is_(None)).order_by(Organiser.name)))


def has_organisers(session: Session | None = None) -> bool:
    """Whether anybody may sign in; if not, it is time for a set-up link."""
    reader = session or db.session
    return reader.scalar(select(Organiser.id).where(Organiser.removed_at.is_(None)).limit(1)) is not None


def owner() -> Organiser | None:
    """Who holds the house; None where nobody may sign in."""
    return db.session.scalar(select(Organiser).where(Organiser.role == Role.OWNER, Organiser.removed_at.is_(None)))


def colleague_or_404(organiser_id: int) -> Organiser:
    """Somebody of the present team. Raises NotFound."""
    found = db.session.scalar(
        select(Organiser)
        .where(Organiser.id == organiser_id, Organiser.removed_at.is_(None))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def team_page(text: str, role: Role | None, page: int) -> Pagination:
    """One page of the present team by name: whose name or address holds the text, in one role or all."""
    chosen = select(Organiser).where(Organiser.removed_at.is_(None), *_holds(text))
    if role is not None:
        chosen = chosen.where(Organiser.role == role)
    by_name = chosen.order_by(func.lower(Organiser.name), Organiser.id)
    return db.paginate(by_name, page=page, per_page=PEOPLE_A_PAGE, error_out=False)


def _holds(text: str) -> list[ColumnElement[bool]]:
    return [
        or_(
            func.lower(Organiser.name).contains(word, autoescape=True),
            Organiser.email_key.contains(word, autoescape=True),
        )
        for word in text.lower().split()
    ]


def team_counts() -> dict[Role, int]:
    """How many of the present team are in each role."""
    counted = select(Organiser.role, func.count()).where(Organiser.removed_at.is_(None)).group_by(Organiser.role)
    found = dict(db.session.execute(counted).all())
    return {role: found.get(role, 0) for role in Role}


def people_by_id(ids: Collection[int]) -> dict[int, str]:
    """The names of these people by number, those who have left too, in the order of their names."""
    chosen = select(Organiser.id, Organiser.name).where(Organiser.id.in_(ids))
    return dict(db.session.execute(chosen.order_by(func.lower(Organiser.name), Organiser.id)).all())


def open_invitations() -> list[Invitation]:
    """Invitations that were neither accepted nor withdrawn, the latest first; those that have expired too."""
    chosen = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    chosen = chosen.options(joinedload(Invitation.invited_by))
    return list(db.session.scalars(chosen.order_by(Invitation.id.desc())))


def invitation_or_404(invitation_id: int) -> Invitation:
    """One of them. Raises NotFound."""
    invitation = db.session.get(Invitation, invitation_id, populate_existing=True)
    if invitation is None or invitation.accepted_at or invitation.withdrawn_at:
        raise NotFound
    return invitation


def invitation_link(invitation: Invitation) -> str:
    """The address of an invitation. Raises LookupError where the secret key that it was made with is gone."""
    token = derived_token(INVITATION, invitation.nonce, invitation.token_hash)
    return public("sign_in.invitation", token=token)


def invitation_or_refuse(token: str, session: Session | None = None) -> Invitation:
    """The invitation with this token, if it can still be accepted. Raises InvitationSpent."""
    chosen = select(Invitation).where(Invitation.token_hash == token_hash(token))
    chosen = chosen.options(joinedload(Invitation.invited_by)).execution_options(populate_existing=True)
    invitation = (session or db.session).scalar(chosen)
    if invitation is None or not invitation.is_valid(clock.now()):
        raise InvitationSpent
    return invitation


def link_token(nonce: str) -> str:
    """The token that stands in a sign-in link's address, from the nonce that the outbox keeps."""
    return _signer().sign(nonce).decode()


def _signer() -> Signer:
    keys = current_settings().keys
    return Signer(keys[::-1], salt="lunchkit/sign-in", key_derivation="hmac", digest_method=hashlib.sha256)


def link_by_token(token: str, session: Session | None = None) -> SignInLink | None:
    """The link with this token, spent or not; its organiser comes with it. A forged token costs no query."""
    try:
        _signer().unsign(token.encode("utf-8", "replace"))
    except BadSignature:
        return None
    chosen = select(SignInLink).where(SignInLink.token_hash == token_hash(token))
    chosen = chosen.options(joinedload(SignInLink.organiser)).execution_options(populate_existing=True)
    return (session or db.session).scalar(chosen)


def sign_in_link_or_refuse(
    token: str, browser: str | None, session: Session | None = None
) -> tuple[SignInLink, Organiser]:
    """The link, if it still lets this browser in, and whom it lets in. Raises LinkSpent or OtherBrowser."""
    link = link_by_token(token, session)
    if link is None or not link.is_valid(clock.now()) or link.organiser is None or link.organiser.removed_at:
        raise LinkSpent
    if link.browser_hash is not None and not hmac.compare_digest(link.browser_hash, token_hash(browser or "")):
        raise OtherBrowser
    return link, link.organiser


def setup_link_or_refuse(token: str, session: Session | None = None) -> SignInLink:
    """The set-up link, if it holds and there is still no organiser. Raises LinkSpent."""
    link = link_by_token(token, session)
    if link is None or not link.is_valid(clock.now()) or link.organiser_id is not None or link.browser_hash is not None:
        raise LinkSpent
    if has_organisers(session):
        raise LinkSpent
    return link


def may_send_link(session: Session, organiser_id: int, browser_hash: bytes, *, is_known: bool, now: datetime) -> bool:
    """Whether one more sign-in letter may go to an organiser within this hour.

    Strangers share an allowance. A browser in which the organiser was signed in has one of its own, so that an
    outsider who uses up the first does not keep them out.
    """
    recent = select(func.count()).where(
        SignInLink.organiser_id == organiser_id,
        SignInLink.browser_hash.is_not(None),
        SignInLink.created_at > now - timedelta(hours=1),
    )
    if is_known:
        recent = recent.where(SignInLink.browser_hash == browser_hash)
    return (session.scalar(recent) or 0) < LETTERS_AN_HOUR


def current_session() -> OrganiserSession | None:
    """The session of the browser that asks; None outside a request, and for everybody who is not signed in.

    Kept in the WSGI environment, which, unlike ``flask.g``, never outlives its request.
    """
    if not has_request_context():
        return None
    if _CACHE not in request.environ:
        request.environ[_CACHE] = _session_by_token(cookie.get(SESSION))
    row: OrganiserSession | None = request.environ[_CACHE]
    return row


def current_organiser() -> Organiser | None:
    """Who is signed in."""
    row = current_session()
    return row.organiser if row else None


def half_open_session() -> OrganiserSession | None:
    """The session of the browser that asks, where it waits for the passkey; None for everybody else."""
    row = _any_session_by_token(cookie.get(SESSION)) if has_request_context() else None
    return row if row and row.is_half_open(clock.now()) else None


def _session_by_token(token: object) -> OrganiserSession | None:
    row = _any_session_by_token(token)
    return row if row and row.is_valid(clock.now()) else None


def _any_session_by_token(token: object) -> OrganiserSession | None:
    if not isinstance(token, str):
        return None
    chosen = select(OrganiserSession).where(OrganiserSession.token_hash == token_hash(token))
    row = db.session.scalar(
        chosen.options(joinedload(OrganiserSession.organiser)).execution_options(populate_existing=True)
    )
    return row if row and row.organiser.removed_at is None else None


def open_sessions(organiser: Organiser) -> list[OrganiserSession]:
    """The browsers in which an organiser is signed in, the latest used first."""
    now = clock.now()
    chosen = select(OrganiserSession).where(
        OrganiserSession.organiser_id == organiser.id,
        OrganiserSession.ended_at.is_(None),
        OrganiserSession.confirmed_at.is_not(None),
        OrganiserSession.seen_at > now - IDLE_LIFE,
        OrganiserSession.started_at > now - ABSOLUTE_LIFE,
    )
    return list(db.session.scalars(chosen.order_by(OrganiserSession.seen_at.desc(), OrganiserSession.id.desc())))


def passkeys_of(organiser: Organiser) -> list[Passkey]:
    """Somebody's passkeys, the first one first."""
    chosen = select(Passkey).where(Passkey.organiser_id == organiser.id).order_by(Passkey.id)
    return list(db.session.scalars(chosen.execution_options(populate_existing=True)))


def codes_left(organiser: Organiser) -> int:
    """How many of somebody's recovery codes are still good."""
    unused = select(func.count()).where(RecoveryCode.organiser_id == organiser.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0


def anybody_has_passkey() -> bool:
    """Whether somebody of the team is asked for one: it answers to one public address only."""
    return db.session.scalar(select(Passkey.id).limit(1)) is not None

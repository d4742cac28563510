"""Who is signed in, and which links and sessions hold.

The token of a sign-in link is a random nonce and its signature. A guess fails at the signature and never reaches the
database, so no counter of failures is needed, and nobody can lock an organiser out by failing on purpose. The database
and the outbox hold the nonce or a hash only: a copy of them opens nothing.
"""

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime

from flask import has_request_context, request
from flask import session as cookie
from flask_babel import lazy_gettext as _l
from flask_sqlalchemy.pagination import Pagination
from itsdangerous import BadSignature, Signer
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.platform.errors import ORGANISER_SESSION, NotFound, Refusal
from lunchkit.platform.links import derived_token, public, random_token, token_hash
from lunchkit.platform.mail.addresses import fold_email
from lunchkit.team.models import (
    ABSOLUTE_LIFE,
    IDLE_LIFE,
    LINK_LIFE,
    Invitation,
    Organiser,
    OrganiserSession,
    Passkey,
    RecoveryCode,
    Role,
    SignInLink,
)

LETTERS_AN_HOUR = 3
"""To somebody who is invited."""
PEOPLE_A_PAGE = 40
INVITATION = "invitation"
"""For what the tokens of invitations are derived."""
SESSION, BROWSER, KNOWN, NEXT, ASKED = "session", "browser", "known", "next", "asked"
"""Places in the cookie: the session's token, the browser's random value, who was signed in here, where to go then, and
for whom a sign-in was asked here: the address as a hash, when first and last, in seconds, and whether it was again."""


class LinkSpent(Refusal):
    """The link was used, has expired, was replaced by a later one, or is none of ours."""

    message = _l("This link is no longer good.")
    status = 410


class OtherBrowser(Refusal):
    """The link was asked for in another browser."""

    def __init__(self, organiser_id: int | None) -> None:
        self.organiser_id = organiser_id

    message = _l("This link was asked for in another browser.")
    status = 403


class WrongCode(Refusal):
    """No such code in an e-mail to the address that was asked for in this browser, or one that is no longer good."""

    message = _l(
        "This code is not right, or no longer good. It has eight digits, and is in the latest e-mail. The link "
        "in it is good as well, opened in this browser."
    )
    status = 422


class TooManyTries(Refusal):
    """Nobody mistypes so often: what stands in the e-mail opens by its link only."""

    message = _l(
        "Too many wrong codes: none is taken for ten minutes. The link in the e-mail is still good, opened in this "
        "browser."
    )
    status = 429
    retry_after = 600


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
    return _signer("sign-in").sign(nonce).decode()


def sign_in_code(nonce: str) -> str:
    """The eight digits in the same e-mail."""
    return f"{int.from_bytes(token_hash(derived_token('sign-in code', nonce.encode()))[:8]) % 10**8:08d}"


def code_hash(tag: str, code: str) -> bytes:
    """What the database keeps of a code. It takes the secret key to try them all."""
    return token_hash(derived_token("sign-in code hash", f"{tag}/{code}".encode()))


def asked_tag(email: str) -> str:
    """The mark of an address in the cookie of a browser that asked for its link; the same whether we know it or not."""
    return derived_token("asked", fold_email(email).encode("utf-8", "replace"))


def asked_here(asked: object) -> str | None:
    """The mark of the address for which a browser asked within ten minutes, from what its cookie holds."""
    if (
        not isinstance(asked, list)
        or len(asked) != 4
        or clock.now().timestamp() >= asked[2] + LINK_LIFE.total_seconds()
    ):
        return None
    return str(asked[0])


def known_token(organiser: Organiser) -> str:
    """What a browser keeps for a year in which somebody was signed in: an allowance of e-mails, and no way in."""
    return _signer("known").sign(f"{organiser.id}.{organiser.known_epoch}.{random_token()}").decode()


def known_browser(token: str | None, organiser: Organiser) -> bytes | None:
    """The hash of that token, where this person was signed in there and has not had their browsers forgotten since."""
    try:
        said = _signer("known").unsign((token or "").encode("utf-8", "replace"))
    except BadSignature:
        return None
    is_theirs = said.startswith(f"{organiser.id}.{organiser.known_epoch}.".encode())
    return token_hash(token or "") if is_theirs else None


def _signer(scope: str) -> Signer:
    keys = current_settings().keys
    return Signer(keys[::-1], salt=f"lunchkit/{scope}", key_derivation="hmac", digest_method=hashlib.sha256)


def link_by_token(token: str, session: Session | None = None) -> SignInLink | None:
    """The link with this token, spent or not; its organiser comes with it. A forged token costs no query."""
    try:
        _signer("sign-in").unsign(token.encode("utf-8", "replace"))
    except BadSignature:
        return None
    chosen = select(SignInLink).where(SignInLink.token_hash == token_hash(token))
    chosen = chosen.options(joinedload(SignInLink.organiser)).execution_options(populate_existing=True)
    return (session or db.session).scalar(chosen)


def sign_in_link_or_refuse(token: str, asked: object, session: Session | None = None) -> tuple[SignInLink, Organiser]:
    """The link, if it still lets this browser in, and whom it lets in; ``asked`` is what its cookie holds.

    Raises LinkSpent or OtherBrowser.
    """
    link = link_by_token(token, session)
    if link is None or not link.is_valid(clock.now()) or link.organiser is None or link.organiser.removed_at:
        raise LinkSpent
    if link.code_hash is not None and not hmac.compare_digest(asked_tag(link.organiser.email), asked_here(asked) or ""):
        raise OtherBrowser(link.organiser_id)
    if link.handed_from_id is not None and handing_session(link, session) is None:
        raise LinkSpent
    return link, link.organiser


def handing_session(link: SignInLink, session: Session | None = None) -> OrganiserSession | None:
    """The session that a QR code hands over, while it is open."""
    row = (session or db.session).get(OrganiserSession, link.handed_from_id or 0, populate_existing=True)
    return row if row and row.is_valid(clock.now()) else None


def link_by_code(session: Session, tag: str, code: str) -> tuple[SignInLink, Organiser]:
    """The link whose e-mail to the address with this mark holds this code. Raises WrongCode."""
    chosen = select(SignInLink).where(SignInLink.code_hash == code_hash(tag, code))
    link = session.scalar(chosen.options(joinedload(SignInLink.organiser)).execution_options(populate_existing=True))
    if link is None or link.organiser is None or link.organiser.removed_at or not link.is_valid(clock.now()):
        raise WrongCode
    return link, link.organiser


def setup_link_or_refuse(token: str, session: Session | None = None) -> SignInLink:
    """The set-up link, if it holds and there is still no organiser. Raises LinkSpent."""
    link = link_by_token(token, session)
    if link is None or not link.is_valid(clock.now()) or link.organiser_id is not None or link.code_hash is not None:
        raise LinkSpent
    if has_organisers(session):
        raise LinkSpent
    return link


def email_on_its_way(session: Session, organiser_id: int, known: bytes | None, now: datetime) -> SignInLink | None:
    """The link of an e-mail of the last ten minutes that is still good: it is repeated, and no other e-mail written.

    Browsers that nobody knows share one, so that an outsider causes at most one in ten minutes and keeps nobody out:
    the person's own request makes the same link and code good in their browser. A known browser has its own.
    """
    chosen = select(SignInLink).where(
        SignInLink.organiser_id == organiser_id,
        SignInLink.code_hash.is_not(None),
        SignInLink.browser_hash == known,
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > now,
        SignInLink.created_at > now - LINK_LIFE,
    )
    return session.scalar(chosen.order_by(SignInLink.id.desc()).limit(1))


def current_session() -> OrganiserSession | None:
    """The session of the browser that asks; None outside a request, and for everybody who is not signed in.

    Kept in the WSGI environment, which, unlike ``flask.g``, never outlives its request.
    """
    if not has_request_context():
        return None
    if ORGANISER_SESSION not in request.environ:
        request.environ[ORGANISER_SESSION] = _session_by_token(cookie.get(SESSION))
    row: OrganiserSession | None = request.environ[ORGANISER_SESSION]
    return row


def current_organiser() -> Organiser | None:
    """Who is signed in."""
    row = current_session()
    return row.organiser if row else None


def half_open_session() -> OrganiserSession | None:
    """The session of the browser that asks, where it waits for the passkey; None for everybody else."""
    row = _any_session_by_token(cookie.get(SESSION)) if has_request_context() else None
    return row if row and row.is_half_open(clock.now()) else None


def is_off_the_team() -> bool:
    """Whether the browser that asks was signed in by somebody who has been taken off the team."""
    token = cookie.get(SESSION)
    chosen = select(OrganiserSession.id).join(OrganiserSession.organiser).where(Organiser.removed_at.is_not(None))
    chosen = chosen.where(OrganiserSession.token_hash == token_hash(str(token)))
    return token is not None and db.session.scalar(chosen) is not None


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

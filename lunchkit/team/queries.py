"""Reads of the team: its members, and who is signed in."""

from flask import has_request_context, request, session as cookie
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.errors import ORGANISER_SESSION, NotFound
from lunchkit.platform.links import derived_token, token_hash
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.team.errors import SignInNeeded
from lunchkit.team.models import Organiser, OrganiserSession, Passkey, RecoveryCode, Role, SignInLink

SESSION = "session"
"""Key in the cookie of the session's token."""
PRESENT = select(Organiser).where(Organiser.removed_at.is_(None))


def organiser_by_email(email: str) -> Organiser | None:
    return db.session.scalar(PRESENT.where(Organiser.email_key == normalise_email(email)))


def present_organisers() -> list[Organiser]:
    return list(db.session.scalars(PRESENT.order_by(func.lower(Organiser.name), Organiser.id)))


def has_organisers() -> bool:
    return db.session.scalar(PRESENT.limit(1)) is not None


def owner() -> Organiser | None:
    """The owner; None where nobody may sign in."""
    return db.session.scalar(PRESENT.where(Organiser.role == Role.OWNER))


def member_or_404(organiser_id: int) -> Organiser:
    found = db.session.get(Organiser, organiser_id, populate_existing=True)
    if found is None or found.removed_at is not None:
        raise NotFound
    return found


def link_token(nonce: str) -> str:
    """The token of an e-mailed link, derived from the nonce in the outbox."""
    return derived_token("sign-in", nonce.encode())


def sign_in_code(nonce: str) -> str:
    """The eight digits in the same e-mail."""
    return f"{int.from_bytes(token_hash(derived_token('sign-in code', nonce.encode()))[:8]) % 10**8:08d}"


def link_where(condition: ColumnElement[bool]) -> SignInLink | None:
    chosen = select(SignInLink).where(condition).options(joinedload(SignInLink.organiser))
    return db.session.scalar(chosen.execution_options(populate_existing=True))


def current_session() -> OrganiserSession | None:
    """The open session of the current request; None outside a request, and where nobody is signed in.

    Kept in the WSGI environment, which, unlike ``flask.g``, never outlives its request.
    """
    if not has_request_context():
        return None
    if ORGANISER_SESSION not in request.environ:
        row = _session_of_cookie()
        request.environ[ORGANISER_SESSION] = row if row and row.is_valid(clock.now()) else None
    current: OrganiserSession | None = request.environ[ORGANISER_SESSION]
    return current


def current_organiser() -> Organiser | None:
    row = current_session()
    return row.organiser if row else None


def required_session() -> OrganiserSession:
    """The open session of the current request, for views of the organisers' area. Raises SignInNeeded."""
    row = current_session()
    if row is None:
        raise SignInNeeded
    return row


def half_open_session() -> OrganiserSession | None:
    row = _session_of_cookie() if has_request_context() else None
    return row if row and row.is_half_open(clock.now()) else None


def is_off_the_team() -> bool:
    row = _session_of_cookie()
    return row is not None and row.organiser.removed_at is not None


def _session_of_cookie() -> OrganiserSession | None:
    token = cookie.get(SESSION)
    if not isinstance(token, str):
        return None
    chosen = select(OrganiserSession).where(OrganiserSession.token_hash == token_hash(token))
    chosen = chosen.options(joinedload(OrganiserSession.organiser))
    return db.session.scalar(chosen.execution_options(populate_existing=True))


def open_sessions(organiser: Organiser) -> list[OrganiserSession]:
    chosen = select(OrganiserSession).where(OrganiserSession.organiser_id == organiser.id)
    latest = chosen.order_by(OrganiserSession.seen_at.desc(), OrganiserSession.id.desc())
    return [row for row in db.session.scalars(latest) if row.is_valid(clock.now())]


def passkeys_of(organiser: Organiser) -> list[Passkey]:
    chosen = select(Passkey).where(Passkey.organiser_id == organiser.id).order_by(Passkey.id)
    return list(db.session.scalars(chosen.execution_options(populate_existing=True)))


def codes_left(organiser: Organiser) -> int:
    return db.session.scalar(select(func.count()).where(RecoveryCode.organiser_id == organiser.id)) or 0


def anybody_has_passkey() -> bool:
    """Whether the public address must not change without notice: passkeys work for one only."""
    return db.session.scalar(select(Passkey.id).limit(1)) is not None

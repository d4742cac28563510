"""Which sign-in links and codes are valid.

The outbox holds a nonce, the database hashes: it takes the secret key to make a link or a code of them. Wrong links are
not counted, so that nobody can lock an organiser out.
"""

import hmac
from datetime import datetime

from sqlalchemy import ColumnElement, select

from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.errors import UserError
from lunchkit.platform.links import derived_token, token_hash
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.team.errors import InvalidLink, OtherBrowser, WrongCode
from lunchkit.team.models import LINK_LIFE, Organiser, OrganiserSession, SignInLink
from lunchkit.team.queries import has_organisers, link_where

BROWSER, KNOWN, NEXT, REQUESTED = "browser", "known", "next", "requested"
"""Keys in the cookie: a random value for the browser; the id of the person who was signed in last; the page to open
after signing in; and the requested e-mail: hash of its address, and when, in Unix seconds."""


def code_hash(address_hash: str, code: str) -> bytes:
    """What the database stores of a code; trying all codes takes the secret key."""
    return token_hash(derived_token("sign-in code hash", f"{address_hash}/{code}".encode()))


def address_hash(email: str) -> str:
    """What the cookie stores of an address for which a link was requested, known or not."""
    return derived_token("asked", normalise_email(email).encode("utf-8", "replace"))


def requested_address(requested: object) -> str | None:
    """The hash of the address for which a browser requested a link within ten minutes, from its cookie."""
    if not isinstance(requested, list) or len(requested) != 2:
        return None
    is_recent = clock.now().timestamp() < requested[1] + LINK_LIFE.total_seconds()
    return str(requested[0]) if is_recent else None


def _usable(condition: ColumnElement[bool], refusal: type[UserError]) -> tuple[SignInLink, Organiser]:
    link = link_where(condition)
    organiser = link.organiser if link else None
    if link is None or organiser is None or organiser.removed_at is not None or not link.is_valid(clock.now()):
        raise refusal
    return link, organiser


def valid_link(token: str, requested: object) -> tuple[SignInLink, Organiser]:
    """A link that lets a browser in (``requested``: from its cookie). Raises InvalidLink or OtherBrowser."""
    link, organiser = _usable(SignInLink.token_hash == token_hash(token), InvalidLink)
    if link.code_hash is not None and not hmac.compare_digest(
        address_hash(organiser.email), requested_address(requested) or ""
    ):
        raise OtherBrowser(organiser.id)
    if link.handed_from_id is not None and handing_session(link) is None:
        raise InvalidLink
    return link, organiser


def handing_session(link: SignInLink) -> OrganiserSession | None:
    row = db.session.get(OrganiserSession, link.handed_from_id or 0, populate_existing=True)
    return row if row and row.is_valid(clock.now()) else None


def link_by_code(address: str, code: str) -> tuple[SignInLink, Organiser]:
    """The valid link of the e-mail to the address with this hash that contains this code. Raises WrongCode."""
    return _usable(SignInLink.code_hash == code_hash(address, code), WrongCode)


def valid_setup_link(token: str) -> SignInLink:
    """The set-up link, if it is valid and there is still no organiser. Raises InvalidLink."""
    link = link_where(SignInLink.token_hash == token_hash(token))
    is_setup = link is not None and link.organiser_id is None and link.code_hash is None
    if link is None or not is_setup or not link.is_valid(clock.now()) or has_organisers():
        raise InvalidLink
    return link


def recent_link(organiser_id: int, now: datetime) -> SignInLink | None:
    """The valid link of an e-mail of the last ten minutes: a new request then sends no second e-mail.

    All browsers share it, so that an outsider causes at most one e-mail in ten minutes and locks nobody out: the
    person's own request makes the same link and code valid in their browser.
    """
    chosen = select(SignInLink).where(
        SignInLink.organiser_id == organiser_id,
        SignInLink.code_hash.is_not(None),
        SignInLink.expires_at > now,
        SignInLink.created_at > now - LINK_LIFE,
    )
    return db.session.scalar(chosen.order_by(SignInLink.id.desc()).limit(1))

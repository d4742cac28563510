"""Links that are sent or printed, and the tokens in them.

Links in e-mails, posters and calendars begin with the configured public address, never with the Host header.
A personal link is derived from a random nonce with the secret key; the database holds only the nonce and a hash,
so that neither a copy of the database nor a backup of it opens anybody's page.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import lazy_gettext as _l

from lunchkit.platform.config import current_settings
from lunchkit.platform.errors import UserError


class KeyGone(UserError, LookupError):
    """The secret key that a token was derived with is not the present one, nor a fallback."""

    message = _l(
        "This link belongs to an earlier installation of this site. Write to the organisers: they can help you."
    )
    status = 410


def public(endpoint: str, **values: object) -> str:
    base = urlsplit(current_settings().address)
    adapter = current_app.url_map.bind(base.netloc, script_name=base.path or "/", url_scheme=base.scheme)
    return adapter.build(endpoint, values, force_external=True)


def token_hash(token: str) -> bytes:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def random_token() -> str:
    """A token of 192 random bits, fit for an address."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class PersonalTokens:
    """The two tokens of one registration: its page, and its ticket for the check-in."""

    link: str
    ticket: str


def personal_tokens(nonce: bytes, *, known_hash: bytes | None = None) -> PersonalTokens:
    """Derive the tokens of a registration's nonce, as ``derived_token`` does; the hash is that of its link."""
    key = _key_of("link", nonce, known_hash)
    ticket = base64.b32encode(_derive(key, "ticket", nonce)[:20]).decode()
    return PersonalTokens(link=_token(key, "link", nonce), ticket=ticket)


def derived_token(scope: str, nonce: bytes, known_hash: bytes | None = None) -> str:
    """The token of a nonce for one purpose; with ``known_hash``, by the secret key that it was first derived with.
    That may be one of LUNCHKIT_SECRET_KEY_FALLBACKS. Raises KeyGone where it is none of these.
    """
    return _token(_key_of(scope, nonce, known_hash), scope, nonce)


def known_token(scope: str, nonce: bytes | None, known_hash: bytes | None) -> str | None:
    """As ``derived_token``; None where there is no nonce, or its key is lost."""
    try:
        return derived_token(scope, nonce, known_hash) if nonce is not None else None
    except KeyGone:
        return None


def _key_of(scope: str, nonce: bytes, known_hash: bytes | None) -> str:
    for key in current_settings().keys:
        if known_hash is None or hmac.compare_digest(token_hash(_token(key, scope, nonce)), known_hash):
            return key
    raise KeyGone


def _token(key: str, scope: str, nonce: bytes) -> str:
    return base64.urlsafe_b64encode(_derive(key, scope, nonce)[:24]).decode()


def _derive(key: str, scope: str, nonce: bytes) -> bytes:
    return hmac.digest(key.encode(), b"lunchkit/" + scope.encode() + b"/" + nonce, "sha256")

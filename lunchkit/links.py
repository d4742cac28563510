"""Addresses that leave the house, and the tokens in them.

Links in letters, posters and calendars begin with the configured public address, never with the Host header.
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

from lunchkit.config import current_settings


def public(endpoint: str, **values: object) -> str:
    """The absolute public address of an endpoint."""
    base = urlsplit(current_settings().public_url)
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
    """The two tokens of one registration: its page, and its ticket for the door."""

    link: str
    ticket: str


def personal_tokens(nonce: bytes, *, known_hash: bytes | None = None) -> PersonalTokens:
    """Derive the tokens of a nonce; with ``known_hash``, by whichever secret key they were first derived.

    After a change of the secret key the earlier key stays in LUNCHKIT_SECRET_KEY_FALLBACKS, and links keep their value.
    """
    keys = current_settings().keys
    for key in keys:
        tokens = PersonalTokens(
            link=base64.urlsafe_b64encode(_derive(key, b"link", nonce)[:24]).decode(),
            ticket=base64.b32encode(_derive(key, b"ticket", nonce)[:20]).decode(),
        )
        if known_hash is None or hmac.compare_digest(token_hash(tokens.link), known_hash):
            return tokens
    raise LookupError("the secret key of these links is gone; name it in LUNCHKIT_SECRET_KEY_FALLBACKS")


def derived_token(scope: str, nonce: bytes, known_hash: bytes | None = None) -> str:
    """The token of a nonce for one purpose; with ``known_hash``, by whichever secret key it was first derived.

    Raises LookupError where that key is gone.
    """
    for key in current_settings().keys:
        token = base64.urlsafe_b64encode(_derive(key, scope.encode(), nonce)[:24]).decode()
        if known_hash is None or hmac.compare_digest(token_hash(token), known_hash):
            return token
    raise LookupError("the secret key of these links is gone; name it in LUNCHKIT_SECRET_KEY_FALLBACKS")


def _derive(key: str, scope: bytes, nonce: bytes) -> bytes:
    return hmac.digest(key.encode(), b"lunchkit/" + scope + b"/" + nonce, "sha256")

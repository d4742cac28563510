"""Stamps: a signed hidden field that says when a form was given out, and names that copy of it.

The name is an idempotency key: sending the same copy twice does the thing once.
"""

import secrets
from dataclasses import dataclass
from functools import lru_cache

from itsdangerous import BadSignature, URLSafeSerializer

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings


@dataclass(frozen=True)
class Stamp:
    """What a stamp says once its signature holds."""

    key: str
    """128 random bits in hexadecimal."""
    age: float
    """Seconds since the form was given out."""


def signer(purpose: str) -> URLSafeSerializer:
    """What signs and reads values for one purpose, with the newest key; earlier ones are read too."""
    return _signer(purpose, tuple(reversed(current_settings().keys)))


@lru_cache
def _signer(purpose: str, keys: tuple[str, ...]) -> URLSafeSerializer:
    return URLSafeSerializer(keys, salt=purpose)


def issue(scope: str) -> str:
    """A fresh stamp for a form of this scope (a lunch's slug, for instance)."""
    return signer("form-stamp").dumps([scope, secrets.token_hex(16), int(clock.now().timestamp())])


def read(text: str | None, scope: str) -> Stamp | None:
    """What a stamp says; None where it was made up, damaged, or made for something else."""
    try:
        stamped_scope, key, issued_at = signer("form-stamp").loads(text or "")
    except (BadSignature, ValueError, TypeError, UnicodeError):
        return None
    return Stamp(key, clock.now().timestamp() - issued_at) if stamped_scope == scope else None

"""The phones in a room: a random number in a cookie, and the hashes that are made of it.

The number itself is stored nowhere. A ballot is kept under a hash that is made with the poll's key, which is destroyed
when the poll closes; the support of a question under one that is made with the secret key, until the lunch is over.
"""

import base64
import hmac
import secrets

from flask import Request, Response

from lunchkit.platform.config import current_settings
from lunchkit.room.errors import NoCookie

SECONDS_KEPT = 86_400  # a day: a lunch, and the walk back
RANDOM, SIGNED, LENGTH = 15, 9, 32
"""Bytes of the number and of its signature; characters of the cookie."""
Device = bytes


def cookie_name() -> str:
    """The name of the cookie; over TLS no neighbour of our address can set it."""
    return "__Host-voter" if current_settings().is_https else "voter"


def device_of(request: Request) -> Device | None:
    """The phone that sends a request; None where its cookie is missing or was not made here."""
    value = request.cookies.get(cookie_name(), "")
    if len(value) != LENGTH:
        return None
    try:
        raw = base64.urlsafe_b64decode(value)
    except ValueError:
        return None
    device, signature = raw[:RANDOM], raw[RANDOM:]
    is_ours = any(hmac.compare_digest(_signature(key, device), signature) for key in current_settings().keys)
    return device if is_ours else None


def sending_device(request: Request) -> Device:
    """The phone that sends something. Raises NoCookie."""
    device = device_of(request)
    if device is None:
        raise NoCookie
    return device


def new_device() -> Device:
    return secrets.token_bytes(RANDOM)


def remember(response: Response, device: Device, seconds: int = SECONDS_KEPT) -> None:
    """Give a phone its number, for a day, or for as long as it may answer if that is longer."""
    value = base64.urlsafe_b64encode(device + _signature(current_settings().keys[0], device)).decode()
    kept = max(seconds, SECONDS_KEPT)
    response.set_cookie(
        cookie_name(), value, max_age=kept, httponly=True, samesite="Lax", secure=current_settings().is_https
    )


def slip_hash(event_id: int, kind: str, value: bytes) -> bytes:
    """What a voting slip is known by (of kind ``code``), and the phone that used it (of kind ``phone``)."""
    key = current_settings().secret_key.encode()
    return hmac.digest(key, f"slip/{event_id}/{kind}/".encode() + value, "sha256")[:16]


def voter_hash(key: bytes, scope: str, device: Device) -> bytes:
    """What a ballot is kept under."""
    return hmac.digest(key, scope.encode() + b"/" + device, "sha256")[:16]


def supporter_hash(device: Device, question_id: int) -> str:
    key = current_settings().secret_key.encode()
    return hmac.digest(key, b"support/%d/" % question_id + device, "sha256")[:16].hex()


def _signature(key: str, device: Device) -> bytes:
    return hmac.digest(key.encode(), b"phone/" + device, "sha256")[:SIGNED]

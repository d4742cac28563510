"""The token that unsubscribes from the recap.

It is signed, not stored: mail providers may use a copy of the e-mail that is years old.
"""

from itsdangerous import BadSignature

from lunchkit.platform.form_tokens import signer


def unsubscribe_token(registration_id: int, event_id: int) -> str:
    """The token of one registration: always the same, so that every copy of the e-mail holds."""
    return signer("unsubscribe").dumps([registration_id, event_id])


def read_unsubscribe_token(token: str) -> tuple[int, int] | None:
    """The registration and the lunch that a token speaks of; None where it was made up or damaged."""
    try:
        registration_id, event_id = signer("unsubscribe").loads(token)
    except (BadSignature, ValueError, TypeError, UnicodeError):
        return None
    return registration_id, event_id

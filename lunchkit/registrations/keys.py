"""Derived keys: the token that unsubscribes from the recap, and the spoken code of a ticket.

The token is signed, not stored: mail providers may use a copy of the e-mail that is years old.
"""

from itsdangerous import BadSignature

from lunchkit.platform.codes import LETTERS, clean_code
from lunchkit.platform.form_tokens import signer

SPOKEN_LENGTH = 6


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


def spoken_code(ticket_hash: bytes) -> str:
    """The six characters beside a ticket's QR code, derived from its hash: one of 191 million. They open nothing alone.

    In one of four thousand events of 300 people two have the same: the check-in then shows both.
    """
    number, code = int.from_bytes(ticket_hash[:8]), ""
    for _ in range(SPOKEN_LENGTH):
        number, place = divmod(number, len(LETTERS))
        code += LETTERS[place]
    return code


def read_spoken_code(typed: str) -> str | None:
    """The code that a person typed, with or without its gap; None where it is no code."""
    code = clean_code(typed)
    return code if len(code) == SPOKEN_LENGTH and set(code) <= set(LETTERS) else None

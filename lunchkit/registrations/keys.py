"""The token of a link that takes back the wish for the recap: it stands in a letter, and opens nothing else.

A signed value instead of a stored one: a mail provider may press the button for its reader, from a copy of the letter
that is years old, and whoever finds the link learns no name and no address.
"""

from itsdangerous import BadSignature, URLSafeSerializer

from lunchkit.config import current_settings


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(current_settings().keys)), salt="unsubscribe")


def unsubscribe_token(registration_id: int, event_id: int) -> str:
    """The token of one registration: always the same, so that every copy of the letter holds."""
    return _serializer().dumps([registration_id, event_id])


def read_unsubscribe_token(token: str) -> tuple[int, int] | None:
    """The registration and the lunch that a token speaks of; None where it was made up or damaged."""
    try:
        registration_id, event_id = _serializer().loads(token)
    except (BadSignature, ValueError, TypeError, UnicodeError):
        return None
    return registration_id, event_id

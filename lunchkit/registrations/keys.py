"""Keys that are derived: the token that takes back the wish for the recap, and the spoken code of a ticket.

The token stands in a letter, and opens nothing else. A signed value instead of a stored one: a mail provider may press
the button for its reader, from a copy of the letter that is years old, and whoever finds the link learns no name.
"""

from itsdangerous import BadSignature

from lunchkit.platform.codes import LETTERS, clean_code
from lunchkit.platform.form_tokens import signer

SPOKEN_LENGTH = 6
SPOKEN_END = (7, 2)
"""The two bytes of a ticket's hash that end the number of its spoken code: the place of the first, and how many."""
SPOKEN_CODES = 24**6


def unsubscribe_token(registration_id: int, event_id: int) -> str:
    """The token of one registration: always the same, so that every copy of the letter holds."""
    return signer("unsubscribe").dumps([registration_id, event_id])


def read_unsubscribe_token(token: str) -> tuple[int, int] | None:
    """The registration and the lunch that a token speaks of; None where it was made up or damaged."""
    try:
        registration_id, event_id = signer("unsubscribe").loads(token)
    except (BadSignature, ValueError, TypeError, UnicodeError):
        return None
    return registration_id, event_id


def spoken_code(ticket_hash: bytes) -> str:
    """The six characters that stand beside a ticket's QR code, to be told at the door: one of 191 million.

    Derived from the ticket's hash, so that nothing is stored, and a phone that knows the hash knows the code. It opens
    nothing by itself. In one of four thousand lunches of 300 two people have the same: the door then shows both.
    """
    number, code = spoken_number(ticket_hash), ""
    for _ in range(SPOKEN_LENGTH):
        number, place = divmod(number, len(LETTERS))
        code += LETTERS[place]
    return code


def spoken_number(ticket_hash: bytes) -> int:
    """What the spoken code of a ticket says, as a number: quick to compare with thousands."""
    return int.from_bytes(ticket_hash[:8]) % SPOKEN_CODES


def spoken_end(number: int) -> bytes:
    """What a ticket's hash holds at SPOKEN_END where its spoken code says this: databases can compare bytes.

    The number is what is left after a division by a power of 24, and so by 65,536 as well.
    """
    return (number % 65_536).to_bytes(2)


def read_spoken_code(typed: str) -> int | None:
    """The number of the code that somebody typed, with or without its gap; None where the words are no code."""
    code = clean_code(typed)
    if len(code) != SPOKEN_LENGTH or not set(code) <= set(LETTERS):
        return None
    number = 0
    for letter in reversed(code):
        number = number * len(LETTERS) + LETTERS.index(letter)
    return number

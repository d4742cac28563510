"""The short code of a room, as people read it off a screen and type it."""

import secrets

LETTERS = "ACDEFHJKLMNPQRTUVWXY3479"
"""Without look-alikes: no B and 8, G and 6, I and 1, O and 0, S and 5, Z and 2."""
LENGTH = 5
SLIP_LENGTH = 10
"""Letters of a voting slip: too many possible ones (6 · 10¹³) to guess one."""


def new_code(length: int = LENGTH) -> str:
    """A code at random, one of eight million."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def clean_code(typed: str) -> str:
    """What was typed, as the screen would show it: capitals, without spaces and strokes."""
    return "".join(char for char in typed.upper() if char.isalnum())

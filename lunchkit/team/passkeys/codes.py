"""Recovery codes: sixteen letters and digits to print.

Nearly eighty random bits each, so that a plain hash protects them even in a copy of the database.
"""

import hashlib
import secrets

SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without look-alikes: no i and l beside 1, no o beside 0."""
LENGTH, GROUP = 16, 4
CODES = 8


def new_codes() -> list[str]:
    """A set of codes as they are printed, in groups of four."""
    return [_grouped("".join(secrets.choice(SIGNS) for _ in range(LENGTH))) for _ in range(CODES)]


def code_hash(organiser_id: int, typed: str) -> bytes:
    """What is stored of a code; capitals, spaces and hyphens do not matter."""
    plain = "".join(char for char in typed.lower() if char.isalnum())
    return hashlib.sha256(f"{organiser_id}:{plain}".encode("utf-8", "replace")).digest()


def _grouped(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))

"""Keys of what was erased, kept beside the database: when an older copy is put back, who was erased stays erased.

A key is the hash of a random value, so that it names nobody. One file a day in ``erased-keys``, written to the disk
before the erasure is committed, and only ever appended to; a file goes once no copy is left that is older.
"""

import hashlib
import os
from enum import StrEnum
from pathlib import Path

from lunchkit import clock
from lunchkit.config import current_settings

FOLDER = "erased-keys"


class Mark(StrEnum):
    """What a line says of the key at its end."""

    ERASED = "erased"
    RENEWED = "renewed"
    """The row has another key since: the one in the midst of the line. Erased with that one, it is erased with this."""
    REFUSED = "refused"
    """No invitations any more."""
    WANTED = "wanted"
    """They are wanted again."""


def key_of(link_hash: bytes) -> str:
    """The key of a row that has this random value."""
    return hashlib.sha256(b"lunchkit/erased/" + link_hash).hexdigest()


def note(mark: Mark, *link_hashes: bytes, now: bytes = b"") -> None:
    """Write a line for each row, and wait for the disk; ``now`` is what a renewed one has since."""
    folder = current_settings().instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    words = f"{mark} {key_of(now)}" if now else mark
    file = os.open(folder / f"{clock.now():%Y%m%d}", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(file, "w") as lines:
        lines.writelines(f"\n{words} {key_of(one)}" for one in link_hashes)  # after a line that a crash cut off
        lines.flush()
        os.fsync(file)


def files() -> list[Path]:
    """The files, the newest first."""
    return sorted((current_settings().instance / FOLDER).glob("*"), reverse=True)


def read_notes() -> tuple[set[str], set[str]]:
    """The keys of what is erased, and of whose last word about invitations was no."""
    erased: set[str] = set()
    wishes: dict[str, str] = {}
    for file in files():
        for words in map(str.split, reversed(file.read_text().splitlines())):
            if len(words) > 1 and (words[0] == Mark.ERASED or not erased.isdisjoint(words[1:-1])):
                erased.add(words[-1])
            elif len(words) > 1:
                wishes.setdefault(words[-1], words[0])
    return erased, {key for key, wish in wishes.items() if wish == Mark.REFUSED}


def drop_notes(first: str) -> None:
    """Delete the files of the days before this one."""
    for file in files():
        if file.name < first:
            file.unlink(missing_ok=True)

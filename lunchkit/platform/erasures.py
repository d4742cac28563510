"""Keys of what was erased, kept beside the database: when an older copy is put back, who was erased stays erased.

A key is the hash of a random value, so that it names nobody. One file a day in ``erased-keys``, written to the disk
before the erasure is committed, and only ever appended to; a file goes once no copy is left that is older.
"""

import hashlib
import os
from enum import StrEnum
from pathlib import Path

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings


class Mark(StrEnum):
    """What a line says of the key at its end; ``RENEWED``: the row has another key by now, written before it."""

    ERASED = "erased"
    RENEWED = "renewed"
    REFUSED = "refused"
    WANTED = "wanted"


def key_of(link_hash: bytes) -> str:
    """The key of a row that has this random value."""
    return hashlib.sha256(b"lunchkit/erased/" + link_hash).hexdigest()


def keys_folder() -> Path:
    return current_settings().instance / "erased-keys"


def note(mark: Mark, *link_hashes: bytes, since: bytes = b"") -> None:
    """Write a line for each row, and wait for the disk; ``since`` is what a renewed row has now."""
    keys_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    words = f"{mark} {key_of(since)}" if since else mark
    file = os.open(keys_folder() / f"{clock.now():%Y%m%d}", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(file, "w") as lines:
        lines.writelines(f"\n{words} {key_of(one)}" for one in link_hashes)  # after a line that a crash cut off
        lines.flush()
        os.fsync(file)


def read_notes() -> tuple[set[str], set[str]]:
    """The keys of what is erased, and of those whose last word about invitations was no."""
    erased: set[str] = set()
    wishes: dict[str, str] = {}
    for file in sorted(keys_folder().glob("*"), reverse=True):
        lines = (line.split() for line in reversed(file.read_text().splitlines()))
        for mark, *since, key in (words for words in lines if len(words) > 1):
            if mark == Mark.ERASED or not erased.isdisjoint(since):
                erased.add(key)
            wishes.setdefault(key, mark)
    return erased, {key for key, wish in wishes.items() if wish == Mark.REFUSED}


def drop_notes(first: str) -> None:
    """Delete the files of the days before this one."""
    for file in keys_folder().glob("*"):
        if file.name < first:
            file.unlink(missing_ok=True)

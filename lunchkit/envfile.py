"""The ``.env`` file of an instance: read as it was written, and written so that it is read back exactly.

A line is ``NAME=value``. One pair of quotes around a value is taken off, and nothing inside is interpreted: so any
text of one line can be written, and a person can read it. Comments and lines of other programs stay where they are.
"""

import os
import re
import secrets
import unicodedata
from collections.abc import Mapping
from pathlib import Path

_BARE = re.compile(r"[\w@%+=:,./-]*", re.ASCII)
"""Values that need no quotes, for us or for a shell."""


class NotOneLine(ValueError):
    """A value with a line break, or another character that no setting has a use for."""


def read(path: Path) -> dict[str, str]:
    """The values of a file by their names; of two lines for one name the later holds.

    Raises OSError, and ValueError where the file is no UTF-8.
    """
    return {pair[0]: pair[1] for line in _text(path).split("\n") if (pair := _pair(line)) is not None}


def write(path: Path, changes: Mapping[str, str]) -> None:
    """Put values into a file, whole or not at all: it is written beside, synchronised, and renamed. For its owner only.

    What it said before of other names, comments and blank lines stay. Raises NotOneLine, OSError; the file is then as
    it was.
    """
    for value in changes.values():
        _check(value)
    path = path.resolve()  # a link keeps leading to the file that it names
    text = _text(path)
    _replace(path, "\n".join(_changed(text.split("\n"), changes)))


def _text(path: Path) -> str:
    """What a file says; nothing where there is none. Its bytes, so that no line break but the usual one counts."""
    return path.read_bytes().decode("utf-8-sig") if path.is_file() else ""


def _pair(line: str) -> tuple[str, str] | None:
    name, equals, value = line.partition("=")
    if not equals or line.lstrip().startswith("#"):
        return None
    return name.strip(), _unquoted(value.strip(" \t\r"))


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value


def _quoted(value: str) -> str:
    if _BARE.fullmatch(value):
        return value
    return f'"{value}"' if "'" in value else f"'{value}'"


def _check(value: str) -> None:
    if not all(char.isprintable() or unicodedata.category(char) in ("Zs", "Cf", "Co") for char in value):
        raise NotOneLine


def _changed(lines: list[str], changes: Mapping[str, str]) -> list[str]:
    """The lines with each new value in the place of the last line that had one; earlier ones of that name go."""
    left = dict(changes)
    kept: list[str] = []
    for line in reversed(lines):
        pair = _pair(line)
        if pair is None or pair[0] not in changes:
            kept.append(line)
        elif pair[0] in left:
            kept.append(f"{pair[0]}={_quoted(left.pop(pair[0]))}")
    lines = kept[::-1]
    while lines and not lines[-1].strip():
        lines.pop()
    return [*lines, *(f"{name}={_quoted(value)}" for name, value in left.items()), ""]


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    synchronise(path.parent)  # the new name outlives a power cut too


def synchronise(place: Path) -> None:
    """Return when a file is on the disk; of a folder, when the names in it are."""
    file = os.open(place, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)

"""The zip file around a lunch: what may lie in it, and how much. Nothing is ever written to a disk by its name."""

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from lunchkit.archives.refusals import (
    ArchiveRefused,
    ArchiveTooHeavy,
    ArchiveTooNew,
    NotJson,
    StrangeFile,
    TooMuchInside,
)

FORMAT, VERSION = "lunchkit/lunch", 2
VERSIONS = (1, 2)
"""Those that are read; the first had no registration form, run of show, questions from the room, nor people."""
LUNCH, PEOPLE = "lunch.json", "people.json"
MOST_BYTES = 40_000_000
MOST_FILES, MOST_JSON, MOST_PEOPLE_JSON, MOST_PICTURE = 61, 2_000_000, 12_000_000, 8_000_000
MOST_UNPACKED = 60_000_000
"""Bytes of all that is unpacked of one archive: its pictures are packed as they are, so an honest one is no larger."""
_PICTURE = re.compile(r"pictures/[0-9]{1,3}\.webp", re.ASCII)
_LONG_AGO = (2020, 1, 1, 0, 0, 0)
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
"""What the end of a zip file begins with, and what stands before it in one of millions of files."""
_LONGEST_ENTRY = 400
"""Bytes of one file's line in the directory of a zip: ours take about seventy."""


@dataclass(frozen=True)
class Contents:
    """What an archive holds: the lunch as plain values, pictures by their names in the archive, and people if any."""

    lunch: Mapping[str, Any]
    pictures: Mapping[str, bytes]
    people: list[Any] = field(default_factory=list)


def pack(contents: Contents) -> bytes:
    """The archive; the same contents give the same bytes."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        text = json.dumps({"format": FORMAT, "version": VERSION, **contents.lunch}, ensure_ascii=False, indent=1)
        archive.writestr(zipfile.ZipInfo(LUNCH, _LONG_AGO), text.encode(), zipfile.ZIP_DEFLATED)
        if contents.people:
            lines = ",\n".join(json.dumps(person, ensure_ascii=False) for person in contents.people)
            archive.writestr(zipfile.ZipInfo(PEOPLE, _LONG_AGO), f"[{lines}]".encode(), zipfile.ZIP_DEFLATED)
        for name, data in contents.pictures.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, zipfile.ZIP_STORED)
    return file.getvalue()


def unpack(data: bytes) -> Contents:
    """What an archive holds, within limits that are ours. Raises an ArchiveRefused that says what is wrong."""
    if len(data) > MOST_BYTES:
        raise ArchiveTooHeavy
    _look_at_the_end(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            _look_at_names(names)
            unpacking = _Unpacking(archive)
            lunch = _json(unpacking, LUNCH, MOST_JSON)
            people = _json(unpacking, PEOPLE, MOST_PEOPLE_JSON) if PEOPLE in names else []
            files = {name: unpacking.read(name, MOST_PICTURE) for name in names if name not in (LUNCH, PEOPLE)}
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        LookupError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
    ):
        raise ArchiveRefused from None
    if not isinstance(lunch, dict) or lunch.get("format") != FORMAT or not isinstance(people, list):
        raise ArchiveRefused
    version = lunch.get("version")
    if isinstance(version, bool) or version not in VERSIONS:
        raise ArchiveTooNew
    return Contents(lunch, files, people)


def _look_at_the_end(data: bytes) -> None:
    """Refuse a directory of a million files before anybody reads it."""
    place = data.rfind(_END, max(0, len(data) - 66_000))
    if place < 0 or len(data) < place + 22:
        raise ArchiveRefused
    files, size = struct.unpack_from("<HL", data, place + 10)
    if files > MOST_FILES or size > MOST_FILES * _LONGEST_ENTRY or data[place - 20 : place - 16] == _END_64:
        raise TooMuchInside


def _look_at_names(names: list[str]) -> None:
    if len(names) > MOST_FILES:
        raise TooMuchInside
    if LUNCH not in names:
        raise ArchiveRefused
    for number, name in enumerate(names):
        if (name not in (LUNCH, PEOPLE) and not _PICTURE.fullmatch(name)) or name in names[:number]:
            raise StrangeFile(name)  # a name that leads elsewhere, something that is no picture, or one twice


def _json(unpacking: "_Unpacking", name: str, most: int) -> Any:
    data = unpacking.read(name, most)
    try:
        return json.loads(data.decode())
    except (ValueError, RecursionError):
        raise NotJson(name) from None


class _Unpacking:
    """An archive of which no more is unpacked than allowed, whatever its directory says: of each file, and of all."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MOST_UNPACKED

    def read(self, name: str, most: int) -> bytes:
        """One file. Raises TooMuchInside."""
        allowed = min(most, self._left)
        with self._archive.open(name) as file:
            data = file.read(allowed + 1)
        if len(data) > allowed:
            raise TooMuchInside
        self._left -= len(data)
        return data

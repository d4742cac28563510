"""The zip file around a lunch: what may lie in it, and how much. Nothing is ever written to a disk by its name."""

import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from lunchkit.archives.refusals import ArchiveRefused, ArchiveTooHeavy, ArchiveTooNew

FORMAT, VERSION = "lunchkit/lunch", 1
LUNCH = "lunch.json"
MOST_BYTES = 40_000_000
MOST_FILES, MOST_JSON, MOST_PICTURE = 60, 2_000_000, 8_000_000
_PICTURE = re.compile(r"pictures/[0-9]{1,3}\.webp", re.ASCII)
_LONG_AGO = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Contents:
    """What an archive holds: the lunch as plain values, and pictures by their names in the archive."""

    lunch: Mapping[str, Any]
    pictures: Mapping[str, bytes]


def pack(contents: Contents) -> bytes:
    """The archive; the same contents give the same bytes."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        text = json.dumps({"format": FORMAT, "version": VERSION, **contents.lunch}, ensure_ascii=False, indent=1)
        archive.writestr(zipfile.ZipInfo(LUNCH, _LONG_AGO), text.encode(), zipfile.ZIP_DEFLATED)
        for name, data in contents.pictures.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, zipfile.ZIP_STORED)
    return file.getvalue()


def unpack(data: bytes) -> Contents:
    """What an archive holds, within limits that are ours. Raises ArchiveRefused, ArchiveTooHeavy or ArchiveTooNew."""
    if len(data) > MOST_BYTES:
        raise ArchiveTooHeavy
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            if len(names) > MOST_FILES or len(set(names)) != len(names) or LUNCH not in names:
                raise ArchiveRefused
            pictures = [name for name in names if name != LUNCH]
            if not all(map(_PICTURE.fullmatch, pictures)):
                raise ArchiveRefused  # a name that leads elsewhere, or something that is no picture
            lunch = json.loads(_read(archive, LUNCH, MOST_JSON).decode())
            files = {name: _read(archive, name, MOST_PICTURE) for name in pictures}
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
    if not isinstance(lunch, dict) or lunch.get("format") != FORMAT:
        raise ArchiveRefused
    if lunch.get("version") != VERSION:
        raise ArchiveTooNew
    return Contents(lunch, files)


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """One file, of which no more is unpacked than allowed, whatever the directory says."""
    with archive.open(name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ArchiveRefused
    return data

"""Plain values of an archive, as whatever reads it asks for them: of the right kind and size, or refused."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from lunchkit.archives.refusals import ArchiveRefused, OddPart

Values = Mapping[str, Any]


@contextmanager
def part(name: str) -> Iterator[None]:
    """Whatever is missing in a part of the archive, or of the wrong kind, is refused under its name."""
    try:
        yield
    except ArchiveRefused as refusal:
        if type(refusal) is ArchiveRefused:
            raise OddPart(name) from None
        raise
    except (TypeError, KeyError, AttributeError, ValueError, OverflowError, RecursionError):
        raise OddPart(name) from None


def mapping(value: Any) -> Values:
    """A mapping. Raises ArchiveRefused."""
    if not isinstance(value, dict):
        raise ArchiveRefused
    return value


def mappings(value: Any, most: int) -> list[Values]:
    """A list of so many mappings at most. Raises ArchiveRefused."""
    if not isinstance(value, list) or len(value) > most:
        raise ArchiveRefused
    return [mapping(each) for each in value]


def texts_of(value: Any) -> Sequence[str]:
    """A list of texts, a hundred at most. Raises ArchiveRefused."""
    if not isinstance(value, list) or len(value) > 100 or not all(isinstance(each, str) for each in value):
        raise ArchiveRefused
    return value


def whole(value: Any, most: int) -> int:
    """A whole number from 0 to ``most``. Raises ArchiveRefused."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ArchiveRefused
    return value


def moment_of(value: Any) -> datetime:
    """A moment with its offset, of this century. Raises ArchiveRefused or ValueError."""
    moment = datetime.fromisoformat(text_of(value))
    if moment.tzinfo is None or not 2000 <= moment.year < 2100:
        raise ArchiveRefused
    return moment.astimezone(UTC)


def text_of(value: Any) -> str:
    """A text. Raises ArchiveRefused."""
    if not isinstance(value, str):
        raise ArchiveRefused
    return value

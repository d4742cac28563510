"""Frozen values for pages: two versions of a text side by side, what changed in each of them marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from lunchkit.comparing import runs

MOST_PIECES = 40
"""Beyond so many, marks hide the text instead of helping to read it."""


@dataclass(frozen=True)
class Piece:
    """Some words of a text, and whether the other version has them."""

    text: str
    is_changed: bool = False


def side_by_side(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Two versions of a text in pieces; a text that was written anew is one piece."""
    found = runs(before, after)
    if len(found) > MOST_PIECES or not any(run.is_same for run in found):
        return _whole(before), _whole(after)
    return (
        _pieces([(run.before, not run.is_same) for run in found]),
        _pieces([(run.after, not run.is_same) for run in found]),
    )


def _whole(text: str) -> list[Piece]:
    return [Piece(text)] if text else []


def _pieces(found: Sequence[tuple[str, bool]]) -> list[Piece]:
    return [Piece(text, is_changed) for text, is_changed in found if text]

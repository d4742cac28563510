"""Frozen values for pages: two versions of a text side by side, what changed in each of them marked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_PIECES = 40
"""Beyond so many, marks hide the text instead of helping to read it."""
MOST_COMPARED = 1_000_000
"""Words of one version times words of the other: comparing takes at worst so long squared, and a page waits for it."""
_WORDS = re.compile(r"\S+\s*")


@dataclass(frozen=True)
class Piece:
    """Some words of a text, and whether the other version has them."""

    text: str
    is_changed: bool = False


def side_by_side(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Two versions of a text in pieces; a text that was written anew is one piece."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    between = old[head : len(old) - tail], new[head : len(new) - tail]
    runs = [
        ("equal", old[:head], new[:head]),
        *_runs(*between),
        ("equal", old[len(old) - tail :], new[len(new) - tail :]),
    ]
    if len(runs) > MOST_PIECES or not any(kind == "equal" and words for kind, words, _ in runs):
        return _whole(before), _whole(after)
    return (
        _pieces([(words, kind != "equal") for kind, words, _ in runs]),
        _pieces([(words, kind != "equal") for kind, _, words in runs]),
    )


def _alike(old: list[str], new: list[str]) -> int:
    """How many words at the beginning are the same."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((number for number, (one, other) in pairs if one != other), min(len(old), len(new)))


def _runs(old: list[str], new: list[str]) -> list[tuple[str, list[str], list[str]]]:
    """Runs of words that are equal in both, or not; one run where looking closer would take too long."""
    if len(old) * len(new) > MOST_COMPARED:
        return [("replace", old, new)]
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(kind, old[start:end], new[begin:stop]) for kind, start, end, begin, stop in steps]


def _whole(text: str) -> list[Piece]:
    return [Piece(text)] if text else []


def _pieces(runs: Sequence[tuple[list[str], bool]]) -> list[Piece]:
    return [Piece("".join(words), is_changed) for words, is_changed in runs if words]

"""Two versions of a text, word by word: what stayed, what went, what came."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_PAIRS = 30_000
"""Pairs of equal words that a comparison may look at. A page of prose against its reverse has fewer; what repeats one
word a thousand times has a million, and would keep everybody else waiting for a minute."""
_WORDS = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True)
class Run:
    """Words in a row that both versions have, or that one or either has in their place."""

    is_same: bool
    before: str
    after: str


def runs(before: str, after: str) -> list[Run]:
    """Both texts in pieces; blanks alone make no difference. One piece where looking closer would take too long."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    old_words, new_words = [word.strip() for word in old], [word.strip() for word in new]
    head = _alike(old_words, new_words)
    tail = _alike(old_words[head:][::-1], new_words[head:][::-1])
    ends = len(old) - tail, len(new) - tail
    steps = _steps(old_words[head : ends[0]], new_words[head : ends[1]])
    middle = [
        Run(same, "".join(old[head + a : head + b]), "".join(new[head + c : head + d])) for same, a, b, c, d in steps
    ]
    around = (
        Run(True, "".join(old[:head]), "".join(new[:head])),
        Run(True, "".join(old[ends[0] :]), "".join(new[ends[1] :])),
    )
    return [run for run in (around[0], *middle, around[1]) if run.before or run.after]


def _alike(old: list[str], new: list[str]) -> int:
    """How many words at the beginning are the same."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((number for number, (one, other) in pairs if one != other), min(len(old), len(new)))


def _steps(old: list[str], new: list[str]) -> list[tuple[bool, int, int, int, int]]:
    counted = Counter(new)
    if sum(count * counted[word] for word, count in Counter(old).items()) > MOST_PAIRS:
        return [(False, 0, len(old), 0, len(new))]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(kind == "equal", a, b, c, d) for kind, a, b, c, d in matcher.get_opcodes()]

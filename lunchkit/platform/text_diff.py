"""Two versions of a text, word by word: what stayed, what went, what came."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_PAIRS = 30_000
"""Pairs of equal words that a comparison may look at: a text that repeats one word a thousand times has a million, and
would keep everybody else waiting for a minute."""
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
    counted = Counter(new_words)
    if sum(count * counted[word] for word, count in Counter(old_words).items()) > MOST_PAIRS:
        return [Run(before == after, before, after)]
    steps = SequenceMatcher(None, old_words, new_words, autojunk=False).get_opcodes()
    return [Run(kind == "equal", "".join(old[a:b]), "".join(new[c:d])) for kind, a, b, c, d in steps]
